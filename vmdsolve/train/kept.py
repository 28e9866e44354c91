"""The config that a run leaves in its folder: whole, with a word on every key, and never over one that says more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from .._version import __version__
from ..atomic import written
from ..errors import InvalidInput
from ..plain import clean
from .config import absolute, read_config, with_paths
from .keys import PUZZLES, Keys
from .loggers import Begun
from .progress import Progress

__all__ = ["NAME", "ConfigLog", "config_text"]

NAME = "config.toml"


def config_text(told: Mapping[str, Any], begin: str = "", table: Keys = PUZZLES) -> str:
    """A config in TOML: all keys, those that are not told as comments.

    Parameters
    ----------
    told
        Values by key.
    begin
        Lines for the top, as comments.
    table
        Of the kind of training.

    Raises
    ------
    InvalidInput
        A path that UTF-8 cannot write.

    Examples
    --------
    >>> config_text({"domain": "pair", "steps": 100}).splitlines()[:2]
    ['# The kind of puzzle; all-different; none: what examples make.', 'domain = "pair"']
    """
    parts = {name: title for title, names in table.parts.items() for name in names}
    lines, part = [f"# {clean(line)}" for line in begin.splitlines()] + [""] * bool(begin), ""
    for name, key in table.keys.items():
        if name == "preset" and name not in told:
            continue
        if (title := parts.get(name, "")) != part:
            lines += ["", f"## {title}", ""]
            part = title
        lines.append(f"# {key.help}")
        lines.append(f"{name} = {_value(told[name], name)}" if name in told else f"# {name}: {key.default}")
    return "\n".join(lines) + "\n"


def _value(value: Any, name: str) -> str:
    """A value in TOML."""
    if isinstance(value, list):
        return f"[{', '.join(_value(one, name) for one in value)}]"
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidInput(f"{name} is {value!r:.200}, which is no UTF-8; give the file another name") from None
        quoted = json.dumps(value, ensure_ascii=False)
        return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)  # what a terminal would obey
    return json.dumps(value)


class ConfigLog:
    """`config.toml`, written when there is a first state of the run. One that says something else is kept beside it, as
    `config-N.toml`.

    Parameters
    ----------
    table
        Of the kind of training.
    """

    def __init__(self, table: Keys = PUZZLES) -> None:
        self.table = table

    def start(self, begun: Begun) -> None:
        if begun.folder is None:
            raise InvalidInput("a config needs a folder of the run to be kept in")
        self.path, self.from_step, told = begun.folder / NAME, begun.step, begun.config
        before = _said(self.path, self.table)
        if begun.step and before:
            told = {**told, **{name: before[name] for name in self.table.untold if name in before}}
        self.waiting = before != told
        self.text = config_text(told, f"vmdsolve {__version__}; data: {begun.data}", self.table)

    def step(self, progress: Progress) -> None:
        del progress
        if not self.waiting:
            return
        begin = ""
        if self.path.exists():
            kept = next(old for n in count(1) if not (old := self.path.with_name(f"config-{n}.toml")).exists())
            self.path.rename(kept)
            begin = f"# from step {self.from_step} on; before it {kept.name}\n" if self.from_step else ""
        with written(self.path) as out:
            out.write(begin + self.text)
        self.waiting = False

    def end(self) -> None:
        pass


def _said(path: Path, table: Keys) -> dict[str, Any] | None:
    """What a config says that is there."""
    try:
        return with_paths(read_config(path, table), table, absolute)
    except InvalidInput:
        return None

"""The config that a run leaves in its folder: whole, with a word on every key, and never over one that says more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from .._version import __version__
from ..errors import InvalidInput
from ..files.atomic import written
from ..plain import clean
from .config import absolute, read_config
from .keys import KEYS, MODEL, PATHS, RECIPE, SAMPLING
from .loggers import Begun
from .progress import Progress

__all__ = ["NAME", "ConfigLog", "config_text"]

NAME = "config.toml"
PARTS = {"Recipe": ("loops", "givens", *RECIPE), "Model": MODEL, "How the model is sampled": tuple(SAMPLING)}


def config_text(told: Mapping[str, Any], begin: str = "") -> str:
    """A config in TOML: all keys, those that are not told as comments.

    Parameters
    ----------
    told
        Values by key.
    begin
        Lines for the top, as comments.

    Raises
    ------
    InvalidInput
        A path that UTF-8 cannot write.

    Examples
    --------
    >>> config_text({"domain": "pair", "steps": 100}).splitlines()[:2]
    ['# The kind of puzzle; all-different; none: what examples make.', 'domain = "pair"']
    """
    parts = {name: title for title, names in PARTS.items() for name in names}
    lines, part = [f"# {clean(line)}" for line in begin.splitlines()] + [""] * bool(begin), ""
    for name, key in KEYS.items():
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
    `config-N.toml`."""

    def start(self, begun: Begun) -> None:
        if begun.folder is None:
            raise InvalidInput("a config needs a folder of the run to be kept in")
        self.path, self.from_step, told = begun.folder / NAME, begun.step, begun.config
        before = _said(self.path)
        if begun.step and before and "init" in before:  # which a state does not tell
            told = {**told, "init": before["init"]}
        self.waiting = before != told
        self.text = config_text(told, f"vmdsolve {__version__}; data: {begun.data}")

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


def _said(path: Path) -> dict[str, Any] | None:
    """What a config says that is there."""
    try:
        said = read_config(path)
    except InvalidInput:
        return None
    return {name: absolute(value) if name in PATHS else value for name, value in said.items()}

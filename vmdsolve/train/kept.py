"""The config that a run leaves in its folder: whole, with a word on every key, and never over one that says more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from ..errors import InvalidInput
from ..files.atomic import written
from .config import absolute, read_config
from .keys import KEYS, MODEL, PATHS, RECIPE, SAMPLING

__all__ = ["NAME", "config_text", "keep_config"]

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
    >>> print(config_text({"domain": "pair", "steps": 100})[:200])
    # The kind of puzzle; all-different; none: what examples make.
    domain = "pair"
    ...
    """
    parts = {name: title for title, names in PARTS.items() for name in names}
    lines, part = [f"# {line}" for line in begin.splitlines()] + [""] * bool(begin), ""
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
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def keep_config(folder: Path, told: Mapping[str, Any], begin: str = "", step: int = 0) -> None:
    """Write a run's config into its folder. One that is there and says something else is kept as config-N.toml.

    Parameters
    ----------
    folder
        Of the run.
    told
        All its keys.
    begin
        As of `config_text`.
    step
        Steps that were done before; with what weights they began, the config of them says.

    Raises
    ------
    InvalidInput
        As of `config_text`.
    """
    path, before = folder / NAME, _said(folder / NAME)
    if step and before and "init" in before:
        told = {**told, "init": before["init"]}
    if before == told:
        return
    text = config_text(told, begin)
    if path.exists():
        kept = next(old for n in count(1) if not (old := folder / f"config-{n}.toml").exists())
        path.rename(kept)
        text = f"# from step {step} on; before it {kept.name}\n{text}" if step else text
    with written(path) as out:
        out.write(text)


def _said(path: Path) -> dict[str, Any] | None:
    """What a config says that is there."""
    try:
        said = read_config(path)
    except InvalidInput:
        return None
    return {name: absolute(value) if name in PATHS else value for name, value in said.items()}

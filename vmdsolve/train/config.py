"""A run's config: all that a training was told, by key, in a file that is enough to repeat it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput
from ..model.config import ModelConfig
from .keys import KEYS, PACKAGED, PUZZLES, RECIPE, SAMPLING, SHAPE, Keys, loops_text
from .recipe import Recipe

if TYPE_CHECKING:
    from ..domains import Domain
    from .mixture import Mixture

__all__ = ["MOST", "absolute", "checked", "read_config", "told_of", "with_paths"]

MOST = 1 << 16  # bytes of a file
ALONE = {"run_dir": "--run-dir", "resume": "--resume", "config": "--config"}  # no part of what a run is


def checked(given: Mapping[str, Any], where: str = "", table: Keys = PUZZLES) -> dict[str, Any]:
    """Values by key, if all are keys and values.

    Parameters
    ----------
    given
        What somebody wrote; "-" in a name is as good as "_".
    where
        What the sentence about a mistake begins with, as in "run.toml: ".
    table
        Of the kind of training.

    Raises
    ------
    InvalidInput
        The first that is none, with the nearest right key.

    Examples
    --------
    >>> checked({"steps": 100, "kl-warmup": 0.2})
    {'steps': 100, 'kl_warmup': 0.2}
    >>> checked({"step": 100}, "run.toml: ")
    Traceback (most recent call last):
    vmdsolve.errors.InvalidInput: run.toml: there is no key step; did you mean steps?
    """
    out: dict[str, Any] = {}
    for written, value in given.items():
        name = written.replace("-", "_")
        if name in out:
            raise InvalidInput(f"{where}{name} stands there twice, as {written}, too")
        if name not in table.keys:
            raise InvalidInput(where + _no_key(written, name, value, table))
        try:
            out[name] = table.keys[name].read(value, name)
        except InvalidInput as error:
            raise InvalidInput(f"{where}{error}") from error
    return out


def _no_key(written: str, name: str, value: Any, table: Keys) -> str:
    from difflib import get_close_matches

    if isinstance(value, dict):
        return f"{written:.80} is a table; keys stand without tables, as in steps = 6000"
    if name in ALONE:
        return f"{written} is no part of a config; give it as the option {ALONE[name]}"
    near = get_close_matches(name[:80].lower(), table.keys, 1)
    return f"there is no key {written:.80}; " + (
        f"did you mean {near[0]}?" if near else f"`{table.command} --print-config` shows all that there are"
    )


def read_config(path: Path | str, table: Keys = PUZZLES) -> dict[str, Any]:
    """What a file says, by key. Its paths are relative to its own folder.

    Parameters
    ----------
    path
        A .toml or .json file.
    table
        Of the kind of training.

    Raises
    ------
    InvalidInput
        No such file, another kind of file, or a key or value that is none; the file and the key are named.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in (".toml", ".json"):
        raise InvalidInput(f"{path} has no ending of a config; wanted .toml or .json")
    if not path.is_file():
        raise InvalidInput(f"no such file of a config: {path}")
    with path.open("rb") as stream:
        data = stream.read(MOST + 1)
    if len(data) > MOST:
        raise InvalidInput(f"{path} has over {MOST:,} bytes; that is no config")
    given = checked(_parsed(data, kind, path), f"{path}: ", table)
    return with_paths(given, table, lambda name: _placed(name, path.parent))


def _parsed(data: bytes, kind: str, path: Path) -> dict[str, Any]:
    import tomllib

    from ..untrusted import loads

    try:
        text = data.decode("utf-8-sig")
        given = loads(text) if kind == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError
        told = "tables or arrays too deep" if isinstance(error, RecursionError) else error
        raise InvalidInput(f"{path} cannot be read: {told}") from error
    if not isinstance(given, dict):
        raise InvalidInput(f"{path} cannot be read: it is {given!r:.80}, wanted an object of keys and values")
    return given


def _placed(name: str, folder: Path) -> str:
    """A path as it is called from here."""
    path, here = (folder / name).absolute(), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def told_of(
    domain: Domain | Mixture, recipe: Recipe, config: ModelConfig, init: Path | None = None, **others: Any
) -> dict[str, Any]:
    """All keys of a run, so that it does not change with defaults.

    Parameters
    ----------
    domain, recipe, config
        Of the run.
    init
        The weights that it begins with.
    **others
        Its other keys; None and "" are left out.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> told = told_of(get("pair"), Recipe(steps=100), ModelConfig.of(get("pair"), positions=(2, 10)))
    >>> [told[name] for name in ("domain", "steps", "loops", "positions", "latent")]
    ['pair', 100, '0:8,0.1:16', True, 8]
    """
    from ..model.packaged import packaged_file

    told = dict(others)
    told |= {"domain": domain.name if _registered(domain, recipe) else None}
    told |= {"init": PACKAGED if init and init == packaged_file(domain.name) else init and str(init)}
    told |= {"loops": loops_text(recipe.loops), "givens": "{}:{}".format(*recipe.givens)}
    told |= {name: getattr(recipe, name) for name in RECIPE}
    told |= {"positions": config.positions != (0, 0), "evaluation_loops": config.loops}
    told |= {name: getattr(config, name) for name in SHAPE}
    told |= {name: getattr(config.sampling, one.name) for name, one in SAMPLING.items()}
    held = {name: value for name, value in told.items() if value not in (None, "", inf)}
    held = with_paths(held, PUZZLES, absolute)
    return {name: key.read(held[name], name) for name, key in KEYS.items() if name in held}


def _registered(domain: Domain | Mixture, recipe: Recipe) -> bool:
    """False for what nothing but a file of examples makes."""
    from ..domains import Domain, get

    if recipe.data != "examples" or domain.rules.constraints or not isinstance(domain, Domain):
        return True
    try:
        found = get(domain.name)
    except InvalidInput:
        return False
    return (found.symbols, found.rules) == (domain.symbols, domain.rules)


def with_paths(told: Mapping[str, Any], table: Keys, placed: Callable[[str], str]) -> dict[str, Any]:
    """The same keys, with every path as `placed` calls it."""
    return {name: table.paths[name](value, placed) if name in table.paths else value for name, value in told.items()}


def absolute(name: str) -> str:
    """A path as it is called from anywhere."""
    return str(Path(name).absolute())

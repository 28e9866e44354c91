"""The registry that finds adapters by entry point.

A package names, as an entry point of the group `vmdsolve.domains`, a mapping. Its keys are either

    names of kinds    "pairs" -> Kind(make, ...): any size by `pairs:7`, see kind.py
    names of domains  "pairs-5" -> a function that makes it; sizes of one stem are one kind, and `pairs:5` finds it, too
    with a colon      "pairs:" -> a function that makes a domain of the text behind the colon
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.metadata import entry_points
from types import MappingProxyType

from ..errors import InvalidInput
from ..problem import Problem
from .base import Domain
from .kind import Kind, kinds_of

__all__ = ["ENTRY_POINTS", "by_cells", "families", "find", "get", "known", "layout_of", "names", "refresh"]

ENTRY_POINTS = "vmdsolve.domains"
SIZE = re.compile(r"\d[\dx]*(-[a-z\d-]+)?", re.ASCII)  # after a name without a colon
MOST_MADE = 64  # domains of sizes that are not listed, or made from a text, that are kept: the last ones used
NEAREST = 3  # names that a message proposes


@cache
def families() -> Mapping[str, Kind]:
    """All installed kinds of puzzles by name.

    Examples
    --------
    >>> families()["sudoku"].sizes
    '4 to 25, or boxes: 3x2'
    """
    kinds: dict[str, Kind] = {}
    plain: dict[str, Callable[..., Domain]] = {}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: (p.name, p.value)):
        try:
            made = dict(point.load())
        except Exception as error:  # what a package does when it is imported is its own
            _left_out(f"the domains of {point.name!r} ({point.value})", error)
            continue
        for name, make in made.items():
            if name in plain or name in kinds:
                raise InvalidInput(f"two installed packages register the domain {name!r}; uninstall one")
            if isinstance(make, Kind):
                kinds[name] = make
            else:
                plain[name] = make
    for name, kind in kinds_of(plain).items():
        if name in kinds:
            raise InvalidInput(f"two installed packages register the domain {name!r}; uninstall one")
        kinds[name] = kind
    return MappingProxyType(kinds)


def _left_out(what: str, error: Exception) -> None:
    text = f"{what} are left out: {_reason(error)}; mend or uninstall their package"
    warnings.warn(text, RuntimeWarning, stacklevel=3)


def _reason(error: Exception) -> str:
    """What went wrong in a package, on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


@cache
def _listed() -> Mapping[str, tuple[str, str]]:
    """Names of domains -> their kind and what follows the colon."""
    return {name: (kind, size) for kind, of in families().items() for name, size in of.named.items()}


@cache
def _aliases() -> Mapping[str, tuple[str, str]]:
    """Other names of kinds, and their own -> the kind, and what follows the colon if nothing is said."""
    own = {kind: (kind, "") for kind in families()}
    return {alias: (kind, size) for kind, of in families().items() for alias, size in of.aliases.items()} | own


def names() -> list[str]:
    """Names of all installed domains that are listed; `families` are the kinds, of which there may be other sizes.

    Examples
    --------
    >>> "sudoku-9x9" in names()
    True
    """
    return list(_listed())


def find(name: str) -> tuple[str, str]:
    """The kind that a name means, and what it says of the size: "" where it says nothing.

    Upper case, blanks and `_` for `-`, and the colon or `-` before a size left out are all understood.

    Raises
    ------
    InvalidInput
        Names the nearest names.

    Examples
    --------
    >>> find("sudoku:3x2"), find("Sudoku 9x9"), find("coloring-3"), find("killer")
    (('sudoku', '3x2'), ('sudoku', '9x9'), ('colouring', '3'), ('killer', ''))
    """
    if not isinstance(name, str):
        raise InvalidInput(f"domain is {name!r}; wanted the name of a domain, or a Domain")
    if name in _listed():
        return _listed()[name]
    head, colon, rest = name.partition(":")
    plain, known = "-".join(head.lower().replace("_", " ").split()), _aliases()
    if plain in known:
        kind, size = known[plain]
        return kind, rest if colon and rest else size
    for word in sorted(known, key=len, reverse=True):  # the longest first: sudoku-x before sudoku
        size = plain.removeprefix(word).removeprefix("-")
        if plain.startswith(word) and SIZE.fullmatch(size) and not known[word][1] and not colon:
            return known[word][0], size
    near = get_close_matches(plain, {**known, **_listed()}, NEAREST, 0.5)
    nearest = f"the nearest are {', '.join(near)}; " if len(near) > 1 else f"the nearest is {near[0]}; " if near else ""
    raise InvalidInput(f"unknown domain {name[:60]!r}; {nearest}`vmdsolve domains` lists all")


def known(name: str) -> bool:
    """True if `find` knows this name; sizes are not looked at.

    Examples
    --------
    >>> known("latin:5"), known("latin5.csv")
    (True, False)
    """
    try:
        return bool(find(name))
    except InvalidInput:
        return False


def get(name: str) -> Domain:
    """The domain of that name: a kind with its size behind a colon, or without one where a kind has a usual size.

    Parameters
    ----------
    name
        `sudoku` (9x9), `sudoku:16`, `sudoku:3x2` (boxes of 3 rows by 2 columns), `latin:12`, `queens:20`,
        `colouring:4`, `killer`, `regex:3:[ab]+`. Older names such as `sudoku-9x9` give the very same.

    Raises
    ------
    InvalidInput
        For a name that no installed package registers, or whose package fails to make it.

    Examples
    --------
    >>> get("sudoku:4").rules.L, get("regex:3:[ab]+").rules.V, get("sudoku") is get("sudoku-9x9")
    (16, 2, True)
    """
    if name in _listed():
        return _registered(name)
    kind, size = find(name)
    of = families()[kind]
    if size and not of.sizes:
        raise InvalidInput(
            f"{kind} takes no size, got {size[:40]!r}; a problem's own text says it, if there are several"
        )
    if not size and of.default is None:
        raise InvalidInput(
            f"{kind} has no usual size; say one of {of.sizes}" + f", as in {kind}:{of.shown}" * bool(of.shown)
        )
    domain = _made(kind, size or of.default or "")
    return _registered(domain.name) if domain.name in _listed() else domain  # one object: rules are compiled once


@cache
def _registered(name: str) -> Domain:
    return _make(name, *_listed()[name])


@lru_cache(maxsize=MOST_MADE)
def _made(kind: str, size: str) -> Domain:
    return _make(f"{kind}:{size}" if size else kind, kind, size)


def _make(name: str, kind: str, size: str) -> Domain:
    try:
        return families()[kind].make(size)
    except InvalidInput:
        raise
    except Exception as error:
        raise InvalidInput(f"the package that registers {name!r} fails to make it: {_reason(error)}") from error


@cache
def by_cells() -> Mapping[int, tuple[str, ...]]:
    """Number of cells -> domains that a bare grid of that size may mean.

    Examples
    --------
    >>> by_cells()[81]
    ('sudoku-9x9',)
    """
    out: dict[int, tuple[str, ...]] = {}
    for name in (name for of in families().values() if of.bare for name in of.named):
        try:
            domain = get(name)
            cells = domain.rules.L if domain.by_shape else 0
        except Exception as error:  # a package's own, again
            _left_out(f"bare grids of the domain {name!r}", error)
            continue
        if cells:
            out[cells] = (*out.get(cells, ()), name)
    return out


Problem.named = staticmethod(get)  # so that a problem that only names its domain can be looked at


def refresh() -> None:
    """Look anew for installed packages, where some came or went while Python runs; domains are made again."""
    for cached in (families, _listed, _aliases, _registered, _made, by_cells):
        cached.cache_clear()


def layout_of(problem: Problem) -> Domain:
    """The board of a problem: its own, or that of the domain it names.

    Examples
    --------
    >>> layout_of(get("sudoku-4x4").parse("." * 16)).name
    'sudoku-4x4'
    """
    return problem.layout if isinstance(problem.layout, Domain) else get(problem.domain)

"""The registry that finds adapters by entry point."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.metadata import entry_points

from ..errors import InvalidInput
from ..problem import Problem
from .base import Domain

__all__ = ["ENTRY_POINTS", "by_cells", "get", "layout_of", "names", "refresh"]

ENTRY_POINTS = "vmdsolve.domains"  # a package names here a mapping: domain name -> function that makes it
MOST_MADE = 64  # domains made from a text that are kept, the last ones used


@cache
def _factories() -> Mapping[str, Callable[..., Domain]]:
    found: dict[str, Callable[..., Domain]] = {}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: (p.name, p.value)):
        try:
            made = dict(point.load())
        except Exception as error:  # what a package does when it is imported is its own
            _left_out(f"the domains of {point.name!r} ({point.value})", error)
            continue
        for name, make in made.items():
            if name in found:
                raise InvalidInput(f"two installed packages register the domain {name!r}; uninstall one")
            found[name] = make
    return found


def _left_out(what: str, error: Exception) -> None:
    text = f"{what} are left out: {_reason(error)}; mend or uninstall their package"
    warnings.warn(text, RuntimeWarning, stacklevel=3)


def _reason(error: Exception) -> str:
    """What went wrong in a package, on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def names() -> list[str]:
    """Names of all installed domains.

    Examples
    --------
    >>> "sudoku-9x9" in names()
    True
    """
    return [name for name in _factories() if not name.endswith(":")]


def get(name: str) -> Domain:
    """The domain of that name. A registered name that ends in ':' makes a domain from what follows it.

    Raises
    ------
    InvalidInput
        For a name that no installed package registers, or whose package fails to make it.

    Examples
    --------
    >>> get("sudoku-4x4").rules.L, get("regex:3:[ab]+").rules.V
    (16, 2)
    """
    kind, colon, rest = name.partition(":")
    if rest and kind + colon in _factories():
        return _made(kind + colon, rest)
    if name not in names():
        raise InvalidInput(f"unknown domain {name!r}; installed are {', '.join(names())}")
    return _registered(name)


@cache
def _registered(name: str) -> Domain:
    return _make(name)


@lru_cache(maxsize=MOST_MADE)
def _made(kind: str, rest: str) -> Domain:
    return _make(kind, rest)


def _make(name: str, *rest: str) -> Domain:
    try:
        return _factories()[name](*rest)
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
    for name in names():
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
    for cached in (_factories, _registered, _made, by_cells):
        cached.cache_clear()


def layout_of(problem: Problem) -> Domain:
    """The board of a problem: its own, or that of the domain it names.

    Examples
    --------
    >>> layout_of(get("sudoku-4x4").parse("." * 16)).name
    'sudoku-4x4'
    """
    return problem.layout if isinstance(problem.layout, Domain) else get(problem.domain)

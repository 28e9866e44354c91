"""The registry that finds adapters by entry point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points

from ..errors import InvalidInput
from ..problem import Problem
from .base import Domain

__all__ = ["ENTRY_POINTS", "get", "layout_of", "names"]

ENTRY_POINTS = "vmdsolve.domains"  # a package names here a mapping: domain name -> function that makes it


@cache
def _factories() -> Mapping[str, Callable[..., Domain]]:
    found: dict[str, Callable[..., Domain]] = {}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: (p.name, p.value)):
        for name, make in point.load().items():
            if name in found:
                raise InvalidInput(f"two installed packages register the domain {name!r}; uninstall one")
            found[name] = make
    return found


def names() -> list[str]:
    """Names of all installed domains.

    >>> "sudoku-9x9" in names()
    True
    """
    return [name for name in _factories() if not name.endswith(":")]


@cache
def get(name: str) -> Domain:
    """The domain of that name. A registered name that ends in ':' makes a domain from what follows it.

    >>> get("sudoku-4x4").rules.L, get("regex:3:[ab]+").rules.V
    (16, 2)

    Raises InvalidInput for a name that no installed package registers.
    """
    factories = _factories()
    kind, colon, rest = name.partition(":")
    if rest and kind + colon in factories:
        return factories[kind + colon](rest)
    if name not in names():
        raise InvalidInput(f"unknown domain {name!r}; installed are {', '.join(names())}")
    return factories[name]()


def layout_of(problem: Problem) -> Domain:
    """The board of a problem: its own, or that of the domain it names.

    >>> layout_of(get("sudoku-4x4").parse("." * 16)).name
    'sudoku-4x4'
    """
    return problem.layout if isinstance(problem.layout, Domain) else get(problem.domain)

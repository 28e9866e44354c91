"""Kinds of puzzles as the registry knows them: a name, and how what is said of the size makes a domain."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..errors import InvalidInput
from .base import Domain

__all__ = ["Kind", "kinds_of", "number_in"]

SIZED = re.compile(r"(.+)-(\d+(?:x\d+)?)")  # a name that says a size, as names did before there were kinds


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of puzzles, of one size or many.

    Attributes
    ----------
    make
        makes the domain of what follows the colon: "3x2" of `sudoku:3x2`; InvalidInput if that is no size
    sizes
        which sizes there are, in words; "" if problems bring their own
    named
        names of domains that are listed -> what would follow the colon
    default
        what follows the colon where a name has none; None: a size has to be said
    shown
        what follows the colon in the domain whose `example` people see
    aliases
        other names -> what follows the colon then
    bare
        False where a bare grid means none of them, so that they need not be made to see which one it means

    Examples
    --------
    >>> from vmdsolve.domains import TEMPLATE
    >>> Kind(lambda size: TEMPLATE.Pairs(number_in(size, "pairs")), "3 cells or more").make("5").name
    'pairs-5'
    """

    make: Callable[[str], Domain]
    sizes: str = ""
    named: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    shown: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    bare: bool = True


def number_in(size: str, kind: str) -> int:
    """The one number that a size is.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> number_in("12", "latin"), number_in("9x9", "latin")
    (12, 9)
    """
    match = re.fullmatch(r"(\d{1,6})(?:x(\d{1,6}))?", size.strip().lower(), re.ASCII)
    if match is None or match[2] not in (None, match[1]):
        raise InvalidInput(f"the size of {kind} is {size[:40]!r}; wanted a number, as in {kind}:8")
    return int(match[1])


def kinds_of(plain: Mapping[str, Callable[..., Domain]]) -> dict[str, Kind]:
    """Kinds of a mapping that knows names alone: `pairs-3`, `pairs-4` are sizes of pairs; `regex:` takes any text.

    Examples
    --------
    >>> from vmdsolve.domains import TEMPLATE
    >>> pairs = kinds_of(TEMPLATE.DOMAINS)["pairs"]
    >>> pairs.sizes, pairs.make("5").name
    ('3, 4, 5, 6, 7, 8', 'pairs-5')
    """
    sizes: dict[str, dict[str, str]] = {}
    texts = {name.removesuffix(":"): make for name, make in plain.items() if name.endswith(":")}
    for name in plain:
        if not name.endswith(":"):
            match = SIZED.fullmatch(name)
            stem, size = (match[1], match[2]) if match else (name, "")
            sizes.setdefault(stem, {})[size] = name
    return {stem: _kind(stem, of, plain, texts.get(stem)) for stem, of in sizes.items()} | {
        stem: Kind(make, "what stands after the colon") for stem, make in texts.items() if stem not in sizes
    }


def _kind(
    stem: str, names: Mapping[str, str], plain: Mapping[str, Callable[..., Domain]], other: Callable[..., Domain] | None
) -> Kind:
    listed = ", ".join(size for size in names if size)

    def make(size: str) -> Domain:
        if size in names:
            return plain[names[size]]()
        if other is not None:
            return other(size)
        wanted = f"wanted {listed}" if listed else "it has none"
        raise InvalidInput(f"the size of {stem} is {size[:40]!r}; {wanted}")

    alone = next(iter(names)) if len(names) == 1 else None
    default = "" if "" in names else alone
    return Kind(make, listed, {name: size for size, name in names.items()}, default, default or next(iter(names)))

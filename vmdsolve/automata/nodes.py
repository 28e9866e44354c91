"""Patterns as trees: what a regular expression, or a schema, says. Parts may stand in several places of a tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from .characters import Ranges, set_of

__all__ = ["NOTHING", "Alternatives", "Anchor", "Characters", "Embedded", "Listed", "Node", "Repeat", "Sequence"]
__all__ += ["either", "optional", "rewritten", "text"]


@dataclass(frozen=True, slots=True)
class Characters:
    """One character of a set."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    ways: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`part` from `least` to `most` times; None: any number of times."""

    part: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Nothing, but only where the text begins, or ends."""

    where: Literal["begin", "end"]


class Automaton(Protocol):
    """What a tree knows of an automaton over bytes, a Dfa; its start is state 0."""

    @property
    def Q(self) -> int:
        """States."""

    @property
    def accepting(self) -> npt.NDArray[np.bool_]:
        """bool [Q]."""

    def ranges(self) -> Iterator[tuple[int, int, int, int]]:
        """Steps by ranges of bytes: state, first and last byte, state after."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The words of an automaton."""

    dfa: Automaton


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of `items`, in order, a separator between each two: those that are required, and others as may be.

    `rest` follows where one was written, `alone` where none was.
    """

    items: tuple[tuple[Node, bool], ...]  # and whether it is required
    separator: Node
    rest: Node
    alone: Node


Node = Characters | Sequence | Alternatives | Repeat | Anchor | Embedded | Listed
NOTHING = Sequence(())  # the empty text


def text(characters: str) -> Node:
    """Just this text.

    >>> text("é")
    Characters(ranges=((233, 233),))
    """
    parts = tuple(Characters(set_of(c)) for c in characters)
    return parts[0] if len(parts) == 1 else Sequence(parts)


def either(*ways: Node) -> Node:
    """One of these; of a single one, that."""
    return ways[0] if len(ways) == 1 else Alternatives(ways)


def optional(part: Node) -> Node:
    return Repeat(part, 0, 1)


def rewritten(node: Node, characters: dict[Characters, Node]) -> Node:
    """The tree with other parts in place of sets of characters; those that are not named stay."""
    if isinstance(node, Characters):
        return characters.get(node, node)
    if isinstance(node, Sequence):
        return Sequence(tuple(rewritten(part, characters) for part in node.parts))
    if isinstance(node, Alternatives):
        return Alternatives(tuple(rewritten(way, characters) for way in node.ways))
    if isinstance(node, Repeat):
        return Repeat(rewritten(node.part, characters), node.least, node.most)
    return node

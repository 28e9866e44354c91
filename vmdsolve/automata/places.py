"""From a tree to places: an automaton that may stand in several at once, for `determinise` to make one of.

A part that is followed by the same place twice is built once: trees with shared parts stay as small as written.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from .characters import EVERY, Ranges, intersection, utf8
from .nodes import NOTHING, Alternatives, Anchor, Characters, Embedded, Listed, Node, Repeat, Sequence

__all__ = ["Places", "TooLarge"]

MAX_PLACES = 150_000
ALWAYS, BEGIN, END = 0, 1, 2  # when a free edge is open; csrc/automata/dfa.hpp


class TooLarge(Exception):
    """More states, or more work, than allowed."""


class Places:
    """Places of a pattern, and the edges between them: some read a byte of lo..hi, and some are free.

    Parameters
    ----------
    tree
        what is to be matched from end to end
    alphabet
        the characters that there are; others are in no set

    Raises
    ------
    TooLarge
        Over 150,000 places.
    """

    def __init__(self, tree: Node, alphabet: Ranges = EVERY) -> None:
        self.count, self.alphabet = 0, alphabet
        self.reading: list[tuple[int, int, int, int]] = []
        self.free: list[tuple[int, int, int]] = []
        self.built: dict[tuple[int, int], int] = {}
        self.kept: list[Node] = []  # whose id is in use
        self.tails: dict[tuple[int, int, int], int] = {}
        self.final = self.place()
        self.start = self.enter(simplified(tree)[0], self.final)

    def arrays(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """The edges: int32 [n, 4] of from, lo, hi, to, and int32 [m, 3] of from, when, to."""
        reading = np.array(self.reading, np.int32).reshape(-1, 4)
        return reading, np.array(self.free, np.int32).reshape(-1, 3)

    def place(self, free: Iterable[int] = (), when: int = ALWAYS) -> int:
        self.count += 1
        if self.count + len(self.reading) // 4 > MAX_PLACES:
            raise TooLarge
        self.free += [(self.count - 1, when, to) for to in free]
        return self.count - 1

    def enter(self, node: Node, after: int) -> int:
        """The place where a part of the pattern begins that goes on at `after`."""
        key = (id(node), after)
        if key not in self.built:
            self.kept.append(node)
            self.built[key] = self.begin(node, after)
        return self.built[key]

    def begin(self, node: Node, after: int) -> int:
        if isinstance(node, Characters):
            return self.characters(node, after)
        if isinstance(node, Sequence):
            for part in reversed(node.parts):
                after = self.enter(part, after)
            return after
        if isinstance(node, Alternatives):
            return self.place([self.enter(way, after) for way in node.ways])
        if isinstance(node, Repeat):
            return self.repeat(node, after)
        if isinstance(node, Anchor):
            return self.place([after], BEGIN if node.where == "begin" else END)
        if isinstance(node, Listed):
            return self.listed(node, after)
        return self.embedded(node, after)

    def characters(self, node: Characters, after: int) -> int:
        begin = self.place()
        for row in utf8(intersection(node.ranges, self.alphabet)):
            to = after
            for low, high in reversed(row[1:]):
                if (low, high, to) not in self.tails:
                    self.tails[low, high, to] = self.place()
                    self.reading.append((self.tails[low, high, to], low, high, to))
                to = self.tails[low, high, to]
            self.reading.append((begin, *row[0], to))
        return begin

    def repeat(self, node: Repeat, after: int) -> int:
        least, begin = node.least, after
        if node.most is None:
            loop = self.place()
            body = self.enter(node.part, loop)
            self.free += [(loop, ALWAYS, body), (loop, ALWAYS, after)]
            begin, least = (body, least - 1) if least else (loop, 0)
        else:
            for _ in range(node.most - least):
                begin = self.place([self.enter(node.part, begin), after])
        for _ in range(least):
            if begin == (begin := self.enter(node.part, begin)):
                break  # the part is nothing at all
        return begin

    def listed(self, node: Listed, after: int) -> int:
        rest, alone = self.enter(node.rest, after), self.enter(node.alone, after)
        for item, required in reversed(node.items):
            first = self.enter(item, rest)
            later = self.enter(node.separator, first)
            rest = later if required else self.place([later, rest])
            alone = first if required else self.place([first, alone])
        return alone

    def embedded(self, node: Embedded, after: int) -> int:
        dfa = node.dfa
        states = [self.place() for _ in range(dfa.Q)]
        self.free += [(states[q], ALWAYS, after) for q in np.flatnonzero(dfa.accepting)]
        for q, low, high, to in dfa.ranges():
            self.reading.append((states[q], low, high, states[to]))
        return states[0]


def simplified(node: Node) -> tuple[Node, bool]:
    """The same words, repetitions of repetitions made one where they can be; and if the empty text is among them."""
    found: dict[int, tuple[Node, bool]] = {}

    def of(node: Node) -> tuple[Node, bool]:
        if id(node) not in found:  # shared parts stay shared
            found[id(node)] = simpler(node)
        return found[id(node)]

    def simpler(node: Node) -> tuple[Node, bool]:
        if isinstance(node, Sequence):
            parts = [of(part) for part in node.parts]
            return Sequence(tuple(part for part, _ in parts if part != NOTHING)), all(empty for _, empty in parts)
        if isinstance(node, Alternatives):
            ways = [of(way) for way in node.ways]
            return Alternatives(tuple(way for way, _ in ways)), any(empty for _, empty in ways)
        if isinstance(node, Repeat):
            part, empty = of(node.part)
            least, most = 0 if empty else node.least, node.most
            if most == 0 or part == NOTHING:
                return NOTHING, True
            if isinstance(part, Repeat) and part.least <= 1:
                if part.most == 1:  # (a?){0,n}
                    part = part.part
                elif part.most is None:  # (a*){m,n}, (a+){m,n}
                    part, most = part.part, None
            return Repeat(part, least, most), least == 0
        if isinstance(node, Listed):
            items = tuple((of(item)[0], required) for item, required in node.items)
            return Listed(items, *(of(part)[0] for part in (node.separator, node.rest, node.alone))), False
        if isinstance(node, Embedded):
            return node, bool(node.dfa.accepting[0])
        return node, isinstance(node, Anchor)

    return of(node)

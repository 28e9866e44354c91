"""Counts the states of a pattern's automaton before anyone builds it: sets of positions, one by one, up to a limit.

The library behind `regex:` takes all the memory there is for `(a|b)*a(a|b){24}`, which needs 2^25 states. Here the
same sets are gone through lazily, so that a pattern too large is known by the time the limit is reached.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

__all__ = ["states"]

FIRST, LAST = 32, 126  # printable ASCII
EVERY = (1 << (LAST - FIRST + 1)) - 1
CLASSES = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
MOST_NODES = 100_000  # of the automaton with free steps; a counted repetition copies what it repeats


class TooLarge(Exception):
    """More nodes than anyone should build."""


class Unread(Exception):
    """A construct that has no automaton here."""


def states(pattern: str, limit: int) -> int | None:
    """How many states the pattern's automaton over printable ASCII has, dead ones left out; `limit` + 1 if more.

    >>> states("(a|b)*a(a|b){3}", 100), states("(a|b)*a(a|b){24}", 100), states("[[:alpha:]]", 100) is None
    (16, 101, True)

    None where Python's parser, unlike the library's, does not read the pattern.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # a set in brackets that means another in other dialects
            tree = import_module("re._parser").parse(pattern)
        return _count(_Nodes(tree), limit)
    except TooLarge:
        return limit + 1
    except (re.error, Unread, FutureWarning, RecursionError, OverflowError):
        return None


class _Nodes:
    """Nodes that read one character of a set (`reads`, as bits) and go on to the next, or step freely (`free`)."""

    def __init__(self, tree: Iterable[Any]) -> None:
        self.reads: list[int] = []
        self.next: list[int] = []
        self.free: list[Sequence[int]] = []
        self.end = self.node()
        self.start = self.sequence(tree, self.end)

    def node(self, reads: int = 0, goes: int = -1, free: Sequence[int] = ()) -> int:
        if len(self.reads) == MOST_NODES:
            raise TooLarge
        self.reads.append(reads)
        self.next.append(goes)
        self.free.append(free)
        return len(self.reads) - 1

    def sequence(self, tree: Iterable[Any], after: int) -> int:
        for kind, what in reversed(list(tree)):
            after = self.part(str(kind), what, after)
        return after

    def part(self, kind: str, what: Any, after: int) -> int:
        """The node where a part of a pattern begins that goes on at `after`."""
        if kind in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return self.node(_characters(kind, what), after)
        if kind == "SUBPATTERN":
            return self.sequence(what[-1], after)
        if kind == "BRANCH":
            return self.node(free=[self.sequence(branch, after) for branch in what[1]])
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, again = what
            begin = after
            if str(most) == "MAXREPEAT":
                loop = self.node()
                body = self.sequence(again, loop)
                self.free[loop] = [body, after]
                begin, least = (body, least - 1) if least else (loop, 0)
            else:
                for _ in range(most - least):
                    begin = self.node(free=[self.sequence(again, begin), after])
            for _ in range(least):
                begin = self.sequence(again, begin)
            return begin
        raise Unread


def _characters(kind: str, what: Any) -> int:
    """The printable characters that a part reads, bit c - FIRST for character c."""
    if kind == "ANY":
        return EVERY
    if kind == "NOT_LITERAL":
        return EVERY & ~_characters("LITERAL", what)
    if kind in ("LITERAL", "RANGE"):
        low, high = (what, what) if kind == "LITERAL" else what
        return sum(1 << (c - FIRST) for c in range(max(low, FIRST), min(high, LAST) + 1))
    if kind == "CATEGORY":
        name = str(what).removeprefix("CATEGORY_")
        known = re.compile(CLASSES[name.removeprefix("NOT_")], re.ASCII)
        held = sum(1 << (c - FIRST) for c in range(FIRST, LAST + 1) if known.match(chr(c)))
        return EVERY & ~held if name.startswith("NOT_") else held
    out = 0
    for part, of in what:
        out |= 0 if str(part) == "NEGATE" else _characters(str(part), of)
    return EVERY & ~out if what and str(what[0][0]) == "NEGATE" else out


def _count(nodes: _Nodes, limit: int) -> int:
    closed: Callable[[int], frozenset[int]] = cache(lambda node: _closure(nodes, node))
    alike: dict[tuple[int, ...], int] = {}  # one character stands for all that the same nodes read
    masks = sorted(set(nodes.reads))
    for bit in range(LAST - FIRST + 1):
        alike.setdefault(tuple(mask >> bit & 1 for mask in masks), bit)
    seen = {closed(nodes.start)}
    for held in (queue := list(seen)):  # grows while it is read
        for bit in alike.values():
            goes = (closed(nodes.next[node]) for node in held if nodes.reads[node] >> bit & 1)
            if (target := frozenset[int]().union(*goes)) and target not in seen:
                seen.add(target)
                queue.append(target)
        if len(seen) > limit:
            return limit + 1
    return len(seen)


def _closure(nodes: _Nodes, start: int) -> frozenset[int]:
    """The nodes that free steps lead to, those left out that only step on."""
    reached, left = {start}, [start]
    while left:
        for node in nodes.free[left.pop()]:
            if node not in reached:
                reached.add(node)
                left.append(node)
    return frozenset(node for node in reached if nodes.reads[node] or node == nodes.end)

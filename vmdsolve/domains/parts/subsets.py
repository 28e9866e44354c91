"""From a pattern's tree to its automaton: sets of positions, found one by one, up to limits of states and of work.

`(a|b)*a(a|b){24}` has 2^25 states, and `(a?b?){2000}` few, but thousands of positions in each: both are known by the
time a limit is reached, in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Iterable

from .pattern import ALPHABET, EVERY, Alternatives, Characters, Node, Repeat, Sequence

__all__ = ["Automaton", "TooLarge", "automaton"]

WORK = 400_000  # positions looked at: a fraction of a second
Automaton = tuple[list[dict[str, int]], set[int]]  # steps of each state, 0 the start; the states that accept


class TooLarge(Exception):
    """More states, or more work, than allowed."""


def automaton(tree: Node, limit: int, alphabet: int = EVERY) -> Automaton:
    """The deterministic automaton of a pattern over the characters in `alphabet`, numbered breadth first.

    >>> from .pattern import parse
    >>> automaton(parse("(ab)*"), 9)
    ([{'a': 1}, {'b': 0}], {0})

    Raises
    ------
    TooLarge
        Over `limit` states, or over WORK positions to look at.
    """
    positions = _Positions(tree, alphabet)
    masks = sorted(set(positions.reads))
    alike: dict[tuple[int, ...], list[int]] = {}  # characters that the same positions read
    for bit in range(len(ALPHABET)):
        alike.setdefault(tuple(mask >> bit & 1 for mask in masks), []).append(bit)
    alike.pop((0,) * len(masks), None)
    groups = sorted(alike.values())
    numbers = {positions.first: 0}
    steps: list[dict[str, int]] = []
    for held in (queue := [positions.first]):  # grows while it is read
        row: dict[int, int] = {}
        for bits in groups:
            target = positions.after(held, bits[0])
            if target:
                if target not in numbers:
                    numbers[target] = len(queue)
                    queue.append(target)
                row |= dict.fromkeys(bits, numbers[target])
        steps.append({ALPHABET[bit]: row[bit] for bit in sorted(row)})
        if len(queue) > limit:
            raise TooLarge
    return steps, {number for held, number in numbers.items() if positions.end in held}


class _Positions:
    """Places in the pattern: each reads one character of a set (`reads`, as bits) and goes on to `next`, or, where the
    set is empty, goes on freely to any of `free`.
    """

    def __init__(self, tree: Node, alphabet: int) -> None:
        self.reads: list[int] = []
        self.next: list[int] = []
        self.free: list[list[int]] = []
        self.work, self.alphabet = 0, alphabet
        self.closed: dict[int, frozenset[int]] = {}
        self.end = self.place()
        self.first = self.closure(self.enter(_simplified(tree)[0], self.end))

    def spend(self, work: int) -> None:
        self.work += work
        if self.work > WORK:
            raise TooLarge

    def place(self, reads: int = 0, goes: int = -1, free: Iterable[int] = ()) -> int:
        self.reads.append(reads)
        self.next.append(goes)
        self.free.append([*free])
        return len(self.reads) - 1

    def enter(self, node: Node, after: int) -> int:
        """The place where a part of the pattern begins that goes on at `after`."""
        self.spend(10)  # a place takes more memory than a look at one
        if isinstance(node, Characters):
            return self.place(node.mask & self.alphabet, after)
        if isinstance(node, Sequence):
            for part in reversed(node.parts):
                after = self.enter(part, after)
            return after
        if isinstance(node, Alternatives):
            return self.place(free=[self.enter(way, after) for way in node.ways])
        least, begin = node.least, after
        if node.most is None:
            loop = self.place()
            body = self.enter(node.part, loop)
            self.free[loop] = [body, after]
            begin, least = (body, least - 1) if least else (loop, 0)
        else:
            for _ in range(node.most - least):
                begin = self.place(free=[self.enter(node.part, begin), after])
        for _ in range(least):
            begin = self.enter(node.part, begin)
        return begin

    def closure(self, start: int) -> frozenset[int]:
        """The places that free steps lead to, those left out that only step on."""
        if start not in self.closed:
            reached, left = {start}, [start]
            while left:
                for place in self.free[left.pop()]:
                    if place not in reached:
                        reached.add(place)
                        left.append(place)
            self.spend(len(reached))
            self.closed[start] = frozenset(p for p in reached if self.reads[p] or p == self.end)
        return self.closed[start]

    def after(self, held: frozenset[int], bit: int) -> frozenset[int]:
        """The places held once the character of that bit has been read."""
        found = [self.closure(self.next[place]) for place in held if self.reads[place] >> bit & 1]
        self.spend(len(held) + sum(map(len, found)))
        return frozenset[int]().union(*found)


def _simplified(node: Node) -> tuple[Node, bool]:
    """The same language, repetitions of repetitions made one where they can be; and if nothing at all matches it."""
    if isinstance(node, Characters):
        return node, False
    if isinstance(node, Sequence):
        parts = [_simplified(part) for part in node.parts]
        return Sequence(tuple(part for part, _ in parts)), all(nothing for _, nothing in parts)
    if isinstance(node, Alternatives):
        ways = [_simplified(way) for way in node.ways]
        return Alternatives(tuple(way for way, _ in ways)), any(nothing for _, nothing in ways)
    part, nothing = _simplified(node.part)
    least, most = 0 if nothing else node.least, node.most
    if most == 0:
        return Sequence(()), True
    if isinstance(part, Repeat) and part.least <= 1:
        if part.most == 1:  # (a?){0,n}
            part = part.part
        elif part.most is None:  # (a*){m,n}, (a+){m,n}
            least, most = least * part.least, None
            part = part.part
    return Repeat(part, least, most), least == 0

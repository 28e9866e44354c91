"""Climb: a problem solved with the easiest techniques that do, without words.

The techniques are those of hints, from the easiest on (deduction.py). Each only ever takes symbols away, so the order
in which they are applied does not matter: what the techniques up to one of them solve, they solve in any order. Tests
hold this to hint after hint.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import reduce
from itertools import combinations
from operator import or_
from typing import NamedTuple, NoReturn
from weakref import WeakKeyDictionary

import numpy as np

from .. import search, sets
from ..constraints import AllDifferent, Sum
from ..deadline import Deadline, stop_point
from ..errors import InvalidInput
from ..problem import OPEN, Constraint, Problem, Rules
from .filtering import supported
from .result import BY_STEPS, DIRECT

__all__ = ["RANKS", "Climb"]

RANKS = (*DIRECT, *BY_STEPS, "trial", "search")  # from easy to hard
MOST_TRIED = 1 << 15  # cells of boards on which trials run side by side, between two looks at the clock
SOME = 1024  # groups of cells between two looks at the clock


class _Units(NamedTuple):
    """What is the same for all problems under the same rules.

    Attributes
    ----------
    different, others
        constraints that are all-different, as cells; and the rest
    complete
        the cells of units that need every symbol
    around
        of each cell, the units in `different` and the numbers in `others` that it is part of
    crossing
        (cells of both, rest of one, rest of the other) of two units, the first of them complete
    """

    different: list[tuple[int, ...]]
    complete: list[tuple[int, ...]]
    others: list[tuple[Constraint, bool]]
    around: list[tuple[list[int], list[int]]]
    crossing: list[tuple[list[int], list[int], list[int]]]


_UNITS: WeakKeyDictionary[Rules, _Units] = WeakKeyDictionary()


def _units(rules: Rules) -> _Units:
    found = _UNITS.get(rules)
    if found is None:
        found = _UNITS[rules] = _made(rules)
    return found


def _made(rules: Rules) -> _Units:
    different = [c.cells for c in rules.constraints if isinstance(c, AllDifferent)]
    units = [set(cells) for cells in different]
    rest_of = [c for c in rules.constraints if not isinstance(c, AllDifferent)]
    around: list[tuple[list[int], list[int]]] = [([], []) for _ in range(rules.L)]
    for u, cells in enumerate(different):
        stop_point()
        for cell in cells:
            around[cell][0].append(u)
    others = []
    for u, c in enumerate(rest_of):
        stop_point()
        for cell in c.cells:
            around[cell][1].append(u)
        fewest = min((around[cell][0] for cell in c.cells), key=len)  # a unit with all cells is among these
        others.append((c, isinstance(c, Sum) and any(units[w] >= {*c.cells} for w in fewest)))
    crossing = []
    for u, cells in enumerate(different):
        stop_point()
        if len(cells) != rules.V:
            continue
        meets = Counter(w for cell in cells for w in around[cell][0] if w != u)
        for w in (w for w, shared in meets.items() if shared > 1):
            rest = [x for x in different[w] if x not in units[u]]
            if rest:
                crossing.append(([x for x in cells if x in units[w]], [x for x in cells if x not in units[w]], rest))
    return _Units(different, [cells for cells in different if len(cells) == rules.V], others, around, crossing)


class Climb:
    """One problem while it is solved the easiest way.

    Attributes
    ----------
    values, sets
        of each cell, its value or OPEN, and the symbols that are left
    alone
        what each of the other constraints leaves of its cells, given what is placed
    """

    def __init__(self, given: Problem, clock: Deadline) -> None:
        self.given, self.clock, self.units = given, clock, _units(given.rules)
        L, self.full = given.rules.L, int(sets.full(given.rules.V))
        self.values, self.sets, self.open = [OPEN] * L, [self.full] * L, L
        self.stale = set(range(len(self.units.others)))
        self.alone: list[Sequence[int]] = [()] * len(self.units.others)
        self.narrowed: dict[int, list[int]] = {}
        for cell, value in enumerate(given.values.tolist()):
            if value != OPEN:
                self.place(cell, sets.one(value))
        self.look()

    def solve(self, most: int) -> tuple[int, int]:
        """Go on with techniques up to `most`: the hardest that was needed, and the cells that were open before it."""
        moves = (
            self.last_cell, self.one_constraint, self.hidden_single, self.naked_single, self.narrowing, self.locked,
            lambda: self.subsets(2), lambda: self.subsets(3), self.trial, self.search,
        )  # fmt: skip
        rank = allowed = 0
        left = [self.open]
        while self.open:
            moved = next((k for k in range(allowed + 1) if moves[k]()), None)
            if self.clock.over:
                raise TimeoutError
            if moved is not None:
                rank = max(rank, moved)
            elif allowed == most:
                break
            else:
                allowed += 1
                left.append(self.open)
        return rank, left[rank]

    def refuse(self, why: str = "no answer") -> NoReturn:
        raise InvalidInput(f"the problem of {self.given.domain} has {why}; only one with one answer has a grade")

    def place(self, cell: int, symbol: int) -> None:
        """Write a symbol, and take it from the cells that may not hold it, too."""
        if not self.sets[cell] & symbol:
            self.refuse()
        self.values[cell], self.sets[cell] = symbol.bit_length() - 1, symbol
        self.open -= 1
        units, others = self.units.around[cell]
        for u in units:
            for x in self.units.different[u]:
                if x != cell:
                    self.sets[x] &= ~symbol
        self.stale.update(others)

    def place_all(self, found: dict[int, int]) -> bool:
        """Write symbols, each the only one that its cell can hold."""
        for cell, symbol in found.items():
            if self.values[cell] == OPEN:
                self.place(cell, symbol)
        self.look()
        return bool(found)

    def look(self) -> None:
        """Ask the other constraints anew what they leave, each alone, where something was placed."""
        for u in self.stale:
            stop_point()
            c, distinct = self.units.others[u]
            placed = [self.full if self.values[x] == OPEN else sets.one(self.values[x]) for x in c.cells]
            self.alone[u] = supported(c, placed, distinct=distinct)
            for x, mask in zip(c.cells, self.alone[u], strict=True):
                self.sets[x] &= mask
        self.stale.clear()
        if not all(self.sets):
            self.refuse()

    # Techniques: True where something came of it ------------------------------------------------------

    def last_cell(self) -> bool:
        found: dict[int, int] = {}
        for cells in self.units.complete:
            left = [x for x in cells if self.values[x] == OPEN]
            if len(left) == 1:
                found[left[0]] = self.full & ~reduce(or_, (self.sets[x] for x in cells if x != left[0]))
        return self.place_all(found)

    def one_constraint(self) -> bool:
        found: dict[int, int] = {}
        for (c, _), left in zip(self.units.others, self.alone, strict=True):
            for x, mask in zip(c.cells, left, strict=True):
                if self.values[x] == OPEN and mask.bit_count() == 1:
                    found[x] = mask
        return self.place_all(found)

    def hidden_single(self) -> bool:
        found: dict[int, int] = {}
        for cells in self.units.complete:
            once = twice = placed = 0
            for x in cells:
                twice |= once & self.sets[x]
                once |= self.sets[x]
                if self.values[x] != OPEN:
                    placed |= self.sets[x]
            if once != self.full:
                self.refuse()
            if alone := once & ~twice & ~placed:
                found |= {x: self.sets[x] & alone for x in cells if self.sets[x] & alone and self.values[x] == OPEN}
        return self.place_all(found)

    def naked_single(self) -> bool:
        return self.place_all(
            {x: mask for x, mask in enumerate(self.sets) if self.values[x] == OPEN and not mask & (mask - 1)}
        )

    def narrowing(self) -> bool:
        moved = False
        for u, (c, distinct) in enumerate(self.units.others):
            stop_point()
            before = [self.sets[x] for x in c.cells]
            if self.narrowed.get(u) == before:
                continue
            after = supported(c, before, distinct=distinct)
            self.narrowed[u] = after
            for x, mask in zip(c.cells, after, strict=True):
                self.sets[x] &= mask
            moved |= after != before
        return self.checked(moved)

    def locked(self) -> bool:
        moved, left = False, self.sets
        for shared, rest, other in self.units.crossing:
            inside = outside = 0
            for x in shared:
                inside |= left[x]
            for x in rest:
                outside |= left[x]
            if only := inside & ~outside:
                for x in other:
                    if left[x] & only:
                        left[x] &= ~only
                        moved = True
        return self.checked(moved)

    def subsets(self, size: int) -> bool:
        moved, left = False, self.sets
        for cells in self.units.different:
            few = [x for x in cells if 2 <= left[x].bit_count() <= size]
            for number, group in enumerate(combinations(few, size)):
                if not number % SOME:
                    stop_point()
                mask = reduce(or_, (left[x] for x in group))
                if mask.bit_count() <= size:
                    for x in cells:
                        if x not in group and left[x] & mask:
                            left[x] &= ~mask
                            moved = True
        return self.checked(moved)

    def checked(self, moved: bool) -> bool:
        if moved and not all(self.sets):
            self.refuse()
        return moved

    def trial(self) -> bool:
        """Cells in which every symbol but one leads to a contradiction by propagation."""
        rules, values = self.given.rules, np.array(self.values, np.int32)
        allowed, clash = search.propagate(rules, values[None], time_limit=self.clock.limit)
        if clash[0]:
            self.refuse()
        tried = [(x, v) for x in np.flatnonzero(values == OPEN).tolist() for v in sets.listed(int(allowed[0, x]))]
        alive: dict[int, int] = {}
        step = max(1, MOST_TRIED // rules.L)
        for begin in range(0, len(tried), step):
            some = tried[begin : begin + step]
            boards = np.repeat(values[None], len(some), axis=0)
            boards[np.arange(len(some)), [x for x, _ in some]] = [v for _, v in some]
            stop_point()
            _, dead = search.propagate(rules, boards, time_limit=self.clock.limit)
            for (x, v), gone in zip(some, dead.tolist(), strict=True):
                alive[x] = alive.get(x, 0) | (0 if gone else sets.one(v))
        if not all(alive.values()):
            self.refuse()
        return self.place_all({x: mask for x, mask in alive.items() if mask.bit_count() == 1})

    def search(self) -> bool:
        """All the rest at once: whoever needs search for one cell has met the hardest technique."""
        values = np.array(self.values, np.int32)[None]
        found = search.solve_values(self.given.rules, values, limit=2, time_limit=self.clock.limit)
        if found.status[0] == search.SearchStatus.TIME_LIMIT:
            raise TimeoutError
        if found.counts[0] != 1:
            self.refuse("more than one answer" if found.counts[0] else "no answer")
        self.values, self.open = found.values[0].tolist(), 0
        return True

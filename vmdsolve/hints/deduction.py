"""Deduction: what follows from the symbols that stand on a board, one step at a time, each in words.

A board's *view* is what each single constraint leaves of a cell's symbols given the placed ones. From it follow
placements (a cell with one symbol, a symbol with one place); where there are none, *eliminations* take further symbols
away until there is one. Nothing is tried out: that is hint.py. Sets of values are ints (sets.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import combinations
from types import MappingProxyType
from typing import NamedTuple

from .. import sets
from ..constraints import AllDifferent, Connected, Sum
from ..deadline import stop_point
from ..problem import OPEN, Constraint
from .filtering import border, supported
from .phrases import Phrases, listed
from .result import TECHNIQUES, Hint

__all__ = ["deduce"]

SOME = 1024  # groups of cells between two looks at the clock


class _Step(NamedTuple):
    """An elimination: the symbols it took, by cell, and those whose absence it rests on."""

    technique: str
    reason: str
    taken: dict[int, int]
    rests_on: dict[int, int]


def deduce(values: Sequence[int], V: int, constraints: Sequence[Constraint], say: Phrases) -> Hint | None:
    """The easiest placement or conflict that follows without trial; None if there is none, or the board is full.

    Raises
    ------
    TimeoutError
        No time is left of a clock that this is done `within`.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> domain = get("latin-3")
    >>> print(deduce([0, 1, -1, -1, -1, -1, -1, -1, -1], 3, domain.constraints, Phrases(domain)))
    row 1, column 3 is 3: it is the last open cell of row 1
    """
    stop_point()
    return _Board(values, V, constraints, say).hint()


class _Board:
    def __init__(self, values: Sequence[int], V: int, constraints: Sequence[Constraint], say: Phrases) -> None:
        self.say, self.values, self.constraints = say, values, constraints
        placed = [int(sets.full(V)) if v == OPEN else sets.one(v) for v in values]
        self.open = [cell for cell, v in enumerate(values) if v == OPEN]
        units = [set(c.cells) for c in constraints if isinstance(c, AllDifferent)]
        self.distinct = {id(c) for c in constraints if isinstance(c, Sum) and any(unit >= {*c.cells} for unit in units)}
        self.view = [self.supported(c, placed) for c in constraints]
        self.sets = list(placed)
        self.around: list[list[int]] = [[] for _ in values]  # constraints on each cell
        for u, c in enumerate(constraints):
            for cell, left in zip(c.cells, self.view[u], strict=True):
                self.sets[cell] &= left
                self.around[cell].append(u)
        self.different = [u for u, c in enumerate(constraints) if isinstance(c, AllDifferent)]
        self.complete = [u for u in self.different if len(constraints[u].cells) == V]  # every symbol has a place
        self.steps: list[_Step] = []

    def supported(self, c: Constraint, sets: Sequence[int]) -> list[int]:
        stop_point()
        return supported(c, [sets[cell] for cell in c.cells], distinct=id(c) in self.distinct)

    def hint(self) -> Hint | None:
        if found := self.broken() or self.last_cell() or self.one_constraint():
            return found
        while True:
            if found := self.hidden_single() or self.naked_single():
                return found
            step = next(self.eliminations(), None)
            if step is None:
                return None
            self.steps.append(step)
            for cell, mask in step.taken.items():
                self.sets[cell] &= ~mask

    # Placements ---------------------------------------------------------------------------------------

    def broken(self) -> Hint | None:
        """A constraint that the placed symbols already make impossible."""
        for c, left in zip(self.constraints, self.view, strict=True):
            if not all(left):
                return Hint("conflict", f"{self.rule(c)}, but {self.held(c)}", constraints=(c,))
        return None

    def last_cell(self) -> Hint | None:
        """A unit that needs every symbol and has one open cell."""
        for u in self.complete:
            c = self.constraints[u]
            left = [cell for cell in c.cells if self.values[cell] == OPEN]
            if len(left) == 1:
                mask = self.view[u][c.cells.index(left[0])]
                return self.place("last cell", left[0], mask, f"it is the last open cell of {self.say.unit(c)}", (c,))
        return None

    def one_constraint(self) -> Hint | None:
        """A constraint that alone, with what is placed, leaves one symbol to a cell."""
        for c, left in zip(self.constraints, self.view, strict=True):
            for cell, mask in zip(c.cells, left, strict=True):
                if self.values[cell] == OPEN and mask.bit_count() == 1:
                    held = self.held(c, cell)
                    why = self.rule(c) + (f", and {held}" if held else "")
                    if why == self.say.fact(cell, mask.bit_length() - 1):
                        why = "that is a clue"
                    return self.place("one constraint", cell, mask, why, (c,))
        return None

    def hidden_single(self) -> Hint | None:
        """A symbol that has one place left in a unit that needs it."""
        for u in self.complete:
            stop_point()
            c = self.constraints[u]
            placed = {self.values[cell] for cell in c.cells}
            for v in range(len(c.cells)):
                places = [cell for cell in c.cells if self.sets[cell] & sets.one(v)]
                if v in placed or len(places) > 1:
                    continue
                unit, symbol = self.say.unit(c), self.say.symbol(v)
                others = [cell for cell in c.cells if cell not in places and self.values[cell] == OPEN]
                gone = dict.fromkeys(others, sets.one(v))
                blockers = self.blockers(v, others)
                where = " and ".join(self.say.unit(b) for b in blockers)  # no commas: cells have them in their names
                why = f" ({where} {'keeps' if len(blockers) == 1 else 'keep'} it out of the rest)" if blockers else ""
                if not places:
                    return self.conflict(f"{unit} has no place left for {symbol}{why}", gone, (c, *blockers))
                only = f"in {unit} only this cell can be {symbol}{why}"
                return self.place("hidden single", places[0], sets.one(v), only, (c, *blockers), gone)
        return None

    def naked_single(self) -> Hint | None:
        """A cell for which one symbol is left."""
        for cell in self.open:
            stop_point()
            mask = self.sets[cell]
            if mask.bit_count() < 2:
                reason, used = self.excluded(cell, ~mask)
                if not mask:
                    return self.conflict(f"{self.say.cell(cell)} has no symbol left: {reason}", {cell: ~mask}, used)
                return self.place("naked single", cell, mask, reason, used, {cell: ~mask})
        return None

    def place(
        self, technique: str, cell: int, mask: int, why: str, used: tuple[Constraint, ...],
        rests_on: Mapping[int, int] = MappingProxyType({}),
    ) -> Hint:  # fmt: skip
        value = mask.bit_length() - 1
        reason = f"{self.say.fact(cell, value)}: {why}"
        steps = self.relevant(rests_on)
        hardest = max([technique, *(s.technique for s in steps)], key=TECHNIQUES.index)
        because = tuple(s.reason for s in steps)
        return Hint(hardest, reason, cell, value, self.say.domain.symbols[value], because, used)

    def conflict(self, reason: str, rests_on: Mapping[int, int], used: tuple[Constraint, ...]) -> Hint:
        because = tuple(s.reason for s in self.relevant(rests_on))
        return Hint("conflict", reason, because=because, constraints=used)

    # Eliminations -------------------------------------------------------------------------------------

    def eliminations(self) -> Iterator[_Step]:
        """Steps that take something, from easy to hard."""
        yield from self.narrowing()
        yield from self.locked()
        for size, technique in ((2, "pair"), (3, "triple")):
            yield from self.subsets(size, technique)

    def narrowing(self) -> Iterator[_Step]:
        """One constraint, not all-different, on what is left of its cells."""
        for c in self.constraints:
            if isinstance(c, AllDifferent):
                continue
            before = [self.sets[cell] for cell in c.cells]
            after = self.supported(c, self.sets)
            taken = {x: b & ~a for x, b, a in zip(c.cells, before, after, strict=True) if b & ~a}
            gone = {x: ~b for x, b in zip(c.cells, before, strict=True)}
            if taken:
                yield _Step("narrowing", self.without(self.rule(c), taken), taken, gone)

    def locked(self) -> Iterator[_Step]:
        """A symbol whose places in one unit all lie in another leaves the rest of that other."""
        for u in self.complete:
            c = self.constraints[u]
            for v in range(len(c.cells)):
                stop_point()
                places = [cell for cell in c.cells if self.sets[cell] & sets.one(v)]
                if len(places) < 2:
                    continue
                for w in reduce(set.intersection, (set(self.around[cell]) for cell in places)):
                    other = self.constraints[w]
                    if w == u or not isinstance(other, AllDifferent):
                        continue
                    rest = [x for x in other.cells if x not in c.cells]
                    taken = {x: sets.one(v) for x in rest if self.sets[x] & sets.one(v)}
                    if not taken:
                        continue
                    symbol, here, there = self.say.symbol(v), self.say.unit(c), self.say.unit(other)
                    why = f"in {here} the {symbol} lies in {there}"
                    gone = {x: sets.one(v) for x in c.cells if x not in places}
                    yield _Step("locked candidates", self.without(why, taken), taken, gone)

    def subsets(self, size: int, technique: str) -> Iterator[_Step]:
        """`size` cells of a unit with `size` symbols between them: the unit's other cells have none of these."""
        for u in self.different:
            c = self.constraints[u]
            few = [x for x in c.cells if 2 <= self.sets[x].bit_count() <= size]
            for number, group in enumerate(combinations(few, size)):
                if not number % SOME:
                    stop_point()
                mask = reduce(int.__or__, (self.sets[x] for x in group))
                if mask.bit_count() > size:
                    continue
                taken = {x: self.sets[x] & mask for x in c.cells if x not in group and self.sets[x] & mask}
                if not taken:
                    continue
                why = f"{self.say.cells(group)} hold {self.say.symbols(mask)} in {self.say.unit(c)}"
                yield _Step(technique, self.without(why, taken), taken, dict.fromkeys(group, ~mask))

    # Reasons ------------------------------------------------------------------------------------------

    def without(self, why: str, taken: dict[int, int]) -> str:
        """`why`, and what that takes from which cells."""
        cells: dict[int, list[int]] = {}
        for cell, mask in taken.items():
            cells.setdefault(mask, []).append(cell)
        absent = self.say.domain.absence_text
        return f"{why}: " + listed(absent(x, self.say.symbols(m, "or")) for m, x in cells.items())

    def rule(self, c: Constraint) -> str:
        return self.say.rule(c) + (" without repeats" if id(c) in self.distinct else "")

    def held(self, c: Constraint, of: int | None = None) -> str:
        """Which symbols stand in the constraint's cells; of Connected those alone that settle a cell, or that clash."""
        placed = [cell for cell in c.cells if self.values[cell] != OPEN]
        if isinstance(c, Connected):
            full = int(sets.full(len(self.say.domain.symbols)))
            placed_sets = [full if self.values[cell] == OPEN else sets.one(self.values[cell]) for cell in c.cells]
            placed = [c.cells[i] for i in border(c, placed_sets, None if of is None else c.cells.index(of))]
        return listed(self.say.fact(cell, self.values[cell]) for cell in placed)

    def blockers(self, v: int, cells: Sequence[int]) -> tuple[Constraint, ...]:
        """Few constraints whose view keeps `v` out of these cells; those that eliminations took are left out."""
        rest, out = set(cells), []
        while rest:
            stop_point()
            keeps = {
                u: {x for x in rest & set(self.constraints[u].cells) if not self.left(u, x) & sets.one(v)}
                for cell in rest
                for u in self.around[cell]
            }
            best = max(sorted(keeps), key=lambda u: len(keeps[u]), default=None)
            if best is None or not keeps[best]:
                break
            rest -= keeps[best]
            out.append(self.constraints[best])
        return tuple(out)

    def excluded(self, cell: int, mask: int) -> tuple[str, tuple[Constraint, ...]]:
        """Which constraints exclude the symbols of `mask` from a cell, those that exclude most first."""
        parts, used = [], []
        mask &= int(sets.full(len(self.say.domain.symbols)))
        while mask:
            best = max(self.around[cell], key=lambda u: (mask & ~self.left(u, cell)).bit_count(), default=None)
            if best is None or not (gone := mask & ~self.left(best, cell)):
                parts.append(f"{self.say.symbols(mask)} went before")
                break
            c = self.constraints[best]
            if isinstance(c, AllDifferent):
                parts.append(f"{self.say.symbols(gone)} {_verb(gone, 'stand')} in {self.say.unit(c)}")
            else:
                parts.append(f"{self.rule(c)}, which leaves no {self.say.symbols(gone, 'or')}")
            used.append(c)
            mask &= ~gone
        return listed(parts), tuple(used)

    def left(self, u: int, cell: int) -> int:
        """What constraint u alone leaves of a cell's symbols, given the placed ones."""
        return self.view[u][self.constraints[u].cells.index(cell)]

    def relevant(self, rests_on: Mapping[int, int]) -> list[_Step]:
        """The eliminations that a conclusion rests on, if it rests on the absence of these symbols."""
        needed, out = defaultdict(int, rests_on), []
        for step in reversed(self.steps):
            if any(needed[cell] & mask for cell, mask in step.taken.items()):
                for cell, mask in step.rests_on.items():
                    needed[cell] |= mask
                out.append(step)
        return out[::-1]


def _verb(mask: int, plural: str) -> str:
    return plural if mask.bit_count() > 1 else plural + "s"

"""grade: how hard a problem is for a person, by the hardest technique that it takes.

The techniques are those of hints, from the easiest on (deduction.py). Each only ever takes symbols away, so the order
in which they are applied does not matter, and there is an easiest set of techniques that solves a problem: that one is
found here. Words are left out, which makes this much faster than hint after hint; tests hold the two to each other.
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
from ..arguments import seconds
from ..constraints import AllDifferent, Sum
from ..deadline import Deadline
from ..domains import Domain
from ..domains.reading import Grid, read
from ..errors import InvalidInput
from ..problem import OPEN, Constraint, Problem, Rules
from .deduction import BY_STEPS, DIRECT
from .filtering import supported

__all__ = ["DIFFICULTIES", "Grade", "grade", "is_within"]

RANKS = (*DIRECT, *BY_STEPS, "trial", "search")  # from easy to hard
HARDEST = {"easy": "naked single", "medium": "locked candidates", "hard": "triple", "expert": "search"}
DIFFICULTIES = tuple(HARDEST)
MOST_TRIED = 1 << 22  # cells of boards on which trials run side by side


class Grade(NamedTuple):
    """How hard a problem is for a person.

    Attributes
    ----------
    difficulty
        "easy": single symbols and single places are enough; "medium": narrowing or locked candidates are needed;
        "hard": pairs or triples; "expert": trial, or search
    technique
        the hardest that cannot be spared, one of `hint`'s; of a problem with no open cell, "solved"
    rating
        how many techniques are easier, and the share of the open cells that were left when these came to an end: 5.38
        is the sixth technique, locked candidates, needed when 38 % were left. 0: nothing was open
    """

    difficulty: str
    technique: str
    rating: float


def grade(problem: Grid, *, domain: str | Domain | None = None, time_limit: float | None = 10.0) -> Grade:
    """How hard a problem with one answer is for a person: by the hardest technique of hints that it takes.

    The same for every order of steps, and never higher with more givens.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    domain
        Its name, or a Domain; None: found by the problem's size.
    time_limit
        Seconds for all of it; None: no limit.

    Returns
    -------
    Grade

    Raises
    ------
    InvalidInput
        As `solve` does; and where there is no answer, or more than one.
    TimeoutError
        The time limit ran out.

    Examples
    --------
    >>> grade("1......2..4..3..")
    Grade(difficulty='easy', technique='hidden single', rating=3.0)
    >>> grade("8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..").difficulty
    'expert'
    """
    limit = seconds(time_limit)
    clock = Deadline(limit)
    given = read(problem, domain)
    try:
        return _Grader(given, clock).grade()
    except TimeoutError:
        raise TimeoutError(f"the grade was not settled in {clock.seconds:g} s; allow more") from None


def is_within(problem: Problem, difficulty: str, clock: Deadline | None = None) -> bool:
    """True if techniques of this difficulty, or easier ones, solve the problem; faster than its grade.

    Examples
    --------
    >>> is_within(read("1......2..4..3.."), "easy"), is_within(read("1" + "." * 80), "hard")
    (True, False)
    """
    grader = _Grader(problem, clock or Deadline(None))
    grader.solve(RANKS.index(HARDEST[difficulty]))
    return not grader.open


class _Board(NamedTuple):
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


_BOARDS: WeakKeyDictionary[Rules, _Board] = WeakKeyDictionary()


def _board(rules: Rules) -> _Board:
    found = _BOARDS.get(rules)
    if found is None:
        found = _BOARDS[rules] = _made(rules)
    return found


def _made(rules: Rules) -> _Board:
    different = [c.cells for c in rules.constraints if isinstance(c, AllDifferent)]
    units = [set(cells) for cells in different]
    others = [
        (c, isinstance(c, Sum) and any(unit >= {*c.cells} for unit in units))
        for c in rules.constraints
        if not isinstance(c, AllDifferent)
    ]
    around: list[tuple[list[int], list[int]]] = [([], []) for _ in range(rules.L)]
    for u, cells in enumerate(different):
        for cell in cells:
            around[cell][0].append(u)
    for u, (c, _) in enumerate(others):
        for cell in c.cells:
            around[cell][1].append(u)
    crossing = []
    for u, cells in enumerate(different):
        if len(cells) != rules.V:
            continue
        meets = Counter(w for cell in cells for w in around[cell][0] if w != u)
        for w in (w for w, shared in meets.items() if shared > 1):
            rest = [x for x in different[w] if x not in units[u]]
            if rest:
                crossing.append(([x for x in cells if x in units[w]], [x for x in cells if x not in units[w]], rest))
    return _Board(different, [cells for cells in different if len(cells) == rules.V], others, around, crossing)


class _Grader:
    """One problem while it is solved the easiest way.

    Attributes
    ----------
    values, sets
        of each cell, its value or OPEN, and the symbols that are left
    alone
        what each of the other constraints leaves of its cells, given what is placed
    """

    def __init__(self, given: Problem, clock: Deadline) -> None:
        self.given, self.clock, self.board = given, clock, _board(given.rules)
        L, self.full = given.rules.L, int(sets.full(given.rules.V))
        self.values, self.sets, self.open = [OPEN] * L, [self.full] * L, L
        self.stale = set(range(len(self.board.others)))
        self.alone: list[Sequence[int]] = [()] * len(self.board.others)
        self.narrowed: dict[int, list[int]] = {}
        for cell, value in enumerate(given.values.tolist()):
            if value != OPEN:
                self.place(cell, sets.one(value))
        self.look()

    def grade(self) -> Grade:
        begun = self.open
        if not begun:
            return Grade("easy", "solved", 0.0)
        rank, left = self.solve(len(RANKS) - 1)
        difficulty = next(name for name, hardest in HARDEST.items() if rank <= RANKS.index(hardest))
        return Grade(difficulty, RANKS[rank], round(rank + left / begun, 2))

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
        units, others = self.board.around[cell]
        for u in units:
            for x in self.board.different[u]:
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
            c, distinct = self.board.others[u]
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
        for cells in self.board.complete:
            left = [x for x in cells if self.values[x] == OPEN]
            if len(left) == 1:
                found[left[0]] = self.full & ~reduce(or_, (self.sets[x] for x in cells if x != left[0]))
        return self.place_all(found)

    def one_constraint(self) -> bool:
        found: dict[int, int] = {}
        for (c, _), left in zip(self.board.others, self.alone, strict=True):
            for x, mask in zip(c.cells, left, strict=True):
                if self.values[x] == OPEN and mask.bit_count() == 1:
                    found[x] = mask
        return self.place_all(found)

    def hidden_single(self) -> bool:
        found: dict[int, int] = {}
        for cells in self.board.complete:
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
        for u, (c, distinct) in enumerate(self.board.others):
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
        for shared, rest, other in self.board.crossing:
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
        for cells in self.board.different:
            few = [x for x in cells if 2 <= left[x].bit_count() <= size]
            for group in combinations(few, size):
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

"""A small solver of clauses that proves what it says: conflict-driven clause learning, each clause with its reasons.

It is for proofs of a size that `lrat` checks in plain Python, not for speed. Literals are inside 2 * variable, and one
more where negated, so that `^ 1` is the contrary.

Marques-Silva, Sakallah, GRASP, IEEE Transactions on Computers 48, 1999; Een, Sorensson, An Extensible SAT-solver, 2003.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush

from ..deadline import stop_point

__all__ = ["Refutation"]

OPEN, TRUE, FALSE = 0, 1, 2
DECAY = 1 / 0.95
LARGE = 1e100  # activities are scaled down beyond
RESTART = 64  # conflicts, times the sequence 1 1 2 1 1 2 4 ...
LOOK = 256  # propagations between two looks at the clock
NONE = 0  # clauses are numbered from 1


class Refutation:
    """A search for a model of clauses, or for a proof that there is none.

    Parameters
    ----------
    variables
        How many there are.
    clauses
        Of literals as DIMACS writes them.
    first
        Choices are made among variables 1 to `first`, as long as one of them is open.

    Attributes
    ----------
    conflicts
        How many clauses were violated on the way.

    Examples
    --------
    >>> refutation = Refutation(2, [[1, 2], [-1, 2], [1, -2], [-1, -2]], first=2)
    >>> refutation.model(), refutation.proof()
    (None, ['5 -1 0 2 4 0', '6 2 0 5 1 0', '7 0 5 6 3 0'])
    """

    def __init__(self, variables: int, clauses: Iterable[Sequence[int]], first: int) -> None:
        self._value = bytearray(2 * variables + 2)
        self._level, self._reason = [0] * (variables + 1), [NONE] * (variables + 1)
        self._place = [0] * (variables + 1)  # on the trail
        self._unit = [NONE] * (variables + 1)  # of what holds without any choice: the clause that says so
        self._trail: list[int] = []
        self._begins: list[int] = []  # of each level, on the trail
        self._head = 0
        self._watch: list[list[int]] = [[] for _ in range(2 * variables + 2)]
        self._pairs: list[list[tuple[int, int]]] = [[] for _ in range(2 * variables + 2)]
        self._clauses: list[list[int]] = [[]]
        self._steps: list[tuple[list[int], list[int]]] = []  # clauses that were learned, and their hints
        self._activity = [0.0] + [1.0] * first + [0.0] * (variables - first)
        self._queue = [(-self._activity[v], v) for v in range(1, variables + 1)]
        heapify(self._queue)
        self._bump = 1.0
        self._phase = bytearray([TRUE]) * (variables + 1)
        self.conflicts = 0
        self._refuted = False
        units: list[int] = []
        for clause in clauses:
            inside = [2 * literal if literal > 0 else 1 - 2 * literal for literal in dict.fromkeys(clause)]
            number = self._add(inside)
            if not inside:
                self._steps.append(([], [number]))
                self._refuted = True
            if len(inside) == 1:
                units.append(number)
            if number % LOOK == 0:
                stop_point()
        self._given = len(self._clauses) - 1
        for number in units:
            self._fix(number)

    # What is asked -----------------------------------------------------------------------------------

    def model(self) -> list[int] | None:
        """The literals that are true in a model; None if there is none, which `proof` then proves.

        Raises
        ------
        TimeoutError
            By a clock that is heeded.
        """
        patience, restarts = RESTART, 1
        while not self._refuted:
            conflict = self._propagate()
            if conflict:
                self.conflicts += 1
                stop_point()
                if not self._begins:
                    self._refute(conflict)
                    break
                self._learn(conflict)
                patience -= 1
            elif patience <= 0:
                self._back(0)
                restarts += 1
                patience = RESTART * _luby(restarts)
            elif not self._choose():
                return [v if self._value[2 * v] == TRUE else -v for v in range(1, len(self._level))]
        return None

    def proof(self) -> list[str]:
        """The lines of the proof in LRAT, those alone that it takes."""
        needed, kept = {self._given + len(self._steps)}, []
        for number in range(self._given + len(self._steps), self._given, -1):
            if number in needed:
                clause, hints = self._steps[number - self._given - 1]
                needed.update(hints)
                literals = [literal >> 1 if literal % 2 == 0 else -(literal >> 1) for literal in clause]
                kept.append(" ".join(map(str, [number, *literals, 0, *hints, 0])))
        return kept[::-1]

    # Clauses -----------------------------------------------------------------------------------------

    def _add(self, clause: list[int]) -> int:
        """Keep a clause, whose first two literals are watched; its number."""
        number = len(self._clauses)
        self._clauses.append(clause)
        if len(clause) == 2:
            a, b = clause
            self._pairs[a].append((b, number))
            self._pairs[b].append((a, number))
        elif len(clause) > 2:
            self._watch[clause[0]].append(number)
            self._watch[clause[1]].append(number)
        return number

    def _derived(self, clause: list[int], hints: list[int]) -> int:
        self._steps.append((clause, hints))
        return self._add(clause)

    def _fix(self, number: int) -> None:
        """Of a clause of one literal: it holds without any choice."""
        [literal] = self._clauses[number]
        if self._value[literal] == FALSE and not self._refuted:
            self._steps.append(([], [self._unit[literal >> 1], number]))
            self._refuted = True
        elif self._value[literal] == OPEN:
            self._assign(literal, number)

    def _refute(self, conflict: int) -> None:
        """A clause is violated without any choice."""
        hints = [self._unit[literal >> 1] for literal in self._clauses[conflict]]
        self._steps.append(([], [*hints, conflict]))
        self._refuted = True

    # Assigning ---------------------------------------------------------------------------------------

    def _assign(self, literal: int, reason: int) -> None:
        variable = literal >> 1
        self._value[literal], self._value[literal ^ 1] = TRUE, FALSE
        self._level[variable], self._reason[variable] = len(self._begins), reason
        self._place[variable] = len(self._trail)
        self._trail.append(literal)
        if not self._begins:
            clause = self._clauses[reason]
            if len(clause) == 1:
                self._unit[variable] = reason
            else:
                hints = [self._unit[other >> 1] for other in clause if other != literal]
                self._unit[variable] = self._derived([literal], [*hints, reason])

    def _propagate(self) -> int:
        """All that follows; the number of a clause that is violated, or NONE."""
        value, clauses = self._value, self._clauses
        while self._head < len(self._trail):
            false = self._trail[self._head] ^ 1
            self._head += 1
            if self._head % LOOK == 0:
                stop_point()
            for other, number in self._pairs[false]:
                if value[other] == FALSE:
                    return number
                if value[other] == OPEN:
                    self._assign(other, number)
            watching = self._watch[false]
            kept: list[int] = []
            self._watch[false] = kept
            for at, number in enumerate(watching):
                clause = clauses[number]
                if clause[0] == false:
                    clause[0], clause[1] = clause[1], false
                first = clause[0]
                if value[first] == TRUE:
                    kept.append(number)
                    continue
                for k in range(2, len(clause)):
                    if value[clause[k]] != FALSE:
                        clause[1], clause[k] = clause[k], false
                        self._watch[clause[1]].append(number)
                        break
                else:
                    kept.append(number)
                    if value[first] == FALSE:
                        kept.extend(watching[at + 1 :])
                        return number
                    self._assign(first, number)
        return NONE

    def _choose(self) -> bool:
        """Take the likeliest open variable; False: none is open."""
        while self._queue:
            _, variable = heappop(self._queue)
            if self._value[2 * variable] == OPEN:
                self._begins.append(len(self._trail))
                self._assign(2 * variable + (self._phase[variable] != TRUE), NONE)
                return True
        return False

    def _back(self, level: int) -> None:
        """Undo all choices beyond this level."""
        if len(self._begins) <= level:
            return
        begin = self._begins[level]
        for literal in self._trail[begin:]:
            variable = literal >> 1
            self._phase[variable] = FALSE if literal & 1 else TRUE
            self._value[literal] = self._value[literal ^ 1] = OPEN
            heappush(self._queue, (-self._activity[variable], variable))
        del self._trail[begin:], self._begins[level:]
        self._head = begin

    # Learning ----------------------------------------------------------------------------------------

    def _learn(self, conflict: int) -> None:
        """From a violated clause a new one, which has one literal left after going back."""
        level, reason, clauses = self._level, self._reason, self._clauses
        seen: set[int] = set()  # variables above level 0 that the conflict is traced through
        used: set[int] = set()  # those of them whose reason was put in their place
        now, open_, at = len(self._begins), 0, len(self._trail)
        number, learned = conflict, [0]
        units: dict[int, None] = {}
        while True:
            for literal in clauses[number]:
                variable = literal >> 1
                if level[variable] == 0:
                    units[self._unit[variable]] = None
                elif variable not in seen:
                    seen.add(variable)
                    self._bumped(variable)
                    if level[variable] == now:
                        open_ += 1
                    else:
                        learned.append(literal)
            while True:
                at -= 1
                if self._trail[at] >> 1 in seen and level[self._trail[at] >> 1] == now:
                    break
            turning = self._trail[at]
            open_ -= 1
            if open_ == 0:
                break
            used.add(turning >> 1)
            number = reason[turning >> 1]
        learned[0] = turning ^ 1
        for literal in learned[1:]:  # what the others imply can go
            others = clauses[reason[literal >> 1]] if reason[literal >> 1] else ()
            if others and all(
                (o >> 1 in seen and o >> 1 not in used) or level[o >> 1] == 0 for o in _but(others, literal)
            ):
                used.add(literal >> 1)
                units.update((self._unit[o >> 1], None) for o in others if level[o >> 1] == 0)
        kept = [literal for literal in learned if literal >> 1 not in used]
        reasons = [reason[variable] for variable in sorted(used, key=self._place.__getitem__)]
        kept[1:] = sorted(kept[1:], key=lambda literal: -level[literal >> 1])
        new = self._derived(kept, [*units, *reasons, conflict])
        self._bump *= DECAY
        self._back(level[kept[1] >> 1] if len(kept) > 1 else 0)
        self._assign(kept[0], new)

    def _bumped(self, variable: int) -> None:
        self._activity[variable] += self._bump
        if self._activity[variable] > LARGE:
            self._activity = [one / LARGE for one in self._activity]
            self._bump /= LARGE
            self._queue = [(-self._activity[v], v) for v in range(1, len(self._level)) if self._value[2 * v] == OPEN]
            heapify(self._queue)


def _but(clause: Sequence[int], literal: int) -> Iterator[int]:
    """The literals of a clause that are of other variables."""
    return (other for other in clause if other >> 1 != literal >> 1)


def _luby(i: int) -> int:
    """1 1 2 1 1 2 4 ..., from i = 1; Luby, Sinclair, Zuckerman 1993."""
    size = 1
    while size < i + 1:
        size *= 2
    return size // 2 if size == i + 1 else _luby(i - size // 2 + 1)

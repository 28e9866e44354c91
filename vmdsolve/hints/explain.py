"""explain: why a problem has no solution, as few givens and constraints as do not go together; or that it has several.

A minimal unsatisfiable subset by deletion: each given, then each constraint, is left out for good if what stays is
still without solution (Chinneck and Dravnieks, ORSA Journal on Computing 3, 1991). First only propagation is asked, so
that what stays can be followed; then exact search, which leaves out what propagation alone could not spare. What was
needed stays needed when more is left out, so one pass gives a set from which nothing can be spared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from typing import TypeVar

import numpy as np

from .. import search
from ..arguments import seconds
from ..checker import violations
from ..deadline import Deadline, within
from ..domains import Domain, layout_of
from ..domains.reading import Grid, read
from ..drawing import Part, Picture, Said, Shown
from ..plain import many
from ..problem import OPEN, Board, Constraint, Problem, Rules, Status
from .deduction import deduce
from .phrases import Phrases, listed

__all__ = ["Explanation", "explain", "why_not"]

FEW = 9  # givens and rules that one sentence may hold; more are lists
Item = TypeVar("Item")
TEST_SECONDS = 1.0  # one question to exact search; what it does not settle in time is kept


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Shown):
    """Why a problem has no solution, or that it has one, or where two of its solutions differ.

    Attributes
    ----------
    status
        UNSATISFIABLE (proved), SOLVED (there is a solution), TIMEOUT (not settled)
    reason
        in words
    givens
        cells whose givens do not go together with `constraints`
    constraints
        the constraints of that conflict
    minimal
        True if it is proved that none of these givens and constraints can be spared
    because
        simple steps from the givens to the contradiction, in words; empty if it takes trial to see it
    facts, rules
        `givens` and `constraints` in words, one by one
    answers
        two solutions [L] where there are several, the only one where it is proved to be, else ()
    problem
        what was asked about
    """

    status: Status
    reason: str
    givens: tuple[int, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    minimal: bool = False
    because: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    answers: tuple[Board, ...] = field(default=(), compare=False)
    problem: Problem | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"Explanation({self.status.value!r}, {self.reason!r})"

    def picture(self) -> Picture:
        """The words, as lists where they are many, and the board: what clashes, or where two solutions differ."""
        told: list[Part] = [Said(self.reason)]
        if self.long:
            told += [Said("These givens:"), *(Said(fact, lead="- ") for fact in self.facts)] if self.facts else []
            told += [Said("and these rules:" if self.facts else "These rules:")]
            told += [Said(rule, lead="- ") for rule in self.rules]
        if self.because:
            told += [Said("It shows so:"), *(Said(step, lead=f"{i}. ") for i, step in enumerate(self.because, 1))]
        return Picture((*told, *self.board().parts))

    def board(self) -> Picture:
        """The board alone, with what clashes marked; or both solutions, with the cells in which they differ."""
        layout = self.problem.found_layout if self.problem else None
        if layout is None or self.problem is None:
            return Picture(())
        given, looks = self.problem.values, dict.fromkeys(self.givens, "broken")
        if len(self.answers) < 2:
            values = self.answers[0] if self.answers else given
            return layout.picture(values, givens=given, looks=looks)
        one, other = self.answers
        looks = dict.fromkeys(np.flatnonzero(one != other).tolist(), "next")
        first, second = (layout.picture(values, givens=given, looks=looks).parts for values in self.answers)
        return Picture((Said("One solution:"), *first, Said("Another:"), *second))

    @property
    def long(self) -> bool:
        """True if givens and rules are too many for one sentence."""
        return len(self.facts) + len(self.rules) > FEW


def explain(problem: Grid, *, domain: str | Domain | None = None, time_limit: float | None = 10.0) -> Explanation:
    """Why a problem has no solution: givens and constraints that clash, none of which can be spared.

    Of a problem with several solutions, where two of them differ.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    domain
        Its name, or a Domain; None: found by the problem's size.
    time_limit
        Seconds for all of it; None: no limit. A conflict that is not yet minimal when they are over is returned as
        it is.

    Returns
    -------
    Explanation

    Raises
    ------
    InvalidInput
        As `solve` does; InvalidProblem names the cell.

    Examples
    --------
    >>> explain("12..3....4......").reason
    'row 1, column 1 is 1, row 2, column 1 is 3 and row 3, column 2 is 4, but column 2 holds no symbol twice and box 1
    holds no symbol twice'
    """
    clock = Deadline(seconds(time_limit))
    given = read(problem, domain)
    return why_not(given, clock) or _answers(given, Phrases(layout_of(given)), clock)


def why_not(given: Problem, clock: Deadline) -> Explanation | None:
    """Why there is no solution, or that this was not settled in time; None: there is one."""
    conflict, say = _Conflict(given, clock), Phrases(layout_of(given))
    status = conflict.status()
    if status is Status.SOLVED:
        return None
    if status is not Status.UNSATISFIABLE:
        return Explanation(status, "not settled in time; allow more", problem=given)
    conflict.shrink()
    cells = tuple(np.flatnonzero(conflict.values != OPEN).tolist())
    constraints = tuple(conflict.constraints)
    facts = tuple(say.fact(cell, int(given.values[cell])) for cell in cells)
    rules = tuple(map(say.rule, constraints))
    reason = f"{listed(facts)}, but {listed(rules)}" if cells else f"no board obeys all of this: {listed(rules)}"
    if len(facts) + len(rules) > FEW:
        reason = f"there is no solution: {_number(facts, 'given')} and {_number(rules, 'rule')} do not go together"
    seen_at_once = violations(given.rules, conflict.values)
    because = () if seen_at_once else _steps(conflict.values.tolist(), given.rules.V, constraints, say, clock)
    return Explanation(status, reason, cells, constraints, conflict.minimal, because, facts, rules, problem=given)


def _number(items: Sequence[object], what: str) -> str:
    return many(len(items), what)


def _answers(given: Problem, say: Phrases, clock: Deadline) -> Explanation:
    """What is to be said of a problem that has a solution: that there is no other, or where another differs."""
    found = search.enumerate_values(given.rules, given.values, limit=2, time_limit=clock.limit)
    answers = tuple(found)
    if len(answers) < 2:
        only = "it has one solution" if found.complete else "it has a solution; if another, was not settled in time"
        return Explanation(Status.SOLVED, only, answers=answers * found.complete, problem=given)
    differ = np.flatnonzero(answers[0] != answers[1]).tolist()
    ways = (f"{say.fact(cell, int(answers[0][cell]))} or {say.symbol(int(answers[1][cell]))}" for cell in differ)
    where = f"two of them differ in {_number(differ, 'cell')}: {listed(ways)}"
    return Explanation(Status.SOLVED, f"it has more than one solution; {where}", answers=answers, problem=given)


class _Conflict:
    """Givens and constraints without a solution, and fewer of them as `shrink` goes on."""

    def __init__(self, given: Problem, clock: Deadline) -> None:
        self.rules, self.values, self.clock = given.rules, given.values.copy(), clock
        self.constraints: list[Constraint] = list(given.rules.constraints)
        self.minimal = True

    def status(self) -> Status:
        return self.exactly(self.rules, self.values, self.clock.left())

    def shrink(self) -> None:
        if broken := violations(self.rules, self.values):  # givens that clash by themselves are a good start
            few = min(broken, key=lambda v: len(v.cells))
            rest, alone = [cell for cell in range(self.rules.L) if cell not in few.cells], self.values.copy()
            alone[rest] = OPEN
            held = alone.tolist()
            clashing = [c for c in self.constraints if c.relation == few.relation and c.violations(held)]
            if clashing:
                self.values, self.constraints = alone, clashing
            else:  # other cells have their part in it, as those around a group that is cut off
                self.constraints = [c for c in self.constraints if c is few.rule]
        for clash in (self.by_propagation, self.by_search):
            self.spare_givens(clash)
            self.spare_constraints(clash)

    def spare_givens(self, clash: Callable[[Rules, Board], bool]) -> None:
        rules = self.subset(self.constraints)
        for cell in self.in_time(np.flatnonzero(self.values != OPEN).tolist()):
            fewer = self.values.copy()
            fewer[cell] = OPEN
            if clash(rules, fewer):
                self.values = fewer

    def spare_constraints(self, clash: Callable[[Rules, Board], bool]) -> None:
        for constraint in self.in_time(list(self.constraints)):
            fewer = [c for c in self.constraints if c is not constraint]
            if clash(self.subset(fewer), self.values):
                self.constraints = fewer

    def in_time(self, items: Sequence[Item]) -> Iterator[Item]:
        """Of what may be spared as much as there is time to look at; `minimal` is given up where that is not all."""
        for item in items:
            if self.clock.over:
                self.minimal = False
                return
            yield item

    def by_propagation(self, rules: Rules, values: Board) -> bool:
        """Propagation alone shows that there is no solution."""
        return bool(search.propagate(rules, values[None], time_limit=self.clock.limit)[1][0])

    def by_search(self, rules: Rules, values: Board) -> bool:
        """There is no solution; where that takes too long, `minimal` is given up."""
        status = self.exactly(rules, values, min(TEST_SECONDS, self.clock.left()))
        self.minimal &= status is not Status.TIMEOUT
        return status is Status.UNSATISFIABLE

    def exactly(self, rules: Rules, values: Board, seconds: float) -> Status:
        found = search.solve_values(rules, values[None], time_limit=seconds if seconds < inf else None).status[0]
        named = {search.SearchStatus.SOLVED: Status.SOLVED, search.SearchStatus.UNSATISFIABLE: Status.UNSATISFIABLE}
        return named.get(found, Status.TIMEOUT)

    def subset(self, constraints: Sequence[Constraint]) -> Rules:
        return Rules(self.rules.L, self.rules.V, tuple(constraints))


def _steps(
    values: list[int], V: int, constraints: Sequence[Constraint], say: Phrases, clock: Deadline
) -> tuple[str, ...]:
    """Placements that follow one from another until there is no way on; empty if no contradiction is met in time."""
    out: list[str] = []
    with suppress(TimeoutError), within(clock):
        while (step := deduce(values, V, constraints, say)) is not None:
            out += [*step.because, step.reason]
            if step.cell is None or step.value is None:
                return tuple(out)
            values[step.cell] = step.value
    return ()

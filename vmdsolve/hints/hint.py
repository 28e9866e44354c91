"""hint: the next cell of a problem that is forced, with its reason in words.

First what a person could see (deduction.py), then trial (every other symbol of a cell leads to a contradiction by
propagation), then exact search (no other symbol occurs in any solution). So a hint is always right: the value it names
is in every solution.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np

from .. import search
from ..arguments import seconds
from ..deadline import Deadline, within
from ..domains import Domain, layout_of
from ..domains.reading import Grid, read
from ..problem import OPEN, Board, Problem, Status
from ..sets import listed, one
from .deduction import deduce
from .explain import why_not
from .phrases import Phrases
from .result import TECHNIQUES, Hint

__all__ = ["TECHNIQUES", "Hint", "hint", "walkthrough"]


def hint(problem: Grid, *, domain: str | Domain | None = None, time_limit: float | None = 10.0) -> Hint:
    """The next forced cell of a problem, found the easiest way there is.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    domain
        Its name, or a Domain; None: found by the problem's size.
    time_limit
        Seconds for all of it; None: no limit. Running out is the technique "timeout".

    Returns
    -------
    Hint
        Its `technique` says how it was found, and by its place in TECHNIQUES how hard that is:

        - last cell: the unit that needs every symbol has one open cell
        - one constraint: one constraint, with what is placed, leaves one symbol
        - hidden single: in a unit that needs every symbol, one cell can still be this one
        - naked single: the cell's constraints together leave one symbol
        - narrowing, locked candidates, pair, triple: these, once the steps in `because` took symbols away
        - trial: every other symbol leads to a contradiction
        - search: exact search says that no other symbol occurs in any solution

        or why no cell is named: solved (nothing is open), choice (no cell is forced), conflict, timeout.

    Raises
    ------
    InvalidInput
        As `solve` does; InvalidProblem names the cell.

    Examples
    --------
    >>> print(hint("1......2..4..3.."))
    row 1, column 2 is 2: in row 1 only this cell can be 2 (box 2 keeps it out of
    the rest)
    +-----+-----+
    | 1*2 | . . |
    | . . | . 2 |
    +-----+-----+
    | . . | 4 . |
    | . 3 | . . |
    +-----+-----+
    >>> hint("11..............").technique
    'conflict'
    """
    return next(walkthrough(problem, domain=domain, time_limit=time_limit))


def walkthrough(
    problem: Grid, *, domain: str | Domain | None = None, time_limit: float | None = 10.0
) -> Iterator[Hint]:
    """Hint after hint, each on the board that the ones before have filled; the last one names no cell.

    Parameters
    ----------
    problem, domain, time_limit
        As for `hint`; the time limit is one hint's.

    Yields
    ------
    Hint

    Raises
    ------
    InvalidInput
        At the call, as `hint` does.

    Examples
    --------
    >>> [h.symbol for h in walkthrough("1234341221434..1")]
    ['3', '2', None]
    """
    limit = seconds(time_limit)
    clock = Deadline(limit)
    return _steps(read(problem, domain), limit, clock)


def _steps(given: Problem, limit: float | None, clock: Deadline) -> Iterator[Hint]:
    why = why_not(given, clock)
    if why is not None and why.status is Status.UNSATISFIABLE:  # what follows from a contradiction is no help
        steps = (*(f"given: {fact}" for fact in why.facts), *why.rules) * why.long + why.because
        yield Hint("conflict", why.reason, because=steps, constraints=why.constraints, problem=given)
        return
    while True:
        found = replace(_next(given, clock), problem=given)
        yield found
        if found.cell is None or found.value is None:
            return
        values = given.values.copy()
        values[found.cell] = found.value
        given, clock = replace(given, values=values), Deadline(limit)


def _next(given: Problem, clock: Deadline) -> Hint:
    say = Phrases(layout_of(given))
    try:
        with within(clock):
            found = deduce(given.values.tolist(), given.rules.V, given.rules.constraints, say)
        if found is not None:
            return found
        if not (given.values == OPEN).any():
            return Hint("solved", "nothing is open, and no rule is broken")
        return _by_trial(given, say, clock) or _by_search(given, say, clock)
    except TimeoutError:
        return Hint("timeout", "the time limit ran out before a forced cell was found; allow more")


def _by_trial(given: Problem, say: Phrases, clock: Deadline) -> Hint | None:
    """A cell in which every symbol but one leads to a contradiction by propagation."""
    rules, values = given.rules, given.values
    sets, clash = search.propagate(rules, values[None], time_limit=clock.limit)
    if clash[0]:
        return Hint("conflict", "propagation finds a contradiction")
    for cell in _fewest_first(values, sets[0]):
        if clock.over:
            raise TimeoutError
        tried = listed(int(sets[0, cell]))
        boards = np.repeat(values[None], len(tried), axis=0)
        boards[:, cell] = tried
        _, dead = search.propagate(rules, boards, time_limit=clock.limit)
        alive = [v for v, d in zip(tried, dead, strict=True) if not d]
        if not alive:
            return Hint("conflict", f"{say.cell(cell)} has no symbol that does not lead to a contradiction")
        if len(alive) == 1:
            tried.remove(alive[0])
            seen = _contradictions(given, say, cell, tried, clock)
            return _placed("trial", say, cell, alive[0], f"every other symbol leads to a contradiction ({seen})")
    return None


def _contradictions(given: Problem, say: Phrases, cell: int, tried: list[int], clock: Deadline) -> str:
    """For each symbol that is tried in vain: where that goes wrong, if simple steps show it in time."""
    parts = []
    with suppress(TimeoutError), within(clock):
        for v in tried:
            values = given.values.tolist()
            values[cell] = v
            placed = 0
            while (step := deduce(values, given.rules.V, given.rules.constraints, say)) is not None:
                if step.cell is None or step.value is None:
                    after = f"after {placed} steps " if placed else ""
                    parts.append(f"with {say.symbol(v)} {after}{step.reason}")
                    break
                values[step.cell] = step.value
                placed += 1
    return "; ".join(parts) or "by propagation"


def _by_search(given: Problem, say: Phrases, clock: Deadline) -> Hint:
    """A cell that holds the same symbol in all solutions, or the news that there is none."""
    rules, values = given.rules, given.values

    def solution(board: Board) -> Board | None:
        result = search.solve_values(rules, board[None], time_limit=clock.limit)
        if result.status[0] == search.SearchStatus.TIME_LIMIT:
            raise TimeoutError
        return result.values[0] if result.counts[0] else None

    first = solution(values)
    if first is None:
        return Hint("conflict", "exact search finds no solution")
    other = first
    sets, _ = search.propagate(rules, values[None], time_limit=clock.limit)
    same = np.ones(rules.L, np.bool_)  # cells in which all solutions known so far agree
    for cell in _fewest_first(values, sets[0]):
        for v in listed(int(sets[0, cell]) & ~one(int(first[cell]))):
            board = values.copy()
            board[cell] = v
            if same[cell] and (found := solution(board)) is not None:
                other = found
                same &= found == first
        if same[cell]:
            return _placed("search", say, cell, int(first[cell]), "exact search finds no solution without it")
    cell = int(np.flatnonzero(first != other)[0])
    either = f"{say.cell(cell)} may be {say.symbol(int(first[cell]))} or {say.symbol(int(other[cell]))}"
    return Hint("choice", f"no cell is forced: there is more than one solution, and in them {either}")


def _fewest_first(values: Board, sets: np.ndarray) -> list[int]:
    """Open cells, those with few symbols left first."""
    return sorted(np.flatnonzero(values == OPEN).tolist(), key=lambda cell: int(sets[cell]).bit_count())


def _placed(technique: str, say: Phrases, cell: int, value: int, why: str) -> Hint:
    return Hint(technique, f"{say.fact(cell, value)}: {why}", cell, value, say.domain.symbols[value])

"""check: what is wrong with a proposed answer, finished or not."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import numpy.typing as npt

from .. import search
from ..checker import accepts
from ..deadline import Deadline, stop_point, within
from ..domains import layout_of
from ..domains.reading import Grid, read, read_answer
from ..problem import OPEN, Board, Problem, Rules, Violation
from .candidates import possible
from .option import takes
from .options import CheckOptions, Options

__all__ = ["check", "nothing_wrong"]

FEW_NODES = 1000  # that a board of many may cost before it is looked at alone


@takes(CheckOptions)
def check(problem: Grid, values: Grid, **options: Unpack[CheckOptions]) -> list[Violation]:
    """What is wrong with `values` as an answer to `problem`; [] if nothing is.

    First changed givens and broken rules. If there are none and cells are open, exact search tells which filled cells
    no solution has (relation "solution"): those that differ from the only solution, where there is only one. Where
    each of them is in some solution, but no solution has all, the fewest that go wrong together are named.

    Open cells are not wrong. To list clashing givens, pass the problem twice.

    Parameters
    ----------
    problem, values
        Each whatever `solve` takes.
    {options}

    Raises
    ------
    InvalidInput
        As `solve` does, and where `values` is a Problem on another board.
    TimeoutError
        The time limit ran out: half a list would pass for a whole one.

    Examples
    --------
    >>> [v.relation for v in check("1......2..4..3..", "2234341221434321")]
    ['given', 'row', 'column', 'box']
    >>> [(v.relation, v.cells) for v in check("1......2..4..3..", "14.....2..4..3..")]
    [('solution', (1,))]
    """
    checked = Options(CheckOptions, **options)
    clock = Deadline(checked.time_limit)
    given = read(problem, checked.domain)
    held = given if values is problem else read_answer(values, given)
    out, board = _changed(given, held), held.values.tolist()
    constraints = given.rules.constraints
    done = 0
    try:
        with within(clock):
            for constraint in constraints:
                stop_point()
                out += constraint.violations(board)
                done += 1
    except TimeoutError:
        what = f"{done} of {len(constraints)} rules were checked in {clock.seconds:g} s"
        raise TimeoutError(f"{what}; allow more") from None
    out = out or _in_no_solution(given, held, clock)
    return [violation.on(layout_of(given), held.values) for violation in out]


def _changed(given: Problem, held: Problem) -> list[Violation]:
    """Givens that the answer has changed."""
    where = layout_of(given)
    return [
        Violation(
            "given",
            (int(cell),),
            f"{where.cell_name(int(cell))} is given as {where.symbols[given.values[cell]]}, "
            f"not {where.symbols[held.values[cell]]}",
        )
        for cell in np.flatnonzero((given.values != OPEN) & (held.values != OPEN) & (given.values != held.values))
    ]


def _in_no_solution(given: Problem, held: Problem, clock: Deadline) -> list[Violation]:
    """Of an unfinished answer that breaks no rule: the cells that no solution has."""
    filled = np.flatnonzero((given.values == OPEN) & (held.values != OPEN))
    if not len(filled) or (held.values != OPEN).all() or _goes_on(given, held.values, filled, clock):
        return []
    wanted = np.zeros((given.rules.L, given.rules.V), np.bool_)
    wanted[filled, held.values[filled]] = True
    found, unknown = possible(given, wanted, clock)
    if unknown.any():
        raise _unsettled(clock)
    wrong = [int(cell) for cell in filled if not found[cell].any()]
    if len(wrong) < len(filled) or _goes_on(given, held.values, filled[:0], clock):
        if not wrong:
            together = _fewest(given, held.values, filled, clock)
            return [Violation("solution", together, "no solution has all of these")]
        return [Violation("solution", (cell,), "no solution has {} here", (int(held.values[cell]),)) for cell in wrong]
    return [Violation("solution", (), "the problem has no solution, whatever is filled in")]


def _goes_on(given: Problem, values: Board, cells: npt.NDArray[np.int64], clock: Deadline) -> bool:
    """Whether some solution has what `values` hold in `cells`, besides the givens."""
    board = given.values.copy()
    board[cells] = values[cells]
    result = search.solve_values(given.rules, board[None], time_limit=clock.limit)
    if not result.counts[0] and not result.complete[0]:
        raise _unsettled(clock)
    if result.counts[0] and not accepts(given.rules, board, result.values)[0]:
        raise RuntimeError("search returned a board that the checker rejects: a bug in vmdsolve; please report it")
    return bool(result.counts[0])


def _fewest(given: Problem, values: Board, cells: npt.NDArray[np.int64], clock: Deadline) -> tuple[int, ...]:
    """Of cells that no solution has together, some that still are in none together, and none of which can be spared."""
    kept = cells
    for cell in cells:
        fewer = kept[kept != cell]
        if not _goes_on(given, values, fewer, clock):
            kept = fewer
    return tuple(kept.tolist())


def _unsettled(clock: Deadline) -> TimeoutError:
    return TimeoutError(
        f"no rule is broken, but whether a solution has these cells was not settled in {clock.seconds:g} s; allow more"
    )


def nothing_wrong(
    rules: Rules, givens: Board, held: Board, *, time_limit: float | None
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Of many proposed answers [B, L] at once: which are right [B], and which are unfinished without a mistake [B].

    An unfinished answer without a mistake is one that search completes to what the checker accepts. Of all others this
    says nothing: `check` tells what is wrong with them, if anything.
    """
    right = accepts(rules, givens, held)
    changed = (givens != OPEN) & (held != OPEN) & (givens != held)
    rows = np.flatnonzero((held == OPEN).any(axis=1) & ~changed.any(axis=1))
    going = np.zeros(len(held), np.bool_)
    if len(rows):
        boards = np.where(held[rows] == OPEN, givens[rows], held[rows])
        result = search.solve_values(rules, boards, node_limit=FEW_NODES, time_limit=time_limit)
        going[rows] = accepts(rules, boards, result.values)
    return right, going

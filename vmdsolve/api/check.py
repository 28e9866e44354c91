"""check: what is wrong with a proposed answer."""

from __future__ import annotations

from typing import Unpack

import numpy as np

from ..deadline import Deadline
from ..domains import layout_of
from ..domains.reading import Grid, read, read_answer
from ..problem import OPEN, Problem, Violation
from .option import takes
from .options import CheckOptions, Options

__all__ = ["check"]


@takes(CheckOptions)
def check(problem: Grid, values: Grid, **options: Unpack[CheckOptions]) -> list[Violation]:
    """What is wrong with `values` as an answer to `problem`: changed givens and broken rules; [] if nothing is.

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
    """
    checked = Options(CheckOptions, **options)
    clock = Deadline(checked.time_limit)
    given = read(problem, checked.domain)
    held = given if values is problem else read_answer(values, given)
    out, board = _changed(given, held), held.values.tolist()
    constraints = given.rules.constraints
    for done, constraint in enumerate(constraints):
        if clock.over:
            raise TimeoutError(f"{done} of {len(constraints)} rules were checked in {clock.seconds:g} s; allow more")
        out += constraint.violations(board)
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

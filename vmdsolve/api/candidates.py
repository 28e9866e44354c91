"""candidates: the symbols that each cell has in some solution, each shown by a solution or proved to be in none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Unpack

import numpy as np
import numpy.typing as npt

from .. import search, sets
from ..checker import accepts
from ..deadline import Deadline
from ..domains import layout_of
from ..domains.reading import Grid, read
from ..problem import Board, Problem, Status
from .option import takes
from .options import CandidatesOptions, Options

__all__ = ["Candidates", "candidates", "possible"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Candidates:
    """Which symbols each cell has in some solution.

    Attributes
    ----------
    problem
        The problem that was looked at.
    possible
        bool [L, V], True where a solution has the symbol in the cell: one was found.
    unknown
        bool [L, V], True where time did not suffice to say. What is neither is proved to be in no solution.
    """

    problem: Problem
    possible: Mask = field(repr=False)
    unknown: Mask = field(repr=False)

    @property
    def status(self) -> Status:
        """SOLVED: all is settled; UNSATISFIABLE: there is no solution; TIMEOUT: of some it is unknown."""
        if self.unknown.any():
            return Status.TIMEOUT
        return Status.SOLVED if self.possible.any() else Status.UNSATISFIABLE

    @property
    def symbols(self) -> tuple[tuple[str, ...], ...]:
        """For each cell the symbols that some solution has there."""
        named = layout_of(self.problem).symbols
        return tuple(tuple(named[value] for value in np.flatnonzero(row)) for row in self.possible)


@takes(CandidatesOptions)
def candidates(problem: Grid, **options: Unpack[CandidatesOptions]) -> Candidates:
    """The symbols that each cell has in some solution: exact, not only what rules exclude one by one.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    {options}

    Returns
    -------
    Candidates
        `symbols` has them by cell; `unknown` what time did not suffice for.

    Raises
    ------
    InvalidInput
        As `solve` does.

    Examples
    --------
    >>> found = candidates("12..34..2143....")
    >>> found.status, [" or ".join(symbols) for symbols in found.symbols[12:]]
    (<Status.SOLVED: 'SOLVED'>, ['4', '3', '1 or 2', '1 or 2'])
    """
    checked = Options(CandidatesOptions, **options)
    clock = Deadline(checked.time_limit)
    given = read(problem, checked.domain)
    wanted = np.ones((given.rules.L, given.rules.V), np.bool_)
    return Candidates(given, *possible(given, wanted, clock, checked.threads))


def possible(given: Problem, wanted: Mask, clock: Deadline, threads: int = 0) -> tuple[Mask, Mask]:
    """Of the symbols `wanted` [L, V] those that a solution has, and those of which time did not suffice to say."""
    rules, values = given.rules, given.values
    allowed, _ = search.propagate(rules, values[None], time_limit=clock.limit, threads=threads)
    left = wanted & sets.members(allowed[0], rules.V)
    found = np.zeros_like(left)
    board, first = values.copy(), True
    while left.any():
        if not first:
            cell, symbol = divmod(int(left.ravel().argmax()), rules.V)
            board = values.copy()
            board[cell] = symbol
        result = search.solve_values(
            rules, board[None], time_limit=clock.limit, threads=threads, marginals=left[None].astype(np.float32)
        )  # what is not settled is tried first: one solution settles many
        if result.counts[0]:
            _judged(given, result.values)
            held = np.zeros_like(left)
            held[np.arange(rules.L), result.values[0]] = True
            found |= wanted & held
            left &= ~held
        elif not result.complete[0]:
            return found, left
        elif first:
            return found, np.zeros_like(left)  # there is no solution at all
        else:
            left[cell, symbol] = False
        first = False
    return found, left


def _judged(given: Problem, values: Board) -> None:
    if not accepts(given.rules, given.values, values)[0]:
        raise RuntimeError("search returned a board that the checker rejects: a bug in vmdsolve; please report it")

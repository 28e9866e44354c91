"""Projection: for each way to fill some of the cells that a solution has, one such solution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import sets
from ..deadline import Deadline
from ..problem import OPEN, Board, Rules
from .boards import Boards
from .exact import propagate, solve_values

__all__ = ["Projection"]


class Projection(Boards):
    """Solutions int32 [L] no two of which agree on all of `cells`, one for each way to fill these; see `Boards`.

    Attributes
    ----------
    complete
        True once it is proved that there are no more.

    Examples
    --------
    >>> from vmdsolve.constraints import AllDifferent
    >>> rules = Rules(3, 3, (AllDifferent([0, 1, 2]),))
    >>> [board[0].item() for board in Projection(rules, np.full(3, -1), [0])]
    [0, 1, 2]
    """

    def __init__(
        self, rules: Rules, values: Board, cells: Sequence[int], limit: int | None = None, seconds: float | None = None
    ) -> None:
        self._rules, self._cells = rules, np.asarray(cells, np.int64)
        self._left, self._seconds = limit, seconds
        self._open: list[tuple[Board, Board | None]] = [(np.asarray(values, np.int32), None)]
        self.complete = False

    def look(self) -> Board | None:
        """The next solution, which stays in `found`; None: there is none, or a limit is reached."""
        clock = Deadline(self._seconds)
        while self.found is None and self._open and self._left != 0:
            board, solution = self._open[-1]  # it stays there until all is known that comes in its place
            if solution is None:  # not known yet whether there is one
                found = solve_values(self._rules, board[None], time_limit=clock.limit)
                if not found.counts[0]:
                    if not found.complete[0]:
                        self._seconds = clock.limit
                        return None  # no time is left
                    del self._open[-1]
                    continue
                solution = found.values[0]
            cell, symbols = self._branch(board, clock)
            further: list[tuple[Board, Board | None]] = []
            if cell is not None:
                for symbol in sorted(symbols, key=lambda symbol: (symbol == solution[cell], -symbol)):
                    one = board.copy()
                    one[cell] = symbol
                    further.append((one, solution if symbol == solution[cell] else None))
            seconds, left = clock.limit, None if self._left is None else self._left - 1
            self._open[-1:] = further  # signals are heard at calls, so not between this line and the next ones
            if cell is None:
                self.found, self._left, self._seconds = solution, left, seconds
        self.complete = self.complete or (not self._open and self.found is None)
        return self.found

    def _branch(self, board: Board, clock: Deadline) -> tuple[int | None, list[int]]:
        """The cell of those asked for to branch on, and its symbols; None where all are filled or forced."""
        allowed = propagate(self._rules, board[None], time_limit=clock.limit)[0][0]
        counts = sets.count(allowed[self._cells])
        counts[(counts == 1) | (board[self._cells] != OPEN)] = self._rules.V + 1
        if not len(counts) or counts.min() > self._rules.V:
            return None, []
        cell = int(self._cells[counts.argmin()])
        return cell, sets.listed(int(allowed[cell]))

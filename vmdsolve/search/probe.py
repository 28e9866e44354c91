"""Knuth's probe: one random way down the tree of propagation, and how many solutions it stands for.

A way ends at a solution or at a clash. Its weight is 1 over the chance that it was gone, or 0 at a clash: as each
solution stands at the end of one way alone, the mean weight is the number of solutions, whatever the chances are.
Chances only say how far weights spread; here a symbol that clashes at once is never tried, and one that leaves the
other cells more room is likelier.

Knuth, Estimating the efficiency of backtrack programs, Mathematics of Computation 29 (1975).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .. import sets
from ..deadline import Deadline
from ..problem import OPEN, Board, Rules
from .exact import propagate

__all__ = ["probe"]

ROOM = 0.25  # the exponent of the room that a symbol leaves: near it weights spread least (latin, queens, Sudoku)
Floats = npt.NDArray[np.float64]


def probe(
    rules: Rules, values: Board, draws: Floats, *, clock: Deadline, threads: int = 0
) -> tuple[Board, Floats] | None:
    """Full boards at the ends of random ways from `values` [L], and the logarithms of their weights.

    Parameters
    ----------
    draws
        float64 [S, L], uniform in 0 .. 1: those of each way
    clock
        The time that all of them together may take.

    Returns
    -------
    boards
        int32 [S, L]; not full where the way ended at a clash
    logs
        float64 [S], -inf where the way ended at a clash

    None where time ran out.
    """
    limit, S = clock.limit, len(draws)
    allowed, clash = propagate(rules, values[None], time_limit=limit, threads=threads)
    boards = np.repeat(sets.single(allowed), S, axis=0)
    room = np.repeat(allowed, S, axis=0)
    logs = np.full(S, -np.inf if clash[0] else 0.0)
    for step in range(rules.L):
        rows = np.flatnonzero((logs > -np.inf) & (boards == OPEN).any(axis=1))
        if not len(rows):
            break
        if clock.over:
            return None
        counts = np.where(boards[rows] == OPEN, sets.count(room[rows]), rules.V + 1)
        cells = counts.argmin(axis=1)
        may = sets.members(room[rows, cells], rules.V)
        which, symbols = np.nonzero(may)
        tried = boards[rows[which]]
        tried[np.arange(len(which)), cells[which]] = symbols
        left, clashes = propagate(rules, tried, time_limit=clock.limit, threads=threads)
        size = np.full(may.shape, -np.inf)
        size[which, symbols] = np.where(clashes, -np.inf, ROOM * np.log(np.maximum(sets.count(left), 1)).sum(axis=1))
        alive = size.max(axis=1) > -np.inf
        logs[rows[~alive]] = -np.inf
        chance = np.exp(size[alive] - size[alive].max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        picked = _picked(chance, draws[rows[alive], step])
        logs[rows[alive]] -= np.log(chance[np.arange(len(picked)), picked])
        at = np.zeros(may.shape, np.int64)
        at[which, symbols] = np.arange(len(which))
        chosen = at[np.flatnonzero(alive), picked]
        room[rows[alive]] = left[chosen]
        boards[rows[alive]] = sets.single(left[chosen])
    return boards, logs


def _picked(chance: Floats, draw: Floats) -> npt.NDArray[np.int64]:
    """The symbol of each row [n, V] that the row's draw falls on; never one without a chance."""
    upto = chance.cumsum(axis=1)
    fell = (upto <= draw[:, None] * upto[:, -1:]).sum(axis=1)
    last = chance.shape[1] - 1 - (chance[:, ::-1] > 0).argmax(axis=1)
    return np.asarray(np.minimum(fell, last), np.int64)

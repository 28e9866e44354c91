"""What is kept of boards while they are filled, where somebody wants to see it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..problem import OPEN, Board
from .plan import Floats, Steps

__all__ = ["Traced"]

Ints = npt.NDArray[np.int64]


class Traced:
    """Boards [B, L] as they begin, and step after step what becomes of them.

    Examples
    --------
    >>> traced = Traced(np.int32([[-1, 0, -1]]))
    >>> logits = np.log(np.float32([[[0.75, 0.25], [1, 0.001], [0.4, 0.6]]]))
    >>> traced.note(np.array([0]), logits, np.int32([[0, 0, -1]]), np.array([8]))
    >>> traced.end_step()
    >>> traced.steps.values[0, 0].tolist(), traced.steps.sure[0, 0].round(2).tolist(), traced.steps.loops.tolist()
    ([0, 0, -1], [0.75, 1.0, 0.6000000238418579], [[8]])
    """

    def __init__(self, boards: Board) -> None:
        self._x, self._spent = boards.copy(), np.zeros(len(boards), np.int64)
        self._sure: Floats = (boards != OPEN).astype(np.float32)
        self._loops = self._spent.copy()
        self._kept: list[tuple[Board, Floats, Ints]] = []

    def note(self, rows: Ints, logits: Any, x: Board, loops: Ints) -> None:
        """What a step made of these rows; those beyond the boards only fill up a tile.

        Parameters
        ----------
        rows
            int64 [n].
        logits
            float32 [n, L, V], as the network gave them.
        x
            int32 [n, L], the boards after the step.
        loops
            int64 [n], all block applications so far.
        """
        there = rows < len(self._x)
        rows, logits, x, loops = rows[there], logits[there], x[there], loops[there]
        went = (self._loops[rows] < loops)[:, None]  # else time ran out, and logits say nothing
        weights = np.exp(logits - logits.max(-1, keepdims=True))
        chosen = np.where(x == OPEN, logits.argmax(-1), x)
        said = np.take_along_axis(weights, chosen[..., None], -1)[..., 0] / weights.sum(-1)
        self._sure[rows] = np.where((self._x[rows] == OPEN) & went, said, self._sure[rows])
        self._x[rows], self._loops[rows] = x, loops

    def end_step(self) -> None:
        """The step is over for all boards."""
        self._kept.append((self._x.copy(), self._sure.copy(), self._loops - self._spent))
        self._spent = self._loops.copy()

    @property
    def steps(self) -> Steps | None:
        """All of them; None where there was none."""
        if not self._kept:
            return None
        values, sure, loops = map(np.stack, zip(*self._kept, strict=True))
        return Steps(values, sure, loops)

"""Batch: the boards that one step of training, or one measurement, looks at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..problem import Board

__all__ = ["Batch", "Floats"]

Floats = npt.NDArray[np.float32]


class Batch(NamedTuple):
    """What one step trains on.

    Attributes
    ----------
    start, x, x0
        int32 [B, L]: tokens where z is drawn, masked tokens x_t, answers (OPEN = not to be predicted)
    noise
        float32 [B, Z] standard normal, for z
    t
        float32 [B] time of each board
    """

    start: Board
    x: Board
    x0: Board
    noise: Floats
    t: Floats

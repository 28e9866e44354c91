"""Which cells are open while a text is learned or measured: so many of every block, any of them.

Of a block of m cells n are open, n uniform on 1 .. m: that is the bound's integral over t, where n has a binomial law
given t and the weight is w(t) = 1 / t; here it is m / n. The shares of all blocks of a batch are stratified: one lies
in each of as many equal parts of [0, 1], which takes the variance between times away.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .config import ABSENT
from .vocabulary import Tokens

__all__ = ["Masked", "opened"]


class Masked(NamedTuple):
    """Windows of which cells are open.

    Attributes
    ----------
    x
        int64 [B, L], `mask_id` where a cell is open
    weight
        float32 [B, N], m / n of every block; 0 where it has no cell
    """

    x: Tokens
    weight: npt.NDArray[np.float32]


def opened(x0: Tokens, block: int, mask_id: int, rng: np.random.Generator) -> Masked:
    """Windows x0 [B, L] with cells opened in every block of `block` cells.

    Examples
    --------
    >>> made = opened(np.array([[3, 1, 2, ABSENT]]), 2, 9, np.random.default_rng(0))
    >>> made.x.tolist(), made.weight.tolist()
    ([[9, 1, 9, -1]], [[2.0, 1.0]])
    """
    blocks = x0.reshape(-1, block)
    there = blocks != ABSENT
    m = there.sum(axis=1)
    share = (rng.permutation(len(blocks)) + rng.random(len(blocks))) / len(blocks)
    n = 1 + np.minimum((share * m).astype(np.int64), m - 1)
    rank = np.where(there, rng.random(blocks.shape), 2.0).argsort(axis=1).argsort(axis=1)
    x = np.where((rank < n[:, None]) & there, mask_id, blocks).reshape(x0.shape)
    weight = np.where(m > 0, m / np.maximum(n, 1), 0.0).astype(np.float32)
    return Masked(x, weight.reshape(len(x0), -1))

"""Which cells are open while a text is learned or measured: so many of every block, any of them.

Of a block of m cells n are open, n uniform on 1 .. m: that is the bound's integral over t, where n has a binomial law
given t and the weight is w(t) = 1 / t; here it is m / n. Where a step writes several cells, masks are those that such a
sampler meets: one of its k steps, as likely as any other, and k times the share of open cells that it writes is the
weight. The shares of all blocks of a batch are stratified: one lies in each of as many equal parts of [0, 1], which
takes the variance between times away.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .config import ABSENT
from .vocabulary import Tokens

__all__ = ["Masked", "begun", "opened", "steps_of", "written_before"]


class Masked(NamedTuple):
    """Windows of which cells are open.

    Attributes
    ----------
    x
        int64 [B, L], `mask_id` where a cell is open
    weight
        float32 [B, N], of every block: k times the share of its open cells that a step writes; 0 where it has no cell
    """

    x: Tokens
    weight: npt.NDArray[np.float32]


def steps_of(m: Tokens, at_once: int) -> Tokens:
    """k: in how many steps m cells are written, `at_once` in each, or fewer."""
    return -(-m // at_once)


def written_before(step: Tokens, m: Tokens, k: Tokens) -> Tokens:
    """How many of m cells are written when step 0 .. k - 1 begins, each having done its share of what was left.

    Examples
    --------
    >>> written_before(np.arange(4), np.array(7), np.array(3)).tolist()
    [0, 3, 5, 7]
    """
    k = np.maximum(k, 1)
    return np.asarray(m - m * np.maximum(k - step, 0) // k)


def opened(x0: Tokens, block: int, mask_id: int, rng: np.random.Generator, at_once: int = 1) -> Masked:
    """Windows x0 [B, L] with cells opened in every block of `block` cells, for a sampler that writes so many at once.

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
    k = steps_of(m, at_once)
    step = k - 1 - np.minimum((share * k).astype(np.int64), k - 1)
    before, after = written_before(step, m, k), written_before(step + 1, m, k)
    n = m - before
    rank = np.where(there, rng.random(blocks.shape), 2.0).argsort(axis=1).argsort(axis=1)
    x = np.where((rank < n[:, None]) & there, mask_id, blocks).reshape(x0.shape)
    weight = np.where(m > 0, k * (after - before) / np.maximum(n, 1), 0.0).astype(np.float32)
    return Masked(x, weight.reshape(len(x0), -1))


def begun(x0: Tokens, block: int, mask_id: int, rng: np.random.Generator) -> Tokens:
    """Windows [B, L] as a prior of z may meet them: half of them open, of the others some cells of blocks given.

    Examples
    --------
    >>> begun(np.array([[3, 1, 2], [4, 0, ABSENT], [1, 1, 1]]), 3, 9, np.random.default_rng(0)).tolist()
    [[9, 9, 9], [4, 9, -1], [9, 1, 9]]
    """
    some = rng.random((len(x0), 1)) < 0.5
    return np.where(some, opened(x0, block, mask_id, rng).x, np.where(x0 == ABSENT, ABSENT, mask_id))

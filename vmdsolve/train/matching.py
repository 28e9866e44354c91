"""Which copy of a board learns which of its answers: each the nearest, and none much more or less than its due.

Copies differ by noise on their states. A copy that had to learn an answer drawn without looking at its noise could only
learn the mean of all answers; one that learns the answer nearest to what it says already learns to say it whole. Were
that all, copies would agree on few answers. So a share of the copies is dealt to answers by the law, whatever they say
(systematic sampling: each answer has its due, rounded up or down at random), and of all copies none takes more than its
share and a deviation of as many independent draws. The assignment is the cheapest under these bounds, found exactly:
discrete optimal transport from noise to answers. The bounds are those of one board at one step: where answers are more
than copies, one that is seldom the nearest would be learned little oftener than it is dealt; prices.py sees to those.

Source: the winner that learns (Guzman-Rivera et al., Multiple choice learning, 2012), made fair as minibatch optimal
transport couples noise and data (Pooladian et al., 2023; Tong et al., 2024).
"""

from __future__ import annotations

from math import ceil, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InvalidInput
from ..measure.law import Law
from ..problem import OPEN, Board

__all__ = ["answers_to", "matched", "room"]

MOST = 4096  # answers that are looked at; of more, so many drawn by the law


def answers_to(
    x: Board, law: Law, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], float]:
    """Numbers [S] of the law's answers to tokens x [L], the share [S] of each, and what `matched` rounds by.

    The answers are at most MOST, in random order.

    Examples
    --------
    >>> law = Law(np.array([[0, 1], [1, 0], [1, 1]], np.int32), np.array([0.5, 0.25, 0.25]))
    >>> rows, share, offset = answers_to(np.array([1, -1]), law, np.random.default_rng(1))
    >>> law.boards[rows].tolist(), share.tolist(), 0 <= offset < 1
    ([[1, 0], [1, 1]], [0.5, 0.5], True)
    """
    rows = rng.permutation(np.flatnonzero(((law.boards == x) | (x == OPEN)).all(axis=1)))
    p = law.p[rows] / law.p[rows].sum()
    if len(rows) > MOST:
        kept = rng.choice(len(rows), MOST, replace=False, p=p)
        rows, p = rows[kept], np.full(MOST, 1 / MOST)
    return rows, p, rng.random()


def room(p: float, K: int) -> int:
    """How many of K copies may learn an answer whose share is p.

    Examples
    --------
    >>> room(0.5, 16), room(1 / 288, 16), room(1.0, 16)
    (10, 1, 16)
    """
    return ceil(K * p + sqrt(K * p * (1 - p)) - 1e-9)


def matched(
    said: npt.NDArray[Any],
    x: Board,
    answers: Board,
    share: npt.NDArray[np.float64],
    offset: float = 0.5,
    *,
    dealt: float,
    again: float = 0.0,
    price: npt.NDArray[np.float64] | None = None,
) -> npt.NDArray[np.int64]:
    """Which answer each of K copies learns: [K] numbers below S.

    Parameters
    ----------
    said
        float32 [K, L, V], logarithms of the probabilities that a copy gives to symbols
    x
        int32 [L], tokens that all copies see
    answers, share, offset
        [S, L], [S] and 0 to 1, of `answers_to`; by the offset what an answer is due is rounded up or down
    dealt
        Share of the copies, 0 to 1, that answers get by the law.
    again
        Nats that an answer costs beyond the first copy for each that learns it already: so many a copy gives up of what
        it says to learn one that no other does.
    price
        [S] nats that each answer costs besides, see prices.py; None: nothing.

    Raises
    ------
    InvalidInput
        There is no answer.

    Examples
    --------
    >>> said = np.log(np.float32([[[0.9, 0.1]], [[0.8, 0.2]], [[0.7, 0.3]], [[0.4, 0.6]]]))
    >>> matched(said, np.array([-1]), np.array([[0], [1]]), np.array([0.25, 0.75]), dealt=0.5).tolist()
    [0, 0, 1, 1]
    """
    if not len(answers):
        raise InvalidInput("a board has no answer by the law that it was drawn from")
    K, L, V = said.shape
    if len(answers) == 1:
        return np.zeros(K, np.int64)
    from scipy.optimize import linear_sum_assignment

    unknown = (x == OPEN)[:, None]
    hot: npt.NDArray[np.bool_] = answers[..., None] == np.arange(V)
    cost = -(said * unknown).reshape(K, L * V) @ hot.reshape(-1, L * V).T.astype(np.float32)
    places, due = _places(share, K, offset, dealt)
    cost = cost.astype(np.float64) + (0.0 if price is None else price)
    cost = cost[:, places] + again * _before(places)
    cost[:, :due] -= K * (1 + np.ptp(cost))  # whatever it costs elsewhere
    rows, chosen = linear_sum_assignment(cost)
    out = np.empty(K, np.int64)
    out[rows] = places[chosen]
    return out


def _before(places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Of each place how many before it are of the same answer.

    Examples
    --------
    >>> _before(np.array([1, 0, 1, 1, 0])).tolist()
    [0, 0, 1, 2, 1]
    """
    order = places.argsort(kind="stable")
    held = places[order]
    out = np.empty_like(places)
    out[order] = np.arange(len(places)) - np.searchsorted(held, held)
    return out


def _places(share: npt.NDArray[np.float64], K: int, offset: float, dealt: float) -> tuple[npt.NDArray[np.int64], int]:
    """Numbers of answers, as often as copies may take them; and how many of these, the first, have to be taken."""
    due = round(dealt * K)
    first = np.searchsorted(share.cumsum(), (np.arange(due) + offset) / max(1, due), side="right")
    first = first.clip(max=len(share) - 1)
    free = np.array([room(p, K) for p in share]) - np.bincount(first, minlength=len(share))
    return np.concatenate([first, np.repeat(np.arange(len(share)), free.clip(min=0))]), due

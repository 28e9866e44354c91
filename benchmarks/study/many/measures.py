"""What is measured of samples from a problem with many answers, beside what a perfect sampler would show.

All of it is of one problem; a perfect sampler draws each of its S answers alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, gammaln

from vmdsolve.constraints import AllDifferent, Count
from vmdsolve.domains import Domain
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.law import Law
from vmdsolve.problem import Board

__all__ = ["Marginals", "broken", "chance", "classes", "departure", "even", "expected", "floors", "found", "of_law",
           "of_symmetry"]  # fmt: skip

Floats = npt.NDArray[np.float64]
LEAST = 1e-9  # of the largest eigenvalue: below, a covariance has no extent


# Coverage -------------------------------------------------------------------------------------------------


def found(counts: Iterable[int], n: int, k: int) -> float:
    """How many different answers k of n samples hold on average; `counts`: how often each answer came.

    An unbiased estimate of what k samples of the same sampler hold (Hurlbert 1971), whatever else the n are.

    >>> found([2, 1], 4, 2), found([2, 1], 4, 4)  # samples a, a, b, and one that is no answer
    (1.3333333333333335, 2.0)
    """
    if not 1 <= k <= n:
        raise InvalidInput(f"coverage at {k} samples was asked of {n}; draw at least {k}")
    held = np.fromiter(counts, np.int64)
    rest = np.maximum(n - held, 0)
    missed = np.exp(_log_choose(rest, k) - _log_choose(np.array([n]), k))
    return float((1 - np.where(rest < k, 0.0, missed)).sum())


def expected(S: int | None, k: int) -> float:
    """How many different answers k even draws from S hold on average; None: S is so large that all differ.

    >>> expected(1, 5), expected(2, 2), expected(None, 20)
    (1.0, 1.5, 20.0)
    """
    return float(k) if S is None else -S * float(np.expm1(k * np.log1p(-1 / S))) if S > 1 else 1.0


def _log_choose(n: npt.NDArray[np.int64], k: int) -> Floats:
    n = np.maximum(n, k)
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


# The law --------------------------------------------------------------------------------------------------


def floors(S: int, n: int) -> tuple[float, float]:
    """KL and total variation that n perfect samples of S answers show on average, taken as `Law.compare` takes them.

    >>> [round(floor, 4) for floor in floors(2, 1)]  # (1/2 log 1.25/0.75 + ...) and half of |1 - 1/2| + |0 - 1/2|
    [0.2554, 0.5]
    """
    count = np.arange(n + 1)
    log_p = _log_choose_all(n) - count * np.log(S) + (n - count) * (np.log1p(-1 / S) if S > 1 else 0.0)
    p = np.exp(log_p) if S > 1 else (count == n).astype(float)
    smooth = (count + 0.5) / (n + (S + 1) / 2)
    return float(-np.log(S) - p @ np.log(smooth)), float(S / 2 * (p @ np.abs(count / n - 1 / S)))


def _log_choose_all(n: int) -> Floats:
    k = np.arange(n + 1)
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def classes(keys: list[bytes], n: int) -> float:
    """How many classes n even draws hold on average, where the law's answers have these keys.

    >>> classes([b"a", b"a", b"b", b"b"], 2)
    1.5
    """
    share = np.array([*Counter(keys).values()]) / len(keys)
    return float((1 - (1 - share) ** n).sum())


def even(law: Law) -> None:
    """Refuses a law whose answers are not all alike, which none of this is for."""
    if np.ptp(law.p) > 1e-12:
        raise InvalidInput("coverage beside a uniform sampler was asked of a law that is not uniform")


# Marginals of cells ---------------------------------------------------------------------------------------


class Marginals(NamedTuple):
    """How often each cell has each symbol by the law, and how these go together in one answer.

    p [L * V] and covariance [L * V, L * V] of one answer's symbols, each 0 or 1.
    """

    p: Floats
    covariance: Floats


def of_law(law: Law, V: int) -> Marginals:
    """Those of an enumerated law."""
    total, square = np.zeros(law.boards.shape[1] * V), np.zeros((law.boards.shape[1] * V,) * 2)
    for first in range(0, len(law.p), 4096):
        hot = _hot(law.boards[first : first + 4096], V)
        total += hot.sum(0)
        square += hot.T @ hot
    p = total / len(law.p)
    return Marginals(p, square / len(law.p) - np.outer(p, p))


def of_symmetry(alike: Floats, V: int) -> Marginals:
    """Those of a law under which all symbols are alike; `alike` [L, L]: how often two cells hold the same symbol.

    >>> of_symmetry(np.array([[1.0, 0.0], [0.0, 1.0]]), 2).covariance[0].tolist()
    [0.25, -0.25, -0.25, 0.25]
    """
    L = len(alike)
    same = np.eye(V)[None, :, None, :]
    joint = np.where(same > 0, alike[:, None, :, None] / V, (1 - alike[:, None, :, None]) / (V * (V - 1)))
    return Marginals(np.full(L * V, 1 / V), joint.reshape(L * V, L * V) - 1 / V**2)


def departure(marginals: Marginals, answers: Board, V: int) -> tuple[float, int]:
    """Chi-square of the marginals of n samples that are answers [n, L], with its degrees of freedom.

    Cells of one answer depend on each other, so a sum over cells would follow no chi-square; the law's covariance
    takes account of it: n d' C+ d for the difference d of marginals, whose degrees of freedom are the rank of C.
    """
    extent, ways = np.linalg.eigh(marginals.covariance)
    held = extent > LEAST * extent[-1]
    d = (_hot(answers, V).mean(0) - marginals.p) @ ways[:, held]
    return float(len(answers) * (d**2 / extent[held]).sum()), int(held.sum())


def chance(square: float, freedom: int) -> float:
    """How likely a perfect sampler shows so much or more.

    >>> round(chance(3.841459, 1), 4)
    0.05
    """
    return float(chdtrc(freedom, square))


def _hot(boards: Board, V: int) -> Floats:
    return np.asarray((np.asarray(boards)[..., None] == np.arange(V)).reshape(len(boards), -1), float)


# Conflicts ------------------------------------------------------------------------------------------------


def broken(domain: Domain, boards: Board) -> npt.NDArray[np.int64]:
    """[n] units that each board [n, L] breaks; of a graph the edges whose ends are alike."""
    out = np.zeros(len(boards), np.int64)
    edges = getattr(domain, "edges", None)
    if edges is not None:
        ends = np.array(edges, np.int64).reshape(-1, 2)
        return np.asarray((boards[:, ends[:, 0]] == boards[:, ends[:, 1]]).sum(1))
    for unit in domain.rules.constraints:
        held = boards[:, list(unit.cells)]
        if isinstance(unit, AllDifferent):
            held = np.sort(held, axis=1)
            out += (held[:, 1:] == held[:, :-1]).any(1)
        elif isinstance(unit, Count):
            n = (held == unit.symbol).sum(1)
            out += (n < unit.low) | (n > unit.high)
        else:
            raise InvalidInput(f"conflicts are counted of all-different units and counts, not of {unit}")
    return out

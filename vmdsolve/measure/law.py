"""Law: the exact distribution over a problem's solutions, and how far samples are from it.

A problem's law is every solution, found by exact search, weighted by its domain (uniformly unless it says otherwise).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..domains import Domain
from ..errors import InvalidInput
from ..problem import OPEN, Board
from ..search import enumerate_values

__all__ = ["Comparison", "Law", "law_of"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """Samples beside a law of S solutions. Divergences are in nats.

    Attributes
    ----------
    n
        samples
    accuracy
        share of samples that are solutions
    kl
        KL(law || samples): what the law holds and samples miss; share of a solution estimated by (count + 1/2) / (n +
        (S + 1) / 2), everything that is no solution being one more outcome
    kl_error
        standard error of `kl` by the delta method; too large by up to 1.5 where `kl` is near its floor
    kl_floor
        what n perfect samples would show on average, about (S - 1) / 2n
    kl_reverse
        KL(samples that are solutions || law)
    variation
        total variation distance, half the sum of absolute differences, wrong samples included
    reached
        share of the law's solutions that occur
    variation_floor
        what of `variation` n perfect samples would show on average, about
    """

    n: int
    accuracy: float
    kl: float
    kl_error: float
    kl_floor: float
    kl_reverse: float
    variation: float
    reached: float
    variation_floor: float


@dataclass(frozen=True)
class Law:
    """S boards and their probabilities: boards int32 [S, L], distinct; p [S], summing to 1.

    Examples
    --------
    >>> law = Law(np.array([[0, 1], [1, 0]], np.int32), np.array([0.5, 0.5]))
    >>> round(law.entropy, 3)
    0.693
    """

    boards: Board
    p: Floats

    @property
    def entropy(self) -> float:
        """In nats."""
        positive = self.p[self.p > 0]
        return float(-(positive * np.log(positive)).sum())

    def draw(self, rng: np.random.Generator, n: int) -> Board:
        """n boards [n, L] drawn from the law.

        Examples
        --------
        >>> Law(np.array([[0, 1], [1, 0]], np.int32), np.array([1.0, 0.0])).draw(np.random.default_rng(0), 2).tolist()
        [[0, 1], [0, 1]]
        """
        return np.asarray(self.boards[rng.choice(len(self.p), n, p=self.p)])

    def indices(self, samples: Board) -> npt.NDArray[np.int64]:
        """[n] number of the law's board that a sample is; -1 where it is none of them.

        Examples
        --------
        >>> Law(np.array([[0, 1], [1, 0]], np.int32), np.array([0.5, 0.5])).indices(np.array([[1, 0], [1, 1]])).tolist()
        [1, -1]
        """
        number = {board.tobytes(): i for i, board in enumerate(np.ascontiguousarray(self.boards, np.int32))}
        return np.array([number.get(row.tobytes(), -1) for row in np.ascontiguousarray(samples, np.int32)], np.int64)

    def compare(self, samples: Board) -> Comparison:
        """How far n samples [n, L] are from the law.

        Examples
        --------
        >>> law = Law(np.array([[0, 1], [1, 0]], np.int32), np.array([0.5, 0.5]))
        >>> law.compare(np.array([[0, 1], [1, 0], [1, 1], [1, 0]])).accuracy
        0.75
        """
        n, S = len(samples), len(self.p)
        if n == 0:
            raise InvalidInput("there are no samples to compare with the law; draw at least one")
        found = self.indices(samples)
        counts = np.bincount(found[found >= 0], minlength=S)
        right = int(counts.sum())
        smooth = (counts + 0.5) / (n + (S + 1) / 2)
        inside = self.p > 0
        p, ratio = self.p[inside], np.log(self.p[inside] / smooth[inside])
        share = counts[inside] / n
        # d KL / d share_i = -p_i / share_i: the variance of KL under multinomial counts, with smoothed shares.
        slope = p / smooth[inside]
        variance = max(0.0, float((slope**2 * share).sum() - (slope * share).sum() ** 2)) / n
        among = counts[inside][counts[inside] > 0] / max(1, right)
        return Comparison(
            n=n,
            accuracy=right / n,
            kl=float((p * ratio).sum()),
            kl_error=float(np.sqrt(variance)),
            kl_floor=(S - 1) / (2 * n),
            kl_reverse=float((among * np.log(among / p[counts[inside] > 0])).sum()) if right else float("nan"),
            variation=float((np.abs(counts / n - self.p).sum() + (n - right) / n) / 2),
            reached=float((counts[inside] > 0).mean()),
            variation_floor=float(np.sqrt(self.p * (1 - self.p) / (2 * np.pi * n)).sum()),
        )


def law_of(domain: Domain, values: Any = None, *, limit: int = 1_000_000) -> Law:
    """The law of a problem of this domain with givens `values` [L]; None: nothing is given.

    Raises
    ------
    InvalidInput
        If there is no solution or more than `limit`.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> law = law_of(get("sudoku-4x4"))
    >>> len(law.p), round(float(law.p.sum()), 6)
    (288, 1.0)
    """
    rules = domain.rules
    given = np.full(rules.L, OPEN, np.int32) if values is None else np.asarray(values, np.int32)
    solutions = list(enumerate_values(rules, given, limit=limit + 1))
    if not 0 < len(solutions) <= limit:
        raise InvalidInput(f"the problem has {f'over {limit:,} solutions' if solutions else 'no solution'}")
    found = np.stack(solutions)
    found = found[np.lexsort(found.T[::-1])]  # the order in which search finds them is its own affair
    weight = domain.weight(found)
    return Law(found, weight / weight.sum())

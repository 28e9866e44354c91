"""estimate_solutions: how many solutions there are about, where nobody can count them."""

from __future__ import annotations

from math import exp, inf, log
from typing import NamedTuple, Unpack

import numpy as np
import numpy.typing as npt

from .. import search
from ..checker import accepts
from ..deadline import Deadline
from ..domains.reading import Grid, read
from .option import takes
from .options import EstimateOptions, Options

__all__ = ["Estimate", "estimate_solutions"]

CHUNK = 4096  # cells of ways that are gone side by side; what they come to does not depend on it
LARGEST = 709.0  # the logarithm of what a float still holds


class Estimate(NamedTuple):
    """About how many solutions there are: not proved, and another seed says another number.

    Attributes
    ----------
    n
        The mean over all samples, whose expectation is the number of solutions; infinite beyond 1e308.
    error
        Its standard error, as far as the samples tell: a few solutions that nobody came across are not in it.
    log10
        The logarithm of n; -inf where n is 0, which does not prove that there is no solution.
    samples
        How many random ways were gone; fewer than asked for where time ran out.
    """

    n: float
    error: float
    log10: float
    samples: int


@takes(EstimateOptions)
def estimate_solutions(problem: Grid, **options: Unpack[EstimateOptions]) -> Estimate:
    """Estimate the number of solutions without bias, from random ways through the tree of propagation.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    {options}

    Returns
    -------
    Estimate
        With its standard error. `count_solutions` counts instead.

    Raises
    ------
    InvalidInput
        As `solve` does.
    TimeoutError
        The time limit ran out before there were two samples to tell an error from.

    References
    ----------
    Knuth, Estimating the efficiency of backtrack programs, Mathematics of Computation 29 (1975).

    Examples
    --------
    >>> found = estimate_solutions("." * 16)
    >>> abs(found.n - 288) < 4 * found.error < 20
    True
    """
    checked = Options(EstimateOptions, **options)
    clock = Deadline(checked.time_limit)
    given = read(problem, checked.domain)
    logs: list[npt.NDArray[np.float64]] = []
    chunk = max(2, CHUNK // given.rules.L)
    for start in range(0, checked.samples, chunk):
        rows = range(start, min(start + chunk, checked.samples))
        draws = np.array([_draws(checked.seed, row, given.rules.L) for row in rows])
        gone = search.probe(given.rules, given.values, draws, clock=clock, threads=checked.threads)
        if gone is None:
            break
        boards, found = gone
        logs.append(np.where(accepts(given.rules, given.values, boards), found, -inf))
    if not logs:
        raise TimeoutError(f"not even {chunk} samples were done in {clock.seconds:g} s; allow more")
    return _estimate(np.concatenate(logs))


def _draws(seed: int, row: int, L: int) -> npt.NDArray[np.float64]:
    """The random numbers of one sample: a function of the seed and its number alone."""
    return np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, row, 0])).random(L)


def _estimate(logs: npt.NDArray[np.float64]) -> Estimate:
    """The mean of weights and its error, of their logarithms, which may be beyond what a float holds."""
    most = float(logs.max())
    if most == -inf:
        return Estimate(0.0, 0.0, -inf, len(logs))
    weights = np.exp(logs - most)
    mean, error = float(weights.mean()), float(weights.std(ddof=1)) / len(logs) ** 0.5
    size = log(mean) + most
    n = mean * exp(most) if most < LARGEST else exp(size) if size < LARGEST else inf
    return Estimate(n, n * error / mean, size / log(10), len(logs))

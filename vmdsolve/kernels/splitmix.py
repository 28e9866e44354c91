"""SplitMix64 as a function: the n-th number of the generator that begins at x, which mixes all bits of both."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["GOLDEN", "splitmix"]

GOLDEN = 0x9E3779B97F4A7C15


def splitmix(x: Any, n: int = 0) -> npt.NDArray[np.uint64]:
    """Numbers uint64 [...] that look random, equal for equal x uint64 [...] and n.

    Examples
    --------
    >>> [int(number) for number in splitmix(np.uint64([0, 0]))], int(splitmix(np.uint64([0]), 1)[0])
    ([16294208416658607535, 16294208416658607535], 7960286522194355700)

    References
    ----------
    Steele, Lea, Flood, Fast splittable pseudorandom number generators, 2014.
    """
    x = np.asarray(x, np.uint64) + np.uint64((n + 1) * GOLDEN % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)))

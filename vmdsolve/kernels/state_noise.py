"""Noise on a network's states: each number a function of a board's key, the loops done and its place, nothing else.

Near normal: mean 0, variance 1, nothing beyond 3.46, fourth moment 2.7 where a normal number has 3. It is the sum of
four random bytes, which costs a small part of a loop; a true normal number would cost more than the loop. The native
loops (csrc/denoise/noise.hpp) add the same numbers.
"""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import InvalidInput
from .splitmix import splitmix

__all__ = ["StateNoise", "state_noise"]

SCALE = np.float32(147.80054)  # the deviation of a sum of four bytes


class StateNoise(NamedTuple):
    """Noise of B boards: what it is drawn by, and how much of it, in the measure of each state's own deviation.

    States grow with the loops, and a block looks at them through a norm: what counts is their share.

    Attributes
    ----------
    keys
        uint64 [B], or the same bits as a tensor int64 [B]; 0: that board has no noise
    begin
        what is added to the states before the first loop
    path
        what is added after each loop but the last
    """

    keys: Any
    begin: float = 0.0
    path: float = 0.0

    def arrays(self, B: int) -> dict[str, Any]:
        """As the native loops take it, for B boards.

        Raises
        ------
        InvalidInput
            There is not one key a board.
        """
        keys = np.ascontiguousarray(self.keys, np.uint64)
        if keys.shape != (B,):
            raise InvalidInput(f"keys of noise have shape {keys.shape}, wanted ({B},), one a board")
        return {"keys": keys, "begin_noise": float(self.begin), "path_noise": float(self.path)}

    def deviation(self, time: int) -> float:
        """How much is added after so many loops, in deviations of a state.

        Examples
        --------
        >>> noise = StateNoise(np.zeros(1, np.uint64), begin=0.5, path=0.1)
        >>> noise.deviation(0), noise.deviation(1), noise.deviation(9)
        (0.5, 0.1, 0.1)
        """
        return self.path if time else self.begin


def state_noise(keys: Any, time: int, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Noise of mean 0 and variance 1 for the states of B boards.

    Parameters
    ----------
    keys
        uint64 [B]; of a board whose key is 0 all is 0
    time
        loops done
    shape
        of a board's states

    Returns
    -------
    float32 [B, *shape]

    Examples
    --------
    >>> state_noise(np.array([1, 0], np.uint64), 0, (3,)).any(axis=1).tolist()
    [True, False]

    References
    ----------
    The mixing: the finaliser of MurmurHash3 (Appleby), after `splitmix`.
    """
    x = splitmix(keys, time)
    low, high = x.astype(np.uint32)[:, None], (x >> np.uint64(32)).astype(np.uint32)[:, None]
    places = np.arange(prod(shape), dtype=np.uint64).astype(np.uint32)  # modulo 2^32, as a lane counts
    w = _mixed(_mixed(places ^ low) ^ high)
    pairs = (w & np.uint32(0x00FF00FF)) + ((w >> np.uint32(8)) & np.uint32(0x00FF00FF))
    sums = (pairs & np.uint32(0xFFFF)) + (pairs >> np.uint32(16))
    drawn = (sums.astype(np.float32) - np.float32(510)) / SCALE
    return np.where((keys != 0)[:, None], drawn, np.float32(0)).reshape(len(x), *shape)


def _mixed(x: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    x = (x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return x ^ (x >> np.uint32(16))

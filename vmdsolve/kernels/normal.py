"""Standard normal noise: as many numbers a board as its latent asks for, the same on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import vmdsolve._native as _native
from vmdsolve.kernels import checks, reference

__all__ = ["MAX_NORMALS", "normal"]

MAX_NORMALS = 1 << 24  # a board; csrc/kernels/normal.hpp


def normal(key: Any, n: int, *, seed: int = 0, step: int = 0, backend: str | None = None) -> npt.NDArray[np.float32]:
    """Draw `n` standard normal numbers for each of B boards.

    A number is a function of (seed, key, step, its place 0 .. n-1) and of nothing else, and no draw of another kernel
    hangs on the same random bits. It is the normal quantile of one of 2^23 uniforms, within 3e-7 of its value, so none
    lies beyond 5.2948 (a share of 1.2e-7 should).

    Parameters
    ----------
    key
        uint64 [B], hash of the problem's content and index of the latent.
    n
        Numbers a board, 0 to 2^24.
    seed, step
        0 <= seed < 2^64, 0 <= step < 2^32.
    backend
        "cpu", or "reference": the specification, in Python.

    Returns
    -------
    float32 [B, n]

    Raises
    ------
    InvalidInput
        A wrong shape, dtype or number.

    Examples
    --------
    >>> normal(np.array([1, 2], np.uint64), 3).astype(int).tolist()
    [[0, 0, 0], [2, 1, -1]]

    References
    ----------
    Giles, Approximating the erfinv function, GPU Computing Gems, Jade Edition, 2011.
    """
    keys = checks.array("key", key, np.uint64, "B", {})
    n = checks.whole("n", n, MAX_NORMALS + 1)
    seed, step = checks.whole("seed", seed, 1 << 64), checks.whole("step", step, 1 << 32)
    if checks.one_of("backend", backend or "cpu", checks.BACKENDS) == "cpu":
        return _native.normal(keys, n, seed, step)
    return reference.normal(keys, n, seed=seed, step=step)

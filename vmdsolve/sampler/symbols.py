"""The order in which a network prefers the symbols of a cell: all that exact search takes from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..sets import Sets, members

__all__ = ["symbol_order"]

CHUNK = 1 << 18  # logits sorted at a time: sorting takes eight bytes each


def symbol_order(logits: npt.NDArray[np.float32], allowed: Sets) -> npt.NDArray[np.uint8]:
    """Place of each symbol among those of its cell, the greatest the likeliest.

    Only the order is kept: search takes marginals for comparable between cells, too, and breaks ties of its own choice
    of cell by them; that costs nodes where the model is sure of what is easy (benchmark `guided`).

    Parameters
    ----------
    logits
        float32 [B, L, V].
    allowed
        uint64 [B, L], sets of symbols; the others come before all of these.

    Returns
    -------
    uint8 [B, L, V]

    Examples
    --------
    >>> symbol_order(np.float32([[[0.3, 0.5, 0.9]]]), np.uint64([[0b011]])).tolist()
    [[[1, 2, 0]]]
    """
    B, L, V = logits.shape
    out, size = np.empty(logits.shape, np.uint8), max(1, CHUNK // (L * V))
    for start in range(0, B, size):
        part = slice(start, start + size)
        finite = np.maximum(logits[part], np.finfo(np.float32).min)  # what is allowed comes after what is not
        score = np.where(members(allowed[part], V), finite, -np.inf)
        rising = score.argsort(axis=-1, kind="stable")
        np.put_along_axis(out[part], rising, np.arange(V, dtype=np.uint8), axis=-1)
    return out

"""Re-masking: how certain a filled cell was, and which filled cells open again.

Arrays are NumPy's or torch's; `xp` is the module that they are of.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..problem import OPEN

__all__ = ["certainty", "reopen"]

LEAST = float(np.finfo(np.float32).min)
TINY = float(np.finfo(np.float32).tiny)


def certainty(xp: Any, logits: Any, x: Any, offered: Any, symbols: Any) -> Any:
    """How probable the symbol of each filled cell was when it was chosen.

    Parameters
    ----------
    logits
        float32 [B, L, V].
    x
        int32 [B, L], the boards with the symbols that were chosen.
    offered
        int64 [B, L], the bits of the sets of symbols that there were to choose from.
    symbols
        int64 [V], 0 .. V-1.

    Returns
    -------
    float32 [B, L], 0 where nothing was offered. The sums are of float64, so that cells which are images of each other
    tie, and equally on every device, whatever the last bit of its exponential.
    """
    score = xp.where((offered[..., None] >> symbols & 1) != 0, xp.asarray(logits, dtype=xp.float64), -np.inf)
    top = xp.amax(score, axis=2, keepdims=True)
    weight = xp.exp(score - xp.where(top > LEAST, top, LEAST))
    chosen = xp.where(x[..., None] == symbols, weight, 0.0).sum(2)
    total = weight.sum(2)
    return xp.asarray(chosen / xp.where(total > TINY, total, TINY), dtype=xp.float32)


def reopen(xp: Any, x: Any, which: Any, sure: Any, rate: float) -> Any:
    """Open a share of some cells again, the least certain first.

    Parameters
    ----------
    x
        int32 [B, L].
    which
        bool [B, L], the cells that may open.
    sure
        float32 [B, L], how certain each is; the lower cell first among equals.
    rate
        Share of a board's cells `which` that open, rounded up; above 0, at most 1.

    Examples
    --------
    >>> x, which = np.array([[4, 5, 6]], np.int32), np.array([[True, True, False]])
    >>> reopen(np, x, which, np.array([[0.9, 0.2, 0.1]], np.float32), 0.5).tolist()
    [[4, -1, 6]]
    """
    share = rate * xp.asarray(which.sum(1), dtype=xp.float64)
    n = xp.ceil(share - 1e-9)  # 0.07 of 100 cells are 7, whatever floats say
    stable: dict[str, Any] = {"kind": "stable"} if xp is np else {"stable": True}
    rank = xp.argsort(xp.argsort(xp.where(which, sure, np.inf), axis=1, **stable), axis=1)
    return xp.where(which & (rank < n[:, None]), OPEN, x)

"""Which cells are filled first where rules count a symbol: those that most likely hold it, such as queens.

Of all cells that is not what is surest: most squares of a board surely have no queen, which tells the others little,
and boards on which those are told first are not what models learn from. Cells that hold a counted symbol are few, each
says much of the others, and they are what people give.

Arrays are NumPy's or torch's; `xp` is the module that they are of.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..constraints import Count
from ..problem import OPEN, Rules

__all__ = ["counted_first", "counted_symbols"]


def counted_symbols(rules: Rules) -> npt.NDArray[np.bool_] | None:
    """Which of V symbols the rules count, bool [V]; None where they count none, or every one.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> counted_symbols(get("queens-6").rules).tolist(), counted_symbols(get("latin-4").rules)
    ([False, True], None)
    """
    out = np.zeros(rules.V, np.bool_)
    out[[one.symbol for one in rules.constraints if isinstance(one, Count)]] = True
    return out if out.any() and not out.all() else None


def counted_first(xp: Any, logits: Any, x: Any, offered: Any, symbols: Any, counted: Any, left: Any) -> tuple[Any, Any]:
    """What a step offers so that it fills those cells alone that most likely hold a counted symbol.

    Parameters
    ----------
    logits
        float32 [B, L, V].
    x
        int32 [B, L].
    offered
        int64 [B, L], the bits of the sets of symbols that there are to choose from.
    symbols
        int64 [V], 0 .. V-1.
    counted
        bool [V], not all of them.
    left
        Steps left, this one among them: as many cells are filled as there would be by the logits, divided by these, and
        at least one.

    Returns
    -------
    offered
        int64 [B, L], for these cells their likeliest counted symbol, for the others nothing; as before where none may
        hold one.
    number
        int32 [B], how many cells these are, 0 where none may.
    """
    may = ((offered[..., None] >> symbols & 1) != 0) & counted & (x == OPEN)[..., None]
    score = xp.where(may, logits, -np.inf)
    odds = xp.amax(score, axis=2) - xp.amax(xp.where(counted, -np.inf, logits), axis=2)
    likely = (odds > 0).sum(1)
    number = (xp.where(likely > 0, likely, 1) + left - 1) // left
    rank = xp.argsort(xp.argsort(-odds))
    chosen = (rank < number[:, None]) & (odds > -np.inf)
    best = xp.where(chosen, xp.asarray(1, dtype=xp.int64) << score.argmax(2), 0)
    there = chosen.any(1)
    return xp.where(there[:, None], best, offered), chosen.sum(1, dtype=xp.int32)

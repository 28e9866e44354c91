"""One evaluation of a network: its logits, what they cost, and whether a board settles.

A board settles when the likeliest symbols of its open cells, beside what it holds, break no all-different rule and no
count. Where those are all the rules there are, it is solved: it needs no further loops, and its symbols are committed
at once. Nothing here chooses a symbol; rules only say when the network may stop. This is done by the native kernel
itself (kernels/denoise.py), by looped.py for networks in torch, and here for those that are any function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import kernels
from ..counts import Settles
from ..kernels.denoise import Evaluated
from ..problem import OPEN, Board, Rules
from .plan import Floats, Network, Plan

__all__ = ["Evaluate", "Values", "evaluate", "settled", "settling"]

Values = Any  # an array of the module that a loop works with
Evaluate = Callable[[Values, Values], Evaluated]  # of tokens int32 [n, L] and z [n, ...]


def settling(rules: Rules, plan: Plan) -> Settles | None:
    """By what boards settle under a plan; None: they never do.

    They do where peers and counts are all that the rules say, and where a board is the argmax of one evaluation: at
    temperature 0, in one block of cells, with none opened again.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> four = get("sudoku-4x4").rules
    >>> settling(four, Plan(settle=True)) is four.settles, settling(four, Plan(settle=True, temperature=1.0))
    (True, None)
    """
    can = plan.settle and plan.temperature == 0 and plan.blocks == 1 and plan.remask == "none"
    return rules.settles if can else None


def settled(xp: Any, logits: Values, x: Values, settles: Settles) -> Values:
    """Which boards settle by these logits, bool [B].

    Parameters
    ----------
    xp
        The module that the arrays are of: NumPy or torch.
    logits
        float32 [B, L, V].
    x
        int32 [B, L], open = -1.
    settles
        By what.

    Examples
    --------
    >>> from vmdsolve.peers import Peers
    >>> said, x = np.float32([[[9, 1], [2, 3]], [[9, 1], [3, 3]]]), np.int32([[-1, -1], [-1, -1]])
    >>> settled(np, said, x, Settles(Peers.of(2, [[0, 1]]))).tolist()  # of equals the lowest is taken
    [True, False]
    """
    filled = xp.where(x == OPEN, xp.asarray(logits.argmax(2), dtype=xp.int32), x)
    good = filled[:, 0] >= 0
    if settles.peers is not None:
        good = good & ~kernels.conflicts(filled, settles.peers).any(1)
    return good if settles.counts is None else good & ~settles.counts.broken_by(filled)


def evaluate(
    network: Network, x: Board, z: Floats, *, V: int, settles: Settles | None = None, seconds_left: Callable[[], float]
) -> Evaluated:
    """One evaluation by any network, for boards of V symbols; that of one which knows no loops counts as one."""
    left = seconds_left()
    if (own := getattr(network, "evaluate", None)) is not None:
        out: Evaluated = own(x, z, settles=settles, time_limit=max(0.0, left))
        return out
    logits = network(x, z) if left > 0 else np.zeros((*x.shape, V), np.float32)
    return Evaluated(logits, np.full(len(x), left > 0, np.int32), np.full(len(x), left > 0))

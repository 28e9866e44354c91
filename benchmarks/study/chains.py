"""Automata about hidden Markov rows: those that hold as many a as b, and the model itself as weights of edges."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt

from vmdsolve.canvas import Grammar
from vmdsolve.domains.parts.markov import HiddenMarkov

__all__ = ["balanced", "on_edges"]

STEP = (1, -1, 0)  # what a, b and c do to the balance of a and b


def balanced(L: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], int]:
    """Steps [2 L + 1, 3], accepting states and start of the rows of a, b, c, at most L, with as many a as b.

    Examples
    --------
    >>> table, accepting, start = balanced(2)
    >>> table[start].tolist(), accepting.tolist(), start
    ([3, 1, 2], [False, False, True, False, False], 2)
    """
    state = np.arange(2 * L + 1)[:, None] + np.array(STEP)
    return np.where((state >= 0) & (state <= 2 * L), state, -1), np.arange(2 * L + 1) == L, L


def on_edges(chain: HiddenMarkov, L: int, *, balance: bool = False) -> Grammar:
    """A hidden Markov model as a grammar: without any logits its texts of L tokens follow the model.

    Parameters
    ----------
    balance
        only rows that hold as many a as b, as the model has them among themselves
    """
    spread = range(-L, L + 1) if balance else range(1)
    hidden = [None, *range(len(chain.start))]  # None: nothing is read yet
    number = {state: i for i, state in enumerate(product(hidden, spread))}
    edges: list[list[tuple[int, int, float]]] = [[] for _ in number]
    for (q, at), i in number.items():
        chances = chain.start if q is None else chain.move[q]
        for to, v in product(range(len(chain.start)), range(chain.V)):
            goal = number.get((to, at + STEP[v] if balance else 0))
            if goal is not None:
                edges[i].append((goal, v, float(np.log(chances[to] * chain.emit[to, v]))))
    flat = [edge for row in edges for edge in row]
    V = chain.V
    accepting = np.array([q is not None and at == 0 for q, at in number], np.bool_)
    least = np.array([max(abs(at), q is None) for q, at in number], np.int32)
    return Grammar(
        token_class=np.arange(1, V + 1, dtype=np.int32),
        set_first=np.arange(V + 1, dtype=np.int32),
        set_class=np.arange(1, V + 1, dtype=np.int32),
        edge_first=np.cumsum([0, *map(len, edges)]).astype(np.int32),
        edge_next=np.array([to for to, _, _ in flat], np.int32),
        edge_set=np.array([v for _, v, _ in flat], np.int32),
        edge_weight=np.array([w for _, _, w in flat], np.float32),
        accepting=accepting,
        least=least,
        start=number[None, 0],
        end=-1,
    )

"""Which answer each copy of a board learns where answers are too many to be listed: one that is near to what it says.

Search, guided by what the copy says, finds it (`search.nearest_values`). Noise knows no cell and no symbol, and neither
does the network, so images of an answer have equal chances; and where answers are few, so that one might drive out
another, they are listed after all, and dealt out evenly as in matching.py. A board may be several that have nothing to
do with each other, as some graphs side by side are: each part is looked at alone.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from ..problem import OPEN, Board, Rules
from ..search import enumerate_values, nearest_values, solve_values
from .matching import matched

__all__ = ["near_answers", "parts"]

FEW = 500  # answers that are listed and dealt out
PATIENCE = 8  # propagations a cell: then the answer that is known will do
Cells = npt.NDArray[np.int64]

_PARTS: WeakKeyDictionary[Rules, list[Cells]] = WeakKeyDictionary()


def parts(rules: Rules) -> list[Cells]:
    """The cells of each part of a board that no constraint joins to the others.

    Examples
    --------
    >>> from vmdsolve.constraints import AllDifferent, Less
    >>> [cells.tolist() for cells in parts(Rules(5, 3, (AllDifferent([0, 3]), Less(3, 1))))]
    [[0, 1, 3], [2], [4]]
    """
    if rules not in _PARTS:
        part = list(range(rules.L))  # of each cell, another one of its part, or itself

        def head(cell: int) -> int:
            while part[cell] != cell:
                part[cell] = part[part[cell]]
                cell = part[cell]
            return cell

        for constraint in rules.constraints:
            first, *others = constraint.cells
            for cell in others:
                part[head(cell)] = head(first)
        heads = np.array([head(cell) for cell in range(rules.L)])
        _PARTS[rules] = [np.flatnonzero(heads == one) for one in dict.fromkeys(heads.tolist())]
    return _PARTS[rules]


def near_answers(
    rules: Rules,
    said: npt.NDArray[Any],
    x: Board,
    known: Board,
    rng: np.random.Generator,
    *,
    dealt: float,
    again: float = 0.0,
    threads: int = 1,
) -> Board:
    """The answer [K, L] that each of K copies learns.

    Parameters
    ----------
    said, x, dealt, again
        float32 [K, L, V], int32 [L], a share, nats: as for `matched`, by which answers are dealt where they are listed
    known
        int32 [L], an answer to the tokens x
    rng
        of `matched`'s offsets
    threads
        of the search; nothing depends on it

    Examples
    --------
    >>> from vmdsolve.constraints import AllDifferent
    >>> said = np.log(np.float32([[[0.9, 0.1]] * 2, [[0.2, 0.8], [0.4, 0.6]]]))
    >>> rules, rng = Rules(2, 2, (AllDifferent([0, 1]),)), np.random.default_rng(0)
    >>> near_answers(rules, said, np.array([-1, -1]), np.array([0, 1]), rng, dealt=0.5).tolist()
    [[0, 1], [1, 0]]
    """
    out = np.repeat(np.asarray(known, np.int32)[None], len(said), axis=0)
    few = [(cells, _few(rules, x, known, cells)) for cells in parts(rules) if (x[cells] == OPEN).any()]
    if any(answers is None for _, answers in few):
        copies = np.repeat(np.asarray(x, np.int32)[None], len(said), axis=0)
        near, found = nearest_values(rules, copies, said, node_limit=PATIENCE * rules.L, threads=threads)
        out[found] = near[found]
    for cells, answers in few:
        if answers is not None:
            even = np.full(len(answers), 1 / len(answers))
            taken = matched(said[:, cells], x[cells], answers, even, rng.random(), dealt=dealt, again=again)
            out[:, cells] = answers[taken]
    return out


def _few(rules: Rules, x: Board, known: Board, cells: Cells) -> Board | None:
    """All answers [S, cells] of a part, where they are few."""
    rest = np.array(known, np.int32)
    rest[cells] = x[cells]
    nodes = 4 * FEW + PATIENCE * rules.L
    counted = solve_values(rules, rest[None], limit=FEW + 1, node_limit=nodes, threads=1)  # listing takes far longer
    if not counted.complete[0] or counted.counts[0] > FEW:
        return None
    return np.stack(list(enumerate_values(rules, rest)))[:, cells]

"""A solution near to what somebody says of every cell, found cheaply: for learning from, many boards a call.

A thin layer over csrc/search/nearest.hpp, which says how. What is found is a solution; that none is nearer is not
proved. Letters: B problems, L cells, V symbols.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import vmdsolve._native as _native

from ..errors import InvalidInput
from ..problem import Board, Rules
from .compiled import compiled, our_errors

__all__ = ["nearest_values"]


def nearest_values(
    rules: Rules, values: npt.ArrayLike, scores: npt.NDArray[Any], *, node_limit: int | None = None, threads: int = 0
) -> tuple[Board, npt.NDArray[np.bool_]]:
    """For each of B problems a solution with a great sum of scores.

    Parameters
    ----------
    values
        int [B, L], OPEN where nothing is given
    scores
        float32 [B, L, V], such as logarithms of probabilities; larger is nearer
    node_limit
        propagations a problem may cost; None: as many as it takes
    threads
        0: all cores; the result does not depend on it

    Returns
    -------
    values
        int32 [B, L], OPEN everywhere where none was found
    found
        bool [B]

    Raises
    ------
    InvalidInput
        For a value out of range (names the cell), a wrong shape, a score that is NaN, or rules with a Predicate, which
        cannot be searched.

    Examples
    --------
    >>> from vmdsolve.constraints import AllDifferent
    >>> rules = Rules(2, 2, (AllDifferent([0, 1]),))
    >>> said = np.log(np.float32([[[0.6, 0.4], [0.9, 0.1]]]))
    >>> nearest_values(rules, [[-1, -1]], said)[0].tolist()
    [[1, 0]]
    """
    if rules.predicates:
        raise InvalidInput("cannot search near what is said under rules with a Predicate: it cannot be propagated")
    native, _ = compiled(rules)
    assert native is not None  # nothing limits the time
    limit = -1 if node_limit is None else node_limit
    board, said = np.require(values, np.int32, ["C", "A", "E"]), np.require(scores, np.float32, ["C", "A", "E"])
    with our_errors():
        found, status = _native.nearest(native, board, said, limit, -1.0, threads)
    return found, status == 0

"""Straights: cells whose numbers are consecutive, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

from ...constraints import AllDifferent, Table, Tuples
from ...problem import Constraint

__all__ = ["near", "straight"]


@lru_cache(maxsize=512)
def near(V: int, most: int) -> Tuples:
    """Pairs of values that differ by `most` at most."""
    return Tuples((a, b) for a in range(V) for b in range(V) if abs(a - b) <= most)


def straight(cells: Sequence[int], V: int, relation: str) -> list[Constraint]:
    """Numbers that differ are consecutive where no two of them are further apart than there are others.

    Examples
    --------
    >>> straight([0, 1], 3, "run")[1:]
    [Table(cells=(0, 1), tuples=((0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (2, 2)), relation='run')]
    """
    k = len(cells)
    if k < 2:
        return []
    pairs = combinations(cells, 2) if k < V else ()  # all values are consecutive
    return [AllDifferent(cells, relation), *(Table(pair, near(V, k - 1), relation) for pair in pairs)]

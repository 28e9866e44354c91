"""Sparse rules over as many cells as there may be: search is linear in them where nothing has to be undone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from vmdsolve.checker import accepts
from vmdsolve.constraints import AllDifferent, Less
from vmdsolve.problem import OPEN, Constraint, Rules
from vmdsolve.search import SearchStatus, solve_values

L = 65_000
ENOUGH = 10.0  # seconds; alone on a machine it is a tenth of one


def star() -> list[Constraint]:
    return [AllDifferent([0, cell]) for cell in range(1, L)]


def path() -> list[Constraint]:
    return [AllDifferent(edge) for edge in pairwise(range(L))]


def random_graph() -> list[Constraint]:
    ends = np.random.default_rng(0).integers(0, L, (2 * L, 2)).tolist()
    return [AllDifferent(edge) for edge in sorted({(min(e), max(e)) for e in ends if e[0] != e[1]})]


def chains() -> list[Constraint]:
    return [Less(cell, cell + 1) for cell in range(L - 1) if cell % 3 < 2]


@pytest.mark.slow
@pytest.mark.parametrize("made", [star, path, random_graph, chains])
@pytest.mark.parametrize("guided", [False, True])
def test_sparse_rules_are_settled(made: object, guided: bool) -> None:
    assert callable(made)
    rules, board = Rules(L, 4, tuple(made())), np.full((1, L), OPEN, np.int32)
    marginals = np.random.default_rng(1).random((1, L, 4), np.float32) if guided else None
    result = solve_values(rules, board, limit=2, time_limit=ENOUGH, marginals=marginals)
    assert (result.status[0], result.counts[0]) == (SearchStatus.SOLVED, 2)
    assert accepts(rules, board, result.values).all()

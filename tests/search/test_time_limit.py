"""The time limit holds inside long propagations, too; and what is left off goes on as if it never had been."""

from __future__ import annotations

import time

import numpy as np
import pytest

from vmdsolve.constraints import DFA, Regular, Table
from vmdsolve.domains.takuzu import Takuzu
from vmdsolve.problem import OPEN, Rules
from vmdsolve.search import SearchStatus, enumerate_values, solve_values

LIMIT = 0.1
ENDS_WITHIN = 0.6  # seconds, on a machine that does other things as well; alone it is 0.11


def long_words() -> Rules:
    """Each word takes a second to filter."""
    rng = np.random.default_rng(0)
    states, V = 6000, 16
    step = tuple(map(tuple, rng.integers(0, states, (states, V)).tolist()))
    dfa = DFA(0, frozenset(range(0, states, 7)), step)
    return Rules(800, V, tuple(Regular(range(first, 800), dfa) for first in range(3)))


def long_tables() -> Rules:
    rng = np.random.default_rng(0)
    rows = np.unique(rng.integers(0, 32, (60_000, 4)), axis=0).tolist()
    return Rules(40, 32, tuple(Table(range(first, 40, 10), rows) for first in range(10)))


MADE = {
    "takuzu": lambda: Rules(3600, 2, tuple(Takuzu(60, 60, distinct=True).constraints)),
    "regular": long_words,
    "table": long_tables,
}


@pytest.mark.parametrize("name", MADE)
def test_no_call_overruns_its_limit(name: str) -> None:
    rules = MADE[name]()
    board = np.full((1, rules.L), OPEN)
    solve_values(rules, board, node_limit=0)  # the native rules are made once
    for threads in (1, 2):
        began = time.monotonic()
        result = solve_values(rules, board, limit=None, time_limit=LIMIT, threads=threads)
        assert time.monotonic() - began < ENDS_WITHIN
        assert result.status[0] == SearchStatus.TIME_LIMIT
    began = time.monotonic()
    solutions = enumerate_values(rules, board[0], time_limit=LIMIT)
    for _ in solutions:
        pass
    assert time.monotonic() - began < ENDS_WITHIN
    assert solutions.status is SearchStatus.TIME_LIMIT

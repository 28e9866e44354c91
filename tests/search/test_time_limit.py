"""The time limit holds inside long propagations, too; and what is left off goes on as if it never had been."""

from __future__ import annotations

import time

import numpy as np
import pytest

from vmdsolve import solve
from vmdsolve.constraints import DFA, Regular, Table
from vmdsolve.domains import Domain
from vmdsolve.domains.takuzu import Takuzu
from vmdsolve.problem import OPEN, Problem, Rules, Status
from vmdsolve.search import SearchStatus, enumerate_values, propagate, solve_values

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


class Words(Domain):
    name, symbols, shape, constraints = "long words", "ABCDEFGHIJKLMNOP", (1, 800), ()


MADE = {
    "takuzu": lambda: Rules(3600, 2, tuple(Takuzu(60, 60, distinct=True).constraints)),
    "regular": long_words,
    "table": long_tables,
}


@pytest.mark.slow
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


def test_propagation_that_takes_too_long_says_what_the_givens_say() -> None:
    rules = long_words()
    board = np.full((2, rules.L), OPEN)
    board[1, 5] = 3
    propagate(rules, board[:1], time_limit=0)  # the native rules are made once
    began = time.monotonic()
    domains, clash = propagate(rules, board, time_limit=LIMIT, threads=1)
    assert time.monotonic() - began < 2 * ENDS_WITHIN
    assert not clash.any()
    assert domains.tolist() == np.where(board == OPEN, 2**rules.V - 1, 2**3).tolist()


def test_all_stages_together_keep_the_limit() -> None:
    problem = Problem("long words", (rules := long_words()), np.full(rules.L, OPEN), Words())
    for method in ("vmd", "search"):
        began = time.monotonic()
        solution = solve(problem, method=method, time_limit=LIMIT)
        assert time.monotonic() - began < ENDS_WITHIN + 1  # reading the automaton, made anew, counts as well
        assert solution.status is Status.TIMEOUT

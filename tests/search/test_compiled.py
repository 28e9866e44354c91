"""Making the native rules hears the time limit and Ctrl-C, and what comes of rules that were not made is honest."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.interrupt import interrupted

from vmdsolve import solve, solve_batch
from vmdsolve.constraints import AllDifferent, Sum
from vmdsolve.deadline import Deadline, within
from vmdsolve.domains import Domain
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Problem, Rules, Status
from vmdsolve.search import SearchStatus, enumerate_values, generate_values, propagate, solve_values
from vmdsolve.search.compiled import compiled, prepared

N = 20_000
SOON = 0.1  # seconds


def long_to_make() -> Rules:
    """Seconds: for each sum it is looked up whether some unit has both its cells."""
    units = [AllDifferent([cell, other]) for cell in (0, 1) for other in range(2, N)]
    return Rules(N, 9, (*units, *(Sum([0, 1], total) for total in range(2, N))))


class Long(Domain):
    name, symbols, shape, constraints = "long to make", "123456789", (1, N), ()


@pytest.mark.slow
def test_rules_that_take_too_long_are_left_off() -> None:
    rules, board = long_to_make(), np.full((2, N), OPEN)
    board[1, 5] = 3
    assert compiled(rules, SOON) == (None, 0.0)
    assert not prepared(rules, SOON)
    result = solve_values(rules, board, time_limit=SOON)
    assert result.status.tolist() == [SearchStatus.TIME_LIMIT] * 2
    assert not result.complete.any()
    assert not result.counts.any()
    assert not result.nodes.any()
    domains, clash = propagate(rules, board, time_limit=SOON)
    assert not clash.any()
    assert domains.tolist() == np.where(board == OPEN, 2**rules.V - 1, 2**3).tolist()
    with pytest.raises(TimeoutError):
        generate_values(rules, 1, time_limit=SOON)
    with pytest.raises(TimeoutError), within(Deadline(SOON)):
        solve_values(rules, board)
    with pytest.raises(InvalidInput, match="wanted"):
        solve_values(rules, board[:, 1:], time_limit=SOON)
    given = Problem("long to make", rules, board[0], Long())
    for method in ("search", "vmd"):
        assert solve(given, method=method, time_limit=SOON).status is Status.TIMEOUT
        assert [s.status for s in solve_batch([given] * 3, method=method, time_limit=SOON)] == [Status.TIMEOUT] * 3


@pytest.mark.slow
def test_a_search_whose_rules_were_not_made_begins_when_they_are() -> None:
    rules = long_to_make()
    solutions = enumerate_values(rules, np.full(N, OPEN), time_limit=SOON)
    assert list(solutions) == []
    assert solutions.status is SearchStatus.TIME_LIMIT
    assert not solutions.complete
    assert not solutions.nodes
    solutions.go_on(None)
    assert list(solutions) == []  # many totals of the same cells: there is none
    assert solutions.complete
    assert solutions.status is SearchStatus.UNSATISFIABLE


@pytest.mark.slow
def test_ctrl_c_ends_the_making() -> None:
    script = """
from vmdsolve.constraints import AllDifferent, Sum
from vmdsolve.problem import Rules
from vmdsolve.search.compiled import compiled
units = [AllDifferent([cell, other]) for cell in (0, 1) for other in range(2, 60000)]
rules = Rules(60000, 9, (*units, *(Sum([0, 1], total) for total in range(2, 60000))))
rules.native()
print("ready", flush=True)
try:
    compiled(rules)
except KeyboardInterrupt:
    print("heard")
"""
    assert interrupted(script, after=0.5, within=2.0) == ("heard\n", 0)


def test_small_rules_are_made_even_where_no_time_is_left() -> None:
    rules = Rules(3, 3, (AllDifferent([0, 1, 2]),))
    assert prepared(rules, 0.0)
    assert solve_values(rules, [[0, 1, OPEN]], time_limit=0.0).status[0] == SearchStatus.TIME_LIMIT


@pytest.mark.parametrize("seconds", [1e-12, 1e-9, 0.5, None])
def test_looking_up_rules_that_were_made_takes_none_of_the_time(seconds: float | None) -> None:
    rules = Rules(3, 3, (AllDifferent([0, 1, 2]),))
    made, _ = compiled(rules)
    assert made is not None
    assert compiled(rules, seconds) == (made, seconds)

"""Hints, explanations and grades end with their time, on boards on which each step of theirs is long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from helpers.ticking import ticking

from vmdsolve.constraints import AllDifferent, Sum
from vmdsolve.deadline import Deadline, within
from vmdsolve.domains import Family, get
from vmdsolve.hints import climb, explain, grade, hint
from vmdsolve.problem import OPEN, Problem, Rules
from vmdsolve.search import generate_values, propagate

LIMIT, LATE = 0.02, 0.05  # seconds of a clock that counts calls


def invented(name: str, size: int) -> Problem:
    family = get(name)
    assert isinstance(family, Family)
    board = family.kind.invent(np.random.default_rng(0), size, family.kind.density, lambda rules: np.zeros(rules.L))
    return Problem(board.name, board.rules, np.full(board.rules.L, OPEN), board)


def half_open(name: str) -> Problem:
    where = get(name)
    _, answers = generate_values(where.rules, 1, clues=where.rules.L)
    return Problem(where.name, where.rules, np.where(np.arange(where.rules.L) % 7 < 3, OPEN, answers[0]), where)


def crowded(name: str) -> Problem:
    """A board that holds the same symbol at the ends of its first row, and is open elsewhere."""
    where = get(name)
    values = np.full(where.rules.L, OPEN)
    values[[0, where.shape[1] - 1]] = 0
    return Problem(where.name, where.rules, values, where)


BOARDS = {
    "takuzu": lambda: invented("takuzu", 24),
    "nonogram": lambda: invented("nonogram", 25),
    "latin": lambda: half_open("latin-25"),
    "sudoku": lambda: half_open("sudoku-16x16"),
    "crowded": lambda: crowded("latin-25"),
}


@pytest.mark.slow
@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("call", [hint, explain, grade])
def test_a_call_does_not_go_on_when_its_time_is_over(call: Callable[..., Any], board: str) -> None:
    given = BOARDS[board]()
    propagate(given.rules, given.values[None])  # rules are compiled once
    with ticking() as gone:
        try:
            call(given, time_limit=LIMIT)
        except (TimeoutError, ValueError):  # a board may have no grade
            assert call is grade
        assert gone() < LIMIT + LATE


@pytest.mark.slow
def test_a_hint_that_time_does_not_suffice_for_says_so() -> None:
    with ticking():
        assert hint(BOARDS["takuzu"](), time_limit=LIMIT).technique == "timeout"


def test_the_units_of_many_rules_are_found_in_time() -> None:
    """Each sum is compared with the units around one of its cells, not with all."""
    N = 1000
    different = [AllDifferent([3 * i, 3 * i + 1, 3 * i + 2]) for i in range(N)]
    rules = Rules(3 * N, 9, (*different, *(Sum([3 * i, 3 * i + 1], 7) for i in range(N))))
    with ticking() as gone:
        made = climb._made(rules)
        assert gone() < 0.1  # seconds of its clock; of every sum and every unit it was half a second
    assert all(distinct for _, distinct in made.others)
    with pytest.raises(TimeoutError), within(Deadline(0.0)):
        climb._made(rules)

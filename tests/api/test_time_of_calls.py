"""Every call with a time limit keeps it on boards that nobody settles so soon, by a clock that counts what is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from helpers.ticking import ticking

import vmdsolve
from vmdsolve import search
from vmdsolve.domains import Family, get
from vmdsolve.problem import OPEN, Problem

LIMIT = 0.05
LATE = 0.1  # 100,000 calls of Python's at the most are on their way when time is over


def takuzu(size: int) -> Problem:
    family = get("takuzu")
    assert isinstance(family, Family)
    board = family.kind.invent(np.random.default_rng(0), size, 1.0, lambda rules: np.zeros(rules.L))
    return Problem(board.name, board.rules, np.full(board.rules.L, OPEN), board)


def empty(name: str) -> Problem:
    where = get(name)
    return Problem(where.name, where.rules, np.full(where.rules.L, OPEN), where)


def checked(given: Problem, **options: Any) -> object:
    values = given.values.copy()
    values[0] = 0
    return vmdsolve.check(given, Problem(given.domain, given.rules, values, given.layout), **options)


CALLS: dict[str, Callable[..., object]] = {
    "solve": lambda given, **options: vmdsolve.solve(given, method="search", unique=True, threads=1, **options),
    "count": lambda given, **options: vmdsolve.count_solutions(given, limit=None, **options),
    "count of cells": lambda given, **options: vmdsolve.count_solutions(given, limit=None, cells="r1", **options),
    "enumerate": lambda given, **options: sum(1 for _ in vmdsolve.enumerate_solutions(given, **options)),
    "candidates": vmdsolve.candidates,
    "estimate": lambda given, **options: vmdsolve.estimate_solutions(given, samples=10_000_000, **options),
    "check": checked,
    "hint": vmdsolve.hint,
    "explain": vmdsolve.explain,
    "grade": vmdsolve.grade,
}
BOARDS = {
    "takuzu 20x20": lambda: takuzu(20),
    "latin-16": lambda: empty("latin-16"),
    "queens-20": lambda: empty("queens-20"),
}


@pytest.mark.slow
@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("call", CALLS)
def test_a_call_ends_with_its_time(call: str, board: str) -> None:
    given = BOARDS[board]()
    search.propagate(given.rules, given.values[None])  # rules are compiled once
    with ticking() as gone:
        try:
            CALLS[call](given, time_limit=LIMIT)
        except (TimeoutError, ValueError):  # a board with several answers has no grade
            assert call in ("check", "estimate", "grade")
        assert gone() < LIMIT + LATE

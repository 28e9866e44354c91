"""What native search refuses, in which words, and that no arrays crash it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import _native
from vmdsolve.constraints import Less
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Rules
from vmdsolve.search import enumerate_values, generate_values, propagate, solve_values

FOUR = get("sudoku-4x4").rules


@pytest.mark.parametrize(
    ("kind", "cells", "params", "message"),
    [
        (None, [0], [], "kind must be in 0..7, got 9"),
        ("AllDifferent", [0, 0], [], r"constraint 0 \(AllDifferent\): names cell 0 twice"),
        ("AllDifferent", [0, 7], [], r"cells must be in 0..2, got 7"),
        ("AllDifferent", [0], [1], "needs 0 params, got 1"),
        ("Sum", [0], [2**62, 0], "total must be in"),
        ("Less", [0], [], "needs 2 cells, got 1"),
        ("Linear", [0, 1], [0, 5, 1], r"needs 2 \+ k = 4 params, or V = 3 more, got 3"),
        ("Linear", [0], [3, 5, 1], "comparison must be in 0..2, got 3"),
        ("Linear", [0, 1], [0, 0, 2**61, 2**61], r"may be 2\*\*62 at most together"),
        ("Linear", [0], [2, -(2**62), 1], r"may be 2\*\*62 at most together"),
        ("Linear", [0], [0, 0, 3, -(2**61), 0, 2**61], r"may be 2\*\*62 at most together"),
        ("Linear", [0], [0, -(2**63), 0], "total, coefficients and numbers must be in"),
        ("Count", [0], [5, 0, 1], "symbol must be in 0..2, got 5"),
        ("Connected", [0], [], "needs params: n, then n values, then two positions for every edge"),
        ("Connected", [0], [3, 0, 1], "n = 3 values and pairs of positions do not match 2 params"),
        ("Connected", [0, 1], [1, 0, 1], "n = 1 values and pairs of positions do not match 2 params"),
        ("Connected", [0, 1], [-1, 0], "n = -1 values and pairs of positions do not match 1 params"),
        ("Connected", [0, 1], [1, 3, 0, 1], "values must be in 0..2, got 3"),
        ("Connected", [0, 1], [1, 2, 0, 2], "positions must be in 0..1, got 2"),
        ("Table", [0, 1], [2, 0, 1, 1], "n = 2 tuples of 2 values do not match 3 params"),
        ("Table", [0], [1, 3], "tuple values must be in 0..2, got 3"),
        ("Regular", [0], [0, 0], "Q must be in 1.."),
        ("Regular", [0], [1, 0, 1, 0, 0], "needs 6 params, got 5"),
        ("Regular", [0], [1, 0, 1, 0, 0, 1], "transitions must be in -1..0, got 1"),
    ],
)
def test_bad_rules_are_named(kind: str | None, cells: list[int], params: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _native.Rules(
            3,
            3,
            np.array([9 if kind is None else _native.Kind[kind]], np.int32),
            np.array([0, len(cells)], np.int64),
            np.array(cells, np.int32),
            np.array([0, len(params)], np.int64),
            np.array(params, np.int64),
        )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((2, 15), np.int32), r"wanted int32 \[\*, 16\], C-contiguous, got int32 \[2, 15\]"),
        (np.zeros(16, np.int32), r"got int32 \[16\]"),
        (np.full((2, 16), 4), "wanted -1 .open. or 0..3, got 4 at cell 0 of problem 0"),
        (np.full((2, 16), -2), "got -2"),
        (np.full((2, 16), 2**40), "fit int32"),
        (np.zeros((2, 16)), "wanted integers, got float64"),
    ],
)
def test_bad_values_are_named(values: np.ndarray, message: str) -> None:
    for call in (solve_values, propagate):
        with pytest.raises(InvalidInput, match=message):
            call(FOUR, values)


def test_bad_options_are_named() -> None:
    board = np.full((1, 16), OPEN)
    for options, message in [
        ({"limit": 0}, "limit is 0; wanted a whole number, 1 or more"),
        ({"node_limit": -1}, "node_limit is -1; wanted a whole number, 0 or more"),
        ({"time_limit": float("nan")}, "got nan"),
        ({"threads": -1}, "threads"),
        ({"marginals": np.zeros((1, 16, 3), np.float32)}, r"wanted float32 \[1, 16, 4\]"),
        ({"marginals": np.full((1, 16, 4), np.nan, np.float32)}, "NaN"),
    ]:
        with pytest.raises(InvalidInput, match=message):
            solve_values(FOUR, board, **options)
    for options, message in [({"seed": -1}, "seed"), ({"n": -1}, "n:"), ({"clues": 17}, "at most L = 16")]:
        with pytest.raises(InvalidInput, match=message):
            generate_values(FOUR, **({"n": 1} | options))


small = st.integers(-2, 6)
arrays = st.one_of(
    st.none(),
    st.builds(
        lambda data, dtype: np.array(data, dtype),
        st.one_of(st.lists(small, max_size=9), st.lists(st.tuples(small, small), max_size=3)),
        st.sampled_from([np.int32, np.int64, np.float32, np.int16]),
    ),
    st.lists(small, max_size=6).map(lambda data: np.array(data * 2, np.int64)[::2]),
)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(st.tuples(small, small, arrays, arrays, arrays, arrays, arrays))
def test_no_arrays_crash_the_constructor(arguments: Any) -> None:
    try:
        rules = _native.Rules(*arguments)
    except ValueError:
        return
    _native.solve_batch(rules, np.full((1, rules.L), OPEN, np.int32), 3)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(arrays, st.one_of(st.none(), arrays), small, small, st.floats())
def test_no_arrays_crash_the_entry_points(
    values: Any, marginals: Any, limit: int, node_limit: int, time_limit: float
) -> None:
    rules = _native.Rules(2, 3, *Rules(2, 3, (Less(0, 1),)).native())
    for call in (
        lambda: _native.solve_batch(rules, values, limit, node_limit, time_limit, 1, marginals),
        lambda: _native.Search(rules, values, marginals).next(node_limit, time_limit),
        lambda: _native.propagate(rules, values),
        lambda: _native.generate(rules, limit, abs(node_limit), node_limit, limit),
    ):
        try:
            call()
        except ValueError:
            continue
    with pytest.raises(TypeError):
        _native.Search(None, values)


@pytest.mark.parametrize("seconds", [-5.0, -0.5, -math.inf, math.nan])
def test_native_calls_refuse_a_time_limit_below_nothing(seconds: float) -> None:
    """-1 says that there is none; a sum that went below zero does not."""
    rules = _native.Rules(16, 4, *FOUR.native())
    values = np.full((1, 16), OPEN, np.int32)
    for call in (
        lambda: _native.propagate(rules, values, seconds),
        lambda: _native.solve_batch(rules, values, time_limit=seconds),
        lambda: _native.generate(rules, 1, 0, time_limit=seconds),
        lambda: _native.Search(rules, values[0]).next(-1, seconds),
    ):
        with pytest.raises(ValueError, match=r"time_limit: wanted -1 \(none\) or at least 0 seconds, got"):
            call()


@pytest.mark.parametrize("tuples", [0, 1, 2**36, 2**40])
def test_tuples_of_no_cells_are_as_many_as_anyone_says(tuples: int) -> None:
    """Nothing is walked through for them: the empty row is a tuple, or it is not."""
    arrays = (([_native.Kind["Table"]], "i4"), ([0, 0], "i8"), ([], "i4"), ([0, 1], "i8"), ([tuples], "i8"))
    rules = _native.Rules(2, 2, *(np.array(numbers, dtype) for numbers, dtype in arrays))
    counts = _native.solve_batch(rules, np.full((1, 2), OPEN, np.int32), limit=-1)[1]
    assert counts.tolist() == [4 if tuples else 0]


@pytest.mark.parametrize("name", ["limit", "node_limit"])
def test_limits_are_whole_numbers_however_large(name: str) -> None:
    free = [OPEN] * 16
    assert solve_values(FOUR, [free], **{name: 2**70}).status[0] == 0
    assert next(enumerate_values(FOUR, free, **{name: 2**70})).min() == 0
    for wrong in (1.5, "3", -1, True):
        with pytest.raises(InvalidInput, match=rf"^{name} is .*; wanted a whole number, \d or more"):
            solve_values(FOUR, [free], **{name: wrong})
        with pytest.raises(InvalidInput, match=rf"^{name} is "):
            enumerate_values(FOUR, free, **{name: wrong})

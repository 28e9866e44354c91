"""Counts are those of the rules; what settles a board is said only where it makes the board an answer."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.checker import accepts
from vmdsolve.constraints import AllDifferent, Count, Less
from vmdsolve.counts import NAMES, Counts
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels import conflicts
from vmdsolve.problem import Rules

L, V = 6, 3


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Of counts, and all-different rules beside them now and then."""
    cells = st.lists(st.integers(0, L - 1), min_size=1, max_size=L, unique=True)
    found: list[Any] = [AllDifferent(draw(cells)[:V]) for _ in range(draw(st.integers(0, 1)))]
    for _ in range(draw(st.integers(1, 3))):
        low = draw(st.integers(0, 2))
        found.append(Count(draw(cells), draw(st.integers(0, V - 1)), low, low + draw(st.integers(0, 2))))
    return Rules(L, V, tuple(found))


@given(rules(), st.integers(0, 2**32 - 1))
def test_a_full_board_that_breaks_nothing_by_which_boards_settle_is_an_answer(some: Rules, seed: int) -> None:
    boards = np.random.default_rng(seed).integers(0, V, (40, L)).astype(np.int32)
    by = some.settles
    assert by is not None
    assert by.counts is not None
    broken = by.counts.broken_by(boards)
    if by.peers is not None:
        broken |= conflicts(boards, by.peers).any(1)
    np.testing.assert_array_equal(~broken, accepts(some, np.full((40, L), -1, np.int32), boards))
    again = pickle.loads(pickle.dumps(by.counts))
    assert all((getattr(again, name) == getattr(by.counts, name)).all() for name in NAMES)


def test_where_other_rules_have_a_say_nothing_settles_a_board() -> None:
    assert Rules(2, 2, (Count([0, 1], 1, 1, 1), Less(0, 1))).settles is None
    assert Rules(2, 2).settles is None
    queens, sudoku = get("queens-6").rules.settles, get("sudoku-4x4").rules.settles
    assert queens is not None
    assert queens.counts is not None
    assert sudoku is not None
    assert sudoku.counts is None


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("offsets", [0, 3], "wrong is offsets; wanted offsets that rise from 0 to 2"),
        ("cells", [0, 4], "wrong is a cell of a count; wanted .* cells 0 to 3"),
        ("symbols", [64], "wrong is a symbol of a count"),
        ("least", [], "wrong is least or most"),
        ("most", np.zeros(1), r"most of counts are array\(\[0\.\]\); wanted a NumPy array int32 \[n\]"),
    ],
)
def test_what_are_no_counts_is_refused(name: str, wrong: Any, message: str) -> None:
    arrays: dict[str, Any] = {"offsets": [0, 2], "cells": [0, 1], "symbols": [1], "least": [0], "most": [2]}
    arrays = {n: np.array(a, np.int32) for n, a in arrays.items()}
    Counts(4, **arrays)
    with pytest.raises(InvalidInput, match=message):
        Counts(4, **{**arrays, name: np.array(wrong, np.int32) if isinstance(wrong, list) else wrong})

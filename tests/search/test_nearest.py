"""Solutions near to what is said of every cell: that they are solutions, and near."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.rules import constraints
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.checker import accepts
from vmdsolve.constraints import AllDifferent, Predicate
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Board, Rules
from vmdsolve.search import generate_values, nearest_values
from vmdsolve.testing.oracles import brute_force

FOUR, NINE = get("sudoku-4x4"), get("sudoku-9x9")


def total(scores: np.ndarray, boards: Board) -> np.ndarray:
    return np.take_along_axis(scores, boards[..., None], 2).sum((1, 2))


def exchanged(rules: Rules, board: Board, cell: int, other: int) -> set[int]:
    """The cells of a Kempe chain, by the units."""
    pair, chain, todo = {int(board[cell]), other}, {cell}, [cell]
    while todo:
        here = todo.pop()
        for unit in rules.constraints:
            if here in unit.cells:
                near = {c for c in unit.cells if board[c] in pair and board[c] != board[here]} - chain
                chain |= near
                todo += near
    return chain


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_what_is_found_is_a_solution_and_none_is_missed(data: st.DataObject) -> None:
    L, V = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    rules = Rules(L, V, tuple(data.draw(st.lists(constraints(L, V), max_size=4))))
    x = np.array(data.draw(st.lists(st.integers(OPEN, V - 1), min_size=L, max_size=L)), np.int32)
    scores = np.random.default_rng(data.draw(st.integers(0, 99))).standard_normal((1, L, V), np.float32)
    found, there = nearest_values(rules, x[None], scores)
    solutions = brute_force(rules, x)
    assert there.tolist() == [bool(solutions)]
    assert tuple(found[0].tolist()) in solutions or (found == OPEN).all()
    assert there[0] or (found == OPEN).all()


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), spread=st.floats(0, 0.49))
def test_a_solution_that_is_said_in_every_cell_is_found(seed: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    _, answers = generate_values(NINE.rules, 4, seed=seed, clues=81)
    scores = np.eye(9, dtype=np.float32)[answers] + rng.uniform(-spread, spread, (4, 81, 9)).astype(np.float32)
    x = np.where(rng.random((4, 81)) < 0.1, answers, OPEN)
    np.testing.assert_array_equal(nearest_values(NINE.rules, x, scores)[0], answers)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), givens=st.integers(0, 6))
def test_no_exchange_of_two_symbols_comes_nearer(seed: int, givens: int) -> None:
    rng = np.random.default_rng(seed)
    _, answers = generate_values(FOUR.rules, 1, seed=seed, clues=16)
    x = np.full((1, 16), OPEN)
    shown = rng.permutation(16)[:givens]
    x[0, shown] = answers[0, shown]
    scores = rng.standard_normal((1, 16, 4), np.float32)
    found, _ = nearest_values(FOUR.rules, x, scores)
    assert accepts(FOUR.rules, x, found).all()
    for cell in range(16):
        for other in {0, 1, 2, 3} - {int(found[0, cell])}:
            chain = exchanged(FOUR.rules, found[0], cell, other)
            if not chain & set(shown.tolist()):
                changed = found.copy()
                changed[0, [*chain]] = found[0, cell] + other - found[0, [*chain]]
                assert accepts(FOUR.rules, x, changed).all()
                assert total(scores, changed)[0] < total(scores, found)[0] + 1e-4


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_other_names_of_cells_and_symbols_change_nothing_else(seed: int) -> None:
    """So that learning from them favours no image of an answer over another."""
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((1, 16, 4), np.float32)
    x = np.full((1, 16), OPEN)
    found, _ = nearest_values(FOUR.rules, x, scores)
    cells, values = FOUR.symmetry(rng)
    image = np.empty_like(scores)
    image[:, :, values] = scores[:, cells]
    np.testing.assert_array_equal(nearest_values(FOUR.rules, x, image)[0], values[found[:, cells]])


def test_threads_and_batch_change_nothing_and_nodes_are_a_limit() -> None:
    scores = np.random.default_rng(0).standard_normal((40, 81, 9)).astype(np.float32)
    x = np.full((40, 81), OPEN)
    all_, found = nearest_values(NINE.rules, x, scores, threads=2)
    assert found.all()
    np.testing.assert_array_equal(all_[7:8], nearest_values(NINE.rules, x[7:8], scores[7:8], threads=1)[0])
    none, found = nearest_values(NINE.rules, x, scores, node_limit=3)
    assert not found.any()
    assert (none == OPEN).all()


def test_scores_without_end_still_end() -> None:
    scores = np.random.default_rng(0).choice(np.float32([-np.inf, 3e38, -3e38, 0]), (20, 16, 4))
    found, there = nearest_values(FOUR.rules, np.full((20, 16), OPEN), scores)
    assert there.all()
    assert accepts(FOUR.rules, np.full((20, 16), OPEN, np.int32), found).all()


def test_what_cannot_be_searched_is_refused() -> None:
    x = np.full((1, 16), OPEN)
    with pytest.raises(InvalidInput, match=r"scores: wanted float32 \[1, 16, 4\]"):
        nearest_values(FOUR.rules, x, np.zeros((1, 16, 3), np.float32))
    with pytest.raises(InvalidInput, match="scores: wanted numbers, got NaN"):
        nearest_values(FOUR.rules, x, np.full((1, 16, 4), np.nan))
    with pytest.raises(InvalidInput, match="got 4 at cell 2 of problem 0"):
        nearest_values(FOUR.rules, np.where(np.arange(16) == 2, 4, x), np.zeros((1, 16, 4)))
    opaque = Rules(2, 2, (AllDifferent([0, 1]), Predicate([0], bool)))
    with pytest.raises(InvalidInput, match="rules with a Predicate"):
        nearest_values(opaque, [[-1, -1]], np.zeros((1, 2, 2)))

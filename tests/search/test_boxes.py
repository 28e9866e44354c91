"""Boards of three bands (rows, columns and boxes): every code path against other people's answers and a slow solver."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import numpy as np
import pytest
from helpers.data import DATA
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import _native
from vmdsolve.constraints import AllDifferent
from vmdsolve.domains import get
from vmdsolve.problem import OPEN, Rules
from vmdsolve.search import SearchStatus, enumerate_values, solve_values

PATHS = range(len(_native.search_paths()))
SHAPES = ("sudoku-4x4", "sudoku-6x6", "sudoku-9x9", "sudoku-x-6x6", "sudoku-x", "windoku")


def native(rules: Rules) -> _native.Rules:
    return _native.Rules(rules.L, rules.V, *rules.native())


def solutions(rules: Rules, board: np.ndarray) -> Iterator[tuple[int, ...]]:
    """All of them, by trying the cell with the fewest symbols left; the rules are read as sets of peers, no more."""
    peers: list[set[int]] = [set() for _ in range(rules.L)]
    for unit in rules.constraints:
        for cell in unit.cells:
            peers[cell] |= {*unit.cells} - {cell}
    filled = board.tolist()

    def left(cell: int) -> list[int]:
        taken = {filled[peer] for peer in peers[cell]}
        return [v for v in range(rules.V) if v not in taken]

    def go() -> Iterator[tuple[int, ...]]:
        empty = [cell for cell in range(rules.L) if filled[cell] == OPEN]
        if not empty:
            yield tuple(filled)
            return
        cell = min(empty, key=lambda c: len(left(c)))
        for v in left(cell):
            filled[cell] = v
            yield from go()
        filled[cell] = OPEN

    if all(filled[cell] in left(cell) for cell in range(rules.L) if filled[cell] != OPEN):
        yield from go()


@pytest.mark.skipif(not DATA.is_dir(), reason="no real puzzles; set VMDSOLVE_DATA to a folder that has them")
def test_every_path_solves_all_puzzles_at_hand() -> None:
    with (DATA / "sudoku" / "sudoku9.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    text = "".join(row["puzzle"] for row in rows)
    boards = np.frombuffer(text.replace(".", "0").encode(), np.uint8).astype(np.int32).reshape(-1, 81) - ord("1")
    sole = np.array([row["solutions"] == "1" for row in rows])
    answers = "".join(row["solution"] for row in rows if row["solutions"] == "1")
    wanted = np.frombuffer(answers.encode(), np.uint8).astype(np.int32).reshape(-1, 81) - ord("1")
    rules = native(get("sudoku-9x9").rules)
    nodes = []
    for path in PATHS:
        values, counts, status, complete, spent, _ = _native.solve_batch(rules, boards, 2, path=path)
        np.testing.assert_array_equal(values[sole], wanted)
        np.testing.assert_array_equal(counts, np.where(sole, 1, 2))
        np.testing.assert_array_equal(complete[sole], True)
        assert (status == SearchStatus.SOLVED).all()
        nodes.append(spent)
    for spent in nodes[1:]:
        np.testing.assert_array_equal(spent, nodes[0])
    assert len(boards) > 16_000


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(SHAPES), st.integers(0, 2**32 - 1))
def test_every_path_finds_what_a_slow_solver_finds(data: st.DataObject, name: str, seed: int) -> None:
    domain, rng = get(name), np.random.default_rng(seed)
    rules = domain.rules
    if data.draw(st.booleans()):  # any units beside
        pairs = [rng.choice(rules.L, 2, replace=False).tolist() for _ in range(data.draw(st.integers(1, 6)))]
        rules = Rules(rules.L, rules.V, (*rules.constraints, *(AllDifferent(pair) for pair in pairs)))
    [whole] = solve_values(domain.rules, np.full((1, rules.L), OPEN), marginals=guide(rng, rules)[None]).values
    board = np.where(rng.random(rules.L) < data.draw(st.floats(0.2, 0.6)), OPEN, whole).astype(np.int32)
    if data.draw(st.booleans()):
        board[rng.integers(rules.L)] = rng.integers(rules.V)
    wanted = {one for one, _ in zip(solutions(rules, board), range(300), strict=False)}
    for path in PATHS:
        _, counts, _, complete, *_ = _native.solve_batch(native(rules), board[None], 300, path=path)
        assert (counts[0], complete[0] or len(wanted) == 300) == (len(wanted), True)
    for marginals in (None, guide(rng, rules)):
        found = {tuple(one.tolist()) for one in enumerate_values(rules, board, limit=300, marginals=marginals)}
        assert found == wanted or len(found) == len(wanted) == 300


def guide(rng: np.random.Generator, rules: Rules) -> np.ndarray:
    return rng.random((rules.L, rules.V), np.float32)


def test_known_counts() -> None:
    """288 grids of 4x4 (https://oeis.org/A107739), 48 with both diagonals; 28,200,960 of 6x6, by their first rows."""
    six = np.full((1, 36), OPEN, np.int32)
    six[0, :6] = range(6)
    four = np.full((1, 16), OPEN, np.int32)
    crossed = (AllDifferent([0, 5, 10, 15]), AllDifferent([3, 6, 9, 12]))
    grids = get("sudoku-4x4").rules
    assert solve_values(grids, four, limit=None).counts.tolist() == [288]
    assert solve_values(Rules(16, 4, (*grids.constraints, *crossed)), four, limit=None).counts.tolist() == [48]
    assert solve_values(get("sudoku-6x6").rules, six, limit=None).counts.tolist() == [28_200_960 // 720]


def test_a_path_that_there_is_not_is_refused() -> None:
    rules, board = native(get("sudoku-4x4").rules), np.full((1, 16), OPEN, np.int32)
    for path in (-2, len(PATHS)):
        with pytest.raises(ValueError, match=rf"path: wanted -1 \(the fastest\) to {len(PATHS) - 1}, got {path}"):
            _native.solve_batch(rules, board, path=path)

"""Values from Python: a board in any list, array or frame is one problem, and its answer comes in that kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve.domains.reading import listed, read, same_kind
from vmdsolve.errors import InvalidInput, InvalidProblem

ANSWER = "1234341221434321"
NUMBERS = [[int(c) for c in ANSWER[i : i + 4]] for i in range(0, 16, 4)]
Numbers = np.ndarray  # [4, 4], 0 where open


def floats(board: Numbers) -> np.ndarray:
    return np.where(board == 0, np.nan, board)


def words(board: Numbers, sign: str) -> list[list[str]]:
    return [[str(n) if n else sign for n in row] for row in board.tolist()]


KINDS: dict[str, Callable[[Numbers], Any]] = {
    "lists": lambda b: b.tolist(),
    "tuples": lambda b: tuple(map(tuple, b.tolist())),
    "flat": lambda b: b.ravel().tolist(),
    "None": lambda b: [[n or None for n in row] for row in b.tolist()],
    "NaN": lambda b: floats(b).tolist(),
    "-1": lambda b: np.where(b == 0, -1, b),
    "a generator": lambda b: (row for row in b.tolist()),
    "map": lambda b: map(list, b.tolist()),
    "rows of arrays": list,
    "range of rows": lambda b: [b[i] for i in range(4)],
    **{f"int {kind}": lambda b, kind=kind: b.astype(kind) for kind in ("i1", "u1", "i8", "u8", "f2", "f8", "O")},
    "NaN array": floats,
    "masked": lambda b: np.ma.masked_equal(b, 0),
    "one board of a batch": lambda b: b[None],
    "one-character words": lambda b: words(b, "."),
    "words and ''": lambda b: words(b, ""),
    "words and '0'": lambda b: words(b, "0"),
    "array of words": lambda b: np.array(words(b, ".")),
    "array of bytes": lambda b: np.array(words(b, "."), dtype="S1"),
    "row texts": lambda b: ["".join(row) for row in words(b, ".")],
    "array of row texts": lambda b: np.array(["".join(row) for row in words(b, ".")]),
    "one text in a list": lambda b: ["".join(map("".join, words(b, ".")))],
    "bytes": lambda b: "".join(map("".join, words(b, "."))).encode(),
    "torch": torch.tensor,
    "torch bfloat16": lambda b: torch.tensor(b, dtype=torch.bfloat16),
    "torch batch": lambda b: torch.tensor(b)[None],
}


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=10)
@given(given=st.lists(st.booleans(), min_size=16, max_size=16))
def test_a_board_is_read_in_every_kind_and_answered_in_it(kind: str, given: list[bool]) -> None:
    board = np.where(np.array(given).reshape(4, 4), NUMBERS, 0)
    problem = read(KINDS[kind](board), "sudoku-4x4")
    assert (problem.values + 1).tolist() == board.ravel().tolist()
    grid = KINDS[kind](board)
    answer = same_kind(grid, problem.layout, np.array(NUMBERS, np.int32).ravel() - 1)
    if kind in ("a generator", "map"):
        assert answer == NUMBERS
        return
    assert isinstance(answer, type(grid)) or isinstance(grid, (tuple, np.ndarray))
    assert np.shape(answer) == np.shape(grid)
    assert read(answer, "sudoku-4x4").values.tolist() == (np.array(NUMBERS).ravel() - 1).tolist()
    if isinstance(grid, (np.ndarray, torch.Tensor)) and kind not in ("int O",):
        assert answer.dtype == grid.dtype


def test_frames_and_columns_are_read_and_given_back() -> None:
    pandas = pytest.importorskip("pandas")
    board = pandas.DataFrame(np.where(np.eye(4, dtype=bool), 0, NUMBERS), index=list("abcd"))
    for frame in (board, board.replace(0, np.nan), board.astype("Int64").replace(0, pandas.NA), board.astype(str)):
        solution = vmdsolve.solve(frame, method="search")
        assert solution.text == ANSWER
        assert solution.grid.astype(int).to_numpy().tolist() == NUMBERS
        assert list(solution.grid.index) == list("abcd")
    column = pandas.Series([ANSWER[:-1] + ".", "." * 16])
    assert [s.status.name for s in vmdsolve.solve_batch(column, method="search")] == ["SOLVED"] * 2
    table = pandas.DataFrame({"id": [1, 2], "Puzzle": column})
    assert next(iter(vmdsolve.solve_batch(table, method="search"))).text == ANSWER
    flat = pandas.DataFrame(np.array(NUMBERS).reshape(1, 16))
    assert next(iter(vmdsolve.solve_batch(flat, method="search"))).text == ANSWER
    with pytest.raises(InvalidInput, match="a table of 4 rows and 4 columns is no batch"):
        vmdsolve.solve_batch(board)
    with pytest.raises(InvalidProblem, match="was its first row taken for a header"):
        read(board[1:], "sudoku-4x4")


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ({"puzzle": "1"}, "needs 16 cells, got 1 character"),
        ({"rows": "1"}, "an object has the keys rows; wanted one of"),
        ({1, 2}, "a set has no order"),
        (Path("puzzle.txt"), "'puzzle.txt' is the path of a file, not a puzzle: give its text, path.read_text"),
        (5300, "got int"),
        (None, "got NoneType"),
        (object(), "got object"),
        (torch.eye(4).to_sparse(), "the tensor is sparse"),
        (np.zeros((3, 4, 4), int), "give many boards to solve_batch"),
        ([[1, 0, 0, 0], [0, 0, 0], [0] * 4, [0] * 4], "row 2 of the grid has 3 cells, other rows have 4"),
        ([[1, 0, 0, 0], 3, [0] * 4, [0] * 4], "item 2 of the grid is 3, others are lists"),
        ([[0] * 4, [0] * 4, [0, 1.5, 0, 0], [0] * 4], "row 3, column 2 holds 1.5"),
        ([[0] * 4, [0] * 4, [0, True, 0, 0], [0] * 4], "row 3, column 2 holds True"),
        ([["z", *"..."], *[["."] * 4] * 3], r"row 1, column 1 \(character 1\) holds 'z'"),
        ([[0, None, 1, 4], *[[0] * 4] * 3], "both .* would be open cells"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "the array holds datetime64"),
        (b"\xff\xfe", "not UTF-8 text"),
    ],
)
def test_what_is_no_board_is_refused_with_its_cause(grid: Any, said: str) -> None:
    with pytest.raises(InvalidProblem, match=said):
        read(grid, "sudoku-4x4")


def test_a_list_within_itself_is_refused() -> None:
    grid: list[Any] = []
    grid.append(grid)
    with pytest.raises(InvalidInput):
        read(grid)


@pytest.mark.parametrize("batch", ["." * 16, b"." * 16, {"a": "." * 16}, {"." * 16}, None, 5, Path("x"), np.array(3)])
def test_one_thing_is_no_batch(batch: Any) -> None:
    with pytest.raises(InvalidInput, match="a batch is a list of problems"):
        vmdsolve.solve_batch(batch)


def test_a_batch_of_arrays_goes_through_board_by_board() -> None:
    boards = np.zeros((3, 4, 4), int)
    assert listed(boards) is boards
    assert [s.grid.shape for s in vmdsolve.solve_batch(boards, method="search")] == [(4, 4)] * 3

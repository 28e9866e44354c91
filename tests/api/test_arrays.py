"""An array of boards is read whole, and comes to what its boards come to one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import BatchSolver, Solution, get_domain, solve_batch
from vmdsolve.domains.reading import read_many
from vmdsolve.search import generate_values

FOUR = get_domain("sudoku-4x4")
BOARDS = generate_values(FOUR.rules, 5, seed=3)[0]
KINDS = ["int8", "int32", "int64", "uint8", ">i4", "float64", "bool"]


def told(found: Solution) -> tuple[Any, ...]:
    grid = found.grid
    form = None if grid is None else (type(grid), grid.dtype, grid.shape, grid.tolist())
    return found.status, found.text, found.method, found.unique, found.reason, form


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    """Boards with open cells said by 0, -1 or both, and now and then a number that is none."""
    boards = BOARDS[: draw(st.integers(1, 5))] + 1
    boards[boards == 0] = draw(st.sampled_from([0, 0, -1]))
    for _ in range(draw(st.integers(0, 2))):
        boards[draw(st.integers(0, len(boards) - 1)), draw(st.integers(0, 15))] = draw(st.integers(-2, 6))
    kind = np.dtype(draw(st.sampled_from(KINDS)))
    shape = draw(st.sampled_from([(16,), (4, 4), (2, 8)]))
    found = boards.astype(kind).reshape(-1, *shape)
    return found[::-1] if draw(st.booleans()) else np.asfortranarray(found)


@given(arrays(), st.sampled_from([None, "sudoku-4x4", "latin-4", "queens-4"]))
@settings(max_examples=60)
def test_an_array_comes_to_what_its_boards_come_to(boards: np.ndarray, domain: str | None) -> None:
    each = list(solve_batch(list(boards), domain=domain, method="search", invalid="report"))
    assert [*map(told, solve_batch(boards, domain=domain, method="search", invalid="report"))] == [*map(told, each)]
    columns = BatchSolver(domain=domain, method="search").settled(boards)
    assert (columns["solution"], columns["status"]) == ([one.text for one in each], [one.status for one in each])
    assert columns["reason"] == [one.reason for one in each]
    assert BatchSolver(domain=domain, method="search")({"puzzle": boards})["reason"].tolist() == columns["reason"]


def test_plain_boards_are_read_together() -> None:
    for boards in (BOARDS + 1, (BOARDS + 1).reshape(-1, 4, 4).astype(np.uint8), np.where(BOARDS < 0, -1, BOARDS + 1)):
        found = read_many(boards, None)
        assert found is not None
        assert (found[0].name, found[1].tolist()) == ("sudoku-4x4", BOARDS.tolist())


@pytest.mark.parametrize("size", [1, 2, 1024])
def test_what_becomes_of_an_array_afterwards_changes_no_answer(size: int) -> None:
    boards = (BOARDS + 1).reshape(-1, 4, 4).astype(np.int16)
    wanted = [one.grid.tolist() for one in solve_batch(boards.copy(), method="search")]
    found = []
    for one in solve_batch(boards, method="search", batch_size=size):
        found.append(one)
        if len(found) == len(boards):
            boards[:] = 0
    assert [one.grid.tolist() for one in found] == wanted
    assert {one.grid.dtype for one in found} == {np.dtype(np.int16)}
    found[0].grid[0, 0] = 9
    assert found[1].grid.tolist() == wanted[1]
    assert list(solve_batch(boards[:0])) == []

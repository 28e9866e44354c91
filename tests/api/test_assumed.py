"""Boxes that a size was taken to mean are named where there is no answer, and the other shape is tried."""

from __future__ import annotations

import pytest

import vmdsolve
from vmdsolve.domains import get

TALL = "123456345612561234214365436521652143"


@pytest.fixture
def tall() -> str:
    """A grid with boxes of 3x2 that breaks those of 2x3."""
    assert get("sudoku:3x2").parse(TALL)
    assert not vmdsolve.check(TALL, TALL, domain="sudoku:3x2")
    assert vmdsolve.check(TALL, TALL, domain="sudoku:6")
    return TALL


def test_the_other_boxes_are_named_if_they_have_an_answer(tall: str) -> None:
    for method in ("search", "vmd"):
        solution = vmdsolve.solve(tall[:18] + "." * 18, domain="sudoku:6", method=method)
        assert solution.status is vmdsolve.Status.UNSATISFIABLE
        assert solution.reason.endswith(
            "this is with boxes of 2 rows by 3 columns, as usual for the size; "
            "with boxes of 3 rows by 2 columns (domain sudoku:3x2) there is an answer"
        )
    assert vmdsolve.solve(tall[:18] + "." * 18, domain="sudoku:3x2", method="search").text is not None


def test_the_boxes_are_named_if_neither_has_an_answer() -> None:
    solution = vmdsolve.solve("11" + "." * 34, domain="sudoku:6", method="search")
    assert solution.reason.endswith("this is with boxes of 2 rows by 3 columns, as usual for the size")


def test_nothing_is_said_where_nothing_was_assumed() -> None:
    for grid, domain in (("11" + "." * 79, "sudoku"), ("11" + "." * 34, "sudoku:3x2"), ("11..", "latin:2")):
        assert "boxes of" not in vmdsolve.solve(grid, domain=domain, method="search").reason
    assert vmdsolve.solve("." * 36, domain="sudoku:6", method="search").reason == ""


def test_a_batch_says_it_of_each(tall: str) -> None:
    grids = [tall, "." * 36, "11" + "." * 34]
    reasons = [s.reason for s in vmdsolve.solve_batch(grids, domain="sudoku:6", method="search")]
    assert ["there is an answer" in reason for reason in reasons] == [True, False, False]
    assert [bool(reason) for reason in reasons] == [True, False, True]


def test_killer_boards_have_boxes_of_either_shape(tall: str) -> None:
    rows = [tall[i : i + 6] for i in range(0, 36, 6)]
    solution = vmdsolve.solve({"domain": "killer", "cages": [], "size": 6, "givens": rows}, method="search")
    assert "with boxes of 3 rows by 2 columns (first line `6 6 3x2`) there is an answer" in solution.reason
    told = {"domain": "killer", "cages": [], "size": 6, "givens": rows, "boxes": "3x2"}
    assert vmdsolve.solve(told, method="search").text == tall

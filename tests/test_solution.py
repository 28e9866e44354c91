"""Solution: true where there is an answer, equal where it is the same one, and with its reason in words."""

from __future__ import annotations

import pickle
from copy import copy
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve import Solution, Status, sample, solve, solve_batch
from vmdsolve.results import LaterSolutions


@pytest.mark.parametrize("status", Status)
def test_a_solution_is_true_where_it_carries_an_answer(status: Status) -> None:
    assert bool(Solution(status)) is status.has_solution


def test_solutions_are_equal_by_what_they_say_of_the_problem() -> None:
    text = solve("1......2..4..3..", method="search")
    array = solve(np.array([[1, 0, 0, 0], [0, 0, 0, 2], [0, 0, 4, 0], [0, 3, 0, 0]]), method="search")
    assert text == array
    assert hash(text) == hash(array)
    assert text.seconds != array.seconds
    assert text == replace(text, seed=1, method="vmd", nfe=3, latents_tried=1, unique=True)
    assert text != replace(text, text="2143432112343412")
    assert text != replace(text, status=Status.UNKNOWN)
    assert Solution(Status.INVALID, reason="9 cells") != Solution(Status.INVALID, reason="8 cells")


def test_the_reason_says_in_words_what_is_wrong_with_the_problem() -> None:
    invalid, clash, good = solve_batch(["z" * 16, "11" + "." * 14, "." * 16], invalid="report", method="search")
    assert invalid.reason.startswith("row 1, column 1 (character 1) holds 'z'")
    assert [violation.relation for violation in invalid.violations] == ["input"]
    assert clash.reason == (
        "row: both hold 1 (row 1, column 1 and row 1, column 2); box: both hold 1 (row 1, column 1 and row 1, column 2)"
    )
    assert good.reason == ""


def test_a_solution_that_was_pickled_is_the_same_without_what_draws_it() -> None:
    for text in ("1......2..4..3..", "11" + "." * 14):
        solution = solve(text, method="search")
        again = pickle.loads(pickle.dumps(solution))
        assert again == solution
        assert again.outcome == solution.outcome
        assert (again.layout, again.givens) == (None, None)
        assert str(again).endswith(solution.outcome)
        assert solution.text is None or solution.text in str(again)


def test_an_unsolved_problem_shows_its_board_and_what_clashes() -> None:
    clash = solve("11" + "." * 14, method="search")
    assert str(clash).split("\n")[:2] == ["+-----+-----+", "|!1!1 | . . |"]
    assert str(clash).endswith("UNSATISFIABLE: proved that there is no answer; " + f"{clash.seconds:.2f} s")


def test_samples_are_drawn() -> None:
    [drawn] = sample("sudoku-4x4", 1, method="search", seed=1)
    assert str(drawn).startswith("+-----+-----+\n| ")


def test_fields_made_late_are_those_made_at_once() -> None:
    lines = ["1......2..4..3..", "11..............", "1......44......1"]
    for line, late in zip(lines, solve_batch(lines, method="search", seed=3), strict=True):
        again = pickle.loads(pickle.dumps(late))  # which looks at all of them
        assert (again, hash(again), type(late)) == (late, hash(late), Solution)
        assert (late.text == late.grid, late.seed, late.nfe, late.z, late.trace) == (True, 3, 0, None, None)
        assert late.givens.tolist() == late.layout.parse(line).values.tolist()
        assert bool(late.violations) == bool(late.reason) == (late.status is Status.UNSATISFIABLE)
        with pytest.raises(AttributeError, match="'Solution' object has no attribute 'texts'"):
            late.texts  # noqa: B018


@given(st.integers(0, 9), st.slices(9), st.slices(9))
def test_solutions_that_are_made_later_are_as_a_list_of_them(n: int, one: slice, other: slice) -> None:
    later = LaterSolutions({"status": Status.UNKNOWN}, lambda name, i: {name: i, "seed": -i}, range(n))
    assert [(each.nfe, each.seed) for each in later[one][other]] == [(i, -i) for i in range(n)[one][other]]
    assert len(later[one]) == len(range(n)[one])
    assert [each.nfe for each in reversed(later)] == [*reversed(range(n))]
    for i in (n, -n - 1):
        with pytest.raises(IndexError):
            _ = later[i]


def test_a_field_that_was_looked_at_is_the_same_object_from_then_on() -> None:
    [one] = solve_batch([np.array([1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 4, 0, 0, 3, 0, 0])], method="search")
    assert all(getattr(one, item.name) is getattr(one, item.name) for item in fields(one))
    assert not hasattr(one, "_later")
    with pytest.raises(AttributeError, match="'Solution' object has no attribute 'answer'"):
        _ = one.answer  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        one.seed = 3  # type: ignore[misc]
    assert one == pickle.loads(pickle.dumps(one)) == copy(one) == Solution(Status.SOLVED, text=one.text)

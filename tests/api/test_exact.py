"""count_solutions, enumerate_solutions and check: proved, in the form of the input, and kept to the rules."""

from __future__ import annotations

import numpy as np
import pytest

import vmdsolve
from vmdsolve import Count, Status, check, count_solutions, domains, enumerate_solutions
from vmdsolve.api import exact
from vmdsolve.constraints import Predicate
from vmdsolve.domains.sequence import TokenSequence
from vmdsolve.errors import InvalidInput

FEW = "12..34..2......."


def test_all_solutions_are_found_once_and_each_is_one() -> None:
    solutions = enumerate_solutions("." * 16)
    assert not solutions.complete
    texts = [solution.text for solution in solutions]
    assert solutions.complete
    assert len(set(texts)) == len(texts) == count_solutions("." * 16, limit=None).n == 288
    for text in texts:
        assert text is not None
        assert check("." * 16, text) == []


def test_solutions_come_one_by_one_and_as_many_as_asked_for() -> None:
    hopeless = enumerate_solutions("." * 625)  # nobody will see the end
    first, second = next(hopeless), next(hopeless)
    assert first
    assert second
    assert first != second
    few = enumerate_solutions("." * 16, limit=5)
    assert len(list(few)) == 5
    assert not few.complete
    assert list(few) == []  # it stays exhausted


def test_solutions_take_the_form_of_the_problem() -> None:
    grid = np.array([[1, 2, 0, 0], [3, 4, 0, 0], [2, 0, 0, 0], [0, 0, 0, 0]], np.int8)
    before = grid.copy()
    solutions = list(enumerate_solutions(grid))
    assert {solution.text for solution in solutions} == {solution.text for solution in enumerate_solutions(FEW)}
    for solution in solutions:
        assert isinstance(solution.grid, np.ndarray)
        assert (solution.grid.dtype, solution.grid.shape, solution.method) == (np.int8, (4, 4), "search")
    assert np.array_equal(grid, before)
    problem = domains.get("futoshiki").parse(".>1/v__/._.")
    assert [solution.text for solution in enumerate_solutions(problem)] == ["2112"]


def test_rules_that_are_only_checked_are_kept_and_no_rules_are_not_called_checked() -> None:
    even = TokenSequence("even", "01", 4, [Predicate(range(4), lambda values: sum(values) % 2 == 0)])
    found = list(enumerate_solutions("1...", domain=even))
    assert len(found) == 4
    assert {solution.status for solution in found} == {Status.SOLVED}
    free = next(enumerate_solutions("." * 16, domain="text-16"))
    assert free.status is Status.UNCHECKED


def test_where_there_is_none_that_is_proved() -> None:
    solutions = enumerate_solutions("11" + "." * 14)
    assert (list(solutions), solutions.complete) == ([], True)
    assert count_solutions("11" + "." * 14) == Count(0, True)


def test_a_board_that_the_checker_rejects_is_never_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "accepts", lambda *_: np.array([False]))
    with pytest.raises(RuntimeError, match="a bug in vmdsolve"):
        next(enumerate_solutions("." * 16))


def test_a_malformed_problem_is_refused_at_the_call() -> None:
    for call in (enumerate_solutions, count_solutions):
        with pytest.raises(InvalidInput, match=r"row 1, column 1 \(character 1\) holds 'z'"):
            call("z" * 16)


def test_check_says_the_changed_givens_first_then_the_broken_rules() -> None:
    wrong = check("1......2..4..3..", "2234341221434321", time_limit=60)
    assert [violation.relation for violation in wrong] == ["given", "row", "column", "box"]
    assert wrong[1:] == vmdsolve.checker.violations(
        domains.get("sudoku-4x4").rules, domains.get("sudoku-4x4").parse("2234341221434321").values
    )

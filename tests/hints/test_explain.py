"""An explanation is a conflict, nothing in it can be spared, and CP-SAT says the same."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from helpers.rules import instances
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import domains
from vmdsolve.constraints import AllDifferent, Predicate, Sum
from vmdsolve.domains import Domain
from vmdsolve.errors import InvalidProblem
from vmdsolve.hints.explain import Explanation, explain
from vmdsolve.problem import OPEN, Board, Constraint, Problem, Rules, Status
from vmdsolve.search import generate_values
from vmdsolve.testing.oracles import brute_force, cp_sat


class Free(Domain):
    """A row of cells under any rules."""

    def __init__(self, rules: Rules) -> None:
        self.name, self.shape, self.symbols = "free", (1, rules.L), "123456789"[: rules.V]
        self.constraints = rules.constraints


def explained(rules: Rules, values: Board) -> Explanation:
    return explain(Problem("free", rules, values, Free(rules)), time_limit=None)


def assert_minimal(rules: Rules, values: Board, why: Explanation) -> None:
    """The conflict has no solution, and without any one of its parts it has; CP-SAT is the judge."""

    def solvable(givens: tuple[int, ...], constraints: tuple[Constraint, ...]) -> bool:
        board = np.full(rules.L, OPEN, np.int32)
        board[list(givens)] = values[list(givens)]
        return bool(cp_sat(Rules(rules.L, rules.V, constraints), board, limit=1))

    assert why.minimal
    assert not solvable(why.givens, why.constraints)
    for i in range(len(why.givens)):
        assert solvable(why.givens[:i] + why.givens[i + 1 :], why.constraints)
    for i in range(len(why.constraints)):
        assert solvable(why.givens, why.constraints[:i] + why.constraints[i + 1 :])


def assert_answers(why: Explanation, solutions: list[tuple[int, ...]]) -> None:
    """All there are, up to two, and it says which it is."""
    assert len(why.answers) == min(len(solutions), 2)
    assert {tuple(answer.tolist()) for answer in why.answers} <= {*solutions}
    assert why.reason.startswith("it has one solution" if len(solutions) == 1 else "it has more than one solution; two")


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(instance=instances())
def test_any_problem_is_explained_or_solvable(instance: tuple[Rules, np.ndarray]) -> None:
    rules, values = instance
    why = explained(rules, values)
    if brute_force(rules, values):
        assert why.status is Status.SOLVED
        assert_answers(why, brute_force(rules, values))
    else:
        assert why.status is Status.UNSATISFIABLE
        assert_minimal(rules, values, why)


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(
    name=st.sampled_from(["sudoku-4x4", "sudoku-9x9", "latin-5", "latin-7"]),
    seed=st.integers(0, 10**6),
    flips=st.integers(1, 3),
)
def test_a_spoilt_puzzle_is_explained(name: str, seed: int, flips: int) -> None:
    domain, rng = domains.get(name), np.random.default_rng(seed)
    values = generate_values(domain.rules, 1, seed=seed)[0][0].copy()
    for cell in rng.choice(np.flatnonzero(values != OPEN), flips):
        values[cell] = (values[cell] + 1) % domain.rules.V
    why = explain(Problem(name, domain.rules, values), time_limit=None)
    if why.status is Status.SOLVED:
        assert cp_sat(domain.rules, values, limit=1)
    else:
        assert_minimal(domain.rules, values, why)


def test_a_clash_is_two_givens_and_one_rule() -> None:
    why = explain("5...5....5......." + "." * 64)
    assert why.reason == "row 1, column 1 is 5 and row 1, column 5 is 5, but row 1 holds no symbol twice"
    assert (why.givens, why.because) == ((0, 4), ())
    assert [c.relation for c in why.constraints] == ["row"]


def test_the_steps_to_the_contradiction_are_told() -> None:
    why = explain("12..3....4......")
    assert why.reason == (
        "row 1, column 1 is 1, row 2, column 1 is 3 and row 3, column 2 is 4, but column 2 holds no symbol twice and "
        "box 1 holds no symbol twice"
    )
    assert why.because == (
        "row 4, column 2 is 1: in column 2 only this cell can be 1 (box 1 keeps it out of the rest)",
        "column 2 has no place left for 3 (box 1 keeps it out of the rest)",
    )


def test_rules_without_givens_may_clash() -> None:
    rules = Rules(3, 2, (Sum([0], 1), AllDifferent([0, 1, 2], "row")))
    why = explained(rules, np.full(3, OPEN, np.int32))
    assert why.reason == "no board obeys all of this: the row holds no symbol twice"
    assert why.constraints == rules.constraints[1:]
    pair, left = why.because
    assert pair == ("row 1, column 1 and row 1, column 2 hold 1 and 2 in the row: no 1 or 2 in row 1, column 3")
    assert left == "row 1, column 3 has no symbol left: 1 and 2 went before"


def test_a_predicate_takes_part() -> None:
    rules = Rules(3, 2, (AllDifferent([0, 1]), Predicate([1, 2], lambda held: held[0] == held[1], "twins")))
    why = explained(rules, np.array([0, OPEN, 0], np.int32))
    assert (why.givens, why.constraints, why.minimal) == ((0, 2), rules.constraints, True)


def test_what_is_not_settled_in_time_is_said() -> None:
    empty = np.full(3, OPEN, np.int32)
    rules = Rules(3, 2, (Predicate([0, 1, 2], lambda held: sum(held) == 9),))
    why = explain(Problem("free", rules, empty, Free(rules)), time_limit=0.0)
    assert (why.status, why.reason) == (Status.TIMEOUT, "not settled in time; allow more")


def test_what_search_cannot_settle_in_time_is_kept() -> None:
    rules = Rules(3, 2, (Predicate([0, 1, 2], lambda held: sum(held) == 9),))
    values = np.zeros(3, np.int32)
    with patch("vmdsolve.hints.explain.TEST_SECONDS", 0.0):
        why = explained(rules, values)
    assert (why.status, why.givens, why.constraints, why.minimal) == (
        Status.UNSATISFIABLE,
        (0, 1, 2),
        rules.constraints,
        False,
    )


def test_bad_input_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="row 2, column 4"):
        explain("1......x..4..3..")


def test_two_answers_are_shown_where_they_differ() -> None:
    why = explain("12......2.......")
    assert why.reason == (
        "it has more than one solution; two of them differ in 4 cells: row 2, column 3 is 1 or 2, "
        "row 2, column 4 is 2 or 1, row 4, column 3 is 2 or 1 and row 4, column 4 is 1 or 2"
    )
    drawn = str(why)
    assert drawn.count("*1") == drawn.count("*2") == 4
    assert drawn.index("One solution:") < drawn.index("Another:")


def test_a_large_conflict_is_a_list() -> None:
    clash = "69..45......73......1..2.4..3...6.........1.21...5....4...8...3.1.9.....7......8."
    why = explain(clash, time_limit=None)
    assert why.long == (len(why.facts) + len(why.rules) > 9)
    lines = why.render(width=70).splitlines()
    assert max(map(len, lines)) <= 70
    if why.long:
        assert f"{len(why.givens)} given" in why.reason
        assert [line for line in lines if line.startswith("- ")]


def test_an_explanation_is_short_where_it_stands_among_others() -> None:
    assert repr(explain("1....1..........")) == (
        "Explanation('UNSATISFIABLE', 'row 1, column 1 is 1 and row 2, column 2 is 1, but box 1 holds no symbol twice')"
    )

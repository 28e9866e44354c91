"""Linear constraints natively: the same solutions as by trying all boards, whatever the numbers are."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve._native import Kind
from vmdsolve.constraints import AllDifferent, Constraint, Less, Linear, Sum
from vmdsolve.hints.filtering import MOST_SUMS, supported
from vmdsolve.problem import OPEN, Rules
from vmdsolve.search import enumerate_values, propagate
from vmdsolve.testing.oracles import cp_sat

L, V = 4, 4
COMPARISONS = ["==", "!=", "<=", ">=", "<", ">"]


def solutions(*rules: Constraint) -> list[tuple[int, ...]]:
    return sorted(map(tuple, enumerate_values(Rules(L, V, rules), np.full(L, OPEN, np.int32))))


def tried(rule: Constraint) -> list[tuple[int, ...]]:
    return [board for board in product(range(V), repeat=L) if not rule.violations(board)]


@st.composite
def linears(draw: st.DrawFn, most: int) -> Linear:
    """A rule of numbers up to `most`, whose total is near what some board reaches."""
    coefficients = draw(st.tuples(*[st.integers(-most, most)] * L))
    numbers = draw(st.none() | st.tuples(*[st.integers(-9, 9)] * V))
    rule = Linear(range(L), coefficients, "==", 0, numbers=numbers)
    board = draw(st.tuples(*[st.integers(0, V - 1)] * L))
    reached = sum(c * rule.number(v) for c, v in zip(coefficients, board, strict=True))
    total = reached + draw(st.sampled_from([0, 0, 1, -1]))
    return Linear(range(L), coefficients, draw(st.sampled_from(COMPARISONS)), total, numbers=numbers)


@settings(deadline=None)
@given(rule=linears(9) | linears(1000) | linears(2**55))
def test_search_finds_what_trying_all_boards_finds(rule: Linear) -> None:
    assert solutions(rule) == tried(rule)


@settings(deadline=None, max_examples=40)
@given(rule=linears(9), other=linears(30))
def test_with_other_rules_it_agrees_with_cp_sat(rule: Linear, other: Linear) -> None:
    rules = Rules(L, V, (rule, other, AllDifferent([0, 1, 2])))
    free = np.full(L, OPEN, np.int32)
    assert sorted(cp_sat(rules, free)) == sorted(map(tuple, enumerate_values(rules, free)))


@settings(deadline=None)
@given(rule=linears(9) | linears(2**40))
def test_hints_never_take_a_value_of_a_solution(rule: Linear) -> None:
    """And where few sums are reached they leave no other."""
    held = tried(rule)
    wanted = [sum({1 << board[cell] for board in held}) for cell in range(L)]
    found = supported(rule, [2**V - 1] * L)
    assert all(a & ~b == 0 for a, b in zip(wanted, found, strict=True))
    reach = sum(abs(c) * (max(map(rule.number, range(V))) - min(map(rule.number, range(V)))) for c in rule.coefficients)
    assert reach >= MOST_SUMS or found == wanted


def test_its_cases_are_told_as_sum_and_less() -> None:
    assert Linear([0, 1], [1, 1], "==", 5).native() == Sum([0, 1], 5).native()
    assert Linear([0, 1], [1, -1], "<", 0).native() == Less(0, 1).native()
    assert Linear([0, 1], [-1, 1], ">=", 1, first=0).native() == Less(0, 1).native()
    for other in (Linear([0, 1], [1, 1], "==", 2**45), Linear([0, 1], [1, 1], "==", 5, numbers=range(V))):
        assert other.native()[0] is Kind["Linear"]


@pytest.mark.parametrize("comparison", ["==", "<="])
def test_bounds_are_tightened_to_the_last_value(comparison: str) -> None:
    """1000 a + 100 b - c compares with 2101: far more sums than are followed one by one."""
    rules = Rules(3, 4, (Linear([0, 1, 2], [1000, 100, -1], comparison, 2101, first=0),))
    domains, clash = propagate(rules, np.array([[2, OPEN, OPEN], [3, OPEN, OPEN]], np.int32))
    assert clash.tolist() == [comparison == "==", True]
    if comparison == "<=":
        assert domains[0].tolist() == [0b100, 0b0011, 0b1111]


def test_a_small_sum_is_followed_exactly() -> None:
    """2 a + 4 b is even: bounds alone would leave 3 to c."""
    rules = Rules(3, 4, (Linear([0, 1, 2], [2, 4, 1], "==", 7, first=0),))
    domains, _ = propagate(rules, np.full((1, 3), OPEN, np.int32))
    assert domains[0].tolist() == [0b1111, 0b0011, 0b1010]

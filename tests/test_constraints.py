"""Every constraint says its rule several times; here all of them are held to each other and to brute force."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from helpers.refusals import CONSTRAINTS
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.constraints import DFA, AllDifferent, Count, Less, Predicate, Regular, Sum, Table
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Constraint, Rules
from vmdsolve.search import solve_values

L, V = 4, 3  # small enough to visit all 81 full and all 256 partial boards
FULL = [list(board) for board in itertools.product(range(V), repeat=L)]
PARTIAL = [list(board) for board in itertools.product(range(OPEN, V), repeat=L)]
KINDS = ("AllDifferent", "Sum", "Less", "Count", "Table", "Regular", "Predicate")
EXACT = ("Count", "Table", "Regular")  # their `violations` sees at once when no completion is left


@st.composite
def constraints(draw: st.DrawFn, kind: str) -> Constraint:
    """Any constraint of this kind over some of the L cells, in any order."""
    cells = draw(st.permutations(range(L)))[: draw(st.integers(1, L))]
    k = len(cells)
    whole = st.integers(-2, 2 * L)
    if kind == "AllDifferent":
        return AllDifferent(cells, "r")
    if kind == "Sum":
        return Sum(cells, draw(whole), "r", first=draw(st.integers(-2, 2)))
    if kind == "Less":
        a, b = draw(st.permutations(range(L)))[:2]
        return Less(a, b, "r")
    if kind == "Count":
        low, high = sorted((draw(whole), draw(whole)))
        return Count(cells, draw(st.integers(0, V - 1)), low, high, "r")
    if kind == "Table":
        return Table(cells, draw(st.lists(st.tuples(*[st.integers(0, V - 1)] * k), max_size=6)), "r")
    if kind == "Regular":
        states = draw(st.integers(1, 3))
        row = st.tuples(*[st.integers(-1, states - 1)] * V)
        accept = draw(st.frozensets(st.integers(0, states - 1)))
        dfa = DFA(draw(st.integers(0, states - 1)), accept, tuple(draw(row) for _ in range(states)))
        return Regular(cells, dfa, "r")
    allowed = draw(st.frozensets(st.tuples(*[st.integers(0, V - 1)] * k), max_size=6))
    return Predicate(cells, allowed.__contains__, "r")


def obeys(rule: Constraint, board: Sequence[int]) -> bool:
    """The rule for a full board, said once more, as shortly as it can be said."""
    held = tuple(board[cell] for cell in rule.cells)
    match rule:
        case AllDifferent():
            return len(set(held)) == len(held)
        case Sum():
            return sum(value + rule.first for value in held) == rule.total
        case Less():
            return held[0] < held[1]
        case Count():
            return held.count(rule.symbol) in range(rule.low, rule.high + 1)
        case Table():
            return held in rule.tuples
        case Regular():
            state = rule.dfa.start
            for value in held:
                state = rule.dfa.step[state][value] if state >= 0 else -1
            return state in rule.dfa.accept
        case Predicate():
            return rule.fn(held)
    raise AssertionError(f"no oracle for {rule}")


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_all_statements_of_a_rule_agree_on_all_full_boards(kind: str, data: st.DataObject) -> None:
    rule = data.draw(constraints(kind))
    expected = [obeys(rule, board) for board in FULL]
    assert rule.accepts(np.array(FULL, np.int32)).tolist() == expected
    assert [rule.violations(board) == [] for board in FULL] == expected
    result = solve_values(Rules(L, V, (rule,)), [[OPEN] * L], limit=None)  # the native form, by way of search
    assert result.counts.tolist() == [sum(expected)]


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_a_violation_of_a_partial_board_means_that_no_completion_is_right(kind: str, data: st.DataObject) -> None:
    rule = data.draw(constraints(kind))
    right = [board for board in FULL if obeys(rule, board)]
    for partial in PARTIAL:
        completions = any(all(p in (OPEN, v) for p, v in zip(partial, board, strict=True)) for board in right)
        if rule.violations(partial):
            assert not completions, (rule, partial)
        elif kind in EXACT:
            assert completions, (rule, partial)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_a_violation_names_its_rule_and_only_cells_of_its_unit(kind: str, data: st.DataObject) -> None:
    rule = data.draw(constraints(kind))
    for partial in PARTIAL:
        for violation in rule.violations(partial):
            assert violation.relation == "r"
            assert violation.cells
            assert set(violation.cells) <= set(rule.cells)
            assert violation.reason


def test_violations_take_arrays_and_change_nothing() -> None:
    board = np.array([1, 1, OPEN], np.int32)
    before = board.copy()
    assert AllDifferent([0, 1, 2], "row").violations(board)[0].cells == (0, 1)
    np.testing.assert_array_equal(board, before)


def test_all_cells_of_a_repeated_value_are_named() -> None:
    first, second = AllDifferent(range(5), "row").violations([2, 0, 2, 0, 2])
    assert (first.cells, first.reason) == ((0, 2, 4), "all hold value 2")
    assert (second.cells, second.reason) == ((1, 3), "both hold value 0")


REASONS: list[tuple[Constraint, list[int], str]] = [
    (Sum([0, 1], 5), [0, 1], "adds up to 3, not 5"),
    (Less(0, 1), [1, 1], "value 1 is not smaller than value 1"),
    (Count([0, 1], 0, 1, 1), [0, 0], "value 0 stands 2 times, not 1"),
    (Count([0, 1], 0, 1, 2), [1, 1], "value 0 stands 0 times, not 1 to 2"),
    (Table([0, 1], [(0, 1)]), [1, OPEN], "[1, -1] is none of the 1 allowed rows"),
    (Regular([0], DFA(0, frozenset({0}), ((0, -1),))), [1], "the word is not one that the rule accepts"),
    (Predicate([0], lambda held: held == (0,)), [1], "the predicate is false"),
]


@pytest.mark.parametrize(("rule", "board", "reason"), REASONS)
def test_reasons_are_in_words(rule: Constraint, board: list[int], reason: str) -> None:
    assert [violation.reason for violation in rule.violations(board)] == [reason]


def test_a_value_that_the_automaton_does_not_know_is_refused_by_both_statements() -> None:
    rule = Regular([0, 1], DFA(0, frozenset({0}), ((0,),)))
    boards = np.array(list(itertools.product(range(3), repeat=2)), np.int32)
    assert rule.accepts(boards).tolist() == [True] + [False] * 8
    assert [rule.violations(board.tolist()) == [] for board in boards] == [True] + [False] * 8


def test_repeated_rows_of_a_table_count_once() -> None:
    assert Table([0, 1], [(0, 1), [0, 1], (1, 0)]).tuples == ((0, 1), (1, 0))


def test_constraints_are_values() -> None:
    assert Sum([0, 1], 3) == Sum((0, 1), np.int64(3))
    assert len({Less(0, 1), Less(0, 1), Less(1, 0)}) == 2


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_bad_arguments_are_refused_in_words(name: str) -> None:
    make, text = CONSTRAINTS[name]
    with pytest.raises(InvalidInput) as refusal:
        make()
    assert str(refusal.value) == text

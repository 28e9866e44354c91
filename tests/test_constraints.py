"""Every constraint says its rule several times; here all of them are held to each other and to brute force."""

from __future__ import annotations

import itertools
import pickle
import re
from typing import Any

import numpy as np
import pytest
from helpers.refusals import CONSTRAINTS
from helpers.rules import SAMPLES, constraints, obeys
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import constraints as declared
from vmdsolve._native import Kind
from vmdsolve.constraints import (
    DFA,
    AllDifferent,
    Connected,
    Count,
    Less,
    Linear,
    Predicate,
    Regular,
    Sum,
    Table,
    Tuples,
)
from vmdsolve.deadline import Deadline, within
from vmdsolve.domains.worded import clause
from vmdsolve.errors import InvalidInput
from vmdsolve.hints.filtering import supported
from vmdsolve.problem import OPEN, Constraint, Rules
from vmdsolve.search import solve_values
from vmdsolve.testing import oracles

L, V = 4, 3  # small enough to visit all 81 full and all 256 partial boards
FULL = [list(board) for board in itertools.product(range(V), repeat=L)]
PARTIAL = [list(board) for board in itertools.product(range(OPEN, V), repeat=L)]
EXACT = (Count, Table, Regular)  # their `violations` sees at once when no completion is left
each_kind = pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.__name__)


# Every kind is known everywhere -----------------------------------------------------------------------


def test_a_kind_has_the_same_name_in_python_and_in_c() -> None:
    native = {kind for kind in SAMPLES if kind is not Predicate}
    assert {kind.__name__ for kind in native} == {member.name for member in Kind}
    assert native | {Predicate} == set(Constraint.__subclasses__()) & {
        getattr(declared, name) for name in declared.__all__
    }


@pytest.mark.parametrize(
    ("table", "what"),
    [(supported, "a filter for hints"), (clause, "words"), (oracles._add, "a form of CP-SAT")],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_every_kind_has(table: Any, what: str) -> None:
    known = {kind.__name__ for kind in table.registry if kind is not object}
    assert known - {"Predicate"} == {member.name for member in Kind}, what


# What a kind says ---------------------------------------------------------------------------------------


@each_kind
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_all_statements_of_a_rule_agree_on_all_full_boards(kind: type[Constraint], data: st.DataObject) -> None:
    rule = data.draw(constraints(L, V, kind))
    expected = [obeys(rule, board) for board in FULL]
    assert rule.accepts(np.array(FULL, np.int32)).tolist() == expected
    assert [rule.violations(board) == [] for board in FULL] == expected
    form = rule.native()
    told = {Kind["Linear"], Kind["Sum"], Kind["Less"]} if kind is Linear else {Kind.__members__.get(kind.__name__)}
    assert (None if form is None else form[0]) in told
    result = solve_values(Rules(L, V, (rule,)), [[OPEN] * L], limit=None)  # the native form, by way of search
    assert result.counts.tolist() == [sum(expected)]


@each_kind
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_a_violation_of_a_partial_board_means_that_no_completion_is_right(
    kind: type[Constraint], data: st.DataObject
) -> None:
    rule = data.draw(constraints(L, V, kind))
    right = [board for board in FULL if obeys(rule, board)]
    for partial in PARTIAL:
        completions = any(all(p in (OPEN, v) for p, v in zip(partial, board, strict=True)) for board in right)
        if rule.violations(partial):
            assert not completions, (rule, partial)
        elif kind in EXACT:
            assert completions, (rule, partial)


@each_kind
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_a_violation_names_its_rule_and_only_cells_of_its_unit(kind: type[Constraint], data: st.DataObject) -> None:
    rule = data.draw(constraints(L, V, kind))
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
    assert (first.cells, first.reason) == ((0, 2, 4), "all hold symbol 3")
    assert (second.cells, second.reason) == ((1, 3), "both hold symbol 1")


REASONS: list[tuple[Constraint, list[int], str]] = [
    (Sum([0, 1], 5), [0, 1], "adds up to 3, not 5"),
    (Less(0, 1), [1, 1], "symbol 2 is not smaller than symbol 2"),
    (Count([0, 1], 0, 1, 1), [0, 0], "symbol 1 stands 2 times, not 1"),
    (Count([0, 1], 0, 1, 2), [1, 1], "symbol 1 stands 0 times, not 1 to 2"),
    (Table([0, 1], [(0, 1)]), [1, OPEN], "2 . is not among the 1 allowed row"),
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


def test_tables_that_share_their_rows_share_what_is_made_of_them() -> None:
    rows = Tuples(iter([(0, np.int64(1)), [1, 0], (0, 1)]))
    assert rows == ((0, 1), (1, 0))
    assert {*map(type, itertools.chain(*rows))} == {int}
    first, second = Table([0, 1], rows), Table([1, 2], rows)
    assert first.tuples is rows is second.tuples
    assert first.native()[1] is second.native()[1]
    assert [*first.native()[1]] == [2, 0, 1, 1, 0]
    assert first == Table([0, 1], list(rows))
    assert hash(first) == hash(Table([0, 1], list(rows)))
    assert pickle.loads(pickle.dumps(first)) == first


@pytest.mark.parametrize("rows", [[(0, True)], [(0, 1), (0, -1)], [(0, 0.5)], [(0, "1")], [(0, 1), (1,)]])
def test_rows_that_no_table_can_list_are_refused(rows: list[Any]) -> None:
    with pytest.raises(InvalidInput, match="Table"):
        Table([0, 1], rows)


def test_a_table_of_many_rows_is_searched_to_its_end() -> None:
    rule = Table([0, 1, 2], [(a, b, 0) for a in range(50) for b in range(50)])
    assert rule.violations([49, 49, OPEN]) == rule.violations([OPEN, 49, 0]) == rule.violations([49, 49, 0]) == []
    assert rule.violations([49, 49, 1])
    assert rule.violations([OPEN, 50, OPEN])


def test_constraints_are_values() -> None:
    assert Sum([0, 1], 3) == Sum((0, 1), np.int64(3))
    assert len({Less(0, 1), Less(0, 1), Less(1, 0)}) == 2


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (Count([0], 3, 0, 1), "Count counts value 3; values are 0 to 2"),
        (Count([0], 0, -(2**41), 1), "Count has low = -2199023255552; wanted -2**40 to 2**40"),
        (Table([0, 1], [(0, 1), (2, 5)]), "Table holds value 5 in row 1; values are 0 to 2"),
        (
            Regular([0], DFA(0, frozenset({0}), ((0, 0),))),
            "Regular has transitions for 2 symbols; wanted 3, one for each",
        ),
        (
            Regular([0], DFA(0, frozenset({0}), ((0,) * 4,))),
            "Regular has transitions for 4 symbols; wanted 3, one for each",
        ),
        (Linear([0], [1], "==", 2**62), f"Linear reaches {2**62 + 5} with its coefficients times its greatest number"),
        (Linear([0, 1], [2**61, -(2**61)], "<=", 0), f"Linear reaches {2**62 * 4 + 1} with its coefficients"),
        (Linear([0], [2], ">", 3, numbers=[1, 2]), "Linear has 2 numbers; wanted 3, one for each symbol"),
        (Connected([0, 1], [1, 3], [(0, 1)]), "Connected joins value 3; values are 0 to 2"),
        (Sum([0], 2**70), f"Sum has total = {2**70}; wanted -2**40 to 2**40"),
    ],
)
def test_a_rule_that_does_not_fit_the_symbols_is_refused_when_rules_are_made(rule: Constraint, fault: str) -> None:
    with pytest.raises(InvalidInput, match=r"^" + re.escape(f"constraint 1 ({rule.relation}): {fault}")):
        Rules(2, 3, (AllDifferent([0, 1]), rule))


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_bad_arguments_are_refused_in_words(name: str) -> None:
    make, text = CONSTRAINTS[name]
    with pytest.raises(InvalidInput) as refusal:
        make()
    assert str(refusal.value) == text


@pytest.mark.parametrize(
    "rule",
    [
        Regular(range(9), DFA(0, frozenset({0}), ((0, 1), (1, 0)))),
        Table(range(3), [(0, 0, 0), (1, 1, 1)]),
    ],
    ids=["Regular", "Table"],
)
def test_a_rule_that_may_take_long_heeds_the_clock(rule: Constraint) -> None:
    board = [OPEN] * 9
    assert rule.violations(board) == []
    with pytest.raises(TimeoutError), within(Deadline(0.0)):
        rule.violations(board)

"""Clauses say what the rules say: the same solutions by search, by trying all, and by a SAT solver of others."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.rules import SAMPLES, constraints, instances
from helpers.sat import models
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import checker
from vmdsolve.bridges.clauses import Cnf
from vmdsolve.bridges.encode import encoded
from vmdsolve.constraints import AllDifferent, Linear, Predicate, Sum
from vmdsolve.deadline import Deadline, within
from vmdsolve.domains import Family, get, names
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Constraint, Problem, Rules
from vmdsolve.search import enumerate_values
from vmdsolve.testing.oracles import brute_force
from vmdsolve.testing.specimens import Specimens

MOST = 40
SMALL = [name for name in names() if isinstance(get(name), Family) or get(name).rules.L * get(name).rules.V <= 1000]


def clauses_of(rules: Rules, values: np.ndarray) -> Cnf:
    return encoded(Problem("any", rules, values))


@settings(deadline=None)
@given(instance=instances())
def test_models_are_the_solutions_one_for_one(instance: tuple[Rules, np.ndarray]) -> None:
    rules, values = instance
    cnf = clauses_of(rules, values)
    wanted = brute_force(rules, values)
    assert sorted(models(cnf, len(wanted) + 1)) == sorted(wanted)
    assert len(list(models(cnf, len(wanted) + 1, whole=True))) == len(wanted)


@pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.__name__)
@settings(deadline=None)
@given(data=st.data())
def test_a_full_board_settles_every_variable_by_unit_propagation(kind: type[Constraint], data: st.DataObject) -> None:
    L, V = 4, 3
    rules = Rules(L, V, (data.draw(constraints(L, V, kind)),))
    cnf = clauses_of(rules, np.full(L, OPEN, np.int32))
    board = np.array(data.draw(st.lists(st.integers(0, V - 1), min_size=L, max_size=L)), np.int32)
    true = {cell * V + int(value) + 1 for cell, value in enumerate(board)}
    clauses = list(cnf.clauses())
    while found := {left for clause in clauses if (left := _only_left(clause, true)) is not None} - true:
        true |= found
    clash = any(all(-literal in true for literal in clause) for clause in clauses)
    assert clash != bool(checker.accepts(rules, np.full(L, OPEN, np.int32), board[None])[0])
    assert clash or {abs(literal) for literal in true} == {*range(1, cnf.variables + 1)}


def _only_left(clause: list[int], true: set[int]) -> int | None:
    left = [literal for literal in clause if -literal not in true]
    return left[0] if len(left) == 1 else None


@pytest.mark.parametrize("name", ["sudoku-4x4", "latin-3", "queens-6", "takuzu", "cryptarithm", "nonogram", "kenken"])
def test_a_domain_has_the_same_solutions_in_clauses(name: str) -> None:
    _assert_same_solutions(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_every_domain_has_the_same_solutions_in_clauses(name: str) -> None:
    _assert_same_solutions(name)


def test_every_kind_has_a_size_that_is_small() -> None:
    large = {name.split("-")[0] for name in names()} - {name.split("-")[0] for name in SMALL}
    assert large == set()


def _assert_same_solutions(name: str) -> None:
    for specimens in Specimens.of(get(name)):
        rules, rng = specimens.rules, specimens.rng()
        boards = [specimens.opened(rng, board, min(rules.L, 12)) for board in specimens.near(rng, 4)]
        boards += [problem.values for problem, _ in specimens.problems]
        for board in boards:
            cnf = clauses_of(rules, board)
            wanted = {tuple(found.tolist()) for found in enumerate_values(rules, board, limit=MOST)}
            found = list(models(cnf, MOST))
            assert len({*found}) == len(found) == len(wanted)
            if len(wanted) < MOST:
                assert {*found} == wanted
            for one in found[:2]:
                assert checker.accepts(rules, board, np.array([one], np.int32))[0]


# What cannot be said ------------------------------------------------------------------------------------


def test_too_many_clauses_are_refused_with_the_constraint_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("clauses", "layers"):
        monkeypatch.setattr(f"vmdsolve.bridges.{module}.MOST_CLAUSES", 9000)
    many = [3**i % 1009 for i in range(12)]
    wide, free = Linear(range(12), many, "==", 5 * sum(many), "wide"), np.full(12, OPEN, np.int32)
    with pytest.raises(InvalidInput, match=r"constraint 1 .wide., Linear, would make more than 9,000 clauses; wanted"):
        clauses_of(Rules(12, 9, (AllDifferent(range(9)), wide)), free)
    with pytest.raises(InvalidInput, match=r"constraint 1 .all., AllDifferent, would make more than"):
        clauses_of(Rules(12, 30, (AllDifferent(range(12), "all"),) * 3), free)
    with pytest.raises(InvalidInput, match="the cells themselves would make more than"):
        clauses_of(Rules(12, 64), free)


def test_a_predicate_is_tried_filling_by_filling_or_refused() -> None:
    odd = Predicate([0, 1], lambda held: sum(held) % 2 == 1, "odd")
    assert len(list(models(clauses_of(Rules(2, 3, (odd,)), np.array([OPEN, OPEN], np.int32)), 9))) == 4
    with pytest.raises(InvalidInput, match=r"Predicate .odd. has 3..20 fillings, which are tried one by one; wanted"):
        clauses_of(Rules(20, 3, (Predicate(range(20), odd.fn, "odd"),)), np.full(20, OPEN, np.int32))


def test_the_clock_is_heeded() -> None:
    rules = Rules(30, 30, (Sum(range(30), 435, "s", first=0),))
    with pytest.raises(TimeoutError), within(Deadline(0.0)):
        clauses_of(rules, np.full(30, OPEN, np.int32))

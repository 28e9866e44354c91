"""Connected: natively, in hints, in clauses and by others the same solutions as by trying all boards."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.api.dimacs import to_dimacs
from vmdsolve.api.exact import count_solutions
from vmdsolve.bridges.encode import encoded
from vmdsolve.constraints import Connected, Constraint, Count, Table
from vmdsolve.deadline import Deadline, within
from vmdsolve.domains import get
from vmdsolve.domains.parts.grids import neighbours
from vmdsolve.hints.filtering import border, supported
from vmdsolve.problem import OPEN, Problem, Rules
from vmdsolve.search import enumerate_values, propagate, solve_values
from vmdsolve.sets import listed
from vmdsolve.testing.oracles import cp_sat

L, V = 6, 3


def hangs_together(held: tuple[int, ...], rule: Connected) -> bool:
    """Said by growing the group of one member until nothing comes to it."""
    members = {cell for cell in rule.cells if held[cell] in rule.symbols}
    group = {min(members)} if members else set[int]()
    while True:
        fresh = {c for a, b in rule.edges for c in (a, b) if {a, b} & group and {a, b} <= members} - group
        if not fresh:
            return group == members
        group |= fresh


@st.composite
def connecteds(draw: st.DrawFn) -> Connected:
    cells = draw(st.permutations(range(L)))[: draw(st.integers(2, L))]
    pairs = [(a, b) for a in cells for b in cells if a < b]
    edges = draw(st.lists(st.sampled_from(pairs), max_size=2 * L))
    return Connected(cells, draw(st.sets(st.integers(0, V - 1), min_size=1, max_size=V - 1)), edges)


@st.composite
def set_of_each_cell(draw: st.DrawFn) -> list[int]:
    return draw(st.lists(st.sampled_from([1, 2, 4, 3, 5, 6, 7, 7]), min_size=L, max_size=L))


@settings(deadline=None)
@given(rule=connecteds(), sets=set_of_each_cell())
def test_propagation_and_hints_leave_what_solutions_hold_and_no_more(rule: Connected, sets: list[int]) -> None:
    held = [board for board in product(*map(listed, sets)) if hangs_together(board, rule)]
    wanted = [sum({1 << board[cell] for board in held}) for cell in range(L)]
    only = tuple(Table([cell], [[v] for v in listed(mask)]) for cell, mask in enumerate(sets))
    found, clash = propagate(Rules(L, V, (*only, rule)), [[OPEN] * L])
    assert bool(clash[0]) == (not held)
    assert clash[0] or found[0].tolist() == wanted
    assert supported(rule, [sets[cell] for cell in rule.cells]) == [wanted[cell] if held else 0 for cell in rule.cells]


@settings(deadline=None, max_examples=15)
@given(rule=connecteds(), other=connecteds(), low=st.integers(0, 3))
def test_with_other_rules_it_agrees_with_cp_sat_and_with_its_clauses(
    rule: Connected, other: Connected, low: int
) -> None:
    rules, free = Rules(L, V, (rule, other, Count(range(L), 0, low, low + 2))), np.full(L, OPEN, np.int32)
    found = sorted(map(tuple, enumerate_values(rules, free)))
    assert found == sorted(cp_sat(rules, free))
    assert found == sorted(models(rules))


def models(rules: Rules) -> list[tuple[int, ...]]:
    """Of the clauses, by a SAT solver: each model forbidden before the next."""
    from ortools.sat.python import cp_model

    cnf = encoded(Problem("", rules, np.full(rules.L, OPEN, np.int32)))
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in range(cnf.variables)]
    for clause in cnf.clauses():
        model.add_bool_or([x[abs(n) - 1] if n > 0 else ~x[abs(n) - 1] for n in clause])
    out: list[tuple[int, ...]] = []

    class Collector(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            held = [[v for v in range(rules.V) if self.value(x[c * rules.V + v])] for c in range(rules.L)]
            out.append(tuple(v for [v] in held))

    solver = cp_model.CpSolver()
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1
    solver.solve(model, Collector())
    return out  # one for each model: twice the same where other variables do not follow from the cells


def board(rows: int, columns: int, *rules: Constraint) -> Rules:
    return Rules(rows * columns, 2, (Connected(range(rows * columns), [1], neighbours(rows, columns)), *rules))


@pytest.mark.parametrize(("side", "count"), [(1, 2), (2, 14), (3, 219), (4, 11507)])
def test_connected_sets_of_squares_are_as_many_as_they_are_known_to_be(side: int, count: int) -> None:
    """1, 13, 218 and 11,506 that are not empty, and the set of none."""
    rules = board(side, side)
    assert count_of(rules) == count


def count_of(rules: Rules) -> int:
    return int(solve_values(rules, np.full((1, rules.L), OPEN, np.int32), limit=None).counts[0])


def test_with_lines_that_are_neither_empty_nor_full_it_agrees_with_cp_sat() -> None:
    n = 4
    lines = [range(r * n, r * n + n) for r in range(n)] + [range(c, n * n, n) for c in range(n)]
    rules = board(n, n, *(Count(line, 1, 1, 2) for line in lines))
    given = np.array([1, *[OPEN] * (n * n - 1)], np.int32)
    found = sorted(map(tuple, enumerate_values(rules, given)))
    assert found == sorted(cp_sat(rules, given)) != []


def test_parted_members_are_refused_at_once_and_named() -> None:
    line = Connected(range(7), [1], list(pairwise(range(7))))
    assert line.violations([1, OPEN, 1, 0, OPEN, 1, OPEN])[0].cells == (5,)
    assert line.violations([1, OPEN, 1, OPEN, OPEN, 1, OPEN]) == []
    _, clash = propagate(Rules(7, 2, (line,)), [[1, OPEN, 1, 0, OPEN, 1, OPEN]])
    assert clash[0]
    assert border(line, [2, 3, 2, 1, 3, 2, 3], None) == [3]


def test_a_large_board_hears_the_clock() -> None:
    n = 60
    rules = board(n, n, *(Count(range(r * n, r * n + n), 1, 7, 9) for r in range(n)))
    with pytest.raises(TimeoutError), within(Deadline(0.05)):
        supported(rules.constraints[0], [2, *[3] * (n * n - 2), 2])
    assert not count_solutions(Problem("", rules, np.full(n * n, OPEN, np.int32)), time_limit=0.2).complete


def test_clauses_of_a_hitori_have_as_many_models_as_it_has_solutions() -> None:
    puzzle = get("hitori").parse("4 4/3 3 1 4/4 3 2 2/1 3 4 2/3 4 3 2")
    assert models(puzzle.rules) == [tuple(int(c) for c in "0100000101001001")]
    assert to_dimacs(puzzle).cnf.count > 0

"""Models of CPMpy say what problems say, and the other way round."""

from __future__ import annotations

import sys
from typing import Any

import cpmpy as cp
import numpy as np
import pytest
from helpers.rules import instances
from hypothesis import given, settings

import vmdsolve
from vmdsolve import InvalidInput, MissingExtra, from_cpmpy, to_cpmpy
from vmdsolve.constraints import AllDifferent, Predicate
from vmdsolve.domains import Family, get, names
from vmdsolve.problem import OPEN, Problem, Rules
from vmdsolve.search import enumerate_values
from vmdsolve.testing.oracles import brute_force
from vmdsolve.testing.specimens import Specimens

MOST = 8


def found_by_cpmpy(problem: Problem, most: int) -> set[tuple[int, ...]]:
    """One after another, each forbidden: all at once, some come twice, by other values of a solver's own variables."""
    model, cells = to_cpmpy(problem)
    solver = cp.SolverLookup.get("ortools", model)
    found: set[tuple[int, ...]] = set()
    while len(found) < most and solver.solve(num_workers=1):
        board = [int(cell.value()) for cell in cells]
        found.add(tuple(board))
        solver += cp.any([cell != value for cell, value in zip(cells, board, strict=True)])
    return found


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(instance=instances())
def test_a_model_has_the_solutions_of_its_problem_there_and_back(instance: tuple[Rules, np.ndarray]) -> None:
    problem = Problem("any", *instance)
    wanted = set(brute_force(problem.rules, problem.values))
    assert found_by_cpmpy(problem, len(wanted) + 1) == wanted
    model, cells = to_cpmpy(problem)
    back = from_cpmpy(model)
    order = [[v.name for v in back.layout.variables].index(cell.name) for cell in cells]
    boards = {tuple(int(board[at]) for at in order) for board in enumerate_values(back.rules, back.values)}
    assert {tuple(v + back.layout.first for v in board) for board in boards} == wanted


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in names() if isinstance(get(n), Family) or get(n).rules.L <= 36])
def test_every_domain_has_the_same_solutions_in_cpmpy(name: str) -> None:
    specimens = next(Specimens.of(get(name)))
    rules, rng = specimens.rules, specimens.rng()
    most = 2 if any(len(getattr(rule, "tuples", ())) > 1000 for rule in rules.constraints) else MOST  # takes seconds
    for board in [specimens.opened(rng, board, min(rules.L, 10)) for board in specimens.near(rng, 3)]:
        wanted = {tuple(found.tolist()) for found in enumerate_values(rules, board, limit=most)}
        found = found_by_cpmpy(Problem(name, rules, board, specimens.domain), most)
        assert len(found) == len(wanted)
        assert len(wanted) == most or found == wanted


def small() -> tuple[Any, ...]:
    return tuple(cp.intvar(-1, 2, shape=3, name="x"))


X = small()
B = cp.boolvar(shape=2, name="b")
SAID = {
    "linear": 2 * X[0] - X[1] + 1 <= X[2],
    "not equal": X[0] != X[1] + 1,
    "strict": X[0] < X[1],
    "wsum": cp.sum([3, -2, 1] * np.array(X)) == 1,
    "shifted": cp.AllDifferent([X[i] + i for i in range(3)]),
    "different": cp.AllDifferent(X),
    "count": cp.Count(X, 2) >= 2,
    "count of what is not there": cp.Count(X, 7) == 0,
    "count never": cp.Count(X, 7) > 0,
    "count unequal": cp.Count(X, 1) != 1,
    "table": cp.Table(X, [[0, 1, 2], [2, 2, -1], [9, 0, 0]]),
    "regular": cp.Regular(X, [("a", 0, "b"), ("b", 1, "a"), ("b", -1, "b"), ("b", 9, "b")], "a", ["a", "b"]),
    "product": X[0] * X[1] == X[2],
    "element": cp.Element([5, 2, 7], X[0]) == X[1],
    "implies": (X[0] == 1).implies(X[1] > X[2]),
    "distance": abs(X[0] - X[1]) == 2,
    "booleans": (B[0] | B[1]) & (X[0] + B[0] == 1),
    "not": ~B[0],
    "sum of booleans": B[0] + ~B[1] + X[1] == 2,
    "false": (X[0] >= 0) & (X[0] + 1 == X[0]),
}


@pytest.mark.parametrize("how", SAID)
def test_a_flat_model_is_read(how: str) -> None:
    model = cp.Model(SAID[how], *[x <= 2 for x in X], X[2] + B[1] >= -9)
    problem = from_cpmpy(model)
    wanted: set[tuple[int, ...]] = set()
    variables = problem.layout.variables
    model.solveAll(solver="ortools", display=lambda: wanted.add(tuple(int(v.value()) for v in variables)))
    before = [v._value for v in variables]
    found = {tuple((b + problem.layout.first).tolist()) for b in enumerate_values(problem.rules, problem.values)}
    assert found == wanted
    assert before == [v._value for v in variables]


@pytest.mark.parametrize("name", ["sum", "-", "count", "abs", "alldifferent", "=="])
def test_a_variable_may_be_called_like_an_operator(name: str) -> None:
    odd, x, y = cp.boolvar(name=name), cp.intvar(0, 4, name="x"), cp.intvar(0, 4, name="y")
    model = cp.Model(cp.sum([odd, x, y]) == 4, 2 * odd - 3 * x <= -y, cp.Count([odd, x, y], 1) >= odd, ~odd | (x > 1))
    count = vmdsolve.count_solutions(from_cpmpy(model), limit=None).n
    assert count == sum(o + x + y == 4 and 2 * o - 3 * x <= -y and (o, x, y).count(1) >= o and (not o or x > 1)
                        for o in range(2) for x in range(5) for y in range(5))  # fmt: skip
    alone = vmdsolve.count_solutions(from_cpmpy(cp.Model(odd, x != y)), limit=None)
    assert alone.n == 20


def test_an_answer_goes_back_to_the_variables() -> None:
    x, b = cp.intvar(3, 12, name="x"), cp.boolvar(name="b")
    problem = from_cpmpy(cp.Model(x * x == 16, b == 1, cp.intvar(5, 5, name="five") > x))
    assert problem.layout.cell_name(0) == "x"
    solution = vmdsolve.solve(problem, method="search", unique=True, prove=True)
    assert (solution.unique, bool(vmdsolve.check_proof(problem, solution.proof))) == (True, True)
    problem.layout.put(problem.layout.parse(solution.text).values)
    assert (x.value(), b.value()) == (4, True)


def test_queens_are_counted() -> None:
    q = cp.intvar(1, 6, shape=6, name="q")
    model = cp.Model(
        cp.AllDifferent(q), cp.AllDifferent([q[i] + i for i in range(6)]), cp.AllDifferent([q[i] - i for i in range(6)])
    )
    assert vmdsolve.count_solutions(from_cpmpy(model), limit=None) == (4, True)


x = cp.intvar(0, 40, shape=5, name="wide")


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        (cp.Model(x[0] > 1, minimize=x[0]), "has an objective"),
        (cp.Model(cp.intvar(0, 99) > 1), "reach from 0 to 99; wanted at most 64 numbers"),
        (cp.Model(), "has no variables"),
        (
            cp.Model(x[0] * x[1] * x[2] * x[3] == 7),
            r"is no flat constraint of a kind known here and has 2,825,761 fill",
        ),
        (
            cp.Model(cp.Regular(x, [("a", 0, "b"), ("a", 0, "c")], "a", ["b"])),
            "has two ways from a with 0; wanted one",
        ),
        ("x > 1", "from_cpmpy got str; wanted a cpmpy.Model"),
    ],
)
def test_what_is_no_flat_model_is_refused(model: Any, wanted: str) -> None:
    with pytest.raises(InvalidInput, match=wanted):
        from_cpmpy(model)


def test_a_rule_that_cannot_be_said_is_refused_and_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Predicate(range(20), lambda held: sum(held) % 2 == 1, "odd")
    free = np.full(20, OPEN, np.int32)
    with pytest.raises(InvalidInput, match=r"Predicate .odd. has 3..20 fillings"):
        to_cpmpy(Problem("any", Rules(20, 3, (AllDifferent([0, 1]), odd)), free))
    monkeypatch.setitem(sys.modules, "cpmpy", None)
    for call in (lambda: to_cpmpy("." * 16), lambda: from_cpmpy(None)):
        with pytest.raises(MissingExtra, match=r"_cpmpy needs cpmpy: pip install 'vmdsolve\[cpmpy\]'"):
            call()

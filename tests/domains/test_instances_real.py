"""Real instances in files of their own: read, decided, and for the small ones decided likewise by another solver."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.data import DATA, instances

import vmdsolve
from benchmarks.real import problem_of
from vmdsolve import checker
from vmdsolve.domains import get
from vmdsolve.problem import OPEN
from vmdsolve.search import solve_values
from vmdsolve.testing.oracles import cp_sat


def test_data_files_of_sudoku_are_read() -> None:
    problems = {name: problem for name, problem, _ in instances("sudoku-dzn")}
    for problem in problems.values():
        assert not checker.violations(problem.rules, problem.values)
        assert (problem.values != OPEN).sum() > 100
    assert sorted(problem.rules.V for problem in problems.values()) == [16, 25, 25, 25, 25]
    assert vmdsolve.solve(problems["sudoku_p48"], method="search", unique=True).unique


def test_quasigroups_of_order_30_are_read() -> None:
    for name, problem, _ in instances("qwh-30"):
        assert (problem.domain, (problem.values == OPEN).sum()) == ("latin-30", int(name.split("-")[2][1:]))
        assert not checker.violations(problem.rules, problem.values)


@pytest.mark.parametrize("order", [10, 15])
def test_quasigroups_of_published_models_are_completed(order: int) -> None:
    for name, problem, _ in instances(f"qcp-{order}"):
        assert problem.domain == f"latin-{order}"
        solution = vmdsolve.solve(problem, method="search", time_limit=60)
        if order == 10:
            assert solution.status.has_solution == bool(cp_sat(problem.rules, problem.values, limit=1))
        assert solution.status.has_solution, name


@pytest.mark.parametrize(
    ("graph", "colours", "edges"),
    [
        ("queen7_7", 7, 476),
        ("queen11_11", 11, 1980),
        ("DSJC125.1", 6, 736),
        ("le450_5b", 5, 5734),
        ("DSJC250.1", 9, 3218),
    ],
)
def test_graphs_are_coloured_in_as_many_colours_as_known(graph: str, colours: int, edges: int) -> None:
    path = DATA / "puzzles" / "dimacs" / f"{graph}.col"
    if not path.exists():
        pytest.skip(f"no graph at {path}; set VMDSOLVE_DATA to a folder that has puzzles/dimacs")
    problem = problem_of(path, f"colouring-{colours}")
    assert len(problem.layout.edges) == edges
    colour = vmdsolve.solve(problem, method="search", time_limit=60).grid.ravel()
    assert all(colour[a] != colour[b] for a, b in problem.layout.edges)


@pytest.mark.slow
def test_queens_off_excluded_diagonals() -> None:
    boards = np.array([problem.values for _, problem, _ in instances("queens-8")])
    assert len(boards) == 1000
    rules = get("queens-8").rules
    status = solve_values(rules, boards).status
    solved = np.flatnonzero(status == 0)
    assert len(solved) + (status == 1).sum() == 1000
    for index in (*solved[:5], *np.flatnonzero(status == 1)[:5]):
        assert bool(cp_sat(rules, boards[index], limit=1)) == (index in solved)

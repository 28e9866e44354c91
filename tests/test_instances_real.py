"""Real instances in files of their own: read, decided, and for the small ones decided likewise by another solver."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
from conftest import DATA

import vmdsolve
from vmdsolve import checker
from vmdsolve.domains import get
from vmdsolve.domains.grids import SYMBOLS
from vmdsolve.files import open_input
from vmdsolve.problem import OPEN, Problem
from vmdsolve.reading import read
from vmdsolve.search import solve_values
from vmdsolve.testing.oracles import cp_sat


def real(path: str) -> Path:
    if not (DATA / path).exists():
        pytest.skip(f"no real instances at {DATA / path}; set VMDSOLVE_DATA to a folder that has them")
    return DATA / path


def problem_of(path: Path, domain: str | None = None) -> Problem:
    [record] = open_input(str(path), domain)
    return read(record.puzzle, domain or record.domain)


def test_sudoku_of_puzzlekit_to_16x16() -> None:
    for entry in json.loads(real("puzzles/Sudoku.json").read_text())["data"].values():
        cells, answer = (entry[key].split("\n", 1)[1].split() for key in ("problem", "solution"))
        n = int(len(cells) ** 0.5)
        puzzle = "".join("." if cell == "-" else SYMBOLS[int(cell) - 1] for cell in cells)
        solution = vmdsolve.solve(puzzle, domain=f"sudoku-{n}x{n}", method="search", unique=True, time_limit=10)
        assert (solution.text, solution.unique) == ("".join(SYMBOLS[int(cell) - 1] for cell in answer), True)


def test_data_files_of_sudoku_are_read() -> None:
    sizes = []
    for path in sorted(real("sudoku/dzn").glob("*.dzn")):
        problem = problem_of(path)
        sizes.append(problem.rules.V)
        assert not checker.violations(problem.rules, problem.values)
        assert (problem.values != OPEN).sum() > 100
    assert sorted(sizes) == [16, 25, 25, 25, 25]
    small = problem_of(real("sudoku/dzn") / "sudoku_p48.dzn")
    assert vmdsolve.solve(small, method="search", unique=True).unique


def test_quasigroups_of_order_30_are_read() -> None:
    for path in sorted(real("puzzles/QWH30").glob("*.dzn")):
        problem = problem_of(path)
        assert (problem.domain, (problem.values == OPEN).sum()) == ("latin-30", int(path.stem.split("-")[2][1:]))
        assert not checker.violations(problem.rules, problem.values)


@pytest.mark.parametrize("order", [10, 15])
def test_quasigroups_of_published_models_are_completed(order: int) -> None:
    for path in sorted(real("puzzles/QCP").glob(f"qcp-{order}-*.mzn")):
        problem = problem_of(path)
        assert problem.domain == f"latin-{order}"
        solution = vmdsolve.solve(problem, method="search", time_limit=60)
        if order == 10:
            assert solution.status.has_solution == bool(cp_sat(problem.rules, problem.values, limit=1))
        assert solution.status.has_solution, path.name


@pytest.mark.parametrize(
    ("graph", "colours", "edges"),
    [("queen7_7", 7, 476), ("DSJC125.1", 6, 736), ("le450_5b", 5, 5734), ("DSJC250.1", 9, 3218)],
)
def test_graphs_are_coloured_in_as_many_colours_as_known(graph: str, colours: int, edges: int) -> None:
    problem = problem_of(real("puzzles/dimacs") / f"{graph}.col", f"colouring-{colours}")
    assert len(problem.board.edges) == edges
    colour = vmdsolve.solve(problem, method="search", time_limit=60).grid.ravel()
    assert all(colour[a] != colour[b] for a, b in problem.board.edges)


def test_queens_off_excluded_diagonals() -> None:
    n, boards = 8, []
    row, column = np.indices((n, n))
    with tarfile.open(real("puzzles/queens-excluded-diagonals") / "diag-8.tar.gz") as archive:
        for member in sorted((m for m in archive.getmembers() if m.isfile()), key=lambda m: m.name):
            text = archive.extractfile(member).read().decode()  # type: ignore[union-attr]
            board = np.full((n, n), ".")
            for number, falls in json.loads(text.split("\ndiags =")[1]):
                board[(row - column + n - 1 if falls else row + column) == number] = "_"
            boards.append(get(f"queens-{n}").parse("".join(board.ravel())).values)
    assert len(boards) == 1000
    rules = get(f"queens-{n}").rules
    status = solve_values(rules, np.array(boards)).status
    solved = np.flatnonzero(status == 0)
    assert len(solved) + (status == 1).sum() == 1000
    for index in (*solved[:5], *np.flatnonzero(status == 1)[:5]):
        assert bool(cp_sat(rules, boards[index], limit=1)) == (index in solved)

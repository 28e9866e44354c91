"""Other solvers that a Python user would install, each called as its own manual shows it: one 9x9 Sudoku a call.

Every peer is a function (grid, limit) -> up to `limit` different solutions; a grid is 9 lists of 9 numbers, 0 = open.
`python -m benchmarks.peers PEER LIMIT` calls one: puzzles on standard input, a line of seconds and answers a puzzle on
standard output. `work` runs that in a process of its own, because most peers cannot be told when to stop.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from threading import Timer

__all__ = ["PEERS", "Grid", "Peer", "Work", "work"]

Grid = list[list[int]]
CELLS = [(r, c) for r in range(9) for c in range(9)]
UNITS = (
    [[(r, c) for c in range(9)] for r in range(9)]
    + [[(r, c) for r in range(9)] for c in range(9)]
    + [[(3 * (b // 3) + k // 3, 3 * (b % 3) + k % 3) for k in range(9)] for b in range(9)]
)
WARM_UP = "12345678945678912378912345621436589736589721489721436553164297864297853197853164."


@dataclass(frozen=True)
class Peer:
    """A solver, the package it comes in, and the module that is there if it is installed."""

    name: str
    package: str
    module: str
    solve: Callable[[Grid, int], list[Grid]]

    @property
    def installed(self) -> bool:
        return find_spec(self.module) is not None


def _grid(values: list[int]) -> Grid:
    return [values[9 * r : 9 * r + 9] for r in range(9)]


def _text(grid: Grid) -> str:
    return "".join(str(v or ".") for row in grid for v in row)


def cp_sat(grid: Grid, limit: int) -> list[Grid]:
    """OR-Tools CP-SAT, one worker. A second solution: the first is forbidden and the model solved again."""
    cp = import_module("ortools.sat.python.cp_model")
    model, solver = cp.CpModel(), cp.CpSolver()
    cell = {(r, c): model.new_constant(v) if (v := grid[r][c]) else model.new_int_var(1, 9, "") for r, c in CELLS}
    for unit in UNITS:
        model.add_all_different([cell[at] for at in unit])
    solver.parameters.num_workers = 1
    found: list[Grid] = []
    while len(found) < limit and solver.solve(model) in (cp.OPTIMAL, cp.FEASIBLE):
        values = [solver.value(cell[at]) for at in CELLS]
        found.append(_grid(values))
        model.add_forbidden_assignments([cell[at] for at in CELLS], [values])
    return found


def z3(grid: Grid, limit: int) -> list[Grid]:
    """z3, integers and Distinct, as in its guide. A second solution: some cell differs from the first."""
    z = import_module("z3")
    cell = {(r, c): z.Int(f"x{r}{c}") for r, c in CELLS}
    solver = z.Solver()
    solver.add([z.And(x >= 1, x <= 9) for x in cell.values()])
    solver.add([z.Distinct([cell[at] for at in unit]) for unit in UNITS])
    solver.add([cell[r, c] == grid[r][c] for r, c in CELLS if grid[r][c]])
    found: list[Grid] = []
    while len(found) < limit and solver.check() == z.sat:
        model = solver.model()
        values = [model[cell[at]].as_long() for at in CELLS]
        found.append(_grid(values))
        solver.add(z.Or([cell[at] != v for at, v in zip(CELLS, values, strict=True)]))
    return found


def python_constraint(grid: Grid, limit: int) -> list[Grid]:
    """python-constraint2 with its default solver."""
    constraint = import_module("constraint")
    problem = constraint.Problem()
    for r, c in CELLS:
        problem.addVariable((r, c), [grid[r][c]] if grid[r][c] else list(range(1, 10)))
    for unit in UNITS:
        problem.addConstraint(constraint.AllDifferentConstraint(), unit)
    return [_grid([found[at] for at in CELLS]) for found in islice(problem.getSolutionIter(), limit)]


def py_sudoku(grid: Grid, limit: int) -> list[Grid]:
    """py-sudoku. Whether there is a second solution it says without showing one."""
    puzzle = import_module("sudoku").Sudoku(3, 3, board=grid)
    found: list[Grid] = [puzzle.solve().board]
    if limit > 1 and puzzle.has_multiple_solutions():
        found.append([[0] * 9] * 9)
    return found


PEERS = {
    peer.name: peer
    for peer in (
        Peer("CP-SAT", "ortools", "ortools", cp_sat),
        Peer("z3", "z3-solver", "z3", z3),
        Peer("python-constraint2", "python-constraint2", "constraint", python_constraint),
        Peer("py-sudoku", "py-sudoku", "sudoku", py_sudoku),
    )
}


# Calling them -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """What a peer did within its time.

    answers    of each puzzle that it finished: the solutions, as text
    each       seconds of each of these
    seconds    of all, the puzzle in which it was stopped included
    stopped    True if its time ran out before the last puzzle
    """

    answers: list[list[str]]
    each: list[float]
    seconds: float
    stopped: bool


def work(peer: Peer, puzzles: list[str], limit: int, seconds: float) -> Work:
    """Give a peer puzzles of 81 characters, '.' = open, one after another, for at most `seconds` after its start."""
    command = [sys.executable, "-m", "benchmarks.peers", peer.name, str(limit)]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write("\n".join(puzzles))
        child.stdin.close()
        if child.stdout.readline() != "ready\n":
            raise RuntimeError(f"{peer.name} did not start; `{' '.join(command[1:])}` says why")
        timer = Timer(seconds, child.kill)
        timer.daemon = True
        timer.start()
        lines = [line.split() for line in child.stdout]
        stopped = len(lines) < len(puzzles)
        if stopped and timer.is_alive():
            raise RuntimeError(f"{peer.name} failed at {puzzles[len(lines)]}")
        timer.cancel()
    each = [float(taken) for taken, *_ in lines]
    return Work([answers for _, *answers in lines], each, seconds if stopped else sum(each), stopped)


def _serve(name: str, limit: int) -> None:
    solve = PEERS[name].solve
    puzzles = sys.stdin.read().split()
    solve(_grid([int(c) for c in WARM_UP.replace(".", "0")]), limit)
    print("ready", flush=True)
    for puzzle in puzzles:
        grid = _grid([int(c) for c in puzzle.replace(".", "0")])
        start = time.perf_counter()
        found = solve(grid, limit)
        print(time.perf_counter() - start, *map(_text, found), flush=True)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))

"""CP-SAT on what the judge reads of a text: how many answers there are, up to a few."""

from __future__ import annotations

from itertools import product
from typing import Any

from .judge import Among, Between, Different, Holds, Puzzle, Total, Unlike

__all__ = ["answers"]

TUPLES = 200_000  # rows of symbols that one test is asked about, at most


def answers(puzzle: Puzzle, limit: int, seconds: float) -> list[str] | None:
    """Up to `limit` different answers, all if there are fewer; None if that took too long.

    >>> answers(Puzzle("12", "..", (Different((0, 1)),)), 5, 10.0)
    ['12', '21']
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    V = len(puzzle.symbols)
    x = [model.new_int_var(0, V - 1, "") for _ in puzzle.given]
    for cell, given in enumerate(puzzle.given):
        if given != ".":
            model.add(x[cell] == puzzle.symbols.index(given))
    of: dict[tuple[int, int], Any] = {}

    def holds(cell: int, symbol: int) -> Any:
        if (cell, symbol) not in of:
            of[cell, symbol] = one = model.new_bool_var("")
            model.add(x[cell] == symbol).only_enforce_if(one)
            model.add(x[cell] != symbol).only_enforce_if(~one)
        return of[cell, symbol]

    for rule in puzzle.rules:
        match rule:
            case Different(cells):
                model.add_all_different([x[cell] for cell in cells])
            case Total(cells, total):
                model.add(sum(x[cell] for cell in cells) == total - len(cells))
            case Between(cells, symbol, low, high):
                model.add_linear_constraint(sum(holds(cell, symbol) for cell in cells), low, high)
            case Holds(cells, test):
                if V ** len(cells) > TUPLES:
                    return None
                rows = [row for row in product(range(V), repeat=len(cells)) if test(row)]
                model.add_allowed_assignments([x[cell] for cell in cells], rows)
            case Among(cells, rows):
                model.add_allowed_assignments([x[cell] for cell in cells], sorted(rows))
            case Unlike(lines):
                model.add_all_different([sum(V**i * x[cell] for i, cell in enumerate(line)) for line in lines])

    class Keep(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            found.append("".join(puzzle.symbols[self.value(cell)] for cell in x))
            if len(found) == limit:
                self.stop_search()

    found: list[str] = []
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model, Keep())
    if len(found) < limit and status not in (cp_model.OPTIMAL, cp_model.INFEASIBLE):
        return None
    return sorted(found)

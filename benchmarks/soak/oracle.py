"""CP-SAT on what the judge reads of a text: how many answers there are, up to a few."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from time import monotonic
from typing import Any

from .judge import Among, Between, Different, Holds, OneGroup, Puzzle, Total, Unlike

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
            case OneGroup():
                pass  # asked of what is found: of all cuts there are, few are needed
            case Unlike(lines):
                model.add_all_different([sum(V**i * x[cell] for i, cell in enumerate(line)) for line in lines])

    class Keep(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            found.append([self.value(cell) for cell in x])
            if len(found) == limit:
                self.stop_search()

    end = monotonic() + seconds
    while True:
        found: list[list[int]] = []
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.enumerate_all_solutions = True
        solver.parameters.max_time_in_seconds = max(0.0, end - monotonic())
        status = solver.solve(model, Keep())
        if len(found) < limit and status not in (cp_model.OPTIMAL, cp_model.INFEASIBLE):
            return None
        cuts = [cut for rule in puzzle.rules if isinstance(rule, OneGroup) for row in found for cut in _cuts(rule, row)]
        if not cuts:
            return sorted("".join(puzzle.symbols[value] for value in row) for row in found)
        for symbol, lost, gained in cuts:
            model.add_bool_or([*(~holds(c, symbol) for c in lost), *(holds(c, symbol) for c in gained)])


def _cuts(rule: OneGroup, values: list[int]) -> Iterator[tuple[int, list[int], list[int]]]:
    """Of each two groups: a cell of either does not hold the symbol, or one beside the first does."""
    groups = rule.groups(values)
    for group in groups[:-1]:
        beside = {cell for pair in rule.pairs for cell in pair if {*pair} & group} - group
        yield rule.symbol, [min(group), min(groups[-1])], sorted(beside)

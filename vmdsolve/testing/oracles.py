"""Two judges that share nothing with search and kernels: trying all boards, and OR-Tools CP-SAT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import singledispatch
from importlib import import_module
from math import inf
from typing import Any

from ..constraints import AllDifferent, Connected, Count, Less, Linear, Regular, Sum, Table
from ..deadline import seconds_left, stop_point
from ..errors import InvalidInput, MissingExtra
from ..problem import OPEN, Board, Constraint, Rules

__all__ = ["brute_force", "cp_model", "cp_sat"]

DEEPEST = 700  # open cells that brute force goes through: Python's stack holds no more


def brute_force(rules: Rules, values: Sequence[int] | Board, *, most_nodes: int | None = None) -> list[tuple[int, ...]]:
    """Every solution, found by writing each symbol into each open cell and asking `violations` alone.

    Raises
    ------
    TimeoutError
        After `most_nodes` symbols were written, and where they would not do: there is too much to try.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> len(brute_force(get("latin-3").rules, [-1] * 9))
    12
    """
    board = [int(v) for v in values]
    around: list[list[int]] = [[] for _ in board]
    for index, constraint in enumerate(rules.constraints):
        for cell in constraint.cells:
            around[cell].append(index)
    open_cells = [cell for cell, value in enumerate(board) if value == OPEN]
    if most_nodes is not None and len(open_cells) > DEEPEST:
        raise TimeoutError(f"{len(open_cells)} open cells are more than {DEEPEST}")
    left = [most_nodes]

    def extend(rank: int) -> Iterator[tuple[int, ...]]:
        if rank == len(open_cells):
            yield tuple(board)
            return
        stop_point()
        cell = open_cells[rank]
        for board[cell] in range(rules.V):
            if left[0] is not None:
                left[0] -= 1
                if left[0] < 0:
                    raise TimeoutError(f"more than {most_nodes} symbols to write")
            if not any(rules.constraints[c].violations(board) for c in around[cell]):
                yield from extend(rank + 1)
        board[cell] = OPEN

    if any(constraint.violations(board) for constraint in rules.constraints):
        return []
    return list(extend(0))


def cp_model(rules: Rules, values: Sequence[int] | Board) -> tuple[Any, list[Any]]:
    """CP-SAT's model of a problem, each constraint in its own form, and the variable of every cell.

    Raises
    ------
    VmdsolveError
        As `cp_sat`.
    """
    model = _ortools().CpModel()
    x = [model.new_int_var(0 if v == OPEN else int(v), rules.V - 1 if v == OPEN else int(v), "") for v in values]
    for constraint in rules.constraints:
        stop_point()
        _add(constraint, model, [x[cell] for cell in constraint.cells], rules.V)
    return model, x


def cp_sat(rules: Rules, values: Sequence[int] | Board, *, limit: int | None = None) -> list[tuple[int, ...]]:
    """Solutions by CP-SAT with its own form of each constraint, at most `limit`.

    Raises
    ------
    MissingExtra
        Without ortools.
    InvalidInput
        For a constraint that has no form there, such as Predicate.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> len(cp_sat(get("latin-3").rules, [-1] * 9))
    12
    """
    cp = _ortools()
    model, x = cp_model(rules, values)
    found: dict[tuple[int, ...], None] = {}  # it may come upon one again, by other values of its own variables

    class Collector(cp.CpSolverSolutionCallback):  # type: ignore[name-defined,misc]
        def on_solution_callback(self) -> None:
            found[tuple(self.value(cell) for cell in x)] = None
            if len(found) == limit:
                self.stop_search()

    solver = cp.CpSolver()
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1
    if (left := seconds_left()) < inf:
        solver.parameters.max_time_in_seconds = left
    solver.solve(model, Collector())
    stop_point()  # it may not have come to an end
    return list(found)


def _ortools() -> Any:
    try:
        return import_module("ortools.sat.python.cp_model")
    except ImportError as error:
        raise MissingExtra("CP-SAT needs ortools: pip install ortools") from error


@singledispatch
def _add(constraint: Constraint, model: Any, cells: list[Any], V: int) -> None:
    """Add CP-SAT's own form of a constraint, by its kind."""
    del model, cells, V
    raise InvalidInput(f"CP-SAT has no form of {type(constraint).__name__}")


@_add.register
def _(constraint: AllDifferent, model: Any, cells: list[Any], V: int) -> None:
    del constraint, V
    model.add_all_different(cells)


@_add.register
def _(constraint: Sum, model: Any, cells: list[Any], V: int) -> None:
    del V
    model.add(sum(cells) + constraint.first * len(cells) == constraint.total)


@_add.register
def _(constraint: Linear, model: Any, cells: list[Any], V: int) -> None:
    if constraint.numbers is None:
        numbers = [cell + constraint.first for cell in cells]
    else:
        low, high = min(constraint.numbers), max(constraint.numbers)
        numbers = [model.new_int_var(low, high, "") for _ in cells]
        for cell, number in zip(cells, numbers, strict=True):
            model.add_allowed_assignments([cell, number], [(v, constraint.number(v)) for v in range(V)])
    model.add(constraint.holds(sum(c * number for c, number in zip(constraint.coefficients, numbers, strict=True))))


@_add.register
def _(constraint: Less, model: Any, cells: list[Any], V: int) -> None:
    del constraint, V
    model.add(cells[0] < cells[1])


@_add.register
def _(constraint: Count, model: Any, cells: list[Any], V: int) -> None:
    if V == 2:
        held = cells if constraint.symbol else [1 - cell for cell in cells]
    else:
        held = [model.new_bool_var("") for _ in cells]
        for cell, h in zip(cells, held, strict=True):
            model.add(cell == constraint.symbol).only_enforce_if(h)
            model.add(cell != constraint.symbol).only_enforce_if(~h)
    model.add_linear_constraint(sum(held), constraint.low, constraint.high)


@_add.register
def _(constraint: Connected, model: Any, cells: list[Any], V: int) -> None:
    """Members have their distance from the first: one less than it has one that is joined to each, but to that."""
    k, place = len(cells), {cell: i for i, cell in enumerate(constraint.cells)}
    member, first = ([model.new_bool_var("") for _ in cells] for _ in range(2))
    distance = [model.new_int_var(0, k - 1, "") for _ in cells]
    for i, cell in enumerate(cells):
        model.add_allowed_assignments([cell, member[i]], [(v, int(v in constraint.symbols)) for v in range(V)])
        model.add(sum(member[:i]) == 0).only_enforce_if(first[i])
        model.add_implication(first[i], member[i])
        model.add_bool_or([first[i], ~member[i], *member[:i]])
        model.add(distance[i] == 0).only_enforce_if(~member[i])
        model.add(distance[i] == 0).only_enforce_if(first[i])
    ways: list[list[Any]] = [[one] for one in first]
    for a, b in {(place[a], place[b]) for edge in constraint.edges for a, b in (edge, edge[::-1])}:
        way = model.new_bool_var("")
        ways[b].append(way)
        model.add_implication(way, member[a])
        model.add_implication(way, member[b])
        model.add(distance[b] == distance[a] + 1).only_enforce_if(way)
        model.add(distance[b] <= distance[a]).only_enforce_if([~way, member[a], member[b]])
    for m, some in zip(member, ways, strict=True):
        model.add_bool_or([~m, *some])


@_add.register
def _(constraint: Table, model: Any, cells: list[Any], V: int) -> None:
    del V
    if constraint.tuples:
        model.add_allowed_assignments(cells, constraint.tuples)
    else:
        model.add_bool_or([])  # no row: no solution


@_add.register
def _(constraint: Regular, model: Any, cells: list[Any], V: int) -> None:
    del V
    dfa = constraint.dfa
    arcs = [(q, v, t) for q, row in enumerate(dfa.step) for v, t in enumerate(row) if t >= 0]
    if dfa.accept and arcs:
        model.add_automaton(cells, dfa.start, sorted(dfa.accept), arcs)
    else:
        model.add_bool_or([])  # no word

"""A problem as a model of CPMpy, each constraint in its own form."""

from __future__ import annotations

from functools import singledispatch
from itertools import product
from typing import Any

from ..constraints import AllDifferent, Connected, Count, Less, Linear, Regular, Sum, Table
from ..deadline import stop_point
from ..errors import InvalidInput
from ..extras import want
from ..problem import OPEN, Constraint, Problem
from .encode import MOST_FILLINGS

__all__ = ["model_of"]


def model_of(problem: Problem) -> tuple[Any, Any]:
    """The model, and the variables of its cells [L], each with the bounds of its values.

    Raises
    ------
    MissingExtra
        Without cpmpy.
    InvalidInput
        For a constraint that has no form there.
    """
    want("cpmpy", "to_cpmpy")
    import cpmpy
    from cpmpy.transformations.get_variables import get_variables_model

    V, layout = problem.rules.V, problem.found_layout
    cells = [
        cpmpy.intvar(0 if given == OPEN else given, V - 1 if given == OPEN else given, name=f"cell {cell}: {name}")
        for cell, given in enumerate(problem.values.tolist())
        for name in [layout.cell_name(cell) if layout else "?"]
    ]
    model = cpmpy.Model()
    for constraint in problem.rules.constraints:
        stop_point()
        model += _said(constraint, [cells[cell] for cell in constraint.cells], V)
    there = {variable.name for variable in get_variables_model(model)}
    for cell in cells:
        if cell.name not in there:  # no rule says anything of it
            model += cell >= 0
    return model, cpmpy.cpm_array(cells)


def _never(cells: list[Any]) -> Any:
    """What no values obey."""
    import cpmpy

    return cpmpy.sum(cells) < 0


@singledispatch
def _said(constraint: Constraint, cells: list[Any], V: int) -> Any:
    """Of a kind that is not known here: the fillings that it accepts, as a table."""
    if V ** len(cells) > MOST_FILLINGS:
        raise InvalidInput(
            f"{type(constraint).__name__} ({constraint.relation}) has {V}**{len(cells)} fillings, which are tried one "
            f"by one; wanted at most {MOST_FILLINGS:,}"
        )
    board = [OPEN] * (max(constraint.cells) + 1)
    rows = []
    for filling in product(range(V), repeat=len(cells)):
        for cell, value in zip(constraint.cells, filling, strict=True):
            board[cell] = value
        if not constraint.violations(board):
            rows.append(filling)
    return _said(Table(constraint.cells, rows, constraint.relation), cells, V)


@_said.register
def _(constraint: AllDifferent, cells: list[Any], V: int) -> Any:
    import cpmpy

    del constraint, V
    return cpmpy.AllDifferent(cells)


@_said.register
def _(constraint: Sum, cells: list[Any], V: int) -> Any:
    import cpmpy

    del V
    return cpmpy.sum(cells) == constraint.total - constraint.first * len(cells)


@_said.register
def _(constraint: Linear, cells: list[Any], V: int) -> Any:
    import cpmpy

    if constraint.numbers is None:
        total = constraint.total - constraint.first * sum(constraint.coefficients)
        terms = cells
    else:
        total, terms = constraint.total, []
        numbers = [constraint.number(value) for value in range(V)]
        terms = [cpmpy.Element(numbers, cell) for cell in cells]
    reached = cpmpy.sum([c * term for c, term in zip(constraint.coefficients, terms, strict=True)])
    match constraint.comparison:
        case "==":
            return reached == total
        case "!=":
            return reached != total
        case "<=":
            return reached <= total
        case ">=":
            return reached >= total
        case "<":
            return reached < total
        case _:
            return reached > total


@_said.register
def _(constraint: Less, cells: list[Any], V: int) -> Any:
    del constraint, V
    return cells[0] < cells[1]


@_said.register
def _(constraint: Count, cells: list[Any], V: int) -> Any:
    import cpmpy

    del V
    held = cpmpy.Count(cells, constraint.symbol)
    return [held >= constraint.low, held <= constraint.high]


@_said.register
def _(constraint: Connected, cells: list[Any], V: int) -> Any:
    """Walked from the first member on; the variables that this takes follow from the cells."""
    import cpmpy

    del V
    said = list[Any]()

    def named(expression: Any) -> Any:
        variable = cpmpy.boolvar()
        said.append(variable == expression)
        return variable

    member = [named(cpmpy.any([cell == value for value in constraint.symbols])) for cell in cells]
    reached, before = [], named(False)
    for m in member:
        reached.append(named(m & ~before))
        before = named(before | m)
    for _ in range(len(member) - 1):
        reached = [
            named(m & cpmpy.any([reached[i] for i in (place, *constraint.joined[place])]))
            for place, m in enumerate(member)
        ]
    return [*said, *(m.implies(r) for m, r in zip(member, reached, strict=True))]


@_said.register
def _(constraint: Table, cells: list[Any], V: int) -> Any:
    import cpmpy

    del V
    return cpmpy.Table(cells, constraint.tuples) if constraint.tuples else _never(cells)


@_said.register
def _(constraint: Regular, cells: list[Any], V: int) -> Any:
    """What no word goes on from is one state more, so that every state has a way with each value."""
    import cpmpy

    dfa = constraint.dfa
    dead = len(dfa.step)
    ways = [(q, v, t if t >= 0 else dead) for q, row in enumerate(dfa.step) for v, t in enumerate(row)]
    ways += [(dead, v, dead) for v in range(V)]
    return cpmpy.Regular(cells, ways, dfa.start, sorted(dfa.accept)) if dfa.accept else _never(cells)

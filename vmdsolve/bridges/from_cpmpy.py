"""A flat model of CPMpy as a problem: its variables are cells, its constraints become ours.

Sums with coefficients, comparisons, all-different, counts, tables and automata have a kind of their own. Of anything
else (products, elements, implications, distances) the values that obey it are listed in a Table, where there are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np

from ..constraints import DFA, AllDifferent, Count, Linear, Regular, Table
from ..deadline import stop_point
from ..domains import Domain
from ..domains.base import SYMBOLS
from ..errors import InvalidInput
from ..extras import want
from ..plain import clean, cut
from ..problem import OPEN, Board, Constraint, Problem
from ..sets import MAX_SYMBOLS
from .encode import MOST_FILLINGS

__all__ = ["Variables", "problem_of"]

Terms = tuple[dict[int, int], int]  # coefficients of cells, and what is added
LOOK = 1024


class Variables(Domain):
    """The variables of a model as cells of one row.

    Attributes
    ----------
    variables
        Of the model, in the order of the cells.
    first
        The number that value 0 stands for: the least that any variable may be.
    """

    name = "cpmpy"
    about = "the variables of a model of CPMpy"

    def __init__(self, variables: Sequence[Any], first: int, V: int) -> None:
        self.variables, self.first = tuple(variables), first
        self.symbols, self.shape = SYMBOLS[:V], (1, len(self.variables))
        self.numbers = {first + value: SYMBOLS[value] for value in range(V)}

    def cell_name(self, cell: int) -> str:
        return clean(str(self.variables[cell].name))

    def put(self, values: Board) -> None:
        """Let the model's variables have these values [L], so that `variable.value()` says them."""
        for variable, value in zip(self.variables, np.asarray(values).tolist(), strict=True):
            number = value + self.first
            variable._value = bool(number) if variable.is_bool() else number


def problem_of(model: Any) -> Problem:
    """The problem that a model says.

    Raises
    ------
    MissingExtra
        Without cpmpy.
    InvalidInput
        The model has an objective, no variable, numbers too far apart, or an expression that is no flat constraint of
        a kind that is known here and has too many fillings to list; it is named.
    """
    want("cpmpy", "from_cpmpy")
    import cpmpy
    from cpmpy.transformations.get_variables import get_variables_model
    from cpmpy.transformations.normalize import toplevel_list

    if not isinstance(model, cpmpy.Model):
        raise InvalidInput(f"from_cpmpy got {type(model).__name__}; wanted a cpmpy.Model")
    if model.has_objective():
        raise InvalidInput("the model has an objective; wanted constraints alone")
    variables = get_variables_model(model)
    if not variables:
        raise InvalidInput("the model has no variables; wanted one at least")
    first, last = min(int(v.lb) for v in variables), max(int(v.ub) for v in variables)
    V = last - first + 1
    if V > MAX_SYMBOLS:
        raise InvalidInput(f"the model's variables reach from {first} to {last}; wanted at most {MAX_SYMBOLS} numbers")
    layout = Variables(variables, first, V)
    reader = _Reader(variables, first, V)
    layout.constraints = (
        *reader.bounds(),
        *(rule for said in toplevel_list(model.constraints) for rule in reader.rules(said)),
    )
    givens = [int(v.lb) - first if v.lb == v.ub else OPEN for v in variables]
    return Problem(layout.name, layout.rules, np.array(givens, np.int32), layout)


class _Reader:
    def __init__(self, variables: Sequence[Any], first: int, V: int) -> None:
        self._variables, self._first, self._V = variables, first, V
        self._cell = {variable.name: cell for cell, variable in enumerate(variables)}

    def bounds(self) -> Iterator[Constraint]:
        """Of variables that may be less than others may."""
        for cell in range(len(self._variables)):
            values = self._values(cell)
            if 1 < len(values) < self._V:
                yield Table([cell], [(value,) for value in values], "bounds")

    def rules(self, said: Any) -> Iterator[Constraint]:
        """What one constraint of the model becomes."""
        stop_point()
        name = _operator(said)
        if isinstance(said, (bool, np.bool_)) or type(said).__name__ == "BoolVal":
            if not said:
                yield Table([0], [], "false")
        elif name == "alldifferent" and (terms := self._all_linear(said.args)) is not None:
            yield from self._different(terms)
        elif name in ("==", "!=", "<=", ">=", "<", ">") and (rule := self._comparison(said)) is not None:
            yield from rule
        elif name == "table" and (cells := self._cells(said.args[0])) is not None:
            rows = (tuple(number - self._first for number in row) for row in np.asarray(said.args[1]).tolist())
            yield Table(cells, [row for row in rows if all(0 <= value < self._V for value in row)], "table")
        elif name == "regular" and (cells := self._cells(said.args[0])) is not None:
            yield Regular(cells, self._automaton(*said.args[1:]), "regular")
        else:
            yield from self._listed(said)

    # Kinds -------------------------------------------------------------------------------------------

    def _different(self, terms: list[Terms]) -> Iterator[Constraint]:
        if all(sorted(c.values()) == [1] and not more for c, more in terms):
            cells = [next(iter(c)) for c, _ in terms]
            if len({*cells}) == len(cells):
                yield AllDifferent(cells, "alldifferent")
                return
        for a, b in combinations(terms, 2):
            yield from self._linear(_minus(a, b), "!=")

    def _comparison(self, said: Any) -> list[Constraint] | None:
        left, right = said.args
        terms = self._all_linear([left, right])
        if terms is not None:
            return list(self._linear(_minus(*terms), said.name))
        if _operator(left) == "count" and (bound := _whole(right)) is not None:
            cells, counted = self._cells(left.args[0]), _whole(left.args[1])
            if cells is not None and counted is not None and said.name != "!=":
                return self._count(cells, counted - self._first, said.name, bound)
        return None

    def _count(self, cells: list[int], value: int, comparison: str, bound: int) -> list[Constraint]:
        n = len(cells)
        low, high = {
            "==": (bound, bound), "<=": (0, bound), "<": (0, bound - 1), ">=": (bound, n), ">": (bound + 1, n),
        }[comparison]  # fmt: skip
        if not 0 <= value < self._V:
            return [] if low <= 0 <= high else [Table([0], [], "count")]
        return [Count(cells, value, low, high, "count")] if low <= high else [Table([0], [], "count")]

    def _linear(self, terms: Terms, comparison: str) -> Iterator[Constraint]:
        held = {cell: coefficient for cell, coefficient in terms[0].items() if coefficient}
        if held:
            cells, coefficients = list(held), list(held.values())
            yield Linear(cells, coefficients, comparison, -terms[1], "linear", first=self._first)
        elif not Linear([0], [0], comparison, -terms[1]).holds(0):
            yield Table([0], [], "false")

    def _automaton(self, ways: Sequence[Any], start: Any, ends: Sequence[Any]) -> DFA:
        states = list(dict.fromkeys([start, *(q for way in ways for q in (way[0], way[2])), *ends]))
        number = {state: index for index, state in enumerate(states)}
        step = [[-1] * self._V for _ in states]
        for source, read, target in ways:
            value = int(read) - self._first
            if not 0 <= value < self._V:
                continue
            if step[number[source]][value] not in (-1, number[target]):
                raise InvalidInput(f"the automaton of a regular has two ways from {source} with {read}; wanted one")
            step[number[source]][value] = number[target]
        return DFA(number[start], frozenset(number[end] for end in ends), tuple(map(tuple, step)))

    def _listed(self, said: Any) -> Iterator[Constraint]:
        """All values that obey it, where there are few to try."""
        from cpmpy.expressions.utils import argval
        from cpmpy.transformations.get_variables import get_variables

        variables = get_variables(said)
        cells = [self._cell[variable.name] for variable in variables]
        fillings = 1
        for cell in cells:
            fillings *= len(self._values(cell))
        if not cells or fillings > MOST_FILLINGS:
            raise InvalidInput(
                f"the model holds {cut(clean(str(said)), 80)!r}, which is no flat constraint of a kind known here and "
                f"has {fillings:,} fillings; wanted at most {MOST_FILLINGS:,}, or a comparison of sums, alldifferent, "
                "count, table or regular"
            )
        before = [variable._value for variable in variables]
        rows = []
        try:
            for tried, filling in enumerate(product(*map(self._values, cells))):
                if tried % LOOK == 0:
                    stop_point()
                for variable, value in zip(variables, filling, strict=True):
                    variable._value = value + self._first
                if argval(said):
                    rows.append(filling)
        finally:
            for variable, value in zip(variables, before, strict=True):
                variable._value = value
        yield Table(cells, rows, _operator(said) or "rule")

    # Parts -------------------------------------------------------------------------------------------

    def _values(self, cell: int) -> range:
        variable = self._variables[cell]
        return range(int(variable.lb) - self._first, int(variable.ub) - self._first + 1)

    def _cells(self, args: Any) -> list[int] | None:
        """The cells of distinct variables; None where they are something else."""
        cells = [self._cell[arg.name] if _is_variable(arg) else OPEN for arg in args]
        return None if OPEN in cells or len({*cells}) != len(cells) else cells

    def _all_linear(self, args: Any) -> list[Terms] | None:
        terms = [self._terms(arg) for arg in args]
        return [term for term in terms if term is not None] if None not in terms else None

    def _terms(self, said: Any) -> Terms | None:
        """An expression as coefficients of cells and what is added; None where it is none."""
        if (number := _whole(said)) is not None:
            return {}, number
        if _is_variable(said):
            return {self._cell[said.name]: 1}, 0
        if type(said).__name__ == "NegBoolView":
            return {self._cell[said._bv.name]: -1}, 1
        match _operator(said):
            case "sum":
                parts = [(1, arg) for arg in said.args]
            case "wsum":
                parts = list(zip(map(int, said.args[0]), said.args[1], strict=True))
            case "-":
                parts = [(-1, said.args[0])]
            case "mul" if _whole(said.args[0]) is not None:
                parts = [(int(said.args[0]), said.args[1])]
            case "mul" if _whole(said.args[1]) is not None:
                parts = [(int(said.args[1]), said.args[0])]
            case _:
                return None
        total: Terms = {}, 0
        for factor, part in parts:
            found = self._terms(part)
            if found is None:
                return None
            total = _plus(total, found, factor)
        return total


def _is_variable(said: Any) -> bool:
    """Whether this is a variable, and not one that is negated."""
    from cpmpy.expressions.variables import NegBoolView, _NumVarImpl

    return isinstance(said, _NumVarImpl) and not isinstance(said, NegBoolView)


def _operator(said: Any) -> str:
    """The name of an operator or global constraint; "" of a variable, which may be called like one."""
    from cpmpy.expressions.variables import _NumVarImpl

    return "" if isinstance(said, _NumVarImpl) else str(getattr(said, "name", ""))


def _whole(said: Any) -> int | None:
    """The number that this is, where it is one."""
    return int(said) if isinstance(said, (int, np.integer, np.bool_)) or type(said).__name__ == "BoolVal" else None


def _plus(a: Terms, b: Terms, factor: int) -> Terms:
    cells = {**a[0]}
    for cell, coefficient in b[0].items():
        cells[cell] = cells.get(cell, 0) + factor * coefficient
    return cells, a[1] + factor * b[1]


def _minus(a: Terms, b: Terms) -> Terms:
    return _plus(a, b, -1)

"""The clauses of a problem: the direct encoding, one variable for each cell and value.

Every solution is one model and every model one solution: what other variables there are follows from the cells. Search
and kernels are not asked, so what is proved of the clauses is proved of the problem without them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import singledispatch
from itertools import combinations, product
from typing import cast

from ..constraints import AllDifferent, Connected, Count, Less, Linear, Regular, Sum, Table
from ..deadline import stop_point
from ..errors import InvalidInput
from ..problem import OPEN, Constraint, Problem
from .clauses import Clauses, Cnf, TooMany
from .layers import SURE, Reading, add_reading

__all__ = ["MOST_FILLINGS", "encoded"]

MOST_FILLINGS = 2**16  # of the cells of a rule of a kind that is not known here: they are tried one by one


def encoded(problem: Problem) -> Cnf:
    """A problem as clauses.

    Raises
    ------
    InvalidInput
        Names the constraint at which there are more than MOST_CLAUSES clauses, or that cannot be said in clauses.
    TimeoutError
        By a clock that is heeded.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> cnf = encoded(get("latin-2").parse("1..."))
    >>> cnf.variables, cnf.count, next(cnf.clauses())
    (8, 25, [1, 2])
    """
    rules = problem.rules
    clauses = Clauses(rules.L, rules.V)
    where = "the cells themselves"
    try:
        for cell, given in enumerate(problem.values.tolist()):
            holds = [clauses.holds(cell, value) for value in range(rules.V)]
            clauses.add(holds)
            _no_two(clauses, holds)
            if given != OPEN:
                clauses.add([holds[given]])
        for index, constraint in enumerate(rules.constraints):
            stop_point()
            where = f"constraint {index} ({constraint.relation}), {type(constraint).__name__},"
            _add(constraint, clauses)
    except TooMany as error:
        raise InvalidInput(f"{where} would make {error}; wanted a smaller problem") from None
    return clauses.done()


def _no_two(clauses: Clauses, literals: Iterable[int]) -> None:
    for a, b in combinations(literals, 2):
        clauses.add([-a, -b])


@singledispatch
def _add(constraint: Constraint, clauses: Clauses) -> None:
    """Of a kind that is not known here: every filling that it does not accept is forbidden."""
    cells, V = constraint.cells, clauses.V
    name = f"{type(constraint).__name__} ({constraint.relation})"
    if V ** len(cells) > MOST_FILLINGS:
        raise InvalidInput(
            f"{name} has {V}**{len(cells)} fillings, which are tried one by one; wanted at most {MOST_FILLINGS:,}"
        )
    board = [OPEN] * clauses.L
    for filling in product(range(V), repeat=len(cells)):
        for cell, value in zip(cells, filling, strict=True):
            board[cell] = value
        if constraint.violations(board):
            clauses.add([-clauses.holds(cell, value) for cell, value in zip(cells, filling, strict=True)])


@_add.register
def _(constraint: AllDifferent, clauses: Clauses) -> None:
    if len(constraint.cells) > clauses.V:
        clauses.add([])  # more cells than symbols
        return
    for value in range(clauses.V):
        holds = [clauses.holds(cell, value) for cell in constraint.cells]
        _no_two(clauses, holds)
        if len(holds) == clauses.V:
            clauses.add(holds)  # as many cells as symbols: each has its place


@_add.register
def _(constraint: Less, clauses: Clauses) -> None:
    a, b = constraint.cells
    for low in range(clauses.V):
        clauses.add([-clauses.holds(a, low), *(clauses.holds(b, high) for high in range(low + 1, clauses.V))])


@_add.register
def _(constraint: Table, clauses: Clauses) -> None:
    rows = [(clauses.new(), row) for row in constraint.tuples]
    clauses.add(variable for variable, _ in rows)
    for variable, row in rows:
        for cell, value in zip(constraint.cells, row, strict=True):
            clauses.add([-variable, clauses.holds(cell, value)])
    for place, cell in enumerate(constraint.cells):
        with_value: list[list[int]] = [[] for _ in range(clauses.V)]
        for variable, row in rows:
            with_value[row[place]].append(variable)
        for value, some in enumerate(with_value):
            clauses.add([-clauses.holds(cell, value), *some])


@_add.register
def _(constraint: Count, clauses: Clauses) -> None:
    n, low, high = len(constraint.cells), constraint.low, constraint.high

    def step(place: int, state: Hashable, value: int) -> Hashable | None:
        count = cast(int, state) + (value == constraint.symbol)
        return count if count <= high and count + n - place - 1 >= low else None

    add_reading(clauses, Reading(constraint.cells, 0, step, lambda state: low <= cast(int, state) <= high))


@_add.register
def _(constraint: Connected, clauses: Clauses) -> None:
    """Walked from the first member on, a step for each place that a member may lie farther: all members are come to."""
    member = []
    for cell in constraint.cells:
        member.append(clauses.new())
        _either(clauses, member[-1], [clauses.holds(cell, value) for value in constraint.symbols])
    reached, before = [], [clauses.new()]  # whether there is a member before a place
    clauses.add([-before[0]])
    for m in member:
        reached.append(clauses.new())
        _all_of(clauses, reached[-1], [m, -before[-1]])
        before.append(clauses.new())
        _either(clauses, before[-1], [before[-2], m])
    for _ in range(len(member) - 1):
        further = []
        for place, m in enumerate(member):
            near = clauses.new()
            _either(clauses, near, [reached[i] for i in (place, *constraint.joined[place])])
            further.append(clauses.new())
            _all_of(clauses, further[-1], [m, near])
        reached = further
    for m, r in zip(member, reached, strict=True):
        clauses.add([-m, r])


def _either(clauses: Clauses, variable: int, literals: list[int]) -> None:
    """The variable is true where one of these literals is."""
    clauses.add([-variable, *literals])
    for literal in literals:
        clauses.add([variable, -literal])


def _all_of(clauses: Clauses, variable: int, literals: list[int]) -> None:
    """The variable is true where all of these literals are."""
    clauses.add([variable, *(-literal for literal in literals)])
    for literal in literals:
        clauses.add([-variable, literal])


@_add.register
def _(constraint: Sum, clauses: Clauses) -> None:
    ones = [1] * len(constraint.cells)
    _add(Linear(constraint.cells, ones, "==", constraint.total, constraint.relation, first=constraint.first), clauses)


@_add.register
def _(constraint: Linear, clauses: Clauses) -> None:
    """Read from the greatest coefficient on, so that few sums can still become what is wanted."""
    numbers = [constraint.number(value) for value in range(clauses.V)]
    terms = sorted(zip(constraint.coefficients, constraint.cells, strict=True), key=lambda term: -abs(term[0]))
    least, most = [0], [0]  # what the terms behind a place add, at least and at most; from the last place on
    for coefficient, _ in reversed(terms):
        ends = coefficient * min(numbers), coefficient * max(numbers)
        least.append(least[-1] + min(ends))
        most.append(most[-1] + max(ends))
    compare, total = constraint.comparison, constraint.total

    def step(place: int, state: Hashable, value: int) -> Hashable | None:
        if state == SURE:
            return SURE
        reached = cast(int, state) + terms[place][0] * numbers[value]
        rest = len(terms) - place - 1
        low, high = reached + least[rest], reached + most[rest]
        inside = low <= total <= high
        if compare == "==":
            return reached if inside else None
        if compare == "!=":
            return SURE if not inside else reached if low < high else None
        holds = constraint.holds(low), constraint.holds(high)
        return SURE if all(holds) else reached if any(holds) else None

    add_reading(
        clauses,
        Reading([cell for _, cell in terms], 0, step, lambda state: state == SURE or constraint.holds(state)),
    )


@_add.register
def _(constraint: Regular, clauses: Clauses) -> None:
    dfa = constraint.dfa

    def step(place: int, state: Hashable, value: int) -> Hashable | None:
        del place
        target = dfa.step[cast(int, state)][value]
        return None if target < 0 else target

    add_reading(clauses, Reading(constraint.cells, dfa.start, step, lambda state: state in dfa.accept))

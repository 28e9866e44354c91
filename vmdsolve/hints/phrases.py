"""Cells, symbols and rules of one problem in words, for hints and explanations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch

from .. import sets
from ..constraints import AllDifferent, Count, Less, Regular, Sum, Table
from ..domains import Domain
from ..problem import Constraint, Rules

__all__ = ["Phrases", "listed"]

MAX_NAMED = 9  # items that a sentence lists before it says "and 12 more"


def listed(items: Iterable[str], last: str = "and") -> str:
    """Items as a sentence lists them.

    Examples
    --------
    >>> listed(["1", "2", "3"]), listed(["1", "2"], "or"), listed("1")
    ('1, 2 and 3', '1 or 2', '1')
    """
    words = list(items)
    if len(words) > MAX_NAMED + 1:
        words = [*words[:MAX_NAMED], f"{len(words) - MAX_NAMED} more"]
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


class Phrases:
    """How messages call what a problem is made of.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> domain = get("sudoku-4x4")
    >>> say = Phrases(domain, domain.rules)
    >>> say.cell(5), say.symbols(0b1010), say.rule(domain.rules.constraints[9])
    ('row 2, column 2', '2 and 4', 'box 2 holds no symbol twice')
    """

    def __init__(self, domain: Domain, rules: Rules) -> None:
        self.domain = domain
        self.cell = domain.cell_name
        self._units: dict[
            str, dict[frozenset[int], int]
        ] = {}  # relation -> unit -> its rank; a unit may have two rules
        for constraint in rules.constraints:
            units = self._units.setdefault(constraint.relation, {})
            units.setdefault(frozenset(constraint.cells), len(units) + 1)

    def cells(self, cells: Sequence[int], last: str = "and") -> str:
        return listed(map(self.cell, cells), last)

    def symbol(self, value: int) -> str:
        return self.domain.symbols[value]

    def symbols(self, mask: int, last: str = "and") -> str:
        """The symbols of a set of values."""
        return listed((s for v, s in enumerate(self.domain.symbols) if mask & sets.one(v)), last)

    def unit(self, constraint: Constraint) -> str:
        """`box 5` for the fifth unit of relation box; units of one or two cells go by their cells."""
        if len(constraint.cells) <= 2:
            return f"{constraint.relation} ({self.cells(constraint.cells)})"
        units = self._units[constraint.relation]
        rank = units[frozenset(constraint.cells)]
        return f"{constraint.relation} {rank}" if len(units) > 1 else f"the {constraint.relation}"

    def rule(self, constraint: Constraint) -> str:
        """What a constraint asks, as a clause."""
        return _clause(constraint, self.unit(constraint), self)


@singledispatch
def _clause(constraint: Constraint, unit: str, say: Phrases) -> str:
    """`rule` of each kind; a class that is not known here can only be named."""
    del constraint, say
    return f"{unit} obeys its rule"


@_clause.register
def _(constraint: AllDifferent, unit: str, say: Phrases) -> str:
    del constraint, say
    return f"{unit} holds no symbol twice"


@_clause.register
def _(constraint: Sum, unit: str, say: Phrases) -> str:
    del say
    return f"{unit} adds up to {constraint.total}"


@_clause.register
def _(constraint: Less, unit: str, say: Phrases) -> str:
    del unit
    smaller, greater = map(say.cell, constraint.cells)
    return f"{smaller} is smaller than {greater}"


@_clause.register
def _(constraint: Count, unit: str, say: Phrases) -> str:
    low, high = constraint.low, constraint.high
    often = {0: "nowhere", 1: "once", 2: "twice"}.get(low, f"{low} times") if low == high else f"{low} to {high} times"
    return f"{say.symbol(constraint.symbol)} stands {often} in {unit}"


@_clause.register
def _(constraint: Table, unit: str, say: Phrases) -> str:
    del say
    return f"{unit} is one of its {len(constraint.tuples)} allowed rows"


@_clause.register
def _(constraint: Regular, unit: str, say: Phrases) -> str:
    del constraint, say
    return f"{unit} follows its pattern"

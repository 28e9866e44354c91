"""How a domain speaks of its rules: a kind of puzzle overrides `rule_text` and `unit_text` where it has its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property, singledispatch

from ..constraints import AllDifferent, Connected, Count, Less, Linear, Regular, Sum, Table
from ..problem import Constraint, Rules, Violation

__all__ = ["MAX_NAMED", "Worded", "clause", "listed", "often"]

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


def often(low: int, high: int) -> str:
    """How many times.

    Examples
    --------
    >>> often(1, 1), often(0, 1), often(2, 3)
    ('once', '0 to 1 times', '2 to 3 times')
    """
    if low == high:
        return {0: "nowhere", 1: "once", 2: "twice"}.get(low, f"{low} times")
    return f"{low} to {high} times"


class Worded(ABC):
    """The speaking half of a Domain.

    Attributes
    ----------
    called
        V words for what a cell holds, where a symbol says little ("painted"); () for the symbols

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> domain = get("sudoku-4x4")
    >>> domain.rule_text(domain.rules.constraints[9]), domain.fact_text(5, 0)
    ('box 2 holds no symbol twice', 'row 2, column 2 is 1')
    """

    symbols: str
    called: Sequence[str] = ()

    @property
    @abstractmethod
    def rules(self) -> Rules:
        """The rules to speak of."""

    @abstractmethod
    def cell_name(self, cell: int) -> str:
        """How messages call a cell."""

    def symbol_text(self, value: int) -> str:
        """How sentences call what a cell holds."""
        return self.called[value] if self.called else self.symbols[value]

    def fact_text(self, cell: int, value: int) -> str:
        """That this cell holds this value."""
        return f"{self.cell_name(cell)} is {self.symbol_text(value)}"

    def absence_text(self, cells: Sequence[int], symbols: str) -> str:
        """That none of these cells holds any of these symbols."""
        named = self.cells_text(cells)
        if not self.called:
            return f"no {symbols} in {named}"
        return f"{named} {'are' if len(cells) > 1 else 'is'} not {symbols}"

    def unit_text(self, constraint: Constraint) -> str:
        """How sentences call the cells of a constraint.

        By default `box 5` for the fifth unit of the relation box; a unit of one or two cells goes by its cells.
        """
        if len(constraint.cells) <= 2:
            return f"{constraint.relation} ({self.cells_text(constraint.cells)})"
        units = self._ranks.get(constraint.relation, {})
        rank = units.get(frozenset(constraint.cells))
        return f"{constraint.relation} {rank}" if rank and len(units) > 1 else f"the {constraint.relation}"

    def rule_text(self, constraint: Constraint) -> str:
        """What a constraint asks, as a clause. A class that is not known here can only be named."""
        return clause(constraint, self.unit_text(constraint), self)

    def violation_text(self, violation: Violation) -> str:
        """A broken rule in words: symbols rather than values, names of cells rather than numbers."""
        if not violation.cells:
            return violation.reason
        if violation.relation == "given":  # its reason names the cell itself
            return f"given: {violation.reason}"
        rule = violation.rule
        reason = violation.said_with(lambda v: self.symbol_text(v) if v < len(self.symbols) else f"symbol {v + 1}")
        if rule is not None and not isinstance(rule, AllDifferent):
            if isinstance(rule, (Linear, Sum)):
                return f"{violation.relation}: {self.unit_text(rule)} {reason}"
            named = f" ({reason})" if isinstance(rule, (Less, Count)) else ""
            return f"{violation.relation}: not so that {self.rule_text(rule)}{named}"
        names = [self.cell_name(cell) for cell in violation.cells[:MAX_NAMED]]
        if more := len(violation.cells) - len(names):
            names.append(f"{more} more")
        return f"{violation.relation}: {reason} ({' and '.join(names)})"

    def cells_text(self, cells: Iterable[int], last: str = "and") -> str:
        """These cells, listed."""
        return listed(map(self.cell_name, cells), last)

    @cached_property
    def _ranks(self) -> dict[str, dict[frozenset[int], int]]:
        """Relation -> unit -> its rank; a unit may have two rules."""
        out: dict[str, dict[frozenset[int], int]] = {}
        for constraint in self.rules.constraints:
            units = out.setdefault(constraint.relation, {})
            units.setdefault(frozenset(constraint.cells), len(units) + 1)
        return out


@singledispatch
def clause(constraint: Constraint, unit: str, domain: Worded) -> str:
    """`rule_text` of each kind, where a domain has no words of its own."""
    del constraint, domain
    return f"{unit} obeys its rule"


@clause.register
def _(constraint: AllDifferent, unit: str, domain: Worded) -> str:
    del constraint, domain
    return f"{unit} holds no symbol twice"


@clause.register
def _(constraint: Sum, unit: str, domain: Worded) -> str:
    del domain
    return f"{unit} adds up to {constraint.total}"


COMPARED = {
    "==": "is {}", "!=": "is not {}", "<=": "is at most {}", ">=": "is at least {}",
    "<": "is less than {}", ">": "is more than {}",
}  # fmt: skip


@clause.register
def _(constraint: Linear, unit: str, domain: Worded) -> str:
    del unit
    terms = list(zip(constraint.coefficients, constraint.cells, strict=True))
    if len(terms) > MAX_NAMED:
        return f"the sum of {len(terms)} cells, each times its coefficient, {_compared(constraint)}"
    said = ""
    for coefficient, cell in terms:
        sign = (" - " if coefficient < 0 else " + ") if said else "-" * (coefficient < 0)
        times = "" if abs(coefficient) == 1 else f"{abs(coefficient)} * "
        said += f"{sign}{times}({domain.cell_name(cell)})"
    return f"{said} {_compared(constraint)}"


def _compared(constraint: Linear) -> str:
    return COMPARED[constraint.comparison].format(constraint.total)


@clause.register
def _(constraint: Less, unit: str, domain: Worded) -> str:
    del unit
    smaller, greater = map(domain.cell_name, constraint.cells)
    return f"{smaller} is smaller than {greater}"


@clause.register
def _(constraint: Count, unit: str, domain: Worded) -> str:
    return f"{domain.symbol_text(constraint.symbol)} stands {often(constraint.low, constraint.high)} in {unit}"


@clause.register
def _(constraint: Connected, unit: str, domain: Worded) -> str:
    named = listed(map(domain.symbol_text, constraint.symbols), "or")
    return f"the cells of {unit} that are {named} are one group, joined side by side"


@clause.register
def _(constraint: Table, unit: str, domain: Worded) -> str:
    del domain
    rows = len(constraint.tuples)
    return f"{unit} is its only allowed row" if rows == 1 else f"{unit} is one of its {rows} allowed rows"


@clause.register
def _(constraint: Regular, unit: str, domain: Worded) -> str:
    del constraint, domain
    return f"{unit} follows its pattern"

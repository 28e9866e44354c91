"""Cells, symbols and rules of one problem in words, for hints and explanations: its domain's own (worded.py)."""

from __future__ import annotations

from collections.abc import Sequence

from .. import sets
from ..domains import Domain
from ..domains.worded import listed
from ..problem import Constraint

__all__ = ["Phrases", "listed"]


class Phrases:
    """How messages call what a problem is made of.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> say = Phrases(get("sudoku-4x4"))
    >>> say.cell(5), say.symbols(0b1010), say.rule(say.domain.rules.constraints[9])
    ('row 2, column 2', '2 and 4', 'box 2 holds no symbol twice')
    """

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.cell, self.symbol, self.fact = domain.cell_name, domain.symbol_text, domain.fact_text

    def cells(self, cells: Sequence[int], last: str = "and") -> str:
        return self.domain.cells_text(cells, last)

    def symbols(self, mask: int, last: str = "and") -> str:
        """The symbols of a set of values."""
        return listed((self.symbol(v) for v in range(len(self.domain.symbols)) if mask & sets.one(v)), last)

    def unit(self, constraint: Constraint) -> str:
        """How the cells of a constraint are called."""
        return self.domain.unit_text(constraint)

    def rule(self, constraint: Constraint) -> str:
        """What a constraint asks, as a clause."""
        return self.domain.rule_text(constraint)

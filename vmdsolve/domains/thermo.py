"""Thermo Sudoku: numbers rise along each thermometer, from its bulb on.

Known counts: without thermometers the Sudoku grids, 288 of 4x4.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from ..constraints import Less
from ..problem import Constraint
from .clued import kind_of
from .parts.boxed import Lined

__all__ = ["DOMAINS", "Thermo"]


class Thermo(Lined):
    """An n x n board, 2 to 25, with thermometers, the bulb first. Density: thermometers a cell."""

    name, line_called = "thermo", "thermometer"
    about = "Fill the grid as a Sudoku; numbers rise along each thermometer, from its bulb on."
    text_form = (
        "`n n`; a line for each thermometer, of its cells from the bulb on, as r1c1 r1c2 r2c2; perhaps one line of "
        "cells"
    )
    example = "4 4/r1c4 r1c3 r2c4/r4c1 r4c2 r3c2/............2..."

    def along(self, line: list[int]) -> Iterable[Constraint]:
        return (Less(a, b, "thermometer") for a, b in pairwise(line))

    @classmethod
    def fits(cls, numbers: list[int]) -> bool:
        return numbers[-1] > numbers[-2]

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation != "thermometer":
            return super().rule_text(constraint)
        a, b = map(self.cell_name, constraint.cells)
        return f"a thermometer rises from {a} to {b}"


DOMAINS = {"thermo": kind_of(Thermo, "thermo-sudoku", "thermometer-sudoku")}

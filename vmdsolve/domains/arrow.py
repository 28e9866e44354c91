"""Arrow Sudoku: the number in the circle of an arrow is the sum of those along it, which may repeat.

Known counts: without arrows the Sudoku grids, 288 of 4x4.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..constraints import Linear
from ..problem import Constraint
from .clued import kind_of
from .parts.boxed import Lined

__all__ = ["DOMAINS", "Arrow"]


class Arrow(Lined):
    """An n x n board, 2 to 25, with arrows, the circle first. Density: arrows a cell."""

    name, line_called, pointed = "arrow", "arrow", True
    about = "Fill the grid as a Sudoku; the number in the circle of each arrow is the sum of those along it."
    text_form = (
        "`n n`; a line for each arrow, of its cells from the circle on, as r1c1 r1c2 r1c3; perhaps one line of cells"
    )
    example = "4 4/r4c1 r3c2 r2c1/r4c4 r3c4 r2c3/..4............."
    least = 2

    def along(self, line: list[int]) -> Iterable[Constraint]:
        return [Linear(line, [-1] + [1] * (len(line) - 1), "==", 0, "arrow")]

    @classmethod
    def fits(cls, numbers: list[int]) -> bool:
        return sum(numbers[1:]) <= numbers[0]

    @classmethod
    def whole(cls, line: list[int], answer: np.ndarray[Any, Any]) -> list[int]:
        return line if line and sum(answer[line[1:]]) == answer[line[0]] else []

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation != "arrow":
            return super().rule_text(constraint)
        circle, *along = constraint.cells
        return f"{self.cell_name(circle)} is the sum along its arrow, of {self.cells_text(along)}"


DOMAINS = {"arrow": kind_of(Arrow, "arrow-sudoku")}

"""Kakurasu: filled cells count their place in the row, and in the column; clues say what they add up to.

Known counts: without clues every picture, 512 of 3x3; with all clues 6 above 3 columns and left of 3 rows, 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from ..constraints import Linear
from ..problem import Constraint
from .base import Image
from .clued import Fill, kind_of
from .lines import Lines
from .parts.margins import MAX_SIDE, Margins, lines_across
from .parts.values import cell_line

__all__ = ["DOMAINS", "Kakurasu"]


class Kakurasu(Margins):
    """A board with clues of columns, then rows. Density: not used, all clues are shown."""

    name = "kakurasu"
    about = "Fill cells so that in each row and column the places of the filled ones, from 1, add up to its clue."
    text_form = (
        "`rows columns`; a line of clues above the columns, one of those left of the rows, '-' for none; perhaps a "
        "line of cells, 1 for filled and 0 for empty"
    )
    example = "4 4/8 1 6 6/7 7 5 4"
    sizes, size, density = range(3, 11), 6, 1.0

    def __init__(self, rows: int, columns: int, clues: Sequence[int | None]) -> None:
        self.set_clues(rows, columns, clues)
        self.constraints = tuple(self.line_rules())

    def line_rule(self, cells: Sequence[int], clue: int, relation: str) -> Constraint:
        return Linear(cells, range(1, len(cells) + 1), "==", clue, relation, first=0)

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        return cls(*cls.read_clues(lines, MAX_SIDE * (MAX_SIDE + 1) // 2)), lines.cells()

    @classmethod
    def lines_of(cls, above: Any, left: Any, givens: Any = None) -> list[str]:
        """Clues above the columns, and left of the rows, None for none; givens are rows of 0, 1 and None.

        Examples
        --------
        >>> Kakurasu.lines_of([1, None], [1, 0])
        ['2 2', '1 -', '1 0']
        """
        lines = cls.clue_lines(above, left)
        rows, columns = map(int, lines[0].split())
        return [*lines, *cell_line(givens, rows, columns, cls.name, "01")]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        del density, fill
        filled = (rng.random(size * size) < 0.5).tolist()
        sums = [sum(place for place, cell in enumerate(line, 1) if filled[cell]) for line in lines_across(size, size)]
        return cls(size, size, sums)

    def image(self, rng: np.random.Generator) -> Image:
        """Rows for columns, perhaps: the places are counted from one corner."""
        (rows, columns), cells = self.shape, np.arange(self.rules.L)
        if rng.random() < 0.5:
            return self, cells, np.arange(2)
        cells = cells.reshape(rows, columns).T.ravel()
        return Kakurasu(columns, rows, self.turned_clues(cells.tolist(), (columns, rows))), cells, np.arange(2)

    def rule_text(self, constraint: Constraint) -> str:
        clue = constraint.total if isinstance(constraint, Linear) else 0
        return f"the places of the filled cells of {self.unit_text(constraint)} add up to {clue}"


DOMAINS = {"kakurasu": kind_of(Kakurasu, "index-sums")}

"""Trinairo: as many 1, 2 and 3 in every row and column; a marked cell holds another number than those beside it.

Known counts: 3x3 the Latin squares, 12.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Self

import numpy as np

from ..constraints import AllDifferent, Count
from ..drawing import CELL, Sheet
from ..plain import many
from ..problem import Constraint
from .base import Image
from .clued import Clued, Fill, kind_of
from .lines import Lines, row_of
from .parts.grids import neighbours, turned
from .parts.values import lines_of_grid

__all__ = ["DOMAINS", "Trinairo"]

MAX_SIDE, MARK = 60, "x"
SQUARE = re.compile(r"([123]|[-.0_?*])([xX]?)")


class Trinairo(Clued):
    """A board, its sides multiples of 3 from 3 to 60, and its marked cells. Density: share of marks that are shown."""

    name, symbols = "trinairo", "123"
    about = "Fill each line with as many 1, 2 and 3; a cell marked x holds another number than the cells beside it."
    text_form = (
        "`rows columns`, both multiples of 3, which may be left out; rows of cells, white space between them: '-' or "
        "'.' where open, or a number; with an x behind it where the cell is marked: 3x, -x"
    )
    example = "6 6/- - - - - -/-x -x -x 1x - -/2 2 - - - -/2 - -x - 2 -/3x -x - - 2 -/-x -x - - 3 -x"
    words = "grid=cells board=cells puzzle=cells givens=cells"
    legend = "x: another number than beside it"
    sizes, size, density = (3, 6, 9, 12), 6, 0.7

    def __init__(self, rows: int, columns: int, marked: Iterable[int]) -> None:
        self.shape, self.marked = (rows, columns), frozenset(marked)
        cells = np.arange(rows * columns).reshape(self.shape)
        lines = [("row", line) for line in cells.tolist()] + [("column", line) for line in cells.T.tolist()]
        self.constraints = (
            *(Count(line, v, len(line) // 3, len(line) // 3, relation) for relation, line in lines for v in range(3)),
            *(AllDifferent(pair, "mark") for pair in neighbours(rows, columns) if self.marked & {*pair}),
        )
        self.clues = "/".join([f"{rows} {columns}", *map(" ".join, self._squares())])

    def _squares(self) -> list[list[str]]:
        rows, columns = self.shape
        squares = [CELL + MARK * (cell in self.marked) for cell in range(rows * columns)]
        return [squares[i : i + columns] for i in range(0, len(squares), columns)]

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        if lines.headed(2):
            rows, columns = lines.numbers("rows and columns", 2, 3, MAX_SIDE)
        else:
            rows, columns = lines.left, len(row_of(lines.peek()))
        if rows % 3 or columns % 3 or not 0 < max(rows, columns) <= MAX_SIDE:
            lines.fail(f"{many(rows, 'row')} and {many(columns, 'column')}; wanted multiples of 3, {MAX_SIDE} at most")
        cells, marked = "", []
        for cell in range(rows * columns if lines.left else 0):
            row, column = divmod(cell, columns)
            if not column:
                tokens = lines.tokens("numbers, or - where open", columns)
            said = SQUARE.fullmatch(tokens[column])
            if said is None:
                what = f"row {row + 1}, column {column + 1} holds {tokens[column][:40]!r}"
                lines.fail(f"{what}; wanted 1, 2, 3 or '-', with an x behind it where the cell is marked")
            cells += said[1] if said[1] in cls.symbols else "."
            marked += [cell] * bool(said[2])
        return cls(rows, columns, marked), cells + lines.cells()

    @classmethod
    def lines_of(cls, cells: Any) -> list[str]:
        """Cells are rows of numbers and None; text with an x behind it, "3x" or "-x", for a marked cell.

        Examples
        --------
        >>> Trinairo.lines_of([["1x", None, "-x"]] * 3)[:2]
        ['3 3', '1x - -x']
        """
        lines = lines_of_grid(cells, cls.name, "cells")
        return [f"{len(lines)} {len(lines[0].split())}", *lines]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Marks cells of a random answer that hold another number than all beside them."""
        answer, alike = fill(cls(size, size, ()).rules), set[int]()
        for a, b in neighbours(size, size):
            alike |= {a, b} if answer[a] == answer[b] else set()
        alone = [cell for cell in range(size * size) if cell not in alike]
        return cls(size, size, [cell for cell in alone if rng.random() < density])

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board; permute the numbers."""
        shape, cells, places = turned(rng, *self.shape)
        return Trinairo(*shape, places[sorted(self.marked)].tolist()), cells, rng.permutation(3)

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "mark":
            return super().unit_text(constraint)
        return f"the pair of {self.cells_text(constraint.cells)}"

    def rule_text(self, constraint: Constraint) -> str:
        if isinstance(constraint, Count):
            return f"{self.unit_text(constraint)} has as many 1, 2 and 3"
        marked = [cell for cell in constraint.cells if cell in self.marked]
        [other] = [cell for cell in constraint.cells if cell != marked[0]]
        return f"{self.cell_name(marked[0])} is marked, so {self.cell_name(other)} holds another number"

    def sheet(self) -> Sheet:
        rows = self._squares()
        return Sheet(rows, [[0] * len(row) for row in rows])


DOMAINS = {"trinairo": kind_of(Trinairo, "trinario")}

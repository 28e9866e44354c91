"""Tenner Grid: every row holds each digit once, cells that touch differ, also at a corner; columns have totals.

Known counts: two rows of four cells without totals have 24 grids, one for each first row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from ..constraints import AllDifferent, Sum
from ..drawing import OUTSIDE, Sheet
from ..problem import Constraint
from .base import CELL, SYMBOLS, Image
from .clued import Clued, Fill, kind_of
from .lines import Lines
from .parts.regions import windows
from .parts.values import grid_of, is_open, lines_of_grid, listed

__all__ = ["DOMAINS", "Tenner"]

DIGITS = "0" + SYMBOLS[:35]
MAX_ROWS = 60


class Tenner(Clued):
    """A board of rows of `columns` digits from 0, 2 to 36, and the totals of columns, None for none.

    Density: not used, all totals are shown. Sizes are columns.
    """

    name = "tenner"
    about = "Fill each row with all digits so that cells that touch, also at a corner, differ and columns add up."
    text_form = (
        "`rows columns`, the line of totals counted as a row; rows of digits from 0, '-' or '.' where open; a line of "
        "totals, '-' for none. The first line may be left out"
    )
    example = "3 5/- - - - 4/- - - - -/3 3 6 1 7"
    sizes, size, density = (4, 5, 6, 8, 10), 10, 1.0

    def __init__(self, rows: int, columns: int, totals: Sequence[int | None]) -> None:
        self.shape, self.symbols, self.totals = (rows, columns), DIGITS[:columns], tuple(totals)
        cells = np.arange(rows * columns).reshape(rows, columns)
        apart = {
            (a, b)
            for window in windows(rows, columns)
            for i, a in enumerate(window)
            for b in window[i + 1 :]
            if a // columns != b // columns
        }
        self.constraints = (
            *(AllDifferent(row, "row") for row in cells.tolist()),
            *(AllDifferent(pair, "touch") for pair in sorted(apart)),
            *(
                Sum(column, total, "column", first=0)
                for column, total in zip(cells.T.tolist(), totals, strict=True)
                if total is not None
            ),
        )
        said = " ".join("-" if total is None else str(total) for total in totals)
        self.clues = "/".join([f"{rows + 1} {columns}", *[" ".join(CELL * columns)] * rows, said])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        if lines.headed(2):
            rows, columns = lines.numbers("rows and columns", 2, 2, MAX_ROWS)
        else:
            rows, columns = lines.left, len(lines.peek().split())
        if not (2 <= rows <= MAX_ROWS and 2 <= columns <= len(DIGITS)):
            lines.fail(f"{rows} rows and {columns} columns; wanted 2 to {MAX_ROWS}, that of totals too, and 2 to 36")
        cells = lines.givens(rows - 1, columns, DIGITS[:columns])
        totals = [
            None if token in ("-", ".") else lines.number(token, "a total", 0, MAX_ROWS * len(DIGITS))
            for token in lines.tokens("totals of columns", columns, whole=True)
        ]
        return cls(rows - 1, columns, totals), cells + lines.cells()

    @classmethod
    def lines_of(cls, totals: Any, givens: Any) -> list[str]:
        """Totals of the columns, None for none; givens are rows of digits and None.

        Examples
        --------
        >>> Tenner.lines_of([3, 3, None], [[0, None, None], [None, None, None]])
        ['3 3', '0 - -', '- - -', '3 3 -']
        """
        grid = grid_of(givens, cls.name, "givens")
        said = ["-" if is_open(total) else str(total) for total in listed(totals, cls.name, "totals")]
        return [f"{len(grid) + 1} {len(grid[0])}", *lines_of_grid(grid, cls.name, "givens"), " ".join(said)]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        del rng, density
        rows = size // 2
        answer = fill(cls(rows, size, [None] * size).rules).reshape(rows, size)
        return cls(rows, size, answer.sum(axis=0).tolist())

    def image(self, rng: np.random.Generator) -> Image:
        """Reflect the board; perhaps replace each digit by what it lacks of the greatest, and the totals with them."""
        (rows, columns), (up, right) = self.shape, rng.choice([-1, 1], 2)
        cells = np.arange(rows * columns).reshape(rows, columns)[:: int(up), :: int(right)]
        down = bool(rng.random() < 0.5)
        totals = [
            rows * (columns - 1) - total if down and total is not None else total
            for total in self.totals[:: int(right)]
        ]
        return Tenner(rows, columns, totals), cells.ravel(), np.arange(columns)[:: -1 if down else 1]

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation == "touch":
            return f"{self.cells_text(constraint.cells)} touch, so they differ"
        return super().rule_text(constraint)

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "column":
            return super().unit_text(constraint)
        return f"column {constraint.cells[0] + 1}"

    def sheet(self) -> Sheet:
        rows, columns = self.shape
        said = ["" if total is None else str(total) for total in self.totals]
        return Sheet([*[[CELL] * columns] * rows, said], [*[[0] * columns] * rows, [OUTSIDE] * columns])


DOMAINS = {"tenner": kind_of(Tenner, "tenner-grid")}

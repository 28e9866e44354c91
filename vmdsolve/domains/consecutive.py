"""Consecutive: a bar between two cells says that their numbers are consecutive; without one they are not.

A Latin square, or with the word `boxes` a Sudoku with boxes as usual.
Known counts: without bars, no grid of order 4 and 20 of order 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Self

import numpy as np

from ..constraints import Table, Tuples
from ..drawing import Sheet
from ..problem import Constraint, Rules
from .base import CELL, SYMBOLS, Image
from .clued import Fill, kind_of
from .lines import Lines
from .parts.boxed import Boxed
from .parts.grids import neighbours, rows_and_columns, spaced_sheet, turned
from .parts.values import cell_of, lines_of_grid, listed, order_of

__all__ = ["DOMAINS", "Consecutive"]

RIGHT, BELOW, LEFT, ABOVE = 1, 2, 4, 8  # where bars are, added up


@lru_cache(maxsize=64)
def _beside(n: int, *, bar: bool) -> Tuples:
    """Values of neighbours with a bar between them, or without."""
    return Tuples((a, b) for a in range(n) for b in range(n) if (abs(a - b) == 1) == bar)


class Consecutive(Boxed):
    """An n x n board, 2 to 25, with bars as pairs of neighbours. Density: not used, all bars are shown."""

    name = "consecutive"
    about = "Fill the grid as a Latin square; neighbours with a bar between them are consecutive, all others are not."
    text_form = (
        "`n n`, or `n n boxes` if boxes repeat no number either; n rows of cells, '-' or '.' where open; n rows of "
        "numbers that say where bars are beside a cell: 1 right, 2 below, 4 left, 8 above, added up"
    )
    example = "4 4/- - - -/1 - - -/- - - -/- - - -/1 6 0 0/2 11 6 2/8 8 8 10/0 0 1 12"
    sizes, size, density = (4, 5, 6, 7, 8, 9), 6, 1.0

    def __init__(self, n: int, bars: Iterable[tuple[int, int]], *, in_boxes: bool = False) -> None:
        self.bars, self.in_boxes = {(min(pair), max(pair)) for pair in bars}, in_boxes
        board = self.set_board(n, in_boxes=in_boxes)
        barred = ((pair, pair in self.bars) for pair in neighbours(n, n))
        self.constraints = (
            *board,
            *(Table(pair, _beside(n, bar=bar), "bar" if bar else "no bar") for pair, bar in barred),
        )
        shown = np.zeros(n * n, np.int64)
        for a, b in self.bars:
            shown[a] += RIGHT if b == a + 1 else BELOW
            shown[b] += LEFT if b == a + 1 else ABOVE
        grid = (" ".join(map(str, row)) for row in shown.reshape(n, n).tolist())
        self.clues = "/".join([f"{n} {n}" + " boxes" * in_boxes, *[" ".join(CELL * n)] * n, *grid])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        head = lines.tokens("rows and columns", whole=True)
        in_boxes = head[2:] == ["boxes"]
        if len(head) != 2 + in_boxes or head[0] != head[1]:
            lines.fail(f"{' '.join(head)[:40]!r}; wanted rows, as many columns, and perhaps the word boxes")
        n = lines.number(head[0], "rows and columns", 2, 25)
        cells = lines.givens(n, n, SYMBOLS[:n])
        shown = [lines.numbers("where bars are, 0 to 15", n, 0, 15) for _ in range(n)]
        first, bars = lines.taken - n + 1, []
        for a, b in neighbours(n, n):
            here, there = (RIGHT, LEFT) if b == a + 1 else (BELOW, ABOVE)
            said = bool(shown[a // n][a % n] & here), bool(shown[b // n][b % n] & there)
            if said[0] != said[1]:
                where = f"row {a // n + 1}, column {a % n + 1} and row {b // n + 1}, column {b % n + 1}"
                lines.fail(f"of {where} one says that a bar is between them, the other that none is", first + b // n)
            bars += [(a, b)] * said[0]
        rim = [*(row[-1] & RIGHT for row in shown), *(row[0] & LEFT for row in shown)]
        if any(rim) or any(bits & BELOW for bits in shown[-1]) or any(bits & ABOVE for bits in shown[0]):
            lines.fail("a bar is outside of the grid; wanted bars between cells", first)
        return cls(n, bars, in_boxes=in_boxes), cells + lines.cells()

    @classmethod
    def lines_of(cls, bars: Any, size: int | None = None, givens: Any = None, boxes: bool = False) -> list[str]:
        """Bars are pairs of neighbouring cells, (row, column) from 0 or "r1c1"; givens are rows of numbers and None.

        Examples
        --------
        >>> Consecutive.lines_of([("r1c1", "r1c2")], size=2)
        ['2 2', '- -', '- -', '1 4', '0 0']
        """
        n = order_of(size, givens, cls.name)
        pairs = [[cell_of(cell, n, n, cls.name) for cell in listed(pair, cls.name, "a bar")] for pair in bars]
        board = cls(n, [(a, b) for a, b in pairs], in_boxes=bool(boxes)).clues.split("/")
        cells = [" ".join("-" * n)] * n if givens is None else lines_of_grid(givens, cls.name, "givens", n, n)
        return [board[0], *cells, *board[n + 1 :]]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        del rng, density
        numbers = fill(Rules(size * size, size, rows_and_columns(size)))
        return cls(size, [(a, b) for a, b in neighbours(size, size) if abs(numbers[a] - numbers[b]) == 1])

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board; perhaps count downwards."""
        n, (cells, places) = self.shape[0], self.turn(rng) if self.in_boxes else turned(rng, *self.shape)[1:]
        bars = [(int(places[a]), int(places[b])) for a, b in self.bars]
        return Consecutive(n, bars, in_boxes=self.in_boxes), cells, np.arange(n)[:: int(rng.choice([1, -1]))]

    def rule_text(self, constraint: Constraint) -> str:
        match constraint.relation:
            case "bar":
                return f"a bar makes {self.cells_text(constraint.cells)} consecutive"
            case "no bar":
                return f"no bar is between {self.cells_text(constraint.cells)}, so they are not consecutive"
        return super().rule_text(constraint)

    def sheet(self) -> Sheet:
        """With the bars in rows and columns between those of the cells."""
        n = self.shape[0]
        bars = {(a // n + b // n, a % n + b % n): "|" if b == a + 1 else "-" for a, b in self.bars}
        return spaced_sheet(n, bars, {"|": "┃", "-": "━"})


DOMAINS = {"consecutive": kind_of(Consecutive, "consecutive-sudoku")}

"""Minesweeper on paper: a number says how many of the up to eight cells around it hold a mine; it holds none itself.

Known counts: without numbers, k mines in n cells stand in n! / (k! (n - k)!) ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from ..constraints import Count
from ..errors import InvalidProblem
from ..plain import many
from ..problem import Constraint
from .base import CELL, Image
from .clued import Fill, kind_of
from .lines import Lines
from .parts.values import lines_of_grid, listed
from .parts.walled import MAX_SIDE, Walled

__all__ = ["DOMAINS", "Minesweeper"]

OPEN = ("-", ".", "_", "?", CELL)


class Minesweeper(Walled):
    """A board of cells and numbers, and how many mines there are, or None. Density: share of safe squares shown."""

    name, symbols, glyphs, boxed = "minesweeper", "01", " *", " ●"
    called, legend = ("safe", "a mine"), "* mine, 0 to 8 so many mines around, blank safe, . open"
    about = "Find the mines: a number says how many of the cells around it hold one."
    text_form = (
        "`rows columns`, or `rows columns mines`; rows of squares: '-' or '.' for a cell, 0 to 8 for a number; perhaps "
        "a line of cells, 1 for a mine and 0 for none, squares with numbers left out"
    )
    example = "5 5 5/- - - 1 -/- - 0 - -/- 3 - 2 2/- - - 1 -/1 - 1 - -"
    words = "grid=squares board=squares puzzle=squares"
    sizes, size, density = range(3, 17), 8, 0.5

    def __init__(self, squares: Sequence[Sequence[str]], mines: int | None) -> None:
        numbers, self.mines = self.set_squares(squares), mines
        padded = np.pad(numbers, 1, constant_values=-1)
        self.number_of: dict[tuple[int, ...], tuple[int, int]] = {}
        rules = []
        for (row, column), cell in np.ndenumerate(numbers):
            if cell >= 0:
                continue
            shown = int(squares[row][column])
            around = tuple(c for c in padded[row : row + 3, column : column + 3].ravel().tolist() if c >= 0)
            if shown > len(around):
                where = f"row {row + 1}, column {column + 1}"
                raise InvalidProblem(f"minesweeper: {where} shows {shown} among {many(len(around), 'cell')}")
            if around:
                self.number_of[around] = (row, column)
                rules.append(Count(around, 1, shown, shown, "number"))
        L = self.shape[1]
        self.constraints = (*rules, *([] if mines is None else [Count(range(L), 1, mines, mines, "mines")]))
        head = f"{numbers.shape[0]} {numbers.shape[1]}" + ("" if mines is None else f" {mines}")
        self.clues = "/".join([head, *(" ".join("-" if s == CELL else s for s in row) for row in squares)])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        head = lines.tokens("rows, columns and perhaps mines", whole=True)
        if not 2 <= len(head) <= 3:
            lines.fail(f"{many(len(head), 'number')}; wanted rows, columns and perhaps how many mines")
        rows, columns = (lines.number(token, "a side", 1, MAX_SIDE) for token in head[:2])
        mines = lines.number(head[2], "the number of mines", 0, rows * columns) if head[2:] else None
        squares = [[CELL if s in OPEN else s for s in lines.tokens("squares", columns)] for _ in range(rows)]
        for row, line in enumerate(squares):
            for column, square in enumerate(line):
                if square != CELL and not (square in "012345678" and len(square) == 1):
                    what = f"row {row + 1}, column {column + 1} is {square[:40]!r}; wanted '-' or 0 to 8"
                    lines.fail(what, lines.taken - rows + row + 1)
        if not any(CELL in line for line in squares):
            lines.fail("no cells; wanted one '-' at least")
        return cls(squares, mines), lines.cells()

    @classmethod
    def lines_of(cls, squares: Any, mines: int | None = None, givens: Any = None) -> list[str]:
        """Squares are rows of None or "." for a cell, 0 to 8 for a number; givens are 0, 1 and None, one a cell.

        Examples
        --------
        >>> Minesweeper.lines_of([[None, 1], [None, None]], mines=1)
        ['2 2 1', '- 1', '- -']
        """
        lines = lines_of_grid(squares, cls.name, "squares")
        cells = [] if givens is None else lines_of_grid([listed(givens, cls.name, "givens")], cls.name, "givens")
        line = "".join(cells).replace(" ", "").replace("-", ".")
        head = f"{len(lines)} {len(lines[0].split())}" + ("" if mines is None else f" {mines}")
        return [head, *lines, *([line] if line else [])]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        del fill
        mine = rng.random((size, size)) < 0.2
        padded = np.pad(mine, 1).astype(np.int64)
        around = sum(padded[r : r + size, c : c + size] for r in range(3) for c in range(3))
        shown = ~mine & (rng.random(mine.shape) < density)
        shown.flat[rng.integers(size * size)] = False
        squares = np.where(shown, np.asarray(around).astype(str), CELL)
        if shown.all():
            squares[0, 0] = CELL
        return cls(squares.astype(object).tolist(), int(mine.sum()))

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        squares, cells = self.turn(rng)
        return Minesweeper(squares, self.mines), cells, np.arange(2)

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "number":
            return "the board"
        row, column = self.number_of[constraint.cells]
        return f"the cells around row {row + 1}, column {column + 1}"

    def rule_text(self, constraint: Constraint) -> str:
        n = constraint.low if isinstance(constraint, Count) else 0
        has = "has" if constraint.relation == "mines" else "have"
        return f"{self.unit_text(constraint)} {has} {many(n, 'mine')}"


DOMAINS = {"minesweeper": kind_of(Minesweeper, "mines")}

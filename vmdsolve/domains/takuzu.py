"""Takuzu (Binairo): as many 0 as 1 in every row and column, and never three alike in a row, across or down.

Also known as Binairo and Unruly; with signs between cells it is tango.
Known counts: 2x2 2; 4x4 90, of which 72 distinct.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Self

import numpy as np

from ..constraints import DFA, Count, Regular
from ..problem import Constraint
from .base import CELL, Image
from .clued import Clued, Fill, kind_of
from .lines import Lines, row_of
from .parts.grids import turned
from .parts.values import grid_of, lines_of_grid

__all__ = ["DOMAINS", "Takuzu"]

MAX_SIDE = 60
# Two words read by turns: state 0 where they are the same so far, 1 and 2 where 0 and 1 wait for the other's symbol.
UNLIKE = DFA(0, frozenset({3}), ((1, 2), (0, 3), (3, 0), (3, 3)))


class Takuzu(Clued):
    """A board of even sides, 2 to 60. Density: not used, there are no clues but givens."""

    name, symbols = "takuzu", "01"
    about = "Fill the board with as many 0 as 1 in every row and column, and never three alike side by side."
    text_form = (
        "`rows columns`, both even, followed by `distinct` if no two rows and no two columns may be the same; rows of "
        "cells, '-', '.' or x where open. 0 is a symbol; 2 is read as 0, for puzzles written in 1 and 2. The first "
        "line may be left out"
    )
    example = "4 4/- 1 - 0/- - 0 -/- 0 - -/1 1 - 0"
    sizes, size, density = range(2, 15, 2), 8, 1.0

    def __init__(self, rows: int, columns: int, *, distinct: bool) -> None:
        self.shape, self.distinct = (rows, columns), distinct
        cells = np.arange(rows * columns).reshape(self.shape)
        lines = [("row", line) for line in cells.tolist()] + [("column", line) for line in cells.T.tolist()]
        pairs = [
            (relation, [cell for both in zip(a, b, strict=True) for cell in both])
            for (relation, a), (other, b) in combinations(lines if distinct else [], 2)
            if relation == other
        ]
        self.constraints = (
            *(Count(line, 1, len(line) // 2, len(line) // 2, relation) for relation, line in lines),
            *(Count(line[i : i + 3], 1, 1, 2, "three") for _, line in lines for i in range(len(line) - 2)),
            *(Regular(pair, UNLIKE, f"{relation}s") for relation, pair in pairs),
        )
        start = f"{rows} {columns}" + " distinct" * distinct
        self.clues = "/".join([start, *[" ".join(CELL * columns)] * rows])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        distinct = False
        if lines.headed(3):
            tokens = lines.tokens("rows, columns, and perhaps the word distinct", whole=True)
            distinct = tokens[2:] == ["distinct"]
            if len(tokens) != 2 + distinct:
                lines.fail(f"{' '.join(tokens)[:40]!r}; wanted rows, columns, and perhaps the word distinct")
            rows, columns = (lines.number(token, "a side", 2, MAX_SIDE) for token in tokens[:2])
        else:
            lines.one_row_to_many()
            rows, columns = lines.left, len(row_of(lines.peek()))
        if rows % 2 or columns % 2:
            lines.fail(f"{rows} rows and {columns} columns; wanted even numbers")
        first = lines.taken + 1
        cells = lines.givens(rows, columns, "012") + lines.cells() if lines.left else ""
        if "2" in cells and "0" in cells:
            at = cells.index("2" if cells.index("2") > cells.index("0") else "0")
            lines.fail("cells hold both 0 and 2; wanted 0 and 1, or 1 and 2", first + at // columns)
        return cls(rows, columns, distinct=distinct), cells.replace("2", "0")

    @classmethod
    def lines_of(cls, givens: Any, distinct: bool = False) -> list[str]:
        """Givens are rows of 0, 1, and None or "." where open; `distinct`: no two rows and no two columns are the same.

        Examples
        --------
        >>> Takuzu.lines_of([[0, None], [None, None]])
        ['2 2', '0 -', '- -']
        """
        grid = grid_of(givens, cls.name, "givens")
        size = f"{len(grid)} {len(grid[0])}" + " distinct" * bool(distinct)
        return [size, *lines_of_grid(grid, cls.name, "givens")]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        del rng, density, fill
        return cls(size, size, distinct=True)

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board; perhaps swap the symbols."""
        shape, cells, _ = turned(rng, *self.shape)
        return Takuzu(*shape, distinct=self.distinct), cells, rng.permutation(2)

    def unit_text(self, constraint: Constraint) -> str:
        cells = constraint.cells
        match constraint.relation:
            case "three":
                (row, column), down = divmod(cells[0], self.shape[1]), cells[1] - cells[0] > 1
                if down:
                    return f"column {column + 1}, rows {row + 1} to {row + 3}"
                return f"row {row + 1}, columns {column + 1} to {column + 3}"
            case "rows":
                return f"rows {cells[0] // self.shape[1] + 1} and {cells[1] // self.shape[1] + 1}"
            case "columns":
                return f"columns {cells[0] % self.shape[1] + 1} and {cells[1] % self.shape[1] + 1}"
        return super().unit_text(constraint)

    def rule_text(self, constraint: Constraint) -> str:
        unit = self.unit_text(constraint)
        if constraint.relation in ("row", "column"):
            return f"{unit} has as many 0 as 1"
        return f"{unit} are not {'all alike' if constraint.relation == 'three' else 'the same'}"


DOMAINS = {"takuzu": kind_of(Takuzu, "binairo", "binary-puzzle", "unruly")}

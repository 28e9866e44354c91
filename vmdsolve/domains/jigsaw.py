"""Jigsaw Sudoku: no row, no column and no region of n cells repeats a symbol; regions have any shape.

Text form: `n n`; n rows of cells, '-' or '.' where open; n rows of region names.
Known counts: with rows or columns as regions the Latin squares, 576 of order 4; with boxes the Sudoku grids.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from ..constraints import AllDifferent
from ..drawing import Sheet
from .base import CELL, SYMBOLS, Image
from .clued import Clued, Family, Fill, Lines
from .parts.grids import region_sheet, rows_and_columns, turned
from .parts.regions import cells_of, read_regions, renumbered, trade_cells, write_regions

__all__ = ["DOMAINS", "Jigsaw"]


class Jigsaw(Clued):
    """An n x n board, 2 to 64, with the region of each cell. Density: not used, regions are all the clues there are."""

    name = "jigsaw"
    sizes, size, density = range(3, 10), 9, 1.0
    marks = "#,"

    def __init__(self, regions: Sequence[int]) -> None:
        n = max(regions) + 1
        self.shape, self.symbols, self.regions = (n, n), SYMBOLS[:n], np.array(regions)
        self.constraints = (*rows_and_columns(n), *(AllDifferent(cells, "region") for cells in cells_of(regions)))
        self.clues = "/".join([f"{n} {n}", *[" ".join(CELL * n)] * n, write_regions(n, regions)])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, columns = lines.numbers("rows and columns", 2, 2, len(SYMBOLS))
        if n != columns:
            lines.fail(f"{n} rows and {columns} columns; wanted as many")
        cells, regions = lines.givens(n, n), read_regions(lines, n, n)
        sizes = np.bincount(regions)
        if len(sizes) != n or (sizes != n).any():
            lines.fail(f"regions of {', '.join(map(str, sizes[:n].tolist()))} cells; wanted {n} of {n} cells")
        return cls(regions), cells + lines.cells()

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Halves of pairs of columns at first; a solution stays at hand, since some ways to cut allow none."""
        del density
        row, column = np.divmod(np.arange(size**2), size)
        alone = (column == size - 1) & (size % 2 == 1)
        step = np.where(alone, row, 2 * row + column % 2)
        board = cls(renumbered((column // 2 * 2 + step // size).tolist()))
        for _ in range(4):
            board = cls(trade_cells(rng, board.regions.tolist(), fill(board.rules)))
        return board

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board; permute the symbols."""
        _, cells, _ = turned(rng, *self.shape)
        return Jigsaw(renumbered(self.regions[cells].tolist())), cells, rng.permutation(len(self.symbols))

    def sheet(self) -> Sheet:
        return region_sheet(self.regions.reshape(self.shape).tolist())


DOMAINS = {"jigsaw": lambda: Family(Jigsaw)}

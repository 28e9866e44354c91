"""Jigsaw Sudoku: no row, no column and no region of n cells repeats a symbol; regions have any shape.

Known counts: with rows or columns as regions the Latin squares, 576 of order 4; with boxes the Sudoku grids.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from ..constraints import AllDifferent
from ..drawing import Sheet
from .base import CELL, SYMBOLS, Image
from .clued import Clued, Fill, kind_of
from .lines import Lines
from .parts.grids import region_sheet, rows_and_columns, turned
from .parts.regions import cells_of, lines_of_regions, read_regions, renumbered, trade_cells, write_regions

__all__ = ["DOMAINS", "Jigsaw"]


class Jigsaw(Clued):
    """An n x n board, 2 to 64, with the region of each cell. Density: not used, regions are all the clues there are."""

    name = "jigsaw"
    about = "Fill the grid so that no row, no column and no region, whatever its shape, repeats a symbol."
    text_form = (
        "`n n`; n rows of cells, '-' or '.' where open; n rows of region names. Without the first line, 2n rows, n "
        "rows of regions alone, or all cells on one line and all regions on the next"
    )
    example = "4 4/1 - - -/- - 3 -/- - - -/- 4 - -/1 1 1 2/3 1 2 2/3 3 4 2/3 4 4 4"
    sizes, size, density = range(3, 10), 9, 1.0
    marks = "#,"

    def __init__(self, regions: Sequence[int]) -> None:
        n = max(regions) + 1
        self.shape, self.symbols, self.regions = (n, n), SYMBOLS[:n], np.array(regions)
        self.constraints = (*rows_and_columns(n), *(AllDifferent(cells, "region") for cells in cells_of(regions)))
        self.clues = "/".join([f"{n} {n}", *[" ".join(CELL * n)] * n, write_regions(n, regions)])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, _ = lines.square(2, len(SYMBOLS), 1, 2)
        cells, regions = lines.givens(n, n, SYMBOLS[:n]) if lines.left > n else "", read_regions(lines, n, n)
        sizes = np.bincount(regions)
        if len(sizes) != n or (sizes != n).any():
            said = f"regions of {', '.join(map(str, sizes[:n].tolist()))} cells; wanted {n} of {n} cells"
            wrong = next(cell for cell, region in enumerate(regions) if region >= n or sizes[region] != n)
            lines.fail(said, lines.taken - n + 1 + wrong // n)
        return cls(regions), cells + lines.cells()

    @classmethod
    def lines_of(cls, regions: Any, givens: Any = None) -> list[str]:
        """Regions are rows of names, or of numbers, one a cell; givens are rows of symbols.

        Examples
        --------
        >>> Jigsaw.lines_of(["AB", "AB"], [[1, None], [None, None]])
        ['2 2', '1 -', '- -', 'A B', 'A B']
        """
        return lines_of_regions(regions, givens, cls.name)

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


DOMAINS = {"jigsaw": kind_of(Jigsaw, "jigsaw-sudoku", "irregular-sudoku")}

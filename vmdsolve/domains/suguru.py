"""Suguru: a region of k cells holds 1 to k; cells that touch, also at a corner, differ.

Also known as Tectonics and Number Blocks. Known counts: one region of 2 x 2 cells has 24 grids.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from ..constraints import AllDifferent, Linear
from ..drawing import Sheet
from ..errors import InvalidInput
from ..plain import many
from ..problem import Constraint
from .base import CELL, SYMBOLS, Image
from .clued import Clued, Fill, kind_of
from .lines import Lines
from .parts.cages import grow_cages
from .parts.grids import region_sheet, turned
from .parts.regions import cells_of, read_regions, renumbered, windows, write_regions
from .parts.values import grid_of, lines_of_grid

__all__ = ["DOMAINS", "Suguru"]

MAX_SIDE, MOST = 60, 16  # rows and columns; cells of a region


class Suguru(Clued):
    """A board with the region of each cell. Density: not used, regions are all the clues there are."""

    name = "suguru"
    about = "Fill each region of k cells with 1 to k so that cells that touch, also at a corner, differ."
    text_form = "`rows columns`; rows of cells, '-' or '.' where open; rows of region names"
    example = "4 4/- 3 - -/- - - 1/- 2 - -/- - - -/1 1 2 2/1 3 2 2/1 3 4 4/3 3 3 4"
    sizes, size, density = range(3, 7), 6, 1.0

    def __init__(self, rows: int, columns: int, regions: Sequence[int]) -> None:
        self.shape, self.regions = (rows, columns), np.array(regions)
        units = cells_of(regions)
        V = max(map(len, units))
        self.symbols = SYMBOLS[:V]
        self.constraints = (
            *(AllDifferent(cells, "region") for cells in units if len(cells) > 1),
            *(Linear([cell], [1], "<=", len(unit), "most") for unit in units if len(unit) < V for cell in unit),
            *(AllDifferent(cells, "touch") for cells in windows(rows, columns) if len(cells) > 1),
        )
        blank = [" ".join(CELL * columns)] * rows
        self.clues = "/".join([f"{rows} {columns}", *blank, write_regions(columns, regions)])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        rows, columns = lines.numbers("rows and columns", 2, 1, MAX_SIDE)
        cells = lines.givens(rows, columns, SYMBOLS[:MOST])
        regions = read_regions(lines, rows, columns)
        for unit in cells_of(regions):
            if len(unit) > MOST:
                lines.fail(
                    f"a region of {len(unit)} cells; wanted {MOST} at most", lines.taken - rows + 1 + unit[0] // columns
                )
        return cls(rows, columns, regions), cells + lines.cells()

    @classmethod
    def lines_of(cls, regions: Any, givens: Any = None) -> list[str]:
        """Regions are rows of names, or of numbers, one a cell; givens are rows of numbers and None.

        Examples
        --------
        >>> Suguru.lines_of(["AB", "AB"], [[1, None], [None, None]])
        ['2 2', '1 -', '- -', 'A B', 'A B']
        """
        grid = grid_of(regions, cls.name, "regions")
        rows, columns = len(grid), len(grid[0])
        cells = [" ".join("-" * columns)] * rows
        if givens is not None:
            cells = lines_of_grid(givens, cls.name, "givens", rows, columns)
        return [f"{rows} {columns}", *cells, *lines_of_grid(grid, cls.name, "regions", rows, columns)]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Random regions until some have an answer."""
        del density
        while True:
            regions = np.zeros(size * size, np.int64)
            for number, cells in enumerate(grow_cages(rng, np.arange(size * size, dtype=np.int32), 0.2, distinct=True)):
                regions[cells] = number
            if max(np.bincount(regions)) <= 6:
                board = cls(size, size, renumbered(regions.tolist()))
                try:
                    fill(board.rules)
                except InvalidInput:
                    continue
                return board

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        shape, cells, _ = turned(rng, *self.shape)
        return Suguru(*shape, renumbered(self.regions[cells].tolist())), cells, np.arange(len(self.symbols))

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "touch":
            return super().unit_text(constraint)
        return f"the square of {self.cells_text([constraint.cells[0], constraint.cells[-1]])}"

    def rule_text(self, constraint: Constraint) -> str:
        match constraint.relation:
            case "most":
                k = constraint.total if isinstance(constraint, Linear) else 0
                return f"{self.cell_name(constraint.cells[0])} stands in a region of {many(k, 'cell')}"
            case "touch":
                return f"{self.unit_text(constraint)} holds no number twice, for its cells touch"
        return super().rule_text(constraint)

    def sheet(self) -> Sheet:
        return region_sheet(self.regions.reshape(self.shape).tolist())


DOMAINS = {"suguru": kind_of(Suguru, "tectonics", "number-blocks")}

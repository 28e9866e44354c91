"""Star battle: k stars in every row, column and region; no two touch, not even at a corner.

Text form: `rows columns k`; then rows of region names, '@' or '#' outside of regions, where no star may be; then, if
there are givens, one line of cells. Cells are 0 (empty) and 1 (star).
Known counts: with rows as regions and one star the permutations in which no two neighbours differ by one: 2, 14, 90 of
4, 5, 6 (OEIS A002464).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from ..constraints import Count
from ..drawing import Sheet
from ..problem import Constraint
from .base import Image
from .clued import Clued, Family, Fill, Lines
from .parts.grids import region_sheet, rows_and_columns, turned
from .parts.regions import OUTSIDE, cells_of, grow_regions, read_regions, renumbered, windows, write_regions

__all__ = ["DOMAINS", "StarBattle"]


class StarBattle(Clued):
    """An n x n board, 1 to 64, with the region of each cell, -1 outside. Density: not used, regions are all clues."""

    name, symbols, glyphs, boxed = "starbattle", "01", " *", " ★"
    called, legend = ("empty", "a star"), "* star, blank empty, . open"
    sizes, size, density = range(4, 11), 6, 1.0
    marks = "#,"

    def __init__(self, stars: int, n: int, regions: Sequence[int]) -> None:
        self.shape, self.stars, self.regions = (n, n), stars, np.array(regions)
        outside = np.flatnonzero(self.regions < 0).tolist()
        self.constraints = (
            *(Count(unit.cells, 1, stars, stars, unit.relation) for unit in rows_and_columns(n)),
            *(Count(cells, 1, stars, stars, "region") for cells in cells_of(regions)),
            *(Count(cells, 1, 0, 1, "touch") for cells in windows(n, n)),
            *([Count(outside, 1, 0, 0, "outside")] if outside else []),
        )
        self.clues = f"{n} {n} {stars}/" + write_regions(n, regions)

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, columns, stars = lines.numbers("rows, columns, stars", 3, 1, 64)
        if n != columns:
            lines.fail(f"{n} rows and {columns} columns; wanted as many")
        regions = read_regions(lines, n, n, outside=(OUTSIDE, "#"))
        if max(regions) < 0:
            lines.fail("no regions; wanted one at least")
        return cls(stars, n, regions), lines.cells()

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """One star a region; regions grow from the stars of a random solution."""
        del density
        stars = np.flatnonzero(fill(cls(1, size, np.repeat(np.arange(size), size).tolist()).rules))
        return cls(1, size, grow_regions(rng, size, stars.tolist()))

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        n, (_, cells, _) = self.shape[0], turned(rng, *self.shape)
        return StarBattle(self.stars, n, renumbered(self.regions[cells].tolist(), outside=(-1,))), cells, np.arange(2)

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "touch":
            return super().unit_text(constraint)
        return f"the square of {self.cells_text([constraint.cells[0], constraint.cells[-1]])}"

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation == "outside":
            return "no star stands outside of the regions"
        if constraint.relation == "touch":
            return f"{self.unit_text(constraint)} has at most one star, for stars do not touch"
        return f"{self.unit_text(constraint)} has {self.stars} star{'s' * (self.stars != 1)}"

    def sheet(self) -> Sheet:
        return region_sheet(self.regions.reshape(self.shape).tolist())


DOMAINS = {"starbattle": lambda: Family(StarBattle)}

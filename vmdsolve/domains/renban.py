"""Renban: a Latin square in which the numbers of each region are consecutive, in any order.

Known counts: with one region for each cell the Latin squares, 576 of order 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from ..drawing import Sheet
from ..problem import Constraint
from .base import CELL, SYMBOLS, Image
from .clued import Clued, Fill, kind_of
from .lines import Lines
from .parts.grids import neighbours, region_sheet, rows_and_columns, turned
from .parts.regions import cells_of, lines_of_regions, read_regions, renumbered, write_regions
from .parts.straights import straight

__all__ = ["DOMAINS", "Renban"]


class Renban(Clued):
    """An n x n board, 2 to 16, with the region of each cell. Density: not used, regions are all clues."""

    name = "renban"
    about = "Fill the grid as a Latin square; the numbers of each region are consecutive, in any order."
    text_form = (
        "`n n`; n rows of cells, '-' or '.' where open; n rows of region names. Without the first line 2n rows, or n "
        "rows of regions alone"
    )
    example = "4 4/- - 2 -/- - 3 -/- 1 - -/- - - -/1 1 2 3/2 2 2 3/4 4 5 3/5 5 5 3"
    sizes, size, density = range(3, 10), 6, 1.0
    marks = "#,"

    def __init__(self, regions: Sequence[int]) -> None:
        n = round(len(regions) ** 0.5)
        self.shape, self.symbols, self.regions = (n, n), SYMBOLS[:n], np.array(regions)
        runs = (rule for cells in cells_of(regions) for rule in straight(cells, n, "region"))
        self.constraints = (*rows_and_columns(n), *runs)
        self.clues = "/".join([f"{n} {n}", *[" ".join(CELL * n)] * n, write_regions(n, regions)])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, _ = lines.square(2, 16, 1, 2)
        cells, regions = lines.givens(n, n, SYMBOLS[:n]) if lines.left > n else "", read_regions(lines, n, n)
        for unit in cells_of(regions):
            if len(unit) > n:
                lines.fail(f"a region of {len(unit)} cells; wanted {n} at most", lines.taken - n + 1 + unit[0] // n)
        return cls(regions), cells + lines.cells()

    @classmethod
    def lines_of(cls, regions: Any, givens: Any = None) -> list[str]:
        """Regions are rows of names, or of numbers, one a cell; givens are rows of numbers and None.

        Examples
        --------
        >>> Renban.lines_of(["AB", "AB"], [[1, None], [None, None]])
        ['2 2', '1 -', '- -', 'A B', 'A B']
        """
        return lines_of_regions(regions, givens, cls.name)

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Regions grow in a random answer, by neighbours that keep their numbers consecutive."""
        del density
        answer = fill(cls([*range(size * size)]).rules)
        regions, pairs = np.arange(size * size), neighbours(size, size)
        for i in rng.permutation(len(pairs)).tolist():
            a, b = pairs[i]
            joined = np.isin(regions, [regions[a], regions[b]])
            held = np.unique(answer[joined])
            if len(held) == joined.sum() == held[-1] - held[0] + 1:
                regions[joined] = regions[a]
        return cls(renumbered(regions.tolist()))

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board; perhaps count downwards."""
        n, (_, cells, _) = self.shape[0], turned(rng, *self.shape)
        return Renban(renumbered(self.regions[cells].tolist())), cells, np.arange(n)[:: int(rng.choice([1, -1]))]

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "region":
            return super().unit_text(constraint)
        region = int(self.regions[constraint.cells[0]])
        return f"region {region + 1}"

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation != "region":
            return super().rule_text(constraint)
        return f"{self.unit_text(constraint)} holds consecutive numbers"

    def sheet(self) -> Sheet:
        return region_sheet(self.regions.reshape(self.shape).tolist())


DOMAINS = {"renban": kind_of(Renban, "renban-groups")}

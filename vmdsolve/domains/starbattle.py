"""Star battle: k stars in every row, column and region; no two touch, not even at a corner.

With one star it is also known as Queens, of LinkedIn.
Known counts: with rows as regions and one star the permutations in which no two neighbours differ by one: 2, 14, 90 of
4, 5, 6 (OEIS A002464).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Self

import numpy as np

from ..constraints import Count
from ..drawing import Sheet
from ..plain import many
from ..problem import Constraint
from .base import Image
from .clued import Clued, Family, Fill
from .kind import Kind, number_in
from .lines import Lines
from .parts.grids import region_sheet, rows_and_columns, turned
from .parts.regions import OUTSIDE, cells_of, grow_regions, read_regions, renumbered, windows, write_regions
from .parts.values import cell_line, grid_of, lines_of_grid

__all__ = ["DOMAINS", "StarBattle"]


class StarBattle(Clued):
    """An n x n board, 1 to 64, with the region of each cell, -1 outside. Density: not used, regions are all clues."""

    name, symbols, glyphs, boxed = "starbattle", "01", " *", " ★"
    called, legend = ("empty", "a star"), "* star, blank empty, . open"
    about = "Place k stars in every row, column and region; no two touch, not even at a corner."
    text_form = (
        "`rows columns k`; rows of region names, '@' or '#' outside of regions, where no star may be; perhaps one line "
        "of cells, 1 for a star and 0 for none. Without k there is one star where a region is too small for two; "
        "starbattle:1 and starbattle:2 say it"
    )
    example = "5 5 1/A A B B C/A B B B B/A A B B D/A E E D D/E E E D D"
    words = "grid=regions board=regions k=stars"
    few: int | None = None  # stars where the text does not say
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
        n, more = lines.square(1, 64, 1, most=3)
        head = lines.taken
        said = lines.number(more[0], "the number of stars", 1, 64) if more else cls.few
        regions = read_regions(lines, n, n, outside=(OUTSIDE, "#"))
        if max(regions) < 0:
            lines.fail("no regions; wanted one at least")
        if said is None and n > 7 and all(_has_room(n, cells) for cells in cells_of(regions)):
            lines.fail(f"nothing says how many stars; wanted `{n} {n} stars` first, or starbattle:1 for one", head or 1)
        return cls(said or 1, n, regions), lines.cells()

    @classmethod
    def lines_of(cls, regions: Any, stars: int | None = None, givens: Any = None) -> list[str]:
        """Regions are rows of names, or of numbers, one a cell, '@' for none; givens are rows of 0, 1 and None.

        Examples
        --------
        >>> StarBattle.lines_of(["AAB", "ABB", "CCB"], stars=1)
        ['3 3 1', 'A A B', 'A B B', 'C C B']
        """
        n = len(grid_of(regions, cls.name, "regions"))
        head = f"{n} {n}" + ("" if stars is None else f" {stars}")
        return [head, *lines_of_grid(regions, cls.name, "regions", n, n), *cell_line(givens, n, n, cls.name, "01")]

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
        return f"{self.unit_text(constraint)} has {many(self.stars, 'star')}"

    def sheet(self) -> Sheet:
        return region_sheet(self.regions.reshape(self.shape).tolist())


def _has_room(n: int, cells: list[int]) -> bool:
    """True if two stars can stand in these cells; they need a board of eight rows, too."""
    return any(abs(a // n - b // n) > 1 or abs(a % n - b % n) > 1 for a, b in combinations(cells, 2))


def _with_stars(size: str) -> Family:
    """The family whose texts need not say how many stars there are."""
    stars = number_in(size, "starbattle")
    return Family(type(f"StarBattle{stars}", (StarBattle,), {"few": stars}))


DOMAINS = {
    "starbattle": Kind(
        lambda size: _with_stars(size) if size else Family(StarBattle), "1 or more stars",
        {"starbattle": ""}, default="", aliases={"star-battle": "", "linkedin-queens": "1", "queens-with-regions": "1"},
    )
}  # fmt: skip

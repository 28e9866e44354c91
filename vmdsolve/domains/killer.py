"""Killer Sudoku: a Sudoku cut into cages; no cage repeats a symbol, and its numbers add up to the total it shows.

Boxes are as usual: 2x2, 2x3, 3x3, 3x4, 4x4 for grids of 4, 6, 9, 12, 16; one row where the size is prime.
Text form: that of cages.py with totals as labels; then, if there are givens, one line of cells.
Known counts: without cages the Sudoku grids, 288 of 4x4.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import numpy as np

from ..constraints import AllDifferent, Sum
from ..drawing import Sheet
from ..problem import Constraint
from .base import SYMBOLS, Image
from .clued import Clued, Family, Fill, Lines
from .parts.cages import Cage, cage_sheet, grow_cages, read_cages, write_cages
from .parts.grids import box_shape, boxes, rows_and_columns, turned

__all__ = ["DOMAINS", "Killer"]


class Killer(Clued):
    """An n x n board, 2 to 25, with cages of (total, cells). Density: cages a cell; fewer are harder."""

    name = "killer"
    sizes, size, density = (4, 6, 8, 9, 10, 12), 9, 0.38

    def __init__(self, n: int, cages: Iterable[tuple[int, list[int]]]) -> None:
        self.shape, self.symbols = (n, n), SYMBOLS[:n]
        self.cages = sorted(((total, sorted(cells)) for total, cells in cages), key=lambda cage: cage[1])
        self.constraints = (
            *rows_and_columns(n),
            *boxes(*box_shape(n)),
            *(Sum(cells, total, "cage") for total, cells in self.cages),
            *(AllDifferent(cells, "cage") for _, cells in self.cages if len(cells) > 1),
        )
        self.clues = write_cages(n, self._labelled)

    @property
    def _labelled(self) -> list[Cage]:
        return [(str(total), cells) for total, cells in self.cages]

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, cages = read_cages(lines, largest=25)
        return cls(n, [(lines.number(total, "a total", 1, 10_000), cells) for total, cells in cages]), lines.cells()

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        answer = fill(Killer(size, []).rules)
        cages = grow_cages(rng, answer, density, distinct=True)
        return cls(size, [(int(answer[cells].sum()) + len(cells), cells) for cells in cages])

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect (boxes allowing); perhaps replace every number k by n + 1 - k, and the totals with them."""
        n, (h, w) = self.shape[0], box_shape(self.shape[0])
        cells = places = np.arange(n * n)
        if h == w:
            _, cells, places = turned(rng, n, n)
        down = bool(rng.random() < 0.5)
        cages = [((n + 1) * len(cage) - total if down else total, places[cage].tolist()) for total, cage in self.cages]
        return Killer(n, cages), cells, np.arange(n)[::-1] if down else np.arange(n)

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "cage":
            return super().unit_text(constraint)
        total = next(total for total, cells in self.cages if tuple(cells) == constraint.cells)
        return f"the cage of {total} at {self.cell_name(constraint.cells[0])}"

    def sheet(self) -> Sheet:
        return cage_sheet(self.shape[0], self._labelled)


DOMAINS = {"killer": lambda: Family(Killer)}

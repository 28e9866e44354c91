"""Killer Sudoku: a Sudoku cut into cages; no cage repeats a symbol, and its numbers add up to the total it shows.

Boxes are as usual: 2x2, 2x3, 3x3, 3x4, 4x4 for grids of 4, 6, 9, 12, 16; one row where the size is prime; others are
named behind the size, `6 6 3x2` for 3 rows by 2 columns.
Known counts: without cages the Sudoku grids, 288 of 4x4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Self

import numpy as np

from ..constraints import AllDifferent, Sum
from ..drawing import Sheet
from ..problem import Constraint
from .base import SYMBOLS, Image
from .clued import Clued, Fill, kind_of
from .lines import Lines
from .parts.cages import Cage, cage_sheet, grow_cages, read_cages, write_cages
from .parts.grids import box_shape, boxes, boxes_in, rows_and_columns, turned
from .parts.values import cage_lines

__all__ = ["DOMAINS", "Killer"]


class Killer(Clued):
    """An n x n board, 2 to 25, with cages of (total or None, cells). Density: cages a cell; fewer are harder."""

    name = "killer"
    about = "Fill the grid as a Sudoku; no cage repeats a number, and its numbers add up to the total it shows."
    text_form = (
        "`n n`, or `n n 3x2` with the shape of boxes; n rows of totals, one in some cell of each cage and '-' in all "
        "others; n rows of cage numbers, '-' outside of cages; perhaps one line of cells. A cage without a total only "
        "repeats nothing"
    )
    example = "4 4/10 4 3 -/- - - 8/10 - - -/2 - 3 -/1 2 3 3/1 1 1 4/5 5 5 4/6 5 7 4"
    sizes, size, density = (4, 6, 8, 9, 10, 12), 9, 0.38

    def __init__(
        self, n: int, cages: Iterable[tuple[int | None, list[int]]], box: tuple[int, int] | None = None
    ) -> None:
        self.shape, self.symbols, self.box = (n, n), SYMBOLS[:n], box or box_shape(n)
        h, w = self.box
        if self.box == box_shape(n) and h not in (1, w):
            self.assumes = boxes_in(h, w)
        self.cages = sorted(((total, sorted(cells)) for total, cells in cages), key=lambda cage: cage[1])
        self.constraints = (
            *rows_and_columns(n),
            *boxes(h, w),
            *(Sum(cells, total, "cage") for total, cells in self.cages if total is not None),
            *(AllDifferent(cells, "cage") for _, cells in self.cages if len(cells) > 1),
        )
        self.clues = write_cages(n, self._labelled, "" if self.box == box_shape(n) else f" {h}x{w}")

    def otherwise(self) -> tuple[str, Killer] | None:
        if not self.assumes:
            return None
        n, (h, w) = self.shape[0], self.box
        return f"{boxes_in(w, h)} (first line `{n} {n} {w}x{h}`)", Killer(n, self.cages, (w, h))

    @property
    def _labelled(self) -> list[Cage]:
        return [("" if total is None else str(total), cells) for total, cells in self.cages]

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, more = lines.square(2, 25, 2, most=3)
        box = None
        if more:
            match = re.fullmatch(r"(\d{1,2})x(\d{1,2})", more[0].lower(), re.ASCII) if len(more) == 1 else None
            box = (int(match[1]), int(match[2])) if match else (0, 0)
            if box[0] * box[1] != n:
                lines.fail(f"boxes are {' '.join(more)[:40]!r}; wanted rows x columns of {n} cells, such as 3x2 of 6")
        cages = [
            (lines.number(label, "a total", 1, 10_000, line) if label else None, cells)
            for label, cells, line in read_cages(lines, n)
        ]
        return cls(n, cages, box), lines.cells()

    @classmethod
    def lines_of(cls, cages: Any, size: int | None = None, givens: Any = None, boxes: Any = None) -> list[str]:
        """Cages are (total, cells), or dicts with `cells` and `total`, `sum` or `value`; total None: no repeat alone.

        Cells are (row, column) from 0, or "r1c1". `size` may be left out where the cages hold every cell, or with
        givens. `boxes` is "3x2" or (3, 2), rows first.

        Examples
        --------
        >>> Killer.lines_of([(3, ["r1c1", "r1c2"]), (3, ["r2c1", "r2c2"])])
        ['2 2', '3 -', '3 -', '1 1', '2 2']
        """
        lines = cage_lines(cages, size, givens, cls.name)
        if boxes is not None:
            lines[0] += " " + (boxes if isinstance(boxes, str) else "x".join(map(str, boxes)))
        return lines

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        answer = fill(Killer(size, []).rules)
        cages = grow_cages(rng, answer, density, distinct=True)
        return cls(size, [(int(answer[cells].sum()) + len(cells), cells) for cells in cages])

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect (boxes allowing); perhaps replace every number k by n + 1 - k, and the totals with them."""
        n, (h, w) = self.shape[0], self.box
        cells = places = np.arange(n * n)
        if h == w:
            _, cells, places = turned(rng, n, n)
        down = bool(rng.random() < 0.5)
        cages = [
            ((n + 1) * len(cage) - total if down and total is not None else total, places[cage].tolist())
            for total, cage in self.cages
        ]
        return Killer(n, cages, self.box), cells, np.arange(n)[::-1] if down else np.arange(n)

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "cage":
            return super().unit_text(constraint)
        total = next(total for total, cells in self.cages if tuple(cells) == constraint.cells)
        of = "" if total is None else f" of {total}"
        return f"the cage{of} at {self.cell_name(constraint.cells[0])}"

    def sheet(self) -> Sheet:
        return cage_sheet(self.shape[0], self._labelled)


DOMAINS = {"killer": kind_of(Killer, "killer-sudoku")}

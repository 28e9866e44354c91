"""Even-odd Sudoku: marked cells hold an even number, or an odd one.

Known counts: without marks the Sudoku grids, 288 of 4x4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from ..constraints import Table, Tuples
from ..drawing import Sheet
from ..problem import Constraint
from .base import CELL, SYMBOLS, Image
from .clued import Fill, kind_of
from .lines import Lines
from .parts.boxed import Boxed
from .parts.values import lines_of_grid

__all__ = ["DOMAINS", "EvenOdd"]

MARKS = {"E": 0, "O": 1}  # whether it is odd


class EvenOdd(Boxed):
    """An n x n board, 2 to 12, with the mark of each cell, "" for none. Density: share of cells with a mark."""

    name = "even-odd"
    about = "Fill the grid as a Sudoku; cells marked E hold even numbers, cells marked O odd ones."
    text_form = (
        "`n n`, which may be left out; n rows of cells: E, O, a number, or '-'; perhaps a line of cells, then for all "
        "numbers"
    )
    example = "4 4/- O E -/- O E O/O - - E/- - - -/2......1.2..1..."
    sizes, size, density = (4, 6, 8, 9, 12), 9, 0.5

    def __init__(self, marks: Sequence[str]) -> None:
        n, self.parity = round(len(marks) ** 0.5), tuple(marks)
        values = [Tuples((v,) for v in range(n) if (v + 1) % 2 == odd) for odd in (0, 1)]
        marked = ((cell, MARKS[mark]) for cell, mark in enumerate(marks) if mark)
        self.constraints = (
            *self.set_board(n),
            *(Table([cell], values[odd], "odd" if odd else "even") for cell, odd in marked),
        )
        rows = (" ".join(mark or "-" for mark in marks[i : i + n]) for i in range(0, n * n, n))
        self.clues = "/".join([f"{n} {n}", *rows])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, _ = lines.square(2, 12, 1)
        marks, cells = [], Lines.of(lines.name, [])
        for _ in range(n):
            tokens = [token.upper() for token in lines.tokens("E, O, numbers or '-'", n)]
            marks += [token if token in MARKS else "" for token in tokens]
            cells.lines.append(" ".join("-" if token in MARKS else token for token in tokens))
        held = cells.givens(n, n, SYMBOLS[:n])
        more = lines.cells()
        if more and held.strip("."):
            lines.fail("numbers stand both among the marks and in a line of cells; wanted one of the two")
        return cls(marks), more or held

    @classmethod
    def lines_of(cls, cells: Any) -> list[str]:
        """Cells are rows of "E", "O", numbers and None.

        Examples
        --------
        >>> EvenOdd.lines_of([["E", 1], [None, "O"]])
        ['2 2', 'E 1', '- O']
        """
        lines = lines_of_grid(cells, cls.name, "cells")
        return [f"{len(lines)} {len(lines)}", *lines]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        odd = cls.plain(fill, size).ravel() % 2
        shown = rng.random(size * size) < density
        return cls(["EO"[o] if s else "" for o, s in zip(odd.tolist(), shown.tolist(), strict=True)])

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board; permute even numbers, and odd ones."""
        n, (cells, _) = self.shape[0], self.turn(rng)
        values = np.arange(n)
        for odd in (0, 1):
            values[odd::2] = rng.permutation(values[odd::2])
        return EvenOdd([self.parity[cell] for cell in cells]), cells, values

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation not in ("odd", "even"):
            return super().rule_text(constraint)
        return f"{self.cell_name(constraint.cells[0])} is marked {constraint.relation}"

    def sheet(self) -> Sheet:
        plain, n = super().sheet(), self.shape[0]
        rows = [[f"{mark.lower() or ' '}{CELL}" for mark in self.parity[i : i + n]] for i in range(0, n * n, n)]
        return Sheet(rows, plain.regions)


DOMAINS = {"even-odd": kind_of(EvenOdd, "even-odd-sudoku")}

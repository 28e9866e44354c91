"""Sudoku with rules of its own beside rows, columns and boxes: what such kinds share.

Boxes are as usual: 2x2, 2x3, 3x3, 3x4, 4x4 for grids of 4, 6, 9, 12, 16; none where the size is prime.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Self

import numpy as np

from ...drawing import Sheet
from ...plain import many
from ...problem import Constraint, Rules
from ..base import SYMBOLS, Image
from ..clued import Clued, Fill
from ..lines import Lines
from .grids import box_shape, boxes, neighbours, region_sheet, rows_and_columns, turned
from .values import cell_of, lines_of_grid, listed, order_of

__all__ = ["Boxed", "Lined"]


class Boxed(Clued):
    """An n x n board; subclasses call `set_board` and add what their clues ask for."""

    sizes: Sequence[int] = (4, 6, 8, 9)
    size = 9

    def set_board(self, n: int, *, in_boxes: bool = True) -> tuple[Constraint, ...]:
        """Sets all but `constraints` and `clues`; the rules that every such board has, without boxes if so said."""
        self.shape, self.symbols = (n, n), SYMBOLS[:n]
        h, w = box_shape(n) if in_boxes else (1, n)
        return (*rows_and_columns(n), *(boxes(h, w) if h > 1 else ()))

    def sheet(self) -> Sheet:
        n, (h, w) = self.shape[0], box_shape(self.shape[0])
        return region_sheet([[(r // h) * n + c // w if h > 1 else 0 for c in range(n)] for r in range(n)])

    def turn(self, rng: np.random.Generator) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Cells and places of a turn or reflection that takes boxes to boxes."""
        n, (h, w) = self.shape[0], box_shape(self.shape[0])
        if h in (1, w):
            return turned(rng, n, n)[1:]
        cells = np.arange(n * n).reshape(n, n)[:: int(rng.choice([-1, 1])), :: int(rng.choice([-1, 1]))].ravel()
        return cells, np.argsort(cells)

    @classmethod
    def plain(cls, fill: Fill, n: int) -> np.ndarray[Any, Any]:
        """A random answer without any clue, numbers from 1, [n, n]."""
        board = cls.__new__(cls)
        return np.asarray(fill(Rules(n * n, n, board.set_board(n))).reshape(n, n) + 1)


class Lined(Boxed):
    """A board with lines of cells that something holds along. Density: lines a cell, about.

    Text form: `n n`; a line for each line, of its cells such as r1c2; perhaps one line of cells.
    """

    density = 0.08
    marks = ""
    least = 2  # cells of a line
    line_called: str
    pointed = False  # whether lines are drawn as arrows

    def __init__(self, n: int, lines: Iterable[Sequence[int]]) -> None:
        board = self.set_board(n)
        self.lines = sorted(map(list, lines))
        self.constraints = (*board, *(rule for line in self.lines for rule in self.along(line)))
        said = (" ".join(f"r{cell // n + 1}c{cell % n + 1}" for cell in line) for line in self.lines)
        self.clues = "/".join([f"{n} {n}", *said])
        self.legend = self.legend_of(self.line_called)

    def sheet(self) -> Sheet:
        return replace(super().sheet(), paths=self.lines, pointed=self.pointed)

    @abstractmethod
    def along(self, line: list[int]) -> Iterable[Constraint]:
        """What holds along a line."""

    @classmethod
    @abstractmethod
    def fits(cls, numbers: list[int]) -> bool:
        """Whether these numbers may stand along a line that goes on."""

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, other = lines.numbers("rows and columns", 2, 2, 25)
        if n != other:
            lines.fail(f"{many(n, 'row')} and {many(other, 'column')}; wanted as many")
        joined, drawn = set(map(frozenset, cls.touching(n))), []
        while lines.peek()[:1] in ("r", "R"):
            names = lines.tokens("cells of a line, as r1c2", whole=True)
            line = [cell_of(name, n, n, cls.name) for name in names]
            if len(line) < cls.least or len({*line}) < len(line) or {*map(frozenset, pairwise(line))} - joined:
                lines.fail(
                    f"a line of {' '.join(names)[:40]!r}; wanted {cls.least} cells or more, each once, next to the last"
                )
            drawn.append(line)
        return cls(n, drawn), lines.cells()

    @staticmethod
    def touching(n: int) -> list[tuple[int, int]]:
        """Cells that may follow each other along a line: also at a corner."""
        falling = [(r * n + c, (r + 1) * n + c + 1) for r in range(n - 1) for c in range(n - 1)]
        rising = [(r * n + c + 1, (r + 1) * n + c) for r in range(n - 1) for c in range(n - 1)]
        return [*neighbours(n, n), *falling, *rising]

    @classmethod
    def lines_of(cls, lines: Any, size: int | None = None, givens: Any = None) -> list[str]:
        """Lines are lists of cells, (row, column) from 0 or "r1c1"; givens are rows of numbers and None.

        Examples
        --------
        >>> from vmdsolve.domains.thermo import Thermo
        >>> Thermo.lines_of([["r1c1", "r1c2"], [(1, 0), (1, 1)]], size=4)
        ['4 4', 'r1c1 r1c2', 'r2c1 r2c2']
        """
        n = order_of(9 if size is None and givens is None else size, givens, cls.name)
        drawn = []
        for line in listed(lines, cls.name, "lines"):
            cells = [cell_of(cell, n, n, cls.name) for cell in listed(line, cls.name, "a line")]
            drawn.append(" ".join(f"r{cell // n + 1}c{cell % n + 1}" for cell in cells))
        held = [] if givens is None else lines_of_grid(givens, cls.name, "givens", n, n)
        cells_line = Lines.of(cls.name, held).givens(n, n, SYMBOLS[:n]) if held else ""
        return [f"{n} {n}", *drawn, *([cells_line] if cells_line else [])]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Lines grow in a random answer, where its numbers allow."""
        answer = cls.plain(fill, size).ravel()
        beside: list[list[int]] = [[] for _ in answer]
        for a, b in cls.touching(size):
            beside[a].append(b)
            beside[b].append(a)
        taken, lines = set[int](), list[list[int]]()
        for start in rng.permutation(size * size).tolist():
            line = [start] if start not in taken else []
            while line and len(line) < size:
                ways = [b for b in beside[line[-1]] if b not in taken and b not in line]
                ways = [b for b in ways if cls.fits(answer[[*line, b]].tolist())]
                if not ways:
                    break
                line.append(ways[int(rng.integers(len(ways)))])
            line = cls.whole(line, answer)
            if len(line) >= cls.least:
                taken.update(line)
                lines.append(line)
            if len(lines) > density * size * size:
                break
        return cls(size, lines)

    @classmethod
    def whole(cls, line: list[int], answer: np.ndarray[Any, Any]) -> list[int]:
        """As much of a line that grew as can stand."""
        del answer
        return line

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        cells, places = self.turn(rng)
        return (
            type(self)(self.shape[0], [places[line].tolist() for line in self.lines]),
            cells,
            np.arange(self.shape[0]),
        )

    def legend_of(self, what: str) -> str:
        """The lines in words, for the drawing."""
        n = self.shape[0]
        return "; ".join(f"{what} " + " ".join(f"r{c // n + 1}c{c % n + 1}" for c in line) for line in self.lines)

"""Akari (Light up): bulbs light their rows and columns up to the next wall; every cell is lit, no bulb lights another.

Known counts: without walls a bulb in every row and column, n! on n x n cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from ..constraints import Count
from ..errors import InvalidProblem
from ..plain import many
from ..problem import Constraint
from .base import CELL, Image
from .clued import Fill, kind_of
from .lines import Lines
from .parts.grids import neighbours
from .parts.values import lines_of_grid, listed
from .parts.walled import Walled, read_squares, runs

__all__ = ["DOMAINS", "Akari"]

WALL = "x"
OPEN = ("-", ".", "_", CELL)
WALLS = ("x", "X", "#", "B", "b", "9", "■", "█")  # as people write walls without a number


class Akari(Walled):
    """A board of cells, walls and numbers. Density: share of walls that have numbers; a quarter are walls."""

    name, symbols, glyphs, boxed = "akari", "01", " o", " ●"
    called, legend = ("empty", "a bulb"), "o bulb, x wall, 0 to 4 wall with so many bulbs beside it, . open"
    blocks = MappingProxyType({WALL: "█"})
    about = "Place bulbs that light every cell along rows and columns up to the next wall; no bulb lights another."
    text_form = (
        "`rows columns`, which may be left out; rows of squares: '-' or '.' for a cell, x (or #, B) for a wall, 0 to 4 "
        "for a wall with so many bulbs beside it; perhaps a line of cells, 1 for a bulb and 0 for none, walls left out"
    )
    example = "5 5/- - - 1 -/- x - 0 -/0 - - - 0/1 - - - -/- x - - -"
    words = "grid=squares board=squares puzzle=squares"
    sizes, size, density = range(2, 15), 8, 0.6

    def __init__(self, squares: Sequence[Sequence[str]]) -> None:
        numbers = self.set_squares(squares)
        across, down = runs(numbers)
        lit_by: list[set[int]] = [set() for _ in range(self.shape[1])]
        for run in (*across, *down):
            for cell in run:
                lit_by[cell].update(run)
        walls = {i: int(s) for i, s in enumerate(s for row in squares for s in row) if s not in (CELL, WALL)}
        beside: dict[int, list[int]] = {wall: [] for wall in walls}
        for pair in neighbours(*numbers.shape):
            for wall, other in (pair, pair[::-1]):
                if wall in walls and numbers.flat[other] >= 0:
                    beside[wall].append(int(numbers.flat[other]))
        for wall, cells in beside.items():
            if walls[wall] > len(cells):
                row, column = divmod(wall, numbers.shape[1])
                raise InvalidProblem(
                    f"akari: row {row + 1}, column {column + 1} shows {walls[wall]} beside {many(len(cells), 'cell')}"
                )
        self.lit_by = {tuple(sorted(cells)): cell for cell, cells in reversed([*enumerate(lit_by)])}
        self.wall_of = {tuple(cells): divmod(wall, numbers.shape[1]) for wall, cells in beside.items()}
        self.constraints = (
            *(Count(run, 1, 0, 1, "run") for run in (*across, *down) if len(run) > 1),
            *(Count(sorted(cells), 1, 1, len(cells), "lit") for cells in lit_by),
            *(Count(cells, 1, walls[wall], walls[wall], "wall") for wall, cells in beside.items() if cells),
        )
        rows = (" ".join("-" if square == CELL else square for square in row) for row in squares)
        self.clues = "/".join([f"{numbers.shape[0]} {numbers.shape[1]}", *rows])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        shown = dict.fromkeys(OPEN, CELL) | dict.fromkeys(WALLS, WALL)
        squares = [[shown.get(square, square) for square in row] for row in read_squares(lines)]
        for row, line in enumerate(squares):
            for column, square in enumerate(line):
                if square not in (CELL, WALL, *"01234"):
                    what = f"row {row + 1}, column {column + 1} is {square[:40]!r}; wanted '-', x or 0 to 4"
                    lines.fail(what, lines.taken - len(squares) + row + 1)
        if not any(CELL in line for line in squares):
            lines.fail("no cells; wanted one '-' at least")
        return cls(squares), lines.cells()

    @classmethod
    def lines_of(cls, squares: Any, givens: Any = None) -> list[str]:
        """Squares are rows of None or "." for a cell, "x" for a wall, 0 to 4 for a wall with that number.

        Givens are 0, 1 and None, one a cell, walls left out.

        Examples
        --------
        >>> Akari.lines_of([[None, 1], ["x", None]])
        ['2 2', '- 1', 'x -']
        """
        lines = lines_of_grid(squares, cls.name, "squares")
        cells = [] if givens is None else lines_of_grid([listed(givens, cls.name, "givens")], cls.name, "givens")
        line = "".join(cells).replace(" ", "").replace("-", ".")
        return [f"{len(lines)} {len(lines[0].split())}", *lines, *([line] if line else [])]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        squares = np.where(rng.random((size, size)) < 0.25, WALL, CELL).astype(object)
        squares[0, 0] = CELL
        board = cls(squares.tolist())
        bulbs = np.zeros((size + 2, size + 2), np.int64)
        bulbs[1:-1, 1:-1][squares == CELL] = fill(board.rules)
        beside = bulbs[:-2, 1:-1] + bulbs[2:, 1:-1] + bulbs[1:-1, :-2] + bulbs[1:-1, 2:]
        numbered = (squares == WALL) & (rng.random(squares.shape) < density)
        return cls(np.where(numbered, beside.astype(str), squares).tolist())

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        squares, cells = self.turn(rng)
        return Akari(squares), cells, np.arange(2)

    def rule_text(self, constraint: Constraint) -> str:
        match constraint:
            case Count(relation="run"):
                return f"{self.unit_text(constraint)} has at most one bulb"
            case Count(relation="lit"):
                return f"{self.cell_name(self.lit_by[constraint.cells])} is lit by a bulb in its row or column"
            case Count(relation="wall", low=n):
                row, column = self.wall_of[constraint.cells]
                where = f"row {row + 1}, column {column + 1}"
                return f"the wall at {where} has {many(n, 'bulb')} beside it"
        return super().rule_text(constraint)

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "run":
            return f"the squares {self.cells_text(constraint.cells)}"
        return f"the run from {self.cell_name(constraint.cells[0])} to {self.cell_name(constraint.cells[-1])}"


DOMAINS = {"akari": kind_of(Akari, "light-up", "lightup")}

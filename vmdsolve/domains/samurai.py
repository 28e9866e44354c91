"""Samurai and its kin (gattai, flower): Sudoku boards that overlap; each is a Sudoku of its own, and they share cells.

A samurai has five boards of 9x9: one in the middle shares a box with each of four at its corners, 369 cells.
Known counts: two boards of 4x4 that share a box have 288 * 12 = 3,456 grids.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..constraints import AllDifferent
from ..drawing import CELL, OUTSIDE, Sheet
from ..errors import InvalidProblem
from ..problem import Constraint
from .base import SYMBOLS, Image
from .clued import Fill, kind_of
from .lines import Lines
from .parts.grids import box_shape
from .parts.overlapping import NONE, ORDER, STANDARD, WIDE, Corner, five_boards, mask_of, read_boards
from .parts.values import cell_of, lines_of_grid, listed
from .parts.walled import Walled

__all__ = ["DOMAINS", "Samurai"]


class Samurai(Walled):
    """Boards of order n, 2 to 25, that begin at these corners. Density: not used, there are no clues but givens."""

    name = "samurai"
    about = "Fill overlapping Sudoku boards so that no row, column or box of any board repeats a symbol."
    text_form = (
        "21 rows of 21 characters, '.', '0' or '-' where open, blanks or any sign but a symbol outside of the boards; "
        "or the rows without what is outside; or the five boards, a line of 81 each. Boards that overlap otherwise: "
        "`rows columns order` and the first cell of each board, as r1c1; rows of cells, '@' outside. Other boards of "
        "9x9 that leave no doubt need no first line"
    )
    example = (
        "4..627318....946.3/7..4.86...395..8../..659....5..1...4./....36.9.9...2...4/.6.8..5....13...../"
        ".92175..32...5..../6.8...1.....3...1.4../.4.....85......63..8./2.578..3..8..2.9...6./.1.94.28./"
        "...2..9../32...85.7/..8.....2..........26/..5......427..38..4.7/....486..8.9.7.6.5.../"
        "3.1.5.2..3.7..864./4...23578...7..98./58.6....92...3..../.14...92..28...37./.....2......3..265/"
        ".634...8..3...4..."
    )
    words = "grid=givens boards=corners"
    sizes, size, density = (4, 6, 9), 9, 1.0
    marks = "#"

    def __init__(self, corners: Iterable[Corner], n: int = ORDER) -> None:
        self.corners, self.n = sorted(corners), n
        rows, columns = (max(side) + n for side in zip(*self.corners, strict=True))
        mask = mask_of(self.corners, n, rows, columns)
        numbers = self.set_squares(np.where(mask, CELL, "").astype(object).tolist())
        self.symbols, (h, w) = SYMBOLS[:n], box_shape(n)
        units: dict[tuple[int, ...], str] = {}  # boards may share boxes, even lines
        for r, c in self.corners:
            board = numbers[r : r + n, c : c + n]
            boxes = board.reshape(n // h, h, n // w, w).swapaxes(1, 2).reshape(n, n)
            for relation, cells in (("row", board), ("column", board.T), ("box", boxes if h > 1 else board[:0])):
                units |= dict.fromkeys(map(tuple, cells.tolist()), relation)
        self.constraints = tuple(AllDifferent(cells, relation) for cells, relation in units.items())
        said = " ".join(f"r{r + 1}c{c + 1}" for r, c in self.corners)
        lines = (" ".join(square or NONE for square in row) for row in self.squares)
        self.clues = "/".join([f"{rows} {columns} {n} {said}", *lines])

    @classmethod
    def is_whole(cls, line: str) -> bool:
        return len("".join(line.split())) in (sum(WIDE), STANDARD.size, 5 * ORDER**2)

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        corners, n, cells = read_boards(lines)
        return cls(corners, n), cells

    @classmethod
    def lines_of(cls, givens: Any, corners: Any = None, order: int = ORDER) -> list[str]:
        """Givens are rows of symbols and None, "@" or None outside of boards; corners the first cells of boards.

        A corner is (row, column) from 0 or "r1c1"; without corners the boards are those of a samurai.

        Examples
        --------
        >>> Samurai.lines_of([[1, None, None, None], *[[None] * 4] * 3], corners=["r1c1"], order=4)[:2]
        ['4 4 4 r1c1', '1 - - -']
        """
        lines = lines_of_grid(givens, cls.name, "givens")
        if corners is None:
            return lines
        rows, columns = len(lines), len(lines[0].split())
        at = [cell_of(cell, rows, columns, cls.name) for cell in listed(corners, cls.name, "corners")]
        if not at:
            raise InvalidProblem(f"{cls.name}: corners is empty; wanted the first cell of each board")
        said = " ".join(f"r{cell // columns + 1}c{cell % columns + 1}" for cell in at)
        return [f"{rows} {columns} {order} {said}", *lines]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """The five boards of a samurai, of this order."""
        del rng, density, fill
        return cls(five_boards(size), size)

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the layout, as boxes allow; permute the symbols."""
        n, (h, w) = self.n, box_shape(self.n)
        mask = mask_of(self.corners, n, len(self.squares), len(self.squares[0]))
        numbers = np.where(mask, np.cumsum(mask).reshape(mask.shape) - 1, -1)
        down, right = (int(rng.choice([1, -1])) for _ in range(2))
        numbers = numbers[::down, ::right]
        R, C = mask.shape
        corners = [(r if down > 0 else R - n - r, c if right > 0 else C - n - c) for r, c in self.corners]
        if h in (1, w) and rng.random() < 0.5:
            numbers, corners = numbers.T, [(c, r) for r, c in corners]
        return Samurai(corners, n), numbers[numbers >= 0], rng.permutation(n)

    @cached_property
    def _at(self) -> list[Corner]:
        """Row and column of each cell."""
        return [(r, c) for r, row in enumerate(self.squares) for c, square in enumerate(row) if square == CELL]

    def cell_name(self, cell: int) -> str:
        row, column = self._at[cell]
        return f"row {row + 1}, column {column + 1}"

    def unit_text(self, constraint: Constraint) -> str:
        (r, c), (last_r, last_c) = (self._at[constraint.cells[i]] for i in (0, -1))
        match constraint.relation:
            case "row":
                return f"row {r + 1} from column {c + 1} to {last_c + 1}"
            case "column":
                return f"column {c + 1} from row {r + 1} to {last_r + 1}"
        return f"the box at {self.cell_name(constraint.cells[0])}"

    def sheet(self) -> Sheet:
        units = [rule.cells for rule in self.constraints if rule.relation == "box"]
        inside = [tuple(number for number, cells in enumerate(units) if cell in cells) for cell in range(self.rules.L)]
        names = {boxes: number for number, boxes in enumerate(dict.fromkeys(inside))}
        regions, cells = [], iter(inside)
        for row in self.squares:
            regions.append([names[next(cells)] if square == CELL else OUTSIDE for square in row])
        return Sheet(self.squares, regions)


DOMAINS = {"samurai": kind_of(Samurai, "samurai-sudoku", "gattai", "gattai-5", "flower-sudoku")}

"""Grids of which some squares are walls, with or without a clue on them; only the others are cells.

Text form: `rows columns`, which may be left out; then a line of entries for each row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from ...drawing import CELL, Sheet
from ..clued import Clued
from ..lines import Lines, row_of
from .grids import turned

__all__ = ["Walled", "number_cells", "read_squares", "runs"]

MAX_SIDE = 100


def read_squares(lines: Lines, *, whole: bool = False, numbers: bool = False) -> list[list[str]]:
    """The entries of all squares; `whole`: only blanks stand between them; `numbers`: any row may hold numbers."""
    if lines.headed(2):
        rows, columns = lines.numbers("rows and columns", 2, 1, MAX_SIDE)
        if numbers and columns == 2 and lines.places:
            _refuse_doubt(lines, rows)
    else:
        columns = len(lines.peek().split() if whole else row_of(lines.peek()))
        rows = sum(len(line.split() if whole else row_of(line)) == columns for line in lines.lines)
        if max(rows, columns) > MAX_SIDE:
            lines.fail(f"a board of {rows} by {columns}; wanted at most {MAX_SIDE}", 1)
    return [lines.tokens("squares", columns, whole=whole) for _ in range(rows)]


def _refuse_doubt(lines: Lines, rows: int) -> None:
    """What says the size of a board of two columns may be its first row, if the rows are written in the same way."""
    first, *below = lines.lines[lines.taken - 1 : lines.taken + rows]
    if len(below) == rows and all(len(line.split()) == 2 for line in below):
        tail = "/".join("|".join(line.split()) for line in below)[:60]
        said, row = " ".join(first.split()), "|".join(first.split())
        what = f"{said!r} may be the size, or the first of {rows + 1} rows"
        lines.fail(f"{what}; wanted '|' between the entries of rows: {said}/{tail}, or {row}/{tail}")


def number_cells(white: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """[rows, columns] the numbers of the cells, -1 for walls.

    Examples
    --------
    >>> number_cells([[True, False], [True, True]]).tolist()
    [[0, -1], [1, 2]]
    """
    white = np.asarray(white, np.bool_)
    return np.where(white, np.cumsum(white).reshape(white.shape) - 1, -1)


def runs(numbers: npt.NDArray[np.int64]) -> tuple[list[list[int]], list[list[int]]]:
    """Cells side by side between walls, and cells one below the other.

    Examples
    --------
    >>> runs(number_cells([[True, False], [True, True]]))
    ([[0], [1, 2]], [[0, 1], [2]])
    """

    def along(lines: list[list[int]]) -> list[list[int]]:
        parts = (part for line in lines for part in " ".join(map(str, line)).split("-1"))
        return [[int(cell) for cell in part.split()] for part in parts if part.strip()]

    return along(numbers.tolist()), along(numbers.T.tolist())


class Walled(Clued):
    """A board in a frame of `squares` [rows, columns]: the text of a wall, or CELL. Cells are numbered row by row."""

    squares: Sequence[Sequence[str]]
    blocks: Mapping[str, str] = MappingProxyType({})  # text of walls that drawings show as blocks

    def set_squares(self, squares: Sequence[Sequence[str]]) -> npt.NDArray[np.int64]:
        """Sets `squares` and `shape`; the number of each cell [rows, columns], -1 for walls."""
        numbers = number_cells([[square == CELL for square in row] for row in squares])
        self.squares, self.shape = squares, (1, int(numbers.max()) + 1)
        return numbers

    def turn(self, rng: np.random.Generator) -> tuple[list[list[str]], npt.NDArray[np.int64]]:
        """The squares, turned or reflected, and which cell stands in each cell of that."""
        squares = np.array(self.squares, dtype=object)
        shape, order, _ = turned(rng, *squares.shape)
        turned_squares = squares.ravel()[order]
        cells = number_cells(squares == CELL).ravel()[order][turned_squares == CELL]
        return turned_squares.reshape(shape).tolist(), cells

    def cell_name(self, cell: int) -> str:
        columns = len(self.squares[0])
        squares = [square for row in self.squares for square in row]
        at = [i for i, square in enumerate(squares) if square == CELL][cell]
        return f"row {at // columns + 1}, column {at % columns + 1}"

    def sheet(self) -> Sheet:
        return Sheet(self.squares, [[0] * len(row) for row in self.squares], self.blocks, tiled=True)

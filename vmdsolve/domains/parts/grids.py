"""What grid puzzles share: symbols, units, symmetries of the square, drawings of regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ...constraints import AllDifferent
from ...drawing import CELL, OUTSIDE, Sheet
from ...plain import many

__all__ = ["KING", "KNIGHT", "box_shape", "boxes", "boxes_in", "leaps", "margin_sheet", "neighbours", "region_sheet"]
__all__ += ["rows_and_columns", "turned"]

KNIGHT, KING = ((1, 2), (2, 1), (2, -1), (1, -2)), ((1, 1), (1, -1))  # half the moves: rows down, columns right

Cells = npt.NDArray[np.int64]


@lru_cache
def rows_and_columns(n: int) -> tuple[AllDifferent, ...]:
    """No row and no column of an n x n grid repeats a symbol."""
    cells = np.arange(n * n).reshape(n, n)
    return (*(AllDifferent(unit, "row") for unit in cells.tolist()),
            *(AllDifferent(unit, "column") for unit in cells.T.tolist()))  # fmt: skip


@lru_cache
def boxes(h: int, w: int) -> tuple[AllDifferent, ...]:
    """No box of h x w in an N x N grid repeats a symbol, N = h * w."""
    N = h * w
    cells = np.arange(N * N).reshape(N // h, h, N // w, w).swapaxes(1, 2).reshape(N, N)
    return tuple(AllDifferent(unit, "box") for unit in cells.tolist())


def box_shape(n: int) -> tuple[int, int]:
    """Rows and columns of the boxes that an n x n Sudoku usually has; one row if n is prime.

    Examples
    --------
    >>> box_shape(6), box_shape(9), box_shape(12)
    ((2, 3), (3, 3), (3, 4))
    """
    h = max(d for d in range(1, int(n**0.5) + 1) if n % d == 0)
    return h, n // h


def boxes_in(h: int, w: int) -> str:
    """Boxes in words.

    Examples
    --------
    >>> boxes_in(2, 3)
    'boxes of 2 rows by 3 columns'
    """
    return f"boxes of {many(h, 'row')} by {many(w, 'column')}"


def neighbours(rows: int, columns: int) -> list[tuple[int, int]]:
    """Pairs of cells side by side, then pairs one above the other.

    Examples
    --------
    >>> neighbours(2, 2)
    [(0, 1), (2, 3), (0, 2), (1, 3)]
    """
    cells = np.arange(rows * columns).reshape(rows, columns)
    beside = np.stack([cells[:, :-1].ravel(), cells[:, 1:].ravel()], axis=1)
    below = np.stack([cells[:-1].ravel(), cells[1:].ravel()], axis=1)
    return [(a, b) for a, b in [*beside.tolist(), *below.tolist()]]


def leaps(n: int, moves: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs of cells of an n x n grid that are one of these moves apart.

    Examples
    --------
    >>> leaps(2, KING)
    [(0, 3), (1, 2)]
    """
    return [
        (row * n + column, (row + down) * n + column + right)
        for row in range(n)
        for column in range(n)
        for down, right in moves
        if row + down < n and 0 <= column + right < n
    ]


def turned(rng: np.random.Generator, rows: int, columns: int) -> tuple[tuple[int, int], Cells, Cells]:
    """One of the eight turns and reflections of a board, as (shape, cells, places).

    Cell i of the image is cell cells[i] of the board; cell c of the board comes to stand at places[c].
    """
    cells = np.arange(rows * columns).reshape(rows, columns)
    cells = cells[:: int(rng.choice([-1, 1])), :: int(rng.choice([-1, 1]))]
    if rng.random() < 0.5:
        cells = cells.T
    return (cells.shape[0], cells.shape[1]), cells.ravel(), np.argsort(cells.ravel())


def region_sheet(regions: Sequence[Sequence[int]], labels: Mapping[int, str] | None = None) -> Sheet:
    """A grid with walls between cells of different regions; labels[cell] stands before the cell.

    Examples
    --------
    >>> print(region_sheet([[0, 0], [1, 0]], {0: "9", 2: "4"}).text())
    +---------+
    | 9 □   □ |
    +-----+   |
    | 4 □ | □ |
    +-----+---+
    """
    columns, labels = len(regions[0]), labels or {}
    names = [f"{labels[cell]} {CELL}" if cell in labels else CELL for cell in range(len(regions) * columns)]
    return Sheet([names[i : i + columns] for i in range(0, len(names), columns)], regions)


def spaced_sheet(n: int, between: Mapping[tuple[int, int], str], blocks: Mapping[str, str] | None = None) -> Sheet:
    """An n x n grid with a row and a column of room between cells, and texts at (row, column) there.

    Cell (r, c) stands at (2 r, 2 c). `blocks` as those of a Sheet.

    Examples
    --------
    >>> print(spaced_sheet(2, {(0, 1): "|"}).text())
    +-------+
    | □ | □ |
    |       |
    | □   □ |
    +-------+
    """
    side = range(2 * n - 1)
    rows = [[CELL if r % 2 == c % 2 == 0 else between.get((r, c), "") for c in side] for r in side]
    return Sheet(rows, [[0] * len(side)] * len(side), blocks or {})


def margin_sheet(above: Sequence[Sequence[str]], left: Sequence[Sequence[str]]) -> Sheet:
    """A grid with clues above its columns and to the left of its rows.

    Examples
    --------
    >>> for line in margin_sheet([["1"], ["10", "2"]], [["3"], ["1", "1"]]).text().splitlines():
    ...     print(line.rstrip())
            10
          1  2
        +------+
      3 | □  □ |
    1 1 | □  □ |
        +------+
    """
    high, wide = max(map(len, above)), max(map(len, left))
    top = [[""] * wide + [([""] * (high - len(clue)) + [*clue])[i] for clue in above] for i in range(high)]
    rows = [[""] * (wide - len(clue)) + [*clue] + [CELL] * len(above) for clue in left]
    regions = [[OUTSIDE] * len(line) for line in top]
    return Sheet([*top, *rows], [*regions, *[[OUTSIDE] * wide + [0] * len(above)] * len(left)])

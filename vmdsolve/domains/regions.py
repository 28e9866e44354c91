"""Regions: a grid cut into groups of neighbouring cells, each with a name that its cells show.

Text form: a line of names for each row. Written, the names are numbers from 1 in the order of the first cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..problem import Board
from .clued import Lines
from .grids import neighbours

__all__ = ["cells_of", "read_regions", "renumbered", "trade_cells", "windows", "write_regions"]


def renumbered(names: Iterable[object]) -> list[int]:
    """Regions numbered from 0 in the order of their first cells.

    >>> renumbered("bbab")
    [0, 0, 1, 0]
    """
    seen: dict[object, int] = {}
    return [seen.setdefault(name, len(seen)) for name in names]


def cells_of(regions: Sequence[int]) -> list[list[int]]:
    """The cells of each region.

    >>> cells_of([0, 0, 1, 0])
    [[0, 1, 3], [2]]
    """
    cells: list[list[int]] = [[] for _ in range(max(regions) + 1)]
    for cell, region in enumerate(regions):
        cells[region].append(cell)
    return cells


def read_regions(lines: Lines, rows: int, columns: int) -> list[int]:
    """[L] the region of each cell."""
    return renumbered(name for _ in range(rows) for name in lines.tokens("regions", columns))


def write_regions(columns: int, regions: Sequence[int]) -> str:
    """Their text, on one line.

    >>> write_regions(2, [0, 0, 1, 0])
    '1 1/2 1'
    """
    rows = (regions[i : i + columns] for i in range(0, len(regions), columns))
    return "/".join(" ".join(str(region + 1) for region in row) for row in rows)


def windows(rows: int, columns: int) -> list[list[int]]:
    """Squares of 2 x 2 cells: any two cells that touch, also at a corner, are in one; smaller on a board of one row.

    >>> windows(2, 3)
    [[0, 1, 3, 4], [1, 2, 4, 5]]
    """
    cells = np.arange(rows * columns).reshape(rows, columns)
    return [
        cells[r : r + 2, c : c + 2].ravel().tolist()
        for r in range(max(1, rows - 1))
        for c in range(max(1, columns - 1))
    ]


def trade_cells(rng: np.random.Generator, regions: Sequence[int], answer: Board) -> list[int]:
    """Regions of a square grid after trades of cells that hold the same symbol of `answer`; none falls apart.

    Every region has every symbol once, before and after.
    """
    L, held, values = len(regions), list(regions), answer.tolist()
    members = [{values[cell]: cell for cell in cells} for cells in cells_of(regions)]
    beside: list[list[int]] = [[] for _ in range(L)]
    for a, b in neighbours(round(L**0.5), round(L**0.5)):
        beside[a].append(b)
        beside[b].append(a)

    def whole(region: int) -> bool:
        rest = set(members[region].values())
        edge = [rest.pop()]
        while edge:
            near = rest.intersection(beside[edge.pop()])
            rest -= near
            edge += near
        return not rest

    def trade(a: int, b: int) -> None:
        held[a], held[b] = held[b], held[a]
        members[held[a]][values[a]], members[held[b]][values[b]] = a, b

    for a, turn in rng.integers(L, size=(8 * L, 2)).tolist():
        ours, theirs = held[a], held[beside[a][turn % len(beside[a])]]
        b = members[theirs][values[a]]
        trade(a, b)
        if not (whole(ours) and whole(theirs)):
            trade(a, b)
    return renumbered(held)

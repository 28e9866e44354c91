"""Regions: a grid cut into groups of neighbouring cells, each with a name that its cells show.

Text form: a line of names for each row. Written, the names are numbers from 1 in the order of the first cells.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Any

import numpy as np

from ...problem import Board
from ..lines import Lines
from .grids import neighbours
from .values import grid_of, lines_of_grid

__all__ = ["OUTSIDE", "cells_of", "grow_regions", "lines_of_regions", "read_regions", "renumbered", "trade_cells"]
__all__ += ["windows", "write_regions"]

NO_NAMES = (".", "-", "_")  # open cells are written so: rows of cells would be read as regions
OUTSIDE = "@"  # the name of no region, where there can be such cells


def renumbered(names: Iterable[object], outside: Container[object] = ()) -> list[int]:
    """Regions numbered from 0 in the order of their first cells; -1 for names that mean no region.

    Examples
    --------
    >>> renumbered("bba@", outside="@")
    [0, 0, 1, -1]
    """
    seen: dict[object, int] = {}
    return [-1 if name in outside else seen.setdefault(name, len(seen)) for name in names]


def cells_of(regions: Sequence[int]) -> list[list[int]]:
    """The cells of each region.

    Examples
    --------
    >>> cells_of([0, 0, 1, 0])
    [[0, 1, 3], [2]]
    """
    cells: list[list[int]] = [[] for _ in range(max(regions) + 1)]
    for cell, region in enumerate(regions):
        if region >= 0:
            cells[region].append(cell)
    return cells


def read_regions(lines: Lines, rows: int, columns: int, outside: Container[object] = ()) -> list[int]:
    """[L] the region of each cell; see `renumbered`."""
    names: list[str] = []
    for _ in range(rows):
        row = lines.tokens("regions", columns)
        if odd := [name for name in row if name in NO_NAMES and name not in outside]:
            lines.fail(f"wanted the region of each cell, got {odd[0]!r}, which stands for an open cell")
        names += row
    return renumbered(names, outside)


def lines_of_regions(regions: Any, givens: Any, name: str) -> list[str]:
    """The text of a square board in lines: its size, cells, '-' where open, and regions.

    Parameters
    ----------
    regions
        rows of names, or of numbers, one a cell
    givens
        rows of symbols and None; None: all cells are open
    name
        of the domain, for what is said of a fault

    Examples
    --------
    >>> lines_of_regions(["AB", "AB"], [[1, None], [None, None]], "jigsaw")
    ['2 2', '1 -', '- -', 'A B', 'A B']
    """
    n = len(grid_of(regions, name, "regions"))
    cells = [" ".join("-" * n)] * n if givens is None else lines_of_grid(givens, name, "givens", n, n)
    return [f"{n} {n}", *cells, *lines_of_grid(regions, name, "regions", n, n)]


def write_regions(columns: int, regions: Sequence[int]) -> str:
    """Their text, on one line.

    Examples
    --------
    >>> write_regions(2, [0, 0, 1, -1])
    '1 1/2 @'
    """
    names = [str(region + 1) if region >= 0 else OUTSIDE for region in regions]
    return "/".join(" ".join(names[i : i + columns]) for i in range(0, len(names), columns))


def windows(rows: int, columns: int) -> list[list[int]]:
    """Squares of 2 x 2 cells: any two cells that touch, also at a corner, are in one; smaller on a board of one row.

    Examples
    --------
    >>> windows(2, 3)
    [[0, 1, 3, 4], [1, 2, 4, 5]]
    """
    cells = np.arange(rows * columns).reshape(rows, columns)
    return [
        cells[r : r + 2, c : c + 2].ravel().tolist()
        for r in range(max(1, rows - 1))
        for c in range(max(1, columns - 1))
    ]


def grow_regions(rng: np.random.Generator, n: int, seeds: Sequence[int]) -> list[int]:
    """Cuts an n x n grid into one region a seed cell: random cells at their edges join them until none is left."""
    beside: list[list[int]] = [[] for _ in range(n * n)]
    for a, b in neighbours(n, n):
        beside[a].append(b)
        beside[b].append(a)
    regions = np.full(n * n, -1)
    regions[list(seeds)] = np.arange(len(seeds))
    edge = [(seed, other) for seed in seeds for other in beside[seed]]
    while edge:
        at = int(rng.integers(len(edge)))
        edge[at], edge[-1] = edge[-1], edge[at]
        a, b = edge.pop()
        if regions[b] < 0:
            regions[b] = regions[a]
            edge += [(b, other) for other in beside[b]]
    return renumbered(regions.tolist())


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

    for a, turn in rng.integers(L, size=(4 * L, 2)).tolist():
        ours, theirs = held[a], held[beside[a][turn % len(beside[a])]]
        b = members[theirs][values[a]]
        trade(a, b)
        if not (whole(ours) and whole(theirs)):
            trade(a, b)
    return renumbered(held)

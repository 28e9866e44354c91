"""Killer Sudoku: a Sudoku cut into cages; no cage repeats a symbol, and its numbers add up to the total it shows.

Boxes are as usual: 2x2, 2x3, 3x3, 3x4, 4x4 for grids of 4, 6, 9, 12, 16; one row where the size is prime.
Text form: `n n`; n rows of totals, '-' in all cells of a cage but one; n rows of cage numbers, '-' outside of cages;
then, if there are givens, one line of cells.
Known counts: without cages the Sudoku grids, 288 of 4x4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from ..constraints import AllDifferent, Sum
from .base import Domain
from .clued import Clued, Family, Fill, Lines
from .grids import SYMBOLS, box_shape, boxes, draw_regions, neighbours, rows_and_columns, turned

__all__ = ["DOMAINS", "Killer"]

MAX_ORDER = 25
Cage = tuple[int, Sequence[int]]  # total, cells


class Killer(Clued):
    """An n x n board with `cages` (total, cells) that share no cell. Density: cages a cell, fewer are harder."""

    name = "killer"
    sizes, size, density = (4, 6, 8, 9, 10, 12), 9, 0.38

    def __init__(self, n: int, cages: Iterable[Cage]) -> None:
        self.shape, self.symbols = (n, n), SYMBOLS[:n]
        self.cages = sorted(((total, sorted(cells)) for total, cells in cages), key=lambda cage: cage[1])
        self.constraints = (
            *rows_and_columns(n),
            *boxes(*box_shape(n)),
            *(Sum(cells, total, "cage") for total, cells in self.cages),
            *(AllDifferent(cells, "cage") for _, cells in self.cages if len(cells) > 1),
        )
        totals, ids = ["-"] * (n * n), ["-"] * (n * n)
        for number, (total, cells) in enumerate(self.cages, 1):
            totals[cells[0]] = str(total)
            for cell in cells:
                ids[cell] = str(number)
        rows = [" ".join(table[i : i + n]) for table in (totals, ids) for i in range(0, n * n, n)]
        self.clues = "/".join([f"{n} {n}", *rows])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, columns = lines.numbers("rows and columns", 2, 2, MAX_ORDER)
        if n != columns:
            lines.fail(f"{n} rows and {columns} columns; wanted as many")
        totals: dict[int, int] = {}
        for r in range(n):
            for c, token in enumerate(lines.tokens("totals", n)):
                if token not in ("-", "."):
                    totals[n * r + c] = lines.number(token, "a total", 1, 10_000)
        cages: dict[str, list[int]] = {}
        for r in range(n):
            for c, token in enumerate(lines.tokens("cage numbers", n)):
                if token not in ("-", "."):
                    cages.setdefault(token, []).append(n * r + c)
        found: list[Cage] = []
        for number, cells in cages.items():
            shown = [totals.pop(cell) for cell in cells if cell in totals]
            if len(shown) != 1:
                lines.fail(f"cage {number[:40]!r} shows {len(shown)} totals; wanted one")
            found.append((shown[0], cells))
        for cell in totals:
            lines.fail(f"row {cell // n + 1}, column {cell % n + 1} shows a total outside of cages")
        return cls(n, found), lines.cells()

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Cages grow from random cells, by random neighbours whose symbol they do not hold yet."""
        answer, n = fill(Killer(size, []).rules), size * size
        beside: list[list[int]] = [[] for _ in range(n)]
        for a, b in neighbours(size, size):
            beside[a].append(b)
            beside[b].append(a)
        free = set(range(n))
        cages: list[Cage] = []
        for start in rng.permutation(n).tolist():
            if start not in free:
                continue
            free.discard(start)
            cage, wanted = [start], 1 + rng.poisson(1 / density - 0.4)  # the last cages stay smaller than wanted
            while len(cage) < wanted:
                held = {answer[cell] for cell in cage}
                edge = sorted({b for a in cage for b in beside[a] if b in free and answer[b] not in held})
                if not edge:
                    break
                cage.append(int(rng.choice(edge)))
                free.discard(cage[-1])
            cages.append((sum(int(answer[cell]) + 1 for cell in cage), cage))
        return cls(size, cages)

    def image(self, rng: np.random.Generator) -> tuple[Domain, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Turn or reflect (boxes allowing); perhaps replace every number k by n + 1 - k, and the totals with them."""
        n, (h, w) = self.shape[0], box_shape(self.shape[0])
        cells = places = np.arange(n * n)
        if h == w:
            _, cells, places = turned(rng, n, n)
        down = bool(rng.random() < 0.5)
        cages = [((n + 1) * len(cage) - total if down else total, places[cage].tolist()) for total, cage in self.cages]
        return Killer(n, cages), cells, np.arange(n)[::-1] if down else np.arange(n)

    def frame(self) -> str:
        n = self.shape[0]
        regions = np.arange(-n * n, 0)
        for number, (_, cells) in enumerate(self.cages):
            regions[cells] = number
        return draw_regions(regions.reshape(n, n).tolist(), {cells[0]: str(total) for total, cells in self.cages})


DOMAINS: dict[str, Callable[[], Domain]] = {"killer": lambda: Family(Killer)}

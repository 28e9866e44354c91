"""Sudoku: fill an N x N grid so that no row, column or box repeats a symbol.

    box       h rows by w columns, N = h * w; 2x2, 2x3, 3x3, 3x4, 4x4, 4x5 and 5x5 boxes come by name
    symbols   1-9, then A-P
Text form: one character a cell, row by row, '.' or '0' for an open cell; or a drawn board.
Known counts: 288 grids of 4x4 (OEIS A107739), 28,200,960 of 6x6 (A291187).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from ..drawing import Sheet
from ..errors import InvalidInput
from .base import SYMBOLS, Domain
from .parts.grids import boxes, region_sheet, rows_and_columns

__all__ = ["DOMAINS", "Sudoku"]


class Sudoku(Domain):
    """Sudoku with boxes of `h` rows by `w` columns.

    Examples
    --------
    >>> Sudoku(3, 3).name
    'sudoku-9x9'
    """

    by_shape = True

    def __init__(self, h: int, w: int) -> None:
        N = h * w
        if not (h >= 1 and w >= 1 and 1 < N <= 25):
            raise InvalidInput(f"boxes of {h}x{w} make a {N}x{N} grid; grids are 2x2 to 25x25")
        self.h, self.w = h, w
        self.name = f"sudoku-{N}x{N}"
        self.symbols = SYMBOLS[:N]
        self.shape = (N, N)
        self.constraints = (*rows_and_columns(N), *boxes(h, w))

    def symmetry(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Relabel; permute bands, rows within a band, stacks, columns within a stack; transpose square boxes."""
        N, h, w = self.h * self.w, self.h, self.w

        def lines(size: int) -> npt.NDArray[np.int64]:
            return np.concatenate([band * size + rng.permutation(size) for band in rng.permutation(N // size)])

        cells = lines(h)[:, None] * N + lines(w)[None, :]
        if h == w and rng.random() < 0.5:
            cells = cells.T
        return cells.ravel(), rng.permutation(N)

    def sheet(self) -> Sheet:
        N = self.h * self.w  # a row crosses h boxes
        return region_sheet([[r // self.h * self.h + c // self.w for c in range(N)] for r in range(N)])


DOMAINS: dict[str, Callable[[], Domain]] = {
    f"sudoku-{h * w}x{h * w}": partial(Sudoku, h, w)
    for h, w in ((2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (4, 5), (5, 5))
}

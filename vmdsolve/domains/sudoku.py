"""Sudoku: fill an N x N grid so that no row, column or box repeats a symbol.

    box       h rows by w columns, N = h * w
    symbols   1-9, then A-P
Known counts: 288 grids of 4x4 (OEIS A107739), 28,200,960 of 6x6 (A291187).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from ..drawing import Sheet
from ..errors import InvalidInput
from .base import SYMBOLS, Domain
from .kind import Kind
from .parts.grids import box_shape, boxes, boxes_in, region_sheet, rows_and_columns

__all__ = ["DOMAINS", "Sudoku", "listed", "sized"]


class Sudoku(Domain):
    """Sudoku with boxes of `h` rows by `w` columns.

    Examples
    --------
    >>> Sudoku(3, 3).name, Sudoku(3, 2).name
    ('sudoku-9x9', 'sudoku:3x2')
    """

    by_shape = True
    about = "Fill the grid so that no row, column or box repeats a symbol."
    example = "..3.2.6..9..3.5..1..18.64....81.29..7.......8..67.82....26.95..8..2.3..9..5.1.3.."

    def __init__(self, h: int, w: int) -> None:
        N = h * w
        if not (h >= 1 and w >= 1 and 1 < N <= 25):
            raise InvalidInput(f"boxes of {h}x{w} make a {N}x{N} grid; grids are 2x2 to 25x25")
        self.h, self.w = h, w
        usual = (h, w) == box_shape(N)
        self.name = f"sudoku-{N}x{N}" if usual else f"sudoku:{h}x{w}"
        self.assumes = boxes_in(h, w) if usual and h not in (1, w) else ""
        self.symbols = SYMBOLS[:N]
        self.shape = (N, N)
        self.constraints = (*rows_and_columns(N), *boxes(h, w))

    def otherwise(self) -> tuple[str, Domain] | None:
        if not self.assumes:
            return None
        other = type(self)(self.w, self.h)
        return f"{boxes_in(self.w, self.h)} (domain {other.name})", other

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


LISTED = ((2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (4, 5), (5, 5))  # boxes of the sizes that a bare grid may mean


def sized(make: Callable[[int, int], Domain], size: str, kind: str) -> Domain:
    """The domain of what follows `kind:`; 12 or 12x12 is the grid, 3x2 boxes of 3 rows by 2 columns."""
    match = re.fullmatch(r"(\d{1,3})(?:x(\d{1,3}))?", size.strip().lower(), re.ASCII)
    if match is None:
        raise InvalidInput(
            f"the size of {kind} is {size[:40]!r}; wanted {kind}:9, or {kind}:3x2 for boxes of 3 rows by 2"
        )
    h, w = int(match[1]), int(match[2] or match[1])
    if h != w:
        return make(h, w)
    if 1 < h <= 25 and box_shape(h)[0] == 1:
        raise InvalidInput(f"a grid of {h}x{h} has no boxes; boxes of {h}x{h} are in {kind}:{h * h}")
    return make(*box_shape(h)) if h else make(0, 0)


def listed(kind: str, boxes: Iterable[tuple[int, int]]) -> dict[str, str]:
    """Names of these sizes, as `Kind` wants them."""
    return {f"{kind}-{h * w}x{h * w}": f"{h * w}" for h, w in boxes}


DOMAINS = {
    "sudoku": Kind(
        lambda size: sized(Sudoku, size, "sudoku"),
        "4 to 25, or boxes: 3x2",
        listed("sudoku", LISTED),
        default="9",
        shown="9",
    )
}

"""Sudoku X, windoku, anti-knight and anti-king: Sudoku with further cells that do not hold the same symbol.

Sudoku X     both diagonals; 4x4, 6x6, 9x9 and 16x16
Windoku      four windows of 3x3, in rows and columns 2-4 and 6-8 of a 9x9 grid
Anti-knight  no two cells that are a knight's move apart, of chess
Anti-king    no two cells that touch at a corner
Known counts: 48 grids of Sudoku X 4x4 and 8,640 of 6x6, by exact search and by CP-SAT.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from ..constraints import AllDifferent
from ..errors import InvalidInput
from ..problem import Constraint
from .base import Domain
from .kind import Kind
from .parts.grids import KING, KNIGHT, box_shape, leaps
from .sudoku import Sudoku, listed, sized

__all__ = ["DOMAINS", "AntiKing", "AntiKnight", "SudokuX", "Windoku"]

Lines = npt.NDArray[np.int64]  # [N] a permutation of rows, or of columns


def _mirrored(rng: np.random.Generator, n: int) -> Lines:
    """A random permutation p with p[n - 1 - i] = n - 1 - p[i]."""
    half = rng.permutation(n // 2)
    half = np.where(rng.random(n // 2) < 0.5, half, n - 1 - half)
    return np.concatenate([half, np.arange(n // 2, n - n // 2), n - 1 - half[::-1]])


class SudokuX(Sudoku):
    """Sudoku with boxes of `h` rows by `w` columns whose two diagonals do not repeat a symbol either.

    Examples
    --------
    >>> SudokuX(3, 3).rules.relations
    ('row', 'column', 'box', 'diagonal')
    """

    by_shape = False
    about = "Fill the grid so that no row, column, box or main diagonal repeats a symbol."
    example = "..36.57.....9.1...7.......496.....83.........48.....196.......5...5.7.....21.69.."
    legend = "neither diagonal holds a symbol twice"

    def __init__(self, h: int, w: int) -> None:
        super().__init__(h, w)
        N = h * w
        self.name = f"sudoku-x-{N}x{N}" if (h, w) == box_shape(N) else f"sudoku-x:{h}x{w}"
        diagonals = range(0, N * N, N + 1), range(N - 1, N * N - 1, N - 1)
        self.constraints += tuple(AllDifferent(cells, "diagonal") for cells in diagonals)

    def symmetry(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Relabel; reflect; with square boxes transpose, and permute rows and columns alike, in mirrored pairs."""
        N, n = self.h * self.w, self.h
        lines = np.arange(N)
        if self.h == self.w:
            within = [rng.permutation(n) for _ in range(n // 2)]
            middle = [_mirrored(rng, n)] * (n % 2)
            order = [*within, *middle, *(n - 1 - inner[::-1] for inner in reversed(within))]
            lines = np.concatenate([band * n + inner for band, inner in zip(_mirrored(rng, n), order, strict=True)])
        cells = lines[:: int(rng.choice([-1, 1])), None] * N + lines[None, :: int(rng.choice([-1, 1]))]
        return (cells.T if self.h == self.w and rng.random() < 0.5 else cells).ravel(), rng.permutation(N)


class Windoku(Sudoku):
    """9x9 Sudoku whose four windows do not repeat a symbol either.

    Examples
    --------
    >>> Windoku().rules.relations
    ('row', 'column', 'box', 'window', 'hidden window')
    """

    by_shape = False
    about = "Fill the grid so that no row, column, box or shaded window of 3x3 repeats a symbol."
    example = ".9..4.....3.........8......5..............8.77.....34........1..54..6...........6"
    legend = "windows: rows and columns 2 to 4 and 6 to 8"

    def __init__(self) -> None:
        super().__init__(3, 3)
        self.name = "windoku-9x9"
        windows, rest = [(1, 2, 3), (5, 6, 7)], (0, 4, 8)
        for rows, columns in product([*windows, rest], repeat=2):
            # what is left of the rows and columns of windows follows from the rules, and says more at once
            relation = "hidden window" if rest in (rows, columns) else "window"
            self.constraints += (AllDifferent([9 * r + c for r in rows for c in columns], relation),)

    def symmetry(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Relabel; swap lines that share a band and a window; reflect; transpose."""

        def lines() -> Lines:
            out = np.arange(9)
            for a in (1, 6):
                out[a : a + 2] = out[a : a + 2][:: int(rng.choice([-1, 1]))]
            return out[:: int(rng.choice([-1, 1]))]

        cells = lines()[:, None] * 9 + lines()[None, :]
        return (cells.T if rng.random() < 0.5 else cells).ravel(), rng.permutation(9)


class AntiKnight(Sudoku):
    """Sudoku with boxes of `h` rows by `w` columns in which no two cells a knight's move apart hold the same symbol.

    Examples
    --------
    >>> AntiKnight(3, 3).rules.relations
    ('row', 'column', 'box', "knight's move")
    """

    by_shape = False
    kind, apart = "anti-knight", "knight's move"
    moves: Sequence[tuple[int, int]] = KNIGHT
    about = "Fill the grid as a Sudoku in which no two cells a knight's move apart hold the same symbol."
    legend = "no two cells a knight's move apart hold the same symbol"
    example = ".....5...7..6.....5...............4..63.......8...3....7..6..............92.7...."

    def __init__(self, h: int, w: int) -> None:
        super().__init__(h, w)
        N = h * w
        self.name = f"{self.kind}-{N}x{N}" if (h, w) == box_shape(N) else f"{self.kind}:{h}x{w}"
        self.constraints += tuple(AllDifferent(pair, self.apart) for pair in leaps(N, self.moves))

    def symmetry(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Relabel; reflect; with square boxes transpose."""
        N = self.h * self.w
        cells = np.arange(N * N).reshape(N, N)[:: int(rng.choice([-1, 1])), :: int(rng.choice([-1, 1]))]
        return (cells.T if self.h == self.w and rng.random() < 0.5 else cells).ravel(), rng.permutation(N)

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation != self.apart:
            return super().rule_text(constraint)
        return f"{self.cells_text(constraint.cells)} are a {self.apart} apart, so they differ"


class AntiKing(AntiKnight):
    """Sudoku with boxes of `h` rows by `w` columns in which no two cells that touch at a corner hold the same symbol.

    Examples
    --------
    >>> AntiKing(2, 2).rules.relations
    ('row', 'column', 'box', "king's move")
    """

    kind, moves, apart = "anti-king", KING, "king's move"
    about = "Fill the grid as a Sudoku in which no two cells that touch at a corner hold the same symbol."
    legend = "no two cells that touch at a corner hold the same symbol"
    example = "4.8..9.6..........1........2......4.....3..2....7..9.1.....5...3....46.....3..1.4"


LISTED = ((2, 2), (2, 3), (3, 3), (4, 4))


def _windoku(size: str) -> Domain:
    if size.lower() not in ("9", "9x9"):
        raise InvalidInput(f"the size of windoku is {size[:40]!r}; wanted 9, it has no other")
    return Windoku()


DOMAINS = {
    "sudoku-x": Kind(
        lambda size: sized(SudokuX, size, "sudoku-x"), "4 to 25, or boxes: 3x2",
        listed("sudoku-x", LISTED), default="9", shown="9", aliases={"diagonal-sudoku": "", "x-sudoku": ""},
        bare=False,
    ),
    "anti-knight": Kind(
        lambda size: sized(AntiKnight, size, "anti-knight"), "4 to 25, or boxes: 3x2",
        {"anti-knight-9x9": "9"}, default="9", shown="9", aliases={"anti-knight-sudoku": ""}, bare=False,
    ),
    "anti-king": Kind(
        lambda size: sized(AntiKing, size, "anti-king"), "4 to 25, or boxes: 3x2",
        {"anti-king-9x9": "9"}, default="9", shown="9", aliases={"anti-king-sudoku": ""}, bare=False,
    ),
    "windoku": Kind(_windoku, "9", {"windoku-9x9": "9"}, default="9", shown="9"),
}  # fmt: skip

"""Nonogram: paint cells so that each row and column has just the runs of painted cells that stand beside it, in order.

Text form: `rows columns`, then a line of run lengths for each column, then one for each row, 0 where nothing is
painted; then, if there are givens, one line of cells. Numbers may be parted by '.', and a square board may leave out
its size. Cells are 0 (empty) and 1 (painted): here '0' is a symbol and only '.' is open.
Known counts: of the 2^(n n) pictures of n x n cells 2, 14, 384, 52362 are the only one with their clues (OEIS A242876).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Self

import numpy as np
import numpy.typing as npt

from ..constraints import DFA, Regular
from .base import CELL, Domain
from .clued import Clued, Family, Fill, Lines

__all__ = ["DOMAINS", "Nonogram"]

MAX_SIDE = 100
Runs = tuple[int, ...]


@lru_cache(maxsize=4096)
def automaton(runs: Runs) -> DFA:
    """Accepts the words 0* 1^a 0+ 1^b ... 0* with these runs.

    >>> automaton((1, 1)).step
    ((0, 1), (2, -1), (2, 3), (3, -1))
    """
    path = "0".join("1" * run for run in runs)  # state s: its first s characters have been read
    step = []
    for s in range(len(path) + 1):
        rests = s == 0 or path[s - 1] == "0" or s == len(path)  # further zeros may come
        ahead = path[s : s + 1]
        step.append((s + 1 if ahead == "0" else s if rests else -1, s + 1 if ahead == "1" else -1))
    return DFA(0, frozenset({len(path)}), tuple(step))


def runs_of(line: npt.NDArray[np.bool_]) -> Runs:
    """Lengths of the runs of True."""
    return tuple(len(list(group)) for painted, group in groupby(line.tolist()) if painted)


class Nonogram(Clued):
    """A board with runs for each column and each row. Density: share of painted cells."""

    name = "nonogram"
    symbols, glyphs = "01", " #"
    sizes, size, density = range(2, 26), 10, 0.6

    def __init__(self, columns: Sequence[Runs], rows: Sequence[Runs]) -> None:
        self.columns, self.rows, self.shape = columns, rows, (len(rows), len(columns))
        cells = np.arange(len(rows) * len(columns)).reshape(self.shape)
        self.constraints = (
            *(Regular(unit, automaton(runs), "row") for unit, runs in zip(cells.tolist(), rows, strict=True)),
            *(Regular(unit, automaton(runs), "column") for unit, runs in zip(cells.T.tolist(), columns, strict=True)),
        )
        clues = (" ".join(map(str, runs)) or "0" for runs in (*columns, *rows))
        self.clues = "/".join([f"{len(rows)} {len(columns)}", *clues])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        side, first = len(lines.lines) // 2, lines.peek().split()
        R, C = side, side
        if len(first) == 2 and all(t.isdigit() and len(t) < 4 for t in first) and sum(map(int, first)) >= 2 * side - 2:
            R, C = lines.numbers("rows and columns", 2)  # as runs the two would not fit into so few lines
        if not (1 <= R <= MAX_SIDE and 1 <= C <= MAX_SIDE):
            lines.fail(f"a board of {R} by {C}; wanted 1 to {MAX_SIDE}")

        def read_runs(what: str, room: int) -> Runs:
            tokens = lines.line(what).replace(".", " ").split()
            runs = tuple(lines.number(token, what, 0, room) for token in tokens)
            runs = () if runs == (0,) else runs
            if 0 in runs or sum(runs) + len(runs) - 1 > room:
                lines.fail(f"runs {' '.join(map(str, runs))} do not fit into {room} cells")
            return runs

        columns = [read_runs("runs of a column", R) for _ in range(C)]
        return cls(columns, [read_runs("runs of a row", C) for _ in range(R)]), lines.cells()

    @classmethod
    def of(cls, picture: npt.NDArray[np.bool_]) -> Self:
        """The board whose clues a picture [rows, columns] gives."""
        return cls([runs_of(line) for line in picture.T], [runs_of(line) for line in picture])

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Blurred noise, cut where it leaves that share of cells painted: blobs, as in pictures."""
        del fill  # any picture is a solution
        noise = np.pad(rng.random((size, size)), 1, mode="edge")
        blurred = sum(noise[i : i + size, j : j + size] * (1 + (i == j == 1)) for i in range(3) for j in range(3))
        return cls.of(np.asarray(blurred) > np.quantile(np.asarray(blurred), 1 - density))

    def image(self, rng: np.random.Generator) -> tuple[Domain, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Turn or reflect the board."""
        rows, columns, cells = list(self.rows), list(self.columns), np.arange(self.rules.L).reshape(self.shape)
        if rng.random() < 0.5:
            rows, columns, cells = rows[::-1], [runs[::-1] for runs in columns], cells[::-1]
        if rng.random() < 0.5:
            columns, rows, cells = columns[::-1], [runs[::-1] for runs in rows], cells[:, ::-1]
        if rng.random() < 0.5:
            rows, columns, cells = columns, rows, cells.T
        return Nonogram(columns, rows), cells.ravel(), np.arange(2)

    def frame(self) -> str:
        above = max(map(len, self.columns), default=0)
        margin = [" ".join(map(str, runs)) for runs in self.rows]
        left, width = max(map(len, margin)), max(len(str(run)) for runs in self.columns for run in (*runs, 0))
        heads = [[""] * (above - len(runs)) + [str(run) for run in runs] for runs in self.columns]
        top = [" " * left + "".join(" " + head[i].rjust(width) for head in heads) for i in range(above)]
        row = (" " + CELL.rjust(width)) * self.shape[1]
        return "\n".join([*top, *(runs.rjust(left) + row for runs in margin)])


DOMAINS: dict[str, Callable[[], Domain]] = {"nonogram": lambda: Family(Nonogram)}

"""Nonogram: paint cells so that each row and column has just the runs of painted cells that stand beside it, in order.

Known counts: of the 2^(n n) pictures of n x n cells 2, 14, 384, 52362 are the only one with their clues (OEIS A242876).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from ..constraints import DFA, Regular
from ..drawing import Sheet
from ..errors import InvalidProblem
from ..problem import Constraint
from .base import Image
from .clued import Clued, Fill, kind_of
from .lines import Lines
from .parts.grids import margin_sheet, turned
from .parts.values import cell_line, is_open, listed, short

__all__ = ["DOMAINS", "Nonogram"]

MAX_SIDE = 100
Runs = tuple[int, ...]


@lru_cache(maxsize=4096)
def automaton(runs: Runs) -> DFA:
    """Accepts the words 0* 1^a 0+ 1^b ... 0* with these runs.

    Examples
    --------
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


class Nonogram(Clued):
    """A board with runs for each column and each row. Density: share of painted cells."""

    name = "nonogram"
    symbols, glyphs, boxed = "01", " #", " █"
    called, legend = ("empty", "painted"), "# painted, blank empty, . open"
    about = "Paint cells so that each row and column has just the runs that stand beside it, in order."
    text_form = (
        "`rows columns`, which a square board may leave out; a line of run lengths for each column, then one for each "
        "row, parted by blanks, '.' or commas, 0 where nothing is painted; perhaps one line of cells, 1 for a painted "
        "cell and 0 for an empty one"
    )
    example = "5 5/2/4/4/4/2/1 1/5/5/3/1"
    words = "hor=rows ver=columns row=rows column=columns col=columns cols=columns"
    sizes, size, density = range(2, 26), 10, 0.6

    def __init__(self, columns: Sequence[Runs], rows: Sequence[Runs]) -> None:
        self.columns, self.rows, self.shape = columns, rows, (len(rows), len(columns))
        cells = np.arange(len(rows) * len(columns)).reshape(self.shape)
        self.constraints = tuple(
            Regular(unit, automaton(runs), relation)
            for relation, units, clues in (("row", cells, rows), ("column", cells.T, columns))
            for unit, runs in zip(units.tolist(), clues, strict=True)
        )
        written = (" ".join(map(str, runs)) or "0" for runs in (*columns, *rows))
        self.clues = "/".join([f"{len(rows)} {len(columns)}", *written])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        R = C = side = len(lines.lines) // 2
        first = re.fullmatch(r"(\d{1,3})\s+(\d{1,3})", lines.peek(), re.ASCII)
        if first and int(first[1]) + int(first[2]) >= 2 * side - 2:  # as runs they would not fit into so few lines
            R, C = lines.numbers("rows and columns", 2)
        if not (1 <= R <= MAX_SIDE and 1 <= C <= MAX_SIDE):
            lines.fail(f"a board of {R} by {C}; wanted 1 to {MAX_SIDE}")

        def read_runs(what: str, room: int) -> Runs:
            tokens = lines.line(what).replace(".", " ").replace(",", " ").split()
            if coloured := [token for token in tokens if not token.isdecimal() and token[:1].isdecimal()]:
                lines.fail(f"{what} is {coloured[0][:40]!r}; runs have no colours here, wanted numbers alone")
            runs = tuple(lines.number(token, what, 0, room) for token in tokens)
            runs = () if runs == (0,) else runs
            if 0 in runs or sum(runs) + len(runs) - 1 > room:
                lines.fail(f"runs {' '.join(map(str, runs))} do not fit into {room} cells")
            return runs

        columns = [read_runs("runs of a column", R) for _ in range(C)]
        return cls(columns, [read_runs("runs of a row", C) for _ in range(R)]), lines.cells()

    @classmethod
    def lines_of(
        cls, rows: Any, columns: Any, givens: Any = None, width: int | None = None, height: int | None = None
    ) -> list[str]:
        """Rows and columns are lists of runs, each a list of lengths, a number, or text; givens are rows of 0, 1, None.

        What others call `hor` are the runs of rows, and `ver` those of columns. Width and height, where they are said,
        are how many columns and rows there are.

        Examples
        --------
        >>> Nonogram.lines_of(rows=[[2], [1]], columns=[[2], 1])
        ['2 2', '2', '1', '2', '1']
        """

        def line(runs: Any) -> str:
            numbers = runs.replace(",", " ").split() if isinstance(runs, str) else [runs]
            if not isinstance(runs, str) and (hasattr(runs, "__len__") or is_open(runs)):
                numbers = [] if is_open(runs) else listed(runs, cls.name, "runs")
            if not all(isinstance(number, str) or hasattr(number, "__index__") for number in numbers):
                raise InvalidProblem(f"nonogram: runs are {short(runs)}; wanted a list of whole numbers")
            return " ".join(map(str, numbers)) or "0"

        down, across = listed(columns, cls.name, "columns"), listed(rows, cls.name, "rows")
        for name, said, count in (("width", width, len(down)), ("height", height, len(across))):
            if said not in (None, count):
                raise InvalidProblem(f"nonogram: {name} is {said!r}, and there are runs for {count}")
        cells = cell_line(givens, len(across), len(down), cls.name, "01")
        return [f"{len(across)} {len(down)}", *map(line, down), *map(line, across), *cells]

    @classmethod
    def of(cls, picture: npt.NDArray[np.bool_]) -> Self:
        """The board whose clues a picture [rows, columns] gives."""
        lines = (["".join(map(str, line)) for line in part.astype(int).tolist()] for part in (picture.T, picture))
        return cls(*([tuple(map(len, line.replace("0", " ").split())) for line in part] for part in lines))

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Blurred noise, cut where it leaves that share of cells painted: blobs, as in pictures."""
        del fill  # any picture is a solution
        windows = sliding_window_view(np.pad(rng.random((size, size)), 1, mode="edge"), (3, 3))
        blurred = windows.sum(axis=(2, 3)) + windows[:, :, 1, 1]
        return cls.of(blurred > np.quantile(blurred, 1 - density))

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        shape, cells, _ = turned(rng, *self.shape)
        runs = {c.cells: runs for c, runs in zip(self.constraints, (*self.rows, *self.columns), strict=True)}
        runs |= {unit[::-1]: backwards[::-1] for unit, backwards in runs.items()}
        grid = cells.reshape(shape)
        columns, rows = ([runs[tuple(unit)] for unit in units.tolist()] for units in (grid.T, grid))
        return Nonogram(columns, rows), cells, np.arange(2)

    def unit_text(self, constraint: Constraint) -> str:
        relation, rank = constraint.relation, self.constraints.index(constraint)
        return f"{relation} {rank + 1 - len(self.rows) * (relation == 'column')}"

    def rule_text(self, constraint: Constraint) -> str:
        runs = (*self.rows, *self.columns)[self.constraints.index(constraint)]
        return f"{self.unit_text(constraint)} reads {' '.join(map(str, runs)) or '0'}"

    def sheet(self) -> Sheet:
        return margin_sheet(*([[*map(str, runs)] for runs in lines] for lines in (self.columns, self.rows)))


DOMAINS = {"nonogram": kind_of(Nonogram, "picross", "griddler", "hanjie")}

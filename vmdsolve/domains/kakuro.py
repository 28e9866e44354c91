r"""Kakuro: numbers from 1 to 9 add up to the total before each run of cells; no run repeats a number.

Known counts: a run of two cells and total 3 has 2 solutions; one of nine has 362880.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..constraints import AllDifferent, Regular, Sum
from ..errors import InvalidProblem
from ..problem import Constraint
from .base import CELL, Image
from .clued import Fill, kind_of
from .lines import Lines
from .parts.automata import different_with_total
from .parts.grids import turned
from .parts.values import grid_of, is_open, short
from .parts.walled import Walled, number_cells, read_squares, runs

__all__ = ["DOMAINS", "Kakuro"]

Mask = npt.NDArray[np.bool_]
Run = tuple[int, ...]  # cells
NONE = "-"
WALLS = ("x", "X", "#", "\\", "B", "■", "█")  # as people write walls without totals


class Kakuro(Walled):
    """`white` [rows, columns]: which squares are cells, the first row and column apart. Density: share of cells."""

    name, symbols = "kakuro", "123456789"
    about = "Fill in numbers from 1 to 9 that add up to the total before each run of cells; no run repeats one."
    text_form = (
        "`rows columns`, which may be left out; rows of squares, white space between them: '.', 0 or a given for a "
        "cell, '-', x or # for a wall; a wall with totals is `down\\across`, either left out where there is none"
    )
    example = "5 5/- 24\\ 17\\ - -/\\4 . . 8\\ 10\\/\\19 . 3 7 ./\\22 . . . 6/\\14 . . - -"
    words = "grid=squares board=squares puzzle=squares"
    sizes, size, density = range(3, 11), 8, 0.7  # with the first row and column
    marks = ","
    blocks = MappingProxyType({NONE: "█"})
    legend = "down\\across: totals of the cells below, and to the right"

    def __init__(self, white: Mask, totals: Mapping[Run, int]) -> None:
        self.white, self.totals = white, dict(sorted(totals.items()))
        numbers = number_cells(white)
        across, down = runs(numbers)
        walls = np.full((2, white.shape[0] + 1, white.shape[1] + 1), "", dtype=object)
        for i, direction in enumerate((down, across)):
            for run in direction:
                row, column = np.argwhere(numbers == run[0])[0]
                walls[i, row + i, column + 1 - i] = str(totals.get(tuple(run), ""))
        walls = walls.transpose(1, 2, 0)
        squares = [["\\".join(wall) if any(wall) else NONE for wall in row] for row in walls.tolist()]
        for row, column in np.argwhere(white).tolist():
            squares[row + 1][column + 1] = CELL
        self.set_squares(squares)
        self.constraints = (
            *(AllDifferent(run, "run") for run in (*across, *down) if len(run) > 1),
            *(Sum(run, total, "total") for run, total in self.totals.items()),  # as people say it
            *(Regular(run, different_with_total(9, len(run), n), "run") for run, n in self.totals.items()),  # stronger
        )
        self.clues = "/".join([f"{len(squares)} {len(squares[0])}", *(" ".join(row) for row in squares)])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        squares = [[NONE if square in WALLS else square for square in row] for row in read_squares(lines, whole=True)]
        first = lines.taken - len(squares) + 1
        white = np.array([[len(square) == 1 and square in ".0" + cls.symbols for square in row] for row in squares])
        if white[0].any() or white[:, 0].any() or not white.any():
            wrong = next((row for row in range(1, len(white)) if white[row, 0]), 0)
            what = "wanted cells, but none in the first row and column, which are for totals"
            lines.fail(what, lines.taken if not white.any() else first if white[0].any() else first + wrong)
        cells = "".join(square for row, mask in zip(squares, white, strict=True) for square in np.array(row)[mask])
        numbers = np.pad(number_cells(white), (0, 1), constant_values=-1)
        across, down = runs(numbers)
        if longest := [run for run in (*across, *down) if len(run) > len(cls.symbols)]:
            at = int(np.argwhere(numbers == longest[0][0])[0][0])
            lines.fail(f"a run of {len(longest[0])} cells; wanted at most {len(cls.symbols)}", first + at)
        starts, totals = [{run[0]: tuple(run) for run in direction} for direction in (down, across)], dict[Run, int]()
        for row, column in np.argwhere(~white).tolist():
            shown = re.split(r"[\\,]", squares[row][column])
            where = f"row {row + 1}, column {column + 1}"
            if len(shown) > 2 or (len(shown) == 1 and shown != [NONE]):
                lines.fail(f"{where} is {squares[row][column][:40]!r}; wanted '-', a cell or down\\across", first + row)
            beyond = numbers[[row + 1, row], [column, column + 1]].tolist()
            for token, cell, run_from in zip(shown, beyond, starts, strict=False):
                if token not in ("", NONE):
                    total, run = lines.number(token, "a total", 1, 45, first + row), run_from.get(cell, ())
                    if not run or totals.setdefault(run, total) != total:
                        what = f"{where} shows {token}, which is for no cells or not the first total of its cells"
                        lines.fail(what, first + row)
        return cls(white[1:, 1:], totals), cells + lines.cells()

    @classmethod
    def lines_of(cls, squares: Any) -> list[str]:
        """Squares are rows of None, 0 or "." for a cell, 1 to 9 for a given, "-" or "x" for a wall.

        A wall with totals is (down, across), with None or 0 where there is none, or text such as "16\\\\3".

        Examples
        --------
        >>> Kakuro.lines_of([["-", (3, None), (4, None)], [(None, 5), None, None], [(None, 2), None, None]])
        ['3 3', '- 3\\\\ 4\\\\', '\\\\5 . .', '\\\\2 . .']
        """
        grid = grid_of(squares, cls.name, "squares")
        return [f"{len(grid)} {len(grid[0])}", *(" ".join(map(cls._square, row)) for row in grid)]

    @classmethod
    def _square(cls, square: Any) -> str:
        if isinstance(square, (list, tuple)) and len(square) == 2:
            down, across = ("" if is_open(total) or total == 0 else str(total) for total in square)
            return f"{down}\\{across}" if down or across else NONE
        text = "." if is_open(square) else str(square).strip()
        if len(text.split()) != 1:
            raise InvalidProblem(f"kakuro: a square is {short(square)}; wanted a cell, a wall or (down, across)")
        return text

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Builds walls in random order, unless a cell would be left alone in its row or column."""
        white = np.ones((size - 1, size - 1), np.bool_)
        for square in rng.permutation(white.size).tolist():
            if white.mean() <= density:
                break
            white.flat[square] = False
            if min(map(len, chain(*runs(number_cells(white)))), default=0) < 2:
                white.flat[square] = True
        answer = fill(cls(white, {}).rules)
        clued = chain(*runs(number_cells(white)))
        return cls(white, {tuple(run): int(answer[run].sum()) + len(run) for run in clued})

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board; perhaps replace every number k by 10 - k, and the totals with them."""
        shape, squares, _ = turned(rng, *self.white.shape)
        white = self.white.ravel()[squares].reshape(shape)
        cells = number_cells(self.white).ravel()[squares][white.ravel()]
        down = bool(rng.random() < 0.5)
        of = {frozenset(run): 10 * len(run) - total if down else total for run, total in self.totals.items()}
        places = chain(*runs(number_cells(white)))
        totals = {tuple(run): of[key] for run in places if (key := frozenset(cells[run].tolist())) in of}
        return Kakuro(white, totals), cells, np.arange(9)[::-1] if down else np.arange(9)

    def unit_text(self, constraint: Constraint) -> str:
        a, b = (constraint.cells * 2)[:2]
        total = self.totals.get(constraint.cells)
        of = "" if total is None else f" of {total}"
        return f"the run{of} {'across' if b == a + 1 else 'down'} from {self.cell_name(a)}"

    def rule_text(self, constraint: Constraint) -> str:
        if isinstance(constraint, Regular):
            return f"{self.unit_text(constraint)} adds up to {self.totals[constraint.cells]} without repeats"
        return super().rule_text(constraint)


DOMAINS = {"kakuro": kind_of(Kakuro, "cross-sums")}

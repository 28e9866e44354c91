"""Hitori: shade squares so that lines repeat no number unshaded, no two shaded ones touch, the rest hangs together.

Known counts: where no number stands twice in a line, 5 shadings of 2x2, 39 of 3x3 and 562 of 4x4.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..constraints import Connected, Count
from ..drawing import Sheet
from ..problem import Constraint, Rules
from .base import CELL, Image
from .clued import Clued, Fill, kind_of
from .lines import Lines
from .parts.grids import neighbours, rows_and_columns, turned
from .parts.values import cell_line, lines_of_grid
from .parts.walled import read_squares

__all__ = ["DOMAINS", "Hitori"]

NUMBER = re.compile(r"\d{1,3}|[A-Za-z]", re.ASCII)
UNSHADED, SHADED = 0, 1


class Hitori(Clued):
    """A board of numbers, or letters, one in each square. Density: not used, all numbers are shown."""

    name, symbols, glyphs, boxed = "hitori", "01", " #", " █"
    called, legend = ("unshaded", "shaded"), "# shaded, blank unshaded, . open"
    about = "Shade squares so that lines repeat no unshaded number, shaded ones do not touch, the others hang together."
    text_form = (
        "`rows columns`, which may be left out; rows of numbers, or of letters; perhaps a line of cells, 1 for shaded "
        "and 0 for unshaded"
    )
    example = "4 4/3 3 1 4/4 3 2 2/1 3 4 2/3 4 3 2"
    words = "grid=numbers board=numbers puzzle=numbers"
    sizes, size, density = range(3, 16), 8, 1.0

    def __init__(self, numbers: Sequence[Sequence[str]]) -> None:
        self.printed = np.array(numbers, dtype=object)
        self.shape = rows, columns = self.printed.shape
        cells, joined = np.arange(rows * columns).reshape(self.shape), neighbours(rows, columns)
        rules: list[Constraint] = []
        for relation, lines, shown in (("row", cells, self.printed), ("column", cells.T, self.printed.T)):
            for line, along in zip(lines, shown, strict=True):
                for number in dict.fromkeys(along.tolist()):
                    if len(alike := line[along == number]) > 1:
                        rules.append(Count(alike.tolist(), UNSHADED, 0, 1, relation))
        rules += [Count(pair, SHADED, 0, 1, "neighbours") for pair in joined]
        self.constraints = (*rules, Connected(range(rows * columns), [UNSHADED], joined))
        between = "|" if columns == 2 else " "  # else the size might be a row
        self.clues = "/".join([f"{rows} {columns}", *map(between.join, self.printed.tolist())])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        numbers = read_squares(lines, numbers=True)
        first = lines.taken - len(numbers) + 1
        if len(numbers) < 2 or len(numbers[0]) < 2:
            lines.fail(f"a board of {len(numbers)} by {len(numbers[0])}; wanted 2 rows and 2 columns or more", first)
        for row, line in enumerate(numbers):
            for column, number in enumerate(line):
                if not NUMBER.fullmatch(number):
                    what = f"row {row + 1}, column {column + 1} is {number[:40]!r}"
                    lines.fail(f"{what}; wanted a number from 0 to 999, or a letter", first + row)
        return cls(numbers), lines.cells()

    @classmethod
    def lines_of(cls, numbers: Any, givens: Any = None) -> list[str]:
        """Numbers are rows of numbers or letters; givens are rows of 1 for shaded, 0 for unshaded, and None.

        Examples
        --------
        >>> Hitori.lines_of([[1, 1], [2, 1]], [[None, 0], [None, None]])
        ['2 2', '1 1', '2 1', '.0..']
        """
        lines = lines_of_grid(numbers, cls.name, "numbers")
        rows, columns = len(lines), len(lines[0].split())
        return [f"{rows} {columns}", *lines, *cell_line(givens, rows, columns, cls.name, "01")]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """A Latin square, of which shaded squares say again what stands in their row or column."""
        del density
        latin = fill(Rules(size * size, size, rows_and_columns(size))).reshape(size, size) + 1
        shaded, numbers = _shading(rng, size), latin.copy()
        for row, column in np.argwhere(shaded):
            along = np.append(latin[row][~shaded[row]], latin[:, column][~shaded[:, column]])
            numbers[row, column] = rng.choice(along)
        return cls(numbers.astype(str).tolist())

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board; permute the numbers."""
        shape, cells, _ = turned(rng, *self.shape)
        names = sorted({*self.printed.ravel().tolist()})
        other = dict(zip(names, rng.permutation(names).tolist(), strict=True))
        moved = np.array([other[self.printed.ravel()[cell]] for cell in cells.tolist()], dtype=object)
        return Hitori(moved.reshape(shape).tolist()), cells, np.arange(2)

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation not in ("row", "column"):
            return super().unit_text(constraint)
        row, column = divmod(constraint.cells[0], self.shape[1])
        return f"row {row + 1}" if constraint.relation == "row" else f"column {column + 1}"

    def rule_text(self, constraint: Constraint) -> str:
        match constraint:
            case Connected():
                return "the unshaded squares hang together"
            case Count(relation="neighbours"):
                return f"{self.cells_text(constraint.cells)} touch, so only one of them may be shaded"
        number = self.printed.ravel()[constraint.cells[0]]
        return f"only one {number} of {self.unit_text(constraint)} may be unshaded"

    def sheet(self) -> Sheet:
        wide = max(map(len, self.printed.ravel().tolist()))
        rows = [[f"{number:>{wide}}{CELL}" for number in row] for row in self.printed.tolist()]
        return Sheet(rows, [[0] * self.shape[1]] * self.shape[0])


def _shading(rng: np.random.Generator, size: int) -> npt.NDArray[np.bool_]:
    """[size, size] squares shaded one after another, at random, as long as any may be."""
    joined = neighbours(size, size)
    rest = Connected(range(size * size), [UNSHADED], joined)
    values = [UNSHADED] * size**2
    for cell in rng.permutation(size * size).tolist():
        if all(values[there] == UNSHADED for pair in joined if cell in pair for there in pair):
            values[cell] = SHADED
            if rest.violations(values):
                values[cell] = UNSHADED
    return np.asarray(np.reshape(values, (size, size)) == SHADED)


DOMAINS = {"hitori": kind_of(Hitori)}

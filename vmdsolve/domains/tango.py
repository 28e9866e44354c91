"""Tango, of LinkedIn: a takuzu with signs between neighbours, '=' where they are alike, 'x' where they are not.

Known counts: without signs those of takuzu, 2 of 2x2 and 90 of 4x4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from ..constraints import Table, Tuples
from ..drawing import CELL, Sheet
from ..problem import Constraint
from .base import Image
from .clued import Fill, kind_of
from .lines import Lines
from .parts.grids import neighbours, turned
from .parts.values import cell_of, grid_of, lines_of_grid, listed
from .takuzu import Takuzu

__all__ = ["DOMAINS", "Tango"]

Pair = tuple[int, int]
SIGNS = {"=": Tuples([(0, 0), (1, 1)]), "x": Tuples([(0, 1), (1, 0)])}
NONE = "_- "
MAX_SIDE = 60


class Tango(Takuzu):
    """A board of even sides, 2 to 60, with signs of pairs of neighbours. Density: share of signs."""

    name = "tango"
    about = "Fill the board with as many 0 as 1 in each line, never three alike side by side, and as the signs say."
    text_form = (
        "2r - 1 lines of 2c - 1 characters: '.', 0 or 1 in the cells; between them = where both are alike, x where "
        "they are not, '_' where nothing is said; or what takuzu is written in, if there are no signs"
    )
    example = "1_._._./x_x____/._._._0/____=__/._._._./_______/._.x._0"
    sizes, size, density = range(2, 11, 2), 6, 0.2

    def __init__(
        self, rows: int, columns: int, *, distinct: bool = False, signs: Mapping[Pair, str] | None = None
    ) -> None:
        super().__init__(rows, columns, distinct=distinct)
        self.signs = dict(sorted((signs or {}).items()))
        self.constraints += tuple(
            Table(pair, SIGNS[sign], "alike" if sign == "=" else "unlike") for pair, sign in self.signs.items()
        )
        if not distinct:
            self.clues = "/".join(map("".join, self._drawn(NONE[0])))

    def _drawn(self, blank: str) -> list[list[str]]:
        rows, columns = self.shape
        picture = np.full((2 * rows - 1, 2 * columns - 1), blank, object)
        picture[::2, ::2] = CELL
        for (a, b), sign in self.signs.items():
            picture[a // columns + b // columns, a % columns + b % columns] = sign
        return [[*row] for row in picture.tolist()]

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        wide, high = len(lines.peek()), lines.left
        if " " in lines.peek() or wide % 2 == 0 or high % 2 == 0 or wide < 3:
            return super().read(lines)
        rows, columns = (high + 1) // 2, (wide + 1) // 2
        if rows % 2 or columns % 2 or max(rows, columns) > MAX_SIDE:
            lines.fail(f"{rows} rows and {columns} columns; wanted even numbers, {MAX_SIDE} at most", 1)
        text = [lines.line("cells and signs", wide).lower().replace("×", "x") for _ in range(high)]
        signs = {}
        for a, b in neighbours(rows, columns):
            row, column = a // columns + b // columns, a % columns + b % columns
            sign = text[row][column]
            if sign in SIGNS:
                signs[a, b] = sign
            elif sign not in NONE:
                lines.fail(f"{sign!r} in row {row + 1}, column {column + 1}; wanted =, x or '_'", row + 1)
        return cls(rows, columns, signs=signs), "".join(row[::2] for row in text[::2]).translate(OPEN)

    @classmethod
    def lines_of(cls, givens: Any, signs: Any = ()) -> list[str]:
        """Givens are rows of 0, 1 and None; signs are (cell, "=" or "x", cell), cells (row, column) from 0 or "r1c1".

        Examples
        --------
        >>> Tango.lines_of([[0, None], [None, None]], [((0, 0), "x", (0, 1))])
        ['0x.', '___', '._.']
        """
        grid = grid_of(givens, cls.name, "givens")
        rows, columns = len(grid), len(grid[0])
        cells = "".join(lines_of_grid(grid, cls.name, "givens")).replace(" ", "").replace("-", ".")
        told = {}
        for sign in listed(signs, cls.name, "signs"):
            a, word, b = listed(sign, cls.name, "a sign")
            ends = sorted(cell_of(cell, rows, columns, cls.name) for cell in (a, b))
            told[ends[0], ends[1]] = str(word)
        held = iter(cells)
        return [
            "".join(next(held) if c == CELL else c for c in row) for row in cls(rows, columns, signs=told)._drawn("_")
        ]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        answer = fill(Tango(size, size).rules)
        pairs = [pair for pair in neighbours(size, size) if rng.random() < density]
        return cls(size, size, signs={(a, b): "=" if answer[a] == answer[b] else "x" for a, b in pairs})

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board; perhaps swap the symbols."""
        shape, cells, places = turned(rng, *self.shape)
        moved = {tuple(sorted((int(places[a]), int(places[b])))): sign for (a, b), sign in self.signs.items()}
        signs = {(a, b): sign for (a, b), sign in moved.items()}
        return Tango(*shape, distinct=self.distinct, signs=signs), cells, rng.permutation(2)

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation not in ("alike", "unlike"):
            return super().rule_text(constraint)
        sign = "=" if constraint.relation == "alike" else "x"
        return f"the sign {sign} makes {self.cells_text(constraint.cells)} {constraint.relation}"

    def sheet(self) -> Sheet:
        rows = self._drawn(" ")
        return Sheet(rows, [[0] * len(row) for row in rows])


OPEN = str.maketrans(dict.fromkeys("_-? ", "."))
DOMAINS = {"tango": kind_of(Tango, "linkedin-tango")}

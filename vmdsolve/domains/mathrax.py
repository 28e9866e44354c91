"""Mathrax: a Latin square with circles at corners of four cells, which say what both pairs across give.

Known counts: without circles the Latin squares, 12 of order 3 and 576 of order 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Self

import numpy as np

from ..constraints import Table, Tuples
from ..drawing import Sheet
from ..plain import many
from ..problem import Constraint
from .base import CELL, SYMBOLS, Image
from .clued import Clued, Fill, kind_of
from .lines import Lines
from .parts.grids import rows_and_columns, spaced_sheet, turned
from .parts.values import grid_of, lines_of_grid, order_of

__all__ = ["DOMAINS", "Mathrax"]

NONE = ("-", ".")
CIRCLE = re.compile(r"(\d{1,3})([-+*:])", re.ASCII)
SIGNS = str.maketrans({"x": "*", "X": "*", "×": "*", "÷": ":", "/": ":", "−": "-", "–": "-"})
PARITY = {"e": 0, "o": 1}


@lru_cache(maxsize=1024)
def giving(n: int, label: str) -> Tuples:
    """Values of two cells across that give what a circle says."""
    want, sign = int(label[:-1]), label[-1]
    rules: dict[str, Callable[[int, int], bool]] = {
        "+": lambda a, b: a + b == want,
        "-": lambda a, b: abs(a - b) == want,
        "*": lambda a, b: a * b == want,
        ":": lambda a, b: a == b * want or b == a * want,
    }
    gives = rules[sign]
    return Tuples((a, b) for a in range(n) for b in range(n) if gives(a + 1, b + 1))


class Mathrax(Clued):
    """An n x n board, 2 to 25, with circles by the cell left above them. Density: share of corners with a circle."""

    name = "mathrax"
    about = (
        "Fill the grid as a Latin square; a circle says what both pairs across it give, or that all are even or odd."
    )
    text_form = (
        "`n n`; n rows of cells, '-' or '.' where open; n - 1 rows of n - 1 circles, '-' for none: 7+, 2-, 12* (12x) "
        "and 3: (3÷), e for four even numbers, o for four odd ones"
    )
    example = "4 4/- - - -/- - - -/- - - -/- - - -/4+ - -/1- - 1-/- 5+ 4+"
    sizes, size, density = range(3, 10), 6, 0.4

    def __init__(self, n: int, circles: Mapping[int, str]) -> None:
        self.shape, self.symbols, self.circles = (n, n), SYMBOLS[:n], dict(sorted(circles.items()))
        rules: list[Constraint] = []
        for cell, label in self.circles.items():
            a, b, c, d = cell, cell + 1, cell + n, cell + n + 1
            if label in PARITY:
                alike = Tuples((v,) for v in range(n) if (v + 1) % 2 == PARITY[label])
                rules += [Table([one], alike, "parity") for one in (a, b, c, d)]
            else:
                rules += [Table(pair, giving(n, label), "circle") for pair in ((a, d), (b, c))]
        self.constraints = (*rows_and_columns(n), *rules)
        at = ([self.circles.get(row * n + column, "-") for column in range(n - 1)] for row in range(n - 1))
        self.clues = "/".join([f"{n} {n}", *[" ".join(CELL * n)] * n, *map(" ".join, at)])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, other = lines.numbers("rows and columns", 2, 2, 25)
        if n != other:
            lines.fail(f"{many(n, 'row')} and {many(other, 'column')}; wanted as many")
        cells, circles = lines.givens(n, n, SYMBOLS[:n]), {}
        for row in range(n - 1):
            for column, token in enumerate(lines.tokens("circles", n - 1, whole=True)):
                label = token.lower() if token.lower() in PARITY else token.translate(SIGNS)
                if token not in NONE:
                    if label not in PARITY and not CIRCLE.fullmatch(label):
                        lines.fail(f"circle {column + 1} is {token[:40]!r}; wanted 7+, 2-, 12*, 3:, e, o or '-'")
                    circles[row * n + column] = label
        return cls(n, circles), cells + lines.cells()

    @classmethod
    def lines_of(cls, circles: Any, givens: Any = None) -> list[str]:
        """Circles are n - 1 rows of labels such as "7+", None for none; givens are rows of numbers and None.

        Examples
        --------
        >>> Mathrax.lines_of([["3+"]], [[1, None], [None, None]])
        ['2 2', '1 -', '- -', '3+']
        """
        grid = grid_of(circles, cls.name, "circles")
        n = order_of(len(grid) + 1, givens, cls.name)
        cells = [" ".join("-" * n)] * n if givens is None else lines_of_grid(givens, cls.name, "givens", n, n)
        shown = lines_of_grid(grid, cls.name, "circles", n - 1, n - 1)
        return [f"{n} {n}", *cells, *shown]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        numbers, circles = fill(cls(size, {}).rules).reshape(size, size) + 1, {}
        for row in range(size - 1):
            for column in range(size - 1):
                (a, b), (c, d) = numbers[row : row + 2, column : column + 2].tolist()
                fits = [name for name, odd in PARITY.items() if {x % 2 for x in (a, b, c, d)} == {odd}]
                fits += [f"{a + d}+"] * (a + d == b + c) + [f"{a * d}*"] * (a * d == b * c)
                fits += [f"{abs(a - d)}-"] * (abs(a - d) == abs(b - c))
                if max(a, d) * min(b, c) == max(b, c) * min(a, d) and max(a, d) % min(a, d) == 0:
                    fits.append(f"{max(a, d) // min(a, d)}:")
                if fits and rng.random() < density:
                    circles[row * size + column] = str(rng.choice(fits))
        return cls(size, circles)

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        n, (_, cells, places) = self.shape[0], turned(rng, *self.shape)
        moved = {
            int(min(places[[cell, cell + 1, cell + n, cell + n + 1]])): label for cell, label in self.circles.items()
        }
        return Mathrax(n, moved), cells, np.arange(n)

    def rule_text(self, constraint: Constraint) -> str:
        n, cells = self.shape[0], sorted(constraint.cells)
        match constraint.relation:
            case "circle":
                label = self.circles[cells[0] - (cells[1] - cells[0] == n - 1)]
                what = {"+": "add up to", "-": "differ by", "*": "multiply to", ":": "are in the ratio"}[label[-1]]
                return f"{self.cells_text(cells)}, across a circle, {what} {label[:-1]}"
            case "parity" if isinstance(constraint, Table):
                odd = (constraint.tuples[0][0] + 1) % 2 if constraint.tuples else 0
                return f"a circle makes {self.cell_name(cells[0])} {'odd' if odd else 'even'}"
        return super().rule_text(constraint)

    def sheet(self) -> Sheet:
        """With the circles in rows and columns between those of the cells."""
        n = self.shape[0]
        labels = {(cell // n * 2 + 1, cell % n * 2 + 1): label for cell, label in self.circles.items()}
        return replace(spaced_sheet(n, labels), ringed=True)


DOMAINS = {"mathrax": kind_of(Mathrax)}

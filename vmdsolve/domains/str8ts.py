"""Str8ts: rows and columns repeat no number; white cells side by side hold consecutive ones, in any order.

Black squares part the runs; a number on a black square is not repeated in its row and column either.
Known counts: without black squares the Latin squares, 12 of order 3 and 576 of order 4.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from ..constraints import AllDifferent, Count
from ..problem import Constraint
from .base import CELL, SYMBOLS, Image
from .clued import Fill, kind_of
from .lines import Lines
from .parts.straights import straight
from .parts.values import lines_of_grid
from .parts.walled import Walled, runs

__all__ = ["DOMAINS", "Str8ts"]

BLACK = "x"
NUMBERED = re.compile(r"([1-9]|1\d|2[0-5])[xX#]", re.ASCII)


class Str8ts(Walled):
    """An n x n board, 2 to 16, of white cells and black squares. Density: share of black squares that show a number."""

    name = "str8ts"
    about = (
        "Fill white cells so that lines repeat no number and cells side by side hold consecutive ones, in any order."
    )
    text_form = (
        "`n n`, which may be left out; n rows of squares: '-' or '.' for a white cell, or its number; x for a black "
        "square, 4x for one with a number; perhaps a line of cells, black squares left out"
    )
    example = "4 4/- 1x - 2x/- - - -/- - - 4x/- - - -/.4.......1..."
    words = "grid=squares board=squares puzzle=squares"
    blocks = MappingProxyType({BLACK: "█"})
    sizes, size, density = range(3, 10), 6, 0.3

    def __init__(self, squares: Sequence[Sequence[str]]) -> None:
        numbers, n = self.set_squares(squares), len(squares)
        self.symbols = SYMBOLS[:n]
        across, down = runs(numbers)
        rules: list[Constraint] = []
        for relation, lines, shown in (("row", numbers, squares), ("column", numbers.T, zip(*squares, strict=True))):
            for line, along in zip(lines.tolist(), shown, strict=True):
                white = [cell for cell in line if cell >= 0]
                if len(white) > 1:
                    rules.append(AllDifferent(white, relation))
                if white:
                    black = (int(s[:-1]) for s in along if s not in (CELL, BLACK))
                    rules += [Count(white, k - 1, 0, 0, "black") for k in dict.fromkeys(black)]
        joined = {rule.cells for rule in rules if isinstance(rule, AllDifferent)}
        rules += [
            rule
            for run in (*across, *down)
            for rule in straight(run, n, "run")
            if not isinstance(rule, AllDifferent) or rule.cells not in joined
        ]
        self.constraints = tuple(rules)
        self.clues = "/".join([f"{n} {n}", *(" ".join("-" if s == CELL else s for s in row) for row in squares)])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, _ = lines.square(2, 16, 1)
        squares, cells = [], ""
        for row in range(n):
            squares.append([CELL] * n)
            for column, token in enumerate(lines.tokens("squares", n, whole=True)):
                number = NUMBERED.fullmatch(token)
                if token in ("x", "X", "#"):
                    squares[row][column] = BLACK
                elif number and int(number[1]) <= n:
                    squares[row][column] = f"{number[1]}{BLACK}"
                elif token in ("-", ".", "_", "0"):
                    cells += "."
                elif token.isascii() and token.isdecimal() and len(token) < 3 and 1 <= int(token) <= n:
                    cells += SYMBOLS[int(token) - 1]
                elif len(token) == 1 and token in SYMBOLS[:n]:
                    cells += token
                else:
                    what = f"row {row + 1}, column {column + 1} is {token[:40]!r}"
                    lines.fail(f"{what}; wanted '-', 1 to {n}, x, or 1x to {n}x")
        if not cells:
            lines.fail("no cells; wanted one '-' at least")
        more = lines.cells()
        if more and cells.strip("."):
            lines.fail("numbers stand both in the squares and in a line of cells; wanted one of the two")
        return cls(squares), more or cells

    @classmethod
    def lines_of(cls, squares: Any) -> list[str]:
        """Squares are rows of None or "." for a white cell, its number, "x" for a black square, "4x" with a number.

        Examples
        --------
        >>> Str8ts.lines_of([[None, 1], ["x", None]])
        ['2 2', '- 1', 'x -']
        """
        lines = lines_of_grid(squares, cls.name, "squares")
        return [f"{len(lines)} {len(lines[0].split())}", *lines]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Squares of a random Latin square turn black, at random and wherever else a run would not be straight."""
        answer = fill(cls([[CELL] * size for _ in range(size)]).rules).reshape(size, size) + 1
        black = rng.random((size, size)) < 0.2
        while wrong := [line for line in _whites(black) if np.ptp(answer.flat[line]) >= len(line)]:
            black.flat[rng.choice(wrong[0])] = True
        if black.all():
            black[0, 0] = False
        shown = np.where(rng.random(black.shape) < density, np.char.add(answer.astype(str), BLACK), BLACK)
        return cls(np.where(black, shown, CELL).astype(object).tolist())

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        squares, cells = self.turn(rng)
        return Str8ts(squares), cells, np.arange(len(self.symbols))

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation in ("row", "column"):
            return super().unit_text(constraint)
        return f"the cells {self.cells_text(constraint.cells)}"

    def rule_text(self, constraint: Constraint) -> str:
        match constraint:
            case Count(symbol=v):
                return f"a black square shows {self.symbols[v]}, so {self.unit_text(constraint)} do not hold it"
            case AllDifferent(relation="run"):
                return f"{self.unit_text(constraint)} hold no number twice"
            case _ if constraint.relation == "run":
                a, b = map(self.cell_name, constraint.cells)
                return f"{a} and {b} stand in one run of consecutive numbers, so they are less apart than it is long"
        return super().rule_text(constraint)


def _whites(black: np.ndarray[Any, Any]) -> list[list[int]]:
    """The runs of white squares, as places on the board."""
    places = np.arange(black.size).reshape(black.shape)
    across, down = runs(np.where(black, -1, places))
    return [run for run in (*across, *down) if len(run) > 1]


DOMAINS = {"str8ts": kind_of(Str8ts, "straights")}

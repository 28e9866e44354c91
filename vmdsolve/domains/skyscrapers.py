"""Skyscrapers: a Latin square of heights; a clue says how many towers are seen from there, taller ones hiding lower.

Where m is smaller than n, n - m cells of each row and column hold 0, a place without a tower.
Known counts: without clues the Latin squares, 12 of order 3; Latin squares with such diagonals, 48 of order 4.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Self

import numpy as np

from ..constraints import DFA
from .base import SYMBOLS
from .clued import Fill, kind_of
from .lines import Lines, row_of
from .parts.automata import explore
from .parts.sides import BLANK, Sided

__all__ = ["DOMAINS", "Skyscrapers"]


@lru_cache(maxsize=4096)
def skyline(heights: tuple[int, ...], seen: int) -> DFA:
    """Accepts words in which so many values are higher than all before; heights[v] is the height of value v."""
    top = max(heights)

    def step(state: tuple[int, int], v: int) -> tuple[int, int] | None:
        highest, so_far = max(state[0], heights[v]), state[1] + (heights[v] > state[0])
        return (highest, so_far) if so_far <= seen <= so_far + top - highest else None

    return explore((0, 0), len(heights), step, lambda state: state[1] == seen)


class Skyscrapers(Sided):
    """An n x n board, 2 to 25. Density: share of clues."""

    name = "skyscrapers"
    about = "Fill the grid as a Latin square of heights; a clue says how many towers are seen from there."
    text_form = (
        "`n n m`, m the greatest height, with `D` if the diagonals hold each height once too (left out: n n n); a line "
        "of clues above the columns, one below, one left of the rows, one right of them, '-' for none; perhaps n rows "
        "of cells"
    )
    example = "4 4 4/- 2 - 2/3 - 1 2/1 2 4 2/3 3 1 2"
    sizes, size, density = range(2, 9), 5, 0.8

    @staticmethod
    def heights(n: int, highest: int) -> str:
        """The symbols."""
        return (BLANK if highest < n else "") + SYMBOLS[:highest]

    def sight(self, clue: str) -> DFA:
        lowest = 0 if self.symbols[0] == BLANK else 1
        return skyline(tuple(range(lowest, lowest + len(self.symbols))), int(clue))

    def seen(self, symbols: str) -> str:
        heights = [self.symbols.index(symbol) for symbol in symbols]
        lowest = 0 if self.symbols[0] == BLANK else -1
        return str(sum(h > max([lowest, *heights[:i]]) for i, h in enumerate(heights)))

    def view_text(self, view: str, clue: str) -> str:
        return f"{clue} tower{'s' * (clue != '1')} can be seen in {view}"

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n = len(row_of(lines.peek()))
        tokens = [str(n)] * 3
        if lines.headed(4, (4, 4 + n)):
            tokens = lines.tokens("rows, columns, greatest height, and D for diagonals", whole=True)
            tokens += tokens[:1] * (len(tokens) == 2)
        diagonals = tokens[3:] == ["D"]
        if len(tokens) != 3 + diagonals or tokens[0] != tokens[1]:
            lines.fail(f"{' '.join(tokens)[:40]!r}; wanted n, n, greatest height, and D if diagonals count")
        n = lines.number(tokens[0], "order", 2, 25)
        first = lines.taken + 1
        symbols = cls.heights(n, lines.number(tokens[2], "greatest height", 1, n))
        clues, cells = cls.read_sides(lines, n, symbols)
        for i, clue in enumerate(clues):
            if clue:
                lines.number(clue, "a clue", 1, int(tokens[2]), first + i // n)
        start = " ".join(str(int(token)) for token in tokens[:3]) + " D" * diagonals
        return cls(start, n, symbols, [clue.lstrip("0") for clue in clues], diagonals=diagonals), cells

    @classmethod
    def lines_of(
        cls,
        top: Any = None,
        bottom: Any = None,
        left: Any = None,
        right: Any = None,
        size: int | None = None,
        givens: Any = None,
        highest: int | None = None,
        diagonals: bool = False,
    ) -> list[str]:
        """Sides are lists of n clues, None or 0 for none; left and right from the top down; givens are rows of heights.

        Examples
        --------
        >>> Skyscrapers.lines_of(top=[1, 2], left=[None, 1])
        ['2 2 2', '1 2', '- -', '- 1', '- -']
        """
        sides = (top, bottom, left, right)
        n = cls.order(sides, size, givens)
        start = f"{n} {n} {highest or n}" + " D" * bool(diagonals)
        return cls.side_lines(start, n, sides, givens)

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        board = cls(f"{size} {size} {size}", size, cls.heights(size, size), [""] * 4 * size)
        return board.drawn(rng, density, fill)


DOMAINS = {"skyscrapers": kind_of(Skyscrapers, "towers")}

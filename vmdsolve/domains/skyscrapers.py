"""Skyscrapers: a Latin square of heights; a clue says how many towers are seen from there, taller ones hiding lower.

Text form: `n n m`, m the greatest height, with ` D` if the diagonals hold each height once too; then that of sides.py.
Where m is smaller than n, n - m cells of each row and column hold 0, a place without a tower.
Known counts: without clues the Latin squares, 12 of order 3; Latin squares with such diagonals, 48 of order 4.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Self

import numpy as np

from ..constraints import DFA
from .base import SYMBOLS
from .clued import Family, Fill, Lines
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
        tokens = lines.tokens("rows, columns, greatest height, and D for diagonals")
        diagonals = tokens[3:] == ["D"]
        if len(tokens) != 3 + diagonals or tokens[0] != tokens[1]:
            lines.fail(f"{' '.join(tokens)[:40]!r}; wanted n, n, greatest height, and D if diagonals count")
        n = lines.number(tokens[0], "order", 2, 25)
        symbols = cls.heights(n, lines.number(tokens[2], "greatest height", 1, n))
        clues, cells = cls.read_sides(lines, n, symbols)
        for clue in filter(None, clues):
            lines.number(clue, "a clue", 1, int(tokens[2]))
        start = " ".join(str(int(token)) for token in tokens[:3]) + " D" * diagonals
        return cls(start, n, symbols, [clue.lstrip("0") for clue in clues], diagonals=diagonals), cells

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        board = cls(f"{size} {size} {size}", size, cls.heights(size, size), [""] * 4 * size)
        return board.drawn(rng, density, fill)


DOMAINS = {"skyscrapers": lambda: Family(Skyscrapers)}

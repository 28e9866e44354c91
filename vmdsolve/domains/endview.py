"""ABC end view: each letter once in every row and column; a clue is the first letter that is seen from there.

Text form: `n n z`, z the last letter; then that of sides.py. A cell that stays empty holds 0.
Known counts: without clues, with n - 1 letters the Latin squares, 12 of order 3; with one letter the permutations.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import Self

import numpy as np

from ..constraints import DFA
from .clued import Family, Fill, Lines
from .parts.sides import BLANK, Sided

__all__ = ["DOMAINS", "EndView"]


class EndView(Sided):
    """An n x n board, 2 to 25, with fewer letters than n, or as many. Density: share of clues."""

    name = "endview"
    sizes, size, density = range(2, 8), 5, 0.8

    def sight(self, clue: str) -> DFA:
        """Blanks, the letter, then anything."""
        first = tuple(0 if s == BLANK else 1 if s == clue else -1 for s in self.symbols)
        return DFA(0, frozenset({1}), (first, (1,) * len(first)))

    def seen(self, symbols: str) -> str:
        return symbols.lstrip(BLANK)[0]

    def view_text(self, view: str, clue: str) -> str:
        return f"the first letter in {view} is {clue}"

    @staticmethod
    def letters(n: int, letters: int) -> str:
        """The symbols."""
        return (BLANK if letters < n else "") + ascii_lowercase[:letters]

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        tokens = lines.tokens("rows, columns, last letter", 3)
        n = lines.number(tokens[0], "order", 2, 25)
        last = ascii_lowercase.find(tokens[2].lower()) + 1 if len(tokens[2]) == 1 else 0
        if tokens[0] != tokens[1] or not 1 <= last <= n:
            lines.fail(f"{' '.join(tokens)[:40]!r}; wanted n, n and the last letter, at most the n-th")
        symbols = cls.letters(n, last)
        clues, cells = cls.read_sides(lines, n, symbols)
        clues = [clue.lower() for clue in clues]
        for clue in clues:
            if clue not in ["", *symbols.lstrip(BLANK)]:
                lines.fail(f"a clue is {clue[:40]!r}; wanted a letter up to {symbols[-1]}")
        return cls(f"{n} {n} {symbols[-1]}", n, symbols, clues), cells

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        symbols = cls.letters(size, size - (1 if size < 5 else 2))
        return cls(f"{size} {size} {symbols[-1]}", size, symbols, [""] * 4 * size).drawn(rng, density, fill)


DOMAINS = {"endview": lambda: Family(EndView)}

"""ABC end view: each letter once in every row and column; a clue is the first letter that is seen from there.

A cell that stays empty holds 0.
Known counts: without clues, with n - 1 letters the Latin squares, 12 of order 3; with one letter the permutations.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any, Self

import numpy as np

from ..constraints import DFA
from .clued import Fill, kind_of
from .lines import Lines
from .parts.sides import BLANK, Sided

__all__ = ["DOMAINS", "EndView"]


class EndView(Sided):
    """An n x n board, 2 to 25, with fewer letters than n, or as many. Density: share of clues."""

    name = "endview"
    about = "Place each letter once in every row and column; a clue is the first letter that is seen from there."
    text_form = (
        "`n n z`, z the last letter; a line of clues above the columns, one below, one left of the rows, one right of "
        "them, '-' for none; perhaps n rows of cells, 0 for one that stays empty"
    )
    example = "4 4 c/b a b -/c b a b/b c - c/- - b a"
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
        tokens = lines.tokens("rows, columns, last letter", 3, whole=True)
        n = lines.number(tokens[0], "order", 2, 25)
        last = ascii_lowercase.find(tokens[2].lower()) + 1 if len(tokens[2]) == 1 else 0
        if tokens[0] != tokens[1] or not 1 <= last <= n:
            lines.fail(f"{' '.join(tokens)[:40]!r}; wanted n, n and the last letter, at most the n-th")
        symbols = cls.letters(n, last)
        first = lines.taken + 1
        clues, cells = cls.read_sides(lines, n, symbols)
        clues = [clue.lower() for clue in clues]
        for i, clue in enumerate(clues):
            if clue not in ["", *symbols.lstrip(BLANK)]:
                lines.fail(f"a clue is {clue[:40]!r}; wanted a letter up to {symbols[-1]}", first + i // n)
        return cls(f"{n} {n} {symbols[-1]}", n, symbols, clues), cells

    @classmethod
    def lines_of(
        cls,
        last: str,
        top: Any = None,
        bottom: Any = None,
        left: Any = None,
        right: Any = None,
        size: int | None = None,
        givens: Any = None,
    ) -> list[str]:
        """`last` is the last letter; sides are lists of n letters, None for none; left and right from the top down.

        Examples
        --------
        >>> EndView.lines_of("b", top=["a", None, None])
        ['3 3 b', 'a - -', '- - -', '- - -', '- - -']
        """
        sides = (top, bottom, left, right)
        n = cls.order(sides, size, givens)
        return cls.side_lines(f"{n} {n} {last}", n, sides, givens)

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        symbols = cls.letters(size, size - (1 if size < 5 else 2))
        return cls(f"{size} {size} {symbols[-1]}", size, symbols, [""] * 4 * size).drawn(rng, density, fill)


DOMAINS = {"endview": kind_of(EndView, "abc-end-view", "easy-as-abc")}

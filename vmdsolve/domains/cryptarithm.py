"""Cryptarithms: letters stand for digits, each for another, so that a sum of words comes out.

    SEND+MORE=MONEY     9567 + 1085 = 10652
    A-B=C-D base 7      signs on both sides, any base up to 36

Cells are the letters, in the order in which they first stand in the text. No word begins with the digit 0, unless it is
that digit alone; digits in words stand for themselves. Products of words are none of these sums.
Known counts: SEND+MORE=MONEY has 1 answer, A+B=C has 32 with all different from each other.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Self

import numpy as np

from ..constraints import AllDifferent, Linear, Regular
from ..drawing import CELL, OUTSIDE, Sheet
from ..plain import many
from ..problem import Constraint
from .base import SYMBOLS, Image
from .clued import Clued, Fill, kind_of
from .lines import Lines
from .parts.automata import explore
from .parts.values import is_open, listed

__all__ = ["DOMAINS", "Cryptarithm"]

DIGITS = "0" + SYMBOLS[:35]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BASE = re.compile(r"(.*?)(?:\s+base\s+(\d{1,2}))?\s*", re.IGNORECASE | re.ASCII)
WORD = re.compile(r"([+-]?)\s*([A-Z0-9]+)\s*", re.ASCII)
MOST_WORDS, LONGEST = 200, 62


class Cryptarithm(Clued):
    """Words with signs, of which those right of '=' count down. Density: not used, the words are all clues."""

    name, many_answers = "cryptarithm", False
    about = "Put digits for the letters, different ones for different letters, so that the sum comes out."
    text_form = (
        "words with + or - between them and one '='; then perhaps `base 16` (left out: 10), and a line of digits, one "
        "a letter in the order of the text, '.' where open. Digits in words stand for themselves"
    )
    example = "SEND+MORE=MONEY"
    sizes, size, density = range(3, 11), 8, 1.0
    whole_line = True

    def __init__(self, left: list[tuple[int, str]], right: list[tuple[int, str]], base: int = 10) -> None:
        self.left, self.right, self.base = left, right, base
        words = [word for _, word in (*left, *right)]
        self.letters = "".join(dict.fromkeys(c for word in words for c in word if c in LETTERS))
        self.symbols, self.shape = DIGITS[:base], (1, len(self.letters))
        weights, total = Counter[str](), 0
        for side, terms in ((1, left), (-1, right)):
            for sign, word in terms:
                for place, c in enumerate(reversed(word)):
                    if c in LETTERS:
                        weights[c] += side * sign * base**place
                    else:
                        total -= side * sign * DIGITS.index(c) * base**place
        leading = dict.fromkeys(self.letters.index(word[0]) for word in words if len(word) > 1 and word[0] in LETTERS)
        cells, coefficients = range(len(self.letters)), [weights[c] for c in self.letters]
        self.constraints = (
            AllDifferent(cells, "letters"),
            Linear(cells, coefficients, "==", total, "sum", first=0),
            *(Linear([cell], [1], ">=", 1, "leading", first=0) for cell in leading),
            *self._last_column(coefficients, total),
        )
        self.clues = self.equation + f" base {base}" * (base != 10)
        self.legend = self.clues

    def _last_column(self, coefficients: list[int], total: int) -> list[Constraint]:
        """What follows for the last digits alone; search and people see it sooner than in the whole sum."""
        base = self.base
        units = [(cell, c % base) for cell, c in enumerate(coefficients) if c % base]
        if len(units) == len(coefficients) or not units:
            return []

        def step(state: tuple[int, int], v: int) -> tuple[int, int] | None:
            rank, added = state
            return (rank + 1, (added + units[rank][1] * v) % base) if rank < len(units) else None

        dfa = explore((0, 0), base, step, lambda state: state == (len(units), total % base))
        return [Regular([cell for cell, _ in units], dfa, "last column")]

    @property
    def equation(self) -> str:
        """The words without spaces."""
        return "=".join(
            "".join(f"{'-' if sign < 0 else '+'}{word}" for sign, word in terms).removeprefix("+")
            for terms in (self.left, self.right)
        )

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        match = BASE.fullmatch(lines.line("words, such as SEND+MORE=MONEY").upper())
        text, said = (match[1], match[2]) if match else ("", None)
        base = lines.number(said, "the base", 2, 36) if said else 10
        sides = text.replace("==", "=").split("=")
        if len(sides) != 2:
            lines.fail(f"{len(sides) - 1} '=' in {text[:40]!r}; wanted one, as in SEND+MORE=MONEY")
        left, right = (cls._terms(lines, side, base) for side in sides)
        letters = {c for _, word in (*left, *right) for c in word if c in LETTERS}
        if not 1 <= len(letters) <= base:
            lines.fail(f"{many(len(letters), 'letter')}; wanted 1 to {base}, as there are digits in base {base}")
        board = cls(left, right, base)
        if fault := board.constraints[1].fault(base):
            lines.fail(f"the sum of these words {fault}")
        return board, lines.cells()

    @staticmethod
    def _terms(lines: Lines, side: str, base: int) -> list[tuple[int, str]]:
        terms: list[tuple[int, str]] = []
        rest = side.strip()
        while rest or not terms:
            match = WORD.match(rest)
            if match is None or (terms and not match[1]):
                lines.fail(f"{rest[:40]!r} is no word with a sign; wanted words with + or - between them, and one '='")
            word = match[2]
            if len(word) > LONGEST or len(terms) == MOST_WORDS:
                lines.fail(
                    f"a word of {len(word)} letters, word {len(terms) + 1}; wanted {LONGEST} and {MOST_WORDS} at most"
                )
            if wrong := [c for c in word if c not in LETTERS and DIGITS.index(c) >= base]:
                lines.fail(f"{word[:40]} holds {wrong[0]}; base {base} has the digits {DIGITS[:base]}")
            terms.append((-1 if match[1] == "-" else 1, word))
            rest = rest[match.end() :]
        return terms

    @classmethod
    def lines_of(cls, words: Any, base: int = 10, givens: Any = None) -> list[str]:
        """`words` is the text, "SEND+MORE=MONEY"; givens are a list of digits or None, one a letter in its order.

        Examples
        --------
        >>> Cryptarithm.lines_of("SEND + MORE = MONEY", givens=[9, None, None, None, 1, 0, None, None])
        ['SEND + MORE = MONEY', '9...10..']
        """
        digits = [] if givens is None else ["." if is_open(d) else str(d) for d in listed(givens, cls.name, "givens")]
        return [f"{words}" + f" base {base}" * (base != 10), *(["".join(digits)] if digits else [])]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """A sum of two or three random numbers that have as many different digits, written in letters."""
        del density, fill
        longest = 1 + size // 2
        while True:
            numbers = [int(rng.integers(1, 10 ** int(rng.integers(1, longest + 1)))) for _ in range(rng.integers(2, 4))]
            written = [str(number) for number in (*numbers, sum(numbers))]
            digits = list(dict.fromkeys("".join(written)))
            if len(digits) == size:
                break
        letters = dict(zip(digits, rng.choice(list(LETTERS), size, replace=False).tolist(), strict=True))
        *left, right = ("".join(letters[digit] for digit in number) for number in written)
        return cls([(1, word) for word in left], [(1, right)])

    def image(self, rng: np.random.Generator) -> Image:
        """The words of each side in another order, and the sides perhaps swapped."""
        sides = [[terms[i] for i in rng.permutation(len(terms))] for terms in (self.left, self.right)]
        left, right = sides if rng.random() < 0.5 else sides[::-1]
        board = Cryptarithm(left, right, self.base)
        cells = np.array([self.letters.index(c) for c in board.letters], np.int64)
        return board, cells, np.arange(self.base)

    def cell_name(self, cell: int) -> str:
        return self.letters[cell]

    def rule_text(self, constraint: Constraint) -> str:
        match constraint.relation:
            case "sum":
                return self.equation.replace("+", " + ").replace("-", " - ").replace("=", " = ").strip()
            case "leading":
                return f"no word begins with 0, as one would with {self.cell_name(constraint.cells[0])}"
            case "last column":
                return f"the last digits of {self.equation} come out"
        return "different letters stand for different digits"

    def sheet(self) -> Sheet:
        n = len(self.letters)
        return Sheet([[*self.letters], [CELL] * n], [[OUTSIDE] * n, [0] * n])


DOMAINS = {"cryptarithm": kind_of(Cryptarithm, "alphametic", "verbal-arithmetic")}

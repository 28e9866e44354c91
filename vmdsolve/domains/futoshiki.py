"""Futoshiki: a Latin square in which signs between neighbours say which of the two is smaller.

Text form: 2n - 1 lines of 2n - 1 characters, '.' or a symbol in the cells; between them < or ( and > or ), and ^ or v
(the upper cell is smaller, or greater); '_' or '-' where there is no sign. Line ends may be left out.
Also read: n; n rows of numbers (-1 is open); how many signs there are; as many lines `a>b` with cells from 0.
Known counts: without signs the Latin squares, 12 of order 3 and 576 of order 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import isqrt
from typing import Self

import numpy as np
import numpy.typing as npt

from ..constraints import Less
from .base import CELL, Domain
from .clued import Clued, Family, Fill, Lines
from .grids import SYMBOLS, neighbours, rows_and_columns, turned

__all__ = ["DOMAINS", "Futoshiki"]

MAX_ORDER = 25
LESS, GREATER, NONE = "<(^", ">)vV", "_-"


class Futoshiki(Clued):
    """A board of order `n`, 2 to 25; `less` holds pairs of neighbours, the first smaller. Density: share of signs."""

    name = "futoshiki"
    sizes, size, density = range(2, 10), 5, 0.35

    def __init__(self, n: int, less: Iterable[tuple[int, int]]) -> None:
        self.shape, self.symbols, self.less = (n, n), SYMBOLS[:n], sorted(less)
        self.constraints = (*rows_and_columns(n), *(Less(a, b, "less") for a, b in self.less))
        picture = np.full((2 * n - 1, 2 * n - 1), NONE[0])
        picture[::2, ::2] = CELL
        for a, b in self.less:
            row, column = a // n + b // n, a % n + b % n  # between the two
            picture[row, column] = "^v"[a > b] if column % 2 == 0 else "<>"[a > b]
        self.clues = "/".join(map("".join, picture.tolist()))

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        if lines.peek().isdigit() and len(lines.peek()) < 3:
            return cls._read_pairs(lines)
        whole = len(lines.lines) == 1
        side = isqrt(len(lines.peek())) if whole else len(lines.lines)
        n = (side + 1) // 2
        text = lines.line("a drawing without line ends", side * side) if whole else ""
        if side != 2 * n - 1 or not 2 <= n <= MAX_ORDER:
            lines.fail(f"{side} lines; wanted 2n - 1, n from 2 to {MAX_ORDER}")
        rows = [text[i : i + side] for i in range(0, len(text), side)]
        rows = rows or [lines.line("cells with signs between them", side) for _ in range(side)]
        less = []
        for a, b in neighbours(n, n):
            row, column = a // n + b // n, a % n + b % n
            sign, known = rows[row][column], "<(>)" if row % 2 == 0 else "^vV"
            if sign in known:
                less.append((a, b) if sign in LESS else (b, a))
            elif sign not in NONE:
                lines.fail(f"{sign!r} in row {row + 1}, column {column + 1} of the drawing; wanted a sign or '_'")
        return cls(n, less), "".join(row[::2] for row in rows[::2])

    @classmethod
    def _read_pairs(cls, lines: Lines) -> tuple[Self, str]:
        (n,) = lines.numbers("order", 1, 2, MAX_ORDER)
        cells = ""
        for _ in range(n):
            tokens = lines.tokens("numbers, -1 where open", n)
            cells += "".join("." if t == "-1" else SYMBOLS[lines.number(t, "a cell", 1, n) - 1] for t in tokens)
        pairs = set(neighbours(n, n))
        less = []
        for _ in range(lines.numbers("number of signs", 1, 0, len(pairs))[0]):
            tokens = lines.line("a sign such as 7>3").split(">")
            a, b = (lines.number(token, "a cell", 0, n * n - 1) for token in (*tokens, "", "")[:2])
            if len(tokens) != 2 or (min(a, b), max(a, b)) not in pairs:
                lines.fail("wanted two neighbouring cells and '>' between them")
            less.append((b, a))
        return cls(n, less), cells + lines.cells()

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        answer = fill(Futoshiki(size, []).rules)
        pairs = [pair for pair in neighbours(size, size) if rng.random() < density]
        return cls(size, [(a, b) if answer[a] < answer[b] else (b, a) for a, b in pairs])

    def image(self, rng: np.random.Generator) -> tuple[Domain, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Turn or reflect the board; perhaps count downwards, which turns the signs round."""
        n, (_, cells, places) = self.shape[0], turned(rng, *self.shape)
        values = np.arange(n) if rng.random() < 0.5 else np.arange(n)[::-1]
        less = [(int(places[a]), int(places[b])) for a, b in self.less]
        return Futoshiki(n, less if values[0] == 0 else [(b, a) for a, b in less]), cells, values

    def frame(self) -> str:
        return "\n".join(" ".join(row) for row in self.clues.replace(NONE[0], " ").split("/"))


DOMAINS: dict[str, Callable[[], Domain]] = {"futoshiki": lambda: Family(Futoshiki)}

"""Futoshiki: a Latin square in which signs between neighbours say which of the two is smaller.

Also read: n; n rows of numbers (-1 is open); how many signs there are; as many lines `a>b` with cells from 0.
Known counts: without signs the Latin squares, 12 of order 3 and 576 of order 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isqrt
from typing import Any, Self

import numpy as np

from ..constraints import Less
from ..drawing import Sheet
from ..errors import InvalidProblem
from ..problem import Constraint
from .base import CELL, SYMBOLS, Image
from .clued import Clued, Fill, kind_of
from .lines import Lines
from .parts.grids import neighbours, rows_and_columns, turned
from .parts.values import cell_of, lines_of_grid, listed, order_of, short

__all__ = ["DOMAINS", "Futoshiki"]

SIGNS = ({"<": 0, "(": 0, ">": 1, ")": 1}, {"^": 0, "v": 1, "V": 1})  # beside, below: 1 if the first is greater
NONE = "_- "
OPEN = str.maketrans(dict.fromkeys("_-?*x0 ", "."))
SAME = str.maketrans("∧⋀˄⌃∨⋁˅⌄⟨⟩", "^^^^vvvv<>")
RIM = re.compile(r"^\s*\+-+\+\s*$|^\s*\||\|\s*$")  # of a drawing


def between(n: int, a: int, b: int) -> tuple[int, int]:
    """Row and column of the sign of two neighbours in the drawing."""
    return a // n + b // n, a % n + b % n


class Futoshiki(Clued):
    """A board of order `n`, 2 to 64; `less` holds pairs of neighbours, the first smaller. Density: share of signs."""

    name = "futoshiki"
    about = "Fill the grid as a Latin square in which signs between neighbours say which of the two is smaller."
    text_form = (
        "2n - 1 lines of 2n - 1 characters: '.' or a symbol in the cells; between them < and >, and ^ and v below a "
        "cell that is smaller, or greater; '_', '-' or a blank where there is no sign"
    )
    example = ".<._.>./____v__/._._.<./^______/.<._._./______^/._._3_."
    sizes, size, density = range(2, 10), 5, 0.35

    def __init__(self, n: int, less: Iterable[tuple[int, int]]) -> None:
        self.shape, self.symbols, self.less = (n, n), SYMBOLS[:n], sorted(less)
        self.constraints = (*rows_and_columns(n), *(Less(a, b, "less") for a, b in self.less))
        picture = np.full((2 * n - 1, 2 * n - 1), NONE[0])
        picture[::2, ::2] = CELL
        for a, b in self.less:
            picture[between(n, a, b)] = ("<>" if a // n == b // n else "^v")[a > b]
        self.clues = "/".join(map("".join, picture.tolist()))

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        if lines.peek().isdigit() and len(lines.peek()) < 3:
            return cls._read_pairs(lines)
        lines = _drawn(lines)
        whole = len(lines.lines) == 1  # a drawing without line ends
        side = isqrt(len(lines.peek())) if whole else len(lines.lines)
        n = (side + 1) // 2
        if side != 2 * n - 1 or not 2 <= n <= len(SYMBOLS):
            lines.fail(f"{side} lines; wanted 2n - 1, n from 2 to {len(SYMBOLS)}")
        text = "".join(lines.line("cells and signs", side * side if whole else side) for _ in lines.lines)
        rows = [text[i : i + side] for i in range(0, side * side, side)]
        less = []
        for a, b in neighbours(n, n):
            row, column = between(n, a, b)
            sign, signs = rows[row][column], SIGNS[row % 2]
            if sign in signs:
                less.append((b, a) if signs[sign] else (a, b))
            elif sign not in NONE:
                what = f"{sign!r} in row {row + 1}, column {column + 1} of the drawing; wanted a sign or '_'"
                lines.fail(what, 1 if whole else row + 1)
        return cls(n, less), "".join(row[::2] for row in rows[::2]).translate(OPEN)

    @classmethod
    def _read_pairs(cls, lines: Lines) -> tuple[Self, str]:
        (n,) = lines.numbers("order", 1, 2, len(SYMBOLS))
        cells, pairs, less = lines.givens(n, n, SYMBOLS[:n]), set(neighbours(n, n)), []
        for _ in range(lines.numbers("number of signs", 1, 0, len(pairs))[0]):
            tokens = lines.line("a sign such as 7>3").split(">")
            a, b = (lines.number(token, "a cell", 0, n * n - 1) for token in (*tokens, "", "")[:2])
            if len(tokens) != 2 or (min(a, b), max(a, b)) not in pairs:
                lines.fail("wanted two neighbouring cells and '>' between them")
            less.append((b, a))
        return cls(n, less), cells + lines.cells()

    @classmethod
    def lines_of(cls, less: Any, size: int | None = None, givens: Any = None) -> list[str]:
        """Each of `less` is two neighbouring cells, the first smaller, or (cell, "<" or ">", cell); givens are rows.

        Cells are (row, column) from 0, or "r1c1".

        Examples
        --------
        >>> Futoshiki.lines_of([((0, 0), (0, 1))], size=2)
        ['2', '- -', '- -', '1', '1>0']
        """
        n = order_of(size, givens, cls.name)
        signs = []
        for sign in listed(less, cls.name, "less"):
            parts = listed(sign, cls.name, "a sign")
            a, word, b = (parts[0], "<", parts[1]) if len(parts) == 2 else parts if len(parts) == 3 else (0, "", 0)
            if word not in ("<", ">"):
                raise InvalidProblem(f"futoshiki: a sign is {short(sign)}; wanted two cells, the first smaller")
            ends = [cell_of(cell, n, n, cls.name) for cell in ((a, b) if word == "<" else (b, a))]
            signs.append("{1}>{0}".format(*ends))
        cells = [" ".join("-" * n)] * n if givens is None else lines_of_grid(givens, cls.name, "givens", n, n)
        return [str(n), *cells, str(len(signs)), *signs]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        answer = fill(Futoshiki(size, []).rules)
        pairs = [pair for pair in neighbours(size, size) if rng.random() < density]
        return cls(size, [(a, b) if answer[a] < answer[b] else (b, a) for a, b in pairs])

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board; perhaps count downwards, which turns the signs round."""
        n, (_, cells, places) = self.shape[0], turned(rng, *self.shape)
        values = np.arange(n) if rng.random() < 0.5 else np.arange(n)[::-1]
        less = [(int(places[a]), int(places[b])) for a, b in self.less]
        return Futoshiki(n, less if values[0] == 0 else [(b, a) for a, b in less]), cells, values

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "less":
            return super().unit_text(constraint)
        return f"the sign between {self.cells_text(sorted(constraint.cells))}"

    def sheet(self) -> Sheet:
        rows = [list(row) for row in self.clues.replace(NONE[0], " ").split("/")]
        return Sheet(rows, [[0] * len(row) for row in rows])


def _drawn(lines: Lines) -> Lines:
    """The lines of a drawing with the blanks between cells and signs taken out."""
    raw = [RIM.sub("", line.translate(SAME)).rstrip() for line in lines.raw]
    while raw and not raw[0]:
        raw = raw[1:]
    while raw and not raw[-1]:
        raw = raw[:-1]
    if not any(" " in line.strip() for line in raw) or len(raw) < 3:
        lines.lines = [line.translate(SAME) for line in lines.lines]
        return lines
    side = len(raw)
    tokens = [line.split() for line in raw]
    if all(len(row) == side and {*map(len, row)} == {1} for row in tokens):
        rows = ["".join(row) for row in tokens]  # every entry apart
    else:
        margin = min(len(line) - len(line.lstrip()) for line in raw[::2])
        n = (side + 1) // 2
        apart = len([c for c in raw[0] if c not in "<> "]) == n and (max(map(len, raw[::2])) - margin - 1) / (n - 1)
        if not apart or apart % 2 or side % 2 == 0:
            return lines
        step = int(apart) // 2
        rows = [line.ljust(margin + side * step)[margin::step][:side] for line in raw]
    made = Lines.of(lines.name, rows)
    first = next(number for number, line in enumerate(lines.raw, 1) if RIM.sub("", line).strip())
    made.places = list(range(first, first + side))
    return made


DOMAINS = {"futoshiki": kind_of(Futoshiki, "unequal")}

"""Sandwich Sudoku: a clue says what the numbers between 1 and the greatest of its row or column add up to.

Known counts: without clues the Sudoku grids, 288 of 4x4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from ..constraints import Regular
from ..drawing import OUTSIDE, Sheet
from ..plain import many
from ..problem import Constraint
from .base import Image
from .clued import Fill, kind_of
from .lines import Lines
from .parts.automata import sandwich
from .parts.boxed import Boxed
from .parts.margins import lines_across
from .parts.values import cell_line, is_open, listed

__all__ = ["DOMAINS", "Sandwich"]

NONE = ("-", ".", "?")


class Sandwich(Boxed):
    """An n x n board, 3 to 16, with the clues of columns, then rows, None for none. Density: share of clues."""

    name = "sandwich"
    about = "Fill the grid as a Sudoku; a clue is the sum of the numbers between 1 and the greatest of its line."
    text_form = (
        "`n n`; a line of clues above the columns, one of those left of the rows, '-' for none; perhaps one line of "
        "cells"
    )
    example = "4 4/0 2 3 5/2 - 0 0/...............1"
    sizes, size, density = (4, 6), 6, 0.9

    def __init__(self, n: int, clues: Sequence[int | None]) -> None:
        self.between = tuple(clues)
        board = self.set_board(n)
        self.constraints = (
            *board,
            *(
                Regular(cells, sandwich(n, clue), "sandwich")
                for cells, clue in zip(lines_across(n, n), clues, strict=True)
                if clue is not None
            ),
        )
        said = ["-" if clue is None else str(clue) for clue in clues]
        self.clues = "/".join([f"{n} {n}", " ".join(said[:n]), " ".join(said[n:])])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, other = lines.numbers("rows and columns", 2, 3, 16)
        if n != other:
            lines.fail(f"{many(n, 'row')} and {many(other, 'column')}; wanted as many")
        most = sum(range(2, n))
        clues = [
            None if token in NONE else lines.number(token, "a clue", 0, most)
            for what in ("clues above the columns", "clues left of the rows")
            for token in lines.tokens(what, n, whole=True)
        ]
        return cls(n, clues), lines.cells()

    @classmethod
    def lines_of(cls, above: Any, left: Any, givens: Any = None) -> list[str]:
        """Clues above the columns, and left of the rows, None for none; givens are rows of numbers and None.

        Examples
        --------
        >>> Sandwich.lines_of([2, None, 0], [None, 2, 0])
        ['3 3', '2 - 0', '- 2 0']
        """
        sides = [listed(side, cls.name, "clues") for side in (above, left)]
        said = [" ".join("-" if is_open(clue) else str(clue) for clue in side) for side in sides]
        n = len(sides[0])
        return [f"{n} {len(sides[1])}", *said, *cell_line(givens, n, n, cls.name)]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        numbers, clues = cls.plain(fill, size).ravel(), list[int | None]()
        for cells in lines_across(size, size):
            line = numbers[cells].tolist()
            first, last = sorted((line.index(1), line.index(size)))
            clues.append(sum(line[first + 1 : last]) if rng.random() < density else None)
        return cls(size, clues)

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        n, (cells, _) = self.shape[0], self.turn(rng)
        clue_of = dict(zip(map(frozenset, lines_across(n, n)), self.between, strict=True))
        clues = [clue_of[frozenset(cells[line].tolist())] for line in lines_across(n, n)]
        return Sandwich(n, clues), cells, np.arange(n)

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "sandwich":
            return super().unit_text(constraint)
        n, first = self.shape[0], constraint.cells[0]
        return f"row {first // n + 1}" if constraint.cells[1] == first + 1 else f"column {first % n + 1}"

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation != "sandwich":
            return super().rule_text(constraint)
        n = self.shape[0]
        clue = self.between[lines_across(n, n).index([*constraint.cells])]
        return f"between 1 and {self.symbols[-1]} the numbers of {self.unit_text(constraint)} add up to {clue}"

    def sheet(self) -> Sheet:
        plain, n = super().sheet(), self.shape[0]
        said = ["" if clue is None else str(clue) for clue in self.between]
        rows = [["", *said[:n]], *([clue, *row] for clue, row in zip(said[n:], plain.squares, strict=True))]
        return Sheet(rows, [[OUTSIDE] * (n + 1), *([OUTSIDE, *row] for row in plain.regions or [])])


DOMAINS = {"sandwich": kind_of(Sandwich, "sandwich-sudoku")}

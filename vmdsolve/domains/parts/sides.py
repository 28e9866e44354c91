"""Square grids with clues on all four sides: what is seen when one looks along a row or column from there.

Text form: a line of clues above the columns, one below them, one left of the rows, one right of them, '-', '.' or 0
where there is none; then n rows of cells, which may be left out. The line before them is the subclass's own.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Self

import numpy as np

from ...constraints import DFA, AllDifferent, Count, Regular
from ...drawing import CELL, OUTSIDE, Sheet
from ...problem import Constraint
from ..base import Image
from ..clued import Clued, Fill
from ..lines import Lines
from .grids import rows_and_columns, turned
from .values import lines_of_grid, listed, order_of

__all__ = ["BLANK", "Sided", "views"]

NONE = "-"
NONES = ("-", ".", "_", "0", "?")
BLANK = "0"  # the symbol of a cell that stays empty


@lru_cache
def views(n: int) -> tuple[tuple[int, ...], ...]:
    """[4n, n] the cells along each row and column from where its clue stands, in the order of the text.

    Examples
    --------
    >>> views(2)
    ((0, 2), (1, 3), (2, 0), (3, 1), (0, 1), (2, 3), (1, 0), (3, 2))
    """
    grid = np.arange(n * n).reshape(n, n)
    return tuple(map(tuple, np.concatenate([grid.T, grid.T[:, ::-1], grid, grid[:, ::-1]]).tolist()))


@lru_cache
def once_each(n: int, V: int, *, diagonals: bool) -> tuple[Constraint, ...]:
    """Rows, columns and perhaps diagonals hold each symbol once; those of fewer than n symbols that are no blank."""
    units = rows_and_columns(n)
    if diagonals:
        grid = np.arange(n * n).reshape(n, n)
        units += tuple(AllDifferent(unit.tolist(), "diagonal") for unit in (grid.diagonal(), grid[:, ::-1].diagonal()))
    if n == V:
        return units
    return tuple(Count(unit.cells, v, 1, 1, unit.relation) for unit in units for v in range(1, V))


class Sided(Clued):
    """An n x n board with 4n clues, "" for none, in the order of `views`. Subclasses say what is `seen`.

    Attributes
    ----------
    start
        the first line of the text. Density: share of clues
    """

    start: str

    def __init__(self, start: str, n: int, symbols: str, clues: Sequence[str], *, diagonals: bool = False) -> None:
        self.start, self.shape, self.symbols, self.sides = start, (n, n), symbols, tuple(clues)
        self.boxed = symbols.replace(BLANK, " ")
        self.diagonals = diagonals
        along = (Regular(view, self.sight(c), "view") for view, c in zip(views(n), self.sides, strict=True) if c)
        self.constraints = (*once_each(n, len(symbols), diagonals=diagonals), *along)
        shown = [clue or NONE for clue in self.sides]
        sides = (" ".join(shown[i : i + n]) for i in range(0, 4 * n, n))
        self.clues = "/".join([start, *sides, *[" ".join(CELL * n)] * n])

    @abstractmethod
    def sight(self, clue: str) -> DFA:
        """Accepts what may stand along a row or column that shows this clue."""

    @abstractmethod
    def seen(self, symbols: str) -> str:
        """The clue of a full row or column."""

    def with_clues(self, clues: Sequence[str]) -> Self:
        """The same board with other clues."""
        return type(self)(self.start, self.shape[0], self.symbols, clues, diagonals=self.diagonals)

    @classmethod
    def read_sides(cls, lines: Lines, n: int, symbols: str) -> tuple[list[str], str]:
        """The clues and the cells."""
        clues = ["" if token in NONES else token for _ in range(4) for token in lines.tokens("clues, - for none", n)]
        return clues, lines.givens(n, n, symbols) + lines.cells() if lines.left else ""

    @classmethod
    def order(cls, sides: Sequence[Any], size: int | None, givens: Any) -> int:
        """How many rows the board has: by its size, by the first side that has clues, or by the givens."""
        n = next((len(side) for side in sides if side is not None), 0) if size is None else size
        return order_of(n or None, givens, cls.name)

    @classmethod
    def side_lines(cls, start: str, n: int, sides: Sequence[Any], givens: Any) -> list[str]:
        """The lines of a text of which the first is `start`; sides are lists of n, or None for no clues."""
        rows = [[None] * n if side is None else listed(side, cls.name, "a side") for side in sides]
        cells = [] if givens is None else lines_of_grid(givens, cls.name, "givens", n, n)
        return [start, *lines_of_grid(rows, cls.name, "clues of a side", 4, n), *cells]

    def drawn(self, rng: np.random.Generator, density: float, fill: Fill) -> Self:
        """This board with clues of a random solution."""
        answer = fill(self.rules)
        seen = (self.seen("".join(self.symbols[v] for v in answer[list(view)])) for view in views(self.shape[0]))
        return self.with_clues([clue if rng.random() < density else "" for clue in seen])

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        n, (_, cells, _) = self.shape[0], turned(rng, *self.shape)
        clue_of = dict(zip(views(n), self.sides, strict=True))
        clues = [clue_of[tuple(cells[list(view)].tolist())] for view in views(n)]
        return self.with_clues(clues), cells, np.arange(len(self.symbols))

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "view":
            return super().unit_text(constraint)
        side, line = divmod(views(self.shape[0]).index(constraint.cells), self.shape[0])
        what = "column" if side < 2 else "row"
        return f"{what} {line + 1} from {('above', 'below', 'the left', 'the right')[side]}"

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation != "view":
            return super().rule_text(constraint)
        clue = self.sides[views(self.shape[0]).index(constraint.cells)]
        return self.view_text(self.unit_text(constraint), clue)

    @abstractmethod
    def view_text(self, view: str, clue: str) -> str:
        """That this view shows this clue."""

    def sheet(self) -> Sheet:
        n = self.shape[0]
        top, bottom, left, right = (self.sides[i : i + n] for i in range(0, 4 * n, n))
        rows = [["", *top, ""], *([a, *[CELL] * n, b] for a, b in zip(left, right, strict=True)), ["", *bottom, ""]]
        edge = [OUTSIDE] * (n + 2)
        return Sheet(rows, [edge, *[[OUTSIDE, *[0] * n, OUTSIDE]] * n, edge])

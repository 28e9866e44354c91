"""Boards of filled and empty cells with a clue above each column and one left of each row.

Text form: `rows columns`; a line of clues above the columns, one of those left of the rows, '-' for none; what the
subclass has; perhaps a line of cells, 1 for filled and 0 for empty.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...drawing import Sheet
from ...problem import Constraint
from ..clued import Clued
from ..lines import Lines
from .grids import margin_sheet
from .values import is_open, listed

__all__ = ["MAX_SIDE", "Margins", "lines_across"]

MAX_SIDE = 60


def lines_across(rows: int, columns: int) -> list[list[int]]:
    """The cells of the columns, then of the rows: the order of the clues.

    Examples
    --------
    >>> lines_across(1, 2)
    [[0], [1], [0, 1]]
    """
    cells = np.arange(rows * columns).reshape(rows, columns)
    return [*cells.T.tolist(), *cells.tolist()]


class Margins(Clued):
    """A board with `clues_of` its columns and then its rows, None for none."""

    symbols, glyphs, boxed = "01", " #", " ■"
    called, legend = ("empty", "filled"), "# filled, blank empty, . open"
    clues_of: tuple[int | None, ...]

    def set_clues(self, rows: int, columns: int, clues: Sequence[int | None]) -> None:
        """Sets `shape` and `clues_of`, and the first lines of the text."""
        self.shape, self.clues_of = (rows, columns), tuple(clues)
        said = ["-" if clue is None else str(clue) for clue in clues]
        self.clues = "/".join([f"{rows} {columns}", " ".join(said[:columns]), " ".join(said[columns:])])

    @abstractmethod
    def line_rule(self, cells: Sequence[int], clue: int, relation: str) -> Constraint:
        """What a clue asks of its column or row."""

    def line_rules(self) -> list[Constraint]:
        """The rules of all clues."""
        columns, lines = self.shape[1], lines_across(*self.shape)
        return [
            self.line_rule(cells, clue, "column" if i < columns else "row")
            for i, (cells, clue) in enumerate(zip(lines, self.clues_of, strict=True))
            if clue is not None
        ]

    def turned_clues(self, cells: Sequence[int], shape: tuple[int, int]) -> list[int | None]:
        """The clues of the board whose cell i is our cell cells[i], of a clue that is the same read backwards."""
        clue_of = dict(zip((frozenset(line) for line in lines_across(*self.shape)), self.clues_of, strict=True))
        return [clue_of[frozenset(cells[i] for i in line)] for line in lines_across(*shape)]

    @staticmethod
    def read_clues(lines: Lines, most: int) -> tuple[int, int, list[int | None]]:
        """Rows, columns, and the clues."""
        rows, columns = lines.numbers("rows and columns", 2, 1, MAX_SIDE)
        clues = [
            None if token in ("-", ".", "?") else lines.number(token, "a clue", 0, most)
            for what, n in (("clues above the columns", columns), ("clues left of the rows", rows))
            for token in lines.tokens(what, n)
        ]
        return rows, columns, clues

    @classmethod
    def clue_lines(cls, above: Any, left: Any) -> list[str]:
        """The first lines of the text of these clues."""
        sides = [listed(side, cls.name, "clues") for side in (above, left)]
        said = [" ".join("-" if is_open(clue) else str(clue) for clue in side) for side in sides]
        return [f"{len(sides[1])} {len(sides[0])}", *said]

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation not in ("column", "row"):
            return super().unit_text(constraint)
        at = constraint.cells[0]
        return f"row {at // self.shape[1] + 1}" if constraint.relation == "row" else f"column {at % self.shape[1] + 1}"

    def sheet(self) -> Sheet:
        said = [["" if clue is None else str(clue)] for clue in self.clues_of]
        return margin_sheet(said[: self.shape[1]], said[self.shape[1] :])

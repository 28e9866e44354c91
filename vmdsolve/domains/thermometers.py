"""Thermometers: each is filled from its bulb up to some height, or empty; clues count the filled cells of a line.

Known counts: without clues a thermometer of k cells stands in k + 1 ways.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np

from ..constraints import Count, Linear
from ..drawing import Sheet
from ..plain import many
from ..problem import Constraint
from .base import Image
from .clued import Fill, kind_of
from .lines import Lines
from .parts.grids import neighbours, turned
from .parts.margins import MAX_SIDE, Margins, lines_across
from .parts.values import cell_line, lines_of_grid

__all__ = ["DOMAINS", "Thermometers"]

ENTRY = re.compile(r"(\d{1,4})\.(\d{1,4})", re.ASCII)
ALL = [(step, turn) for step in (0, 1) for turn in (1, -1)]


class Thermometers(Margins):
    """A board with the cells of each thermometer, the bulb first. Density: not used, all clues are shown."""

    name = "thermometers"
    about = "Fill thermometers from the bulb, each as far as you like, so that lines have as many filled cells as said."
    text_form = (
        "`rows columns`; a line of clues above the columns, one of those left of the rows, '-' for none; rows of cells "
        "as 3.2, the second of thermometer 3 from its bulb; perhaps a line of cells, 1 for filled and 0 for empty"
    )
    example = "4 4/2 4 2 2/2 3 3 2/2.1 2.2 1.3 6.1/4.2 4.1 1.2 5.1/8.2 9.1 1.1 3.2/8.1 7.1 7.2 3.1"
    sizes, size, density = range(3, 11), 6, 1.0

    def __init__(self, rows: int, columns: int, clues: Sequence[int | None], tubes: Sequence[Sequence[int]]) -> None:
        self.set_clues(rows, columns, clues)
        self.tubes = sorted(map(list, tubes), key=min)
        shown = {cell: f"{i}.{j}" for i, tube in enumerate(self.tubes, 1) for j, cell in enumerate(tube, 1)}
        self.clues = "/".join([self.clues, *(" ".join(shown[c] for c in line) for line in self._grid)])
        self.constraints = (
            *self.line_rules(),
            *(Linear([b, a], [1, -1], "<=", 0, "tube") for tube in self.tubes for a, b in pairwise(tube)),
        )

    @property
    def _grid(self) -> list[list[int]]:
        return lines_across(*self.shape)[self.shape[1] :]

    def line_rule(self, cells: Sequence[int], clue: int, relation: str) -> Constraint:
        return Count(cells, 1, clue, clue, relation)

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        rows, columns, clues = cls.read_clues(lines, MAX_SIDE)
        where: dict[str, dict[int, int]] = {}
        first = lines.taken + 1
        for cell, token in enumerate(t for _ in range(rows) for t in lines.tokens("cells as 3.2", columns, whole=True)):
            match = ENTRY.fullmatch(token)
            if match is None or int(match[2]) in where.setdefault(match[1], {}):
                lines.fail(f"{token[:40]!r}; wanted a cell once, as 3.2 of thermometer 3", first + cell // columns)
            where[match[1]][int(match[2])] = cell
        joined, tubes = {frozenset(pair) for pair in neighbours(rows, columns)}, []
        for name, cells in where.items():
            tube = [cells[i] for i in sorted(cells)]
            if sorted(cells) != [*range(1, len(cells) + 1)] or any(frozenset(p) not in joined for p in pairwise(tube)):
                lines.fail(f"thermometer {name} is no row of neighbours from {name}.1 to {name}.{len(cells)}")
            tubes.append(tube)
        return cls(rows, columns, clues, tubes), lines.cells()

    @classmethod
    def lines_of(cls, above: Any, left: Any, cells: Any, givens: Any = None) -> list[str]:
        """Clues above the columns, and left of the rows, None for none; cells are rows of "3.2"; givens of 0, 1, None.

        Examples
        --------
        >>> Thermometers.lines_of([1, 1], [2, 0], [["1.1", "1.2"], ["2.1", "2.2"]])
        ['2 2', '1 1', '2 0', '1.1 1.2', '2.1 2.2']
        """
        lines = cls.clue_lines(above, left)
        rows, columns = map(int, lines[0].split())
        grid = lines_of_grid([[str(c) for c in row] for row in cells], cls.name, "cells", rows, columns)
        return [*lines, *grid, *cell_line(givens, rows, columns, cls.name, "01")]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Straight thermometers, mostly, laid from random cells as far as there is room."""
        del density, fill
        free, tubes = np.ones((size, size), np.bool_), []
        for start in rng.permutation(size * size).tolist():
            at, tube = divmod(start, size), list[int]()
            way, most = ALL[rng.integers(4)], int(rng.integers(2, size + 1))
            while len(tube) < most and min(at) >= 0 and max(at) < size and free[at]:
                free[at] = False
                tube.append(at[0] * size + at[1])
                at = (at[0] + way[1], at[1]) if way[0] else (at[0], at[1] + way[1])
            tubes += [tube] if tube else []
        filled = {cell for tube in tubes for cell in tube[: rng.integers(len(tube) + 1)]}
        return cls(size, size, [len(filled & {*line}) for line in lines_across(size, size)], tubes)

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        shape, cells, places = turned(rng, *self.shape)
        clues = self.turned_clues(cells.tolist(), shape)
        return Thermometers(*shape, clues, [places[tube].tolist() for tube in self.tubes]), cells, np.arange(2)

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation == "tube":
            far, near = map(self.cell_name, constraint.cells)
            return f"a thermometer fills from its bulb, so {far} is filled only if {near} is"
        n = constraint.low if isinstance(constraint, Count) else 0
        return f"{self.unit_text(constraint)} has {many(n, 'filled cell')}"

    def sheet(self) -> Sheet:
        """With walls between thermometers; '*' marks the bulb."""
        plain, (rows, columns) = super().sheet(), self.shape
        number = {cell: i for i, tube in enumerate(self.tubes) for cell in tube}
        bulbs = {tube[0] for tube in self.tubes}
        text, regions = [list(row) for row in plain.squares], [list(row) for row in plain.regions or []]
        for cell in range(rows * columns):
            row, column = len(text) - rows + cell // columns, len(text[-1]) - columns + cell % columns
            regions[row][column] = number[cell]
            text[row][column] = ("*" if cell in bulbs else " ") + text[row][column]
        return Sheet(text, regions, paths=self.tubes)


DOMAINS = {"thermometers": kind_of(Thermometers, "thermometer-puzzle")}

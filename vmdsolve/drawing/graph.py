"""Graphs: vertices on a circle, in order, joined by edges; in text, where no line can be drawn, a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from .sheet import Cell, Drawn
from .text import Line

__all__ = ["MOST_DRAWN", "PAINTS", "Graph", "around"]

MOST_DRAWN = 64  # of a graph that is drawn as one
PAINTS = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#9ecae1", "#fdae6b", "#dddddd")


@dataclass(frozen=True)
class Graph:
    """A graph with what its vertices hold.

    Attributes
    ----------
    plain
        The vertices as squares, a cell in each.
    edges
        Pairs of cells.
    values
        [L], by which vertices are painted, -1 where they are not.
    """

    plain: Drawn
    edges: Sequence[tuple[int, int]]
    values: Sequence[int]

    @property
    def cells(self) -> Sequence[Cell]:
        return self.plain.cells or [Cell("")] * len(self.values)

    def lines(self, *, boxes: bool, width: int) -> list[Line]:
        return self.plain.lines(boxes=boxes, width=width)


def around(n: int) -> list[tuple[float, float]]:
    """Places of n vertices on a circle of radius 1, the first one at the top.

    Examples
    --------
    >>> [(round(x), round(y)) for x, y in around(4)]
    [(0, -1), (1, 0), (0, 1), (-1, 0)]
    """
    return [(sin(2 * pi * i / n), -cos(2 * pi * i / n)) for i in range(n)]

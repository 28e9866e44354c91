"""Connected: the cells that hold certain symbols are one group, joined by edges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from vmdsolve._native import Kind

from .arguments import whole
from .deadline import stop_point
from .errors import InvalidInput
from .problem import OPEN, Board, Constraint, Violation, as_cells

__all__ = ["Connected"]

MOST_EDGES = 2**26


@dataclass(frozen=True)
class Connected(Constraint):
    """The cells that hold one of `symbols` form one group, joined by edges between them; or none holds one.

    A cell that holds one is a *member*. That there is a member at all is for a `Count` to ask.

    Parameters
    ----------
    symbols
        values, 0 .. V-1
    edges
        pairs of cells that are joined; neighbours of a board for one, but any graph will do

    Raises
    ------
    InvalidInput
        Names the symbol or the edge at fault.

    Examples
    --------
    >>> row = Connected(range(4), [1], [(0, 1), (1, 2), (2, 3)])
    >>> row.violations([1, 0, -1, 1]), row.violations([1, -1, -1, 1])
    ([Violation('connected', cells=(0,), 'is cut off from the rest')], [])
    """

    cells: tuple[int, ...]
    symbols: tuple[int, ...]
    edges: tuple[tuple[int, int], ...]
    relation: str

    def __init__(
        self,
        cells: Iterable[int],
        symbols: Iterable[int],
        edges: Iterable[Sequence[int]],
        relation: str = "connected",
    ) -> None:
        object.__setattr__(self, "cells", as_cells(cells, "Connected"))
        told = sorted({whole(symbol, "a symbol of Connected") for symbol in symbols})
        if told and told[0] < 0:
            raise InvalidInput(f"Connected joins value {told[0]}; values are 0 or more")
        object.__setattr__(self, "symbols", tuple(told))
        object.__setattr__(self, "edges", tuple(_edges(edges, {*self.cells})))
        object.__setattr__(self, "relation", relation)

    @cached_property
    def joined(self) -> list[list[int]]:
        """Of each place among the cells, the places that edges join to it."""
        place = {cell: i for i, cell in enumerate(self.cells)}
        out: list[list[int]] = [[] for _ in self.cells]
        for a, b in self.edges:
            out[place[a]].append(place[b])
            out[place[b]].append(place[a])
        return out

    def group(self, start: int, among: Callable[[int], bool]) -> set[int]:
        """The places that paths join to this one, through places that are among some."""
        found, left = {start}, [start]
        while left:
            stop_point()
            fresh = {i for i in self.joined[left.pop()] if i not in found and among(i)}
            found |= fresh
            left.extend(fresh)
        return found

    def violations(self, values: Sequence[int]) -> list[Violation]:
        held = [int(values[cell]) for cell in self.cells]
        members = [i for i, value in enumerate(held) if value in self.symbols]
        if not members:
            return []
        reached = self.group(members[0], lambda i: held[i] == OPEN or held[i] in self.symbols)
        inside, outside = ([i for i in members if (i in reached) == there] for there in (True, False))
        if not outside:
            return []
        cut = [self.cells[i] for i in min(inside, outside, key=len)]
        reason = "is cut off from the rest" if len(cut) == 1 else "are cut off from the rest"
        return [Violation(self.relation, tuple(cut), reason, rule=self)]

    def accepts(self, boards: Board) -> npt.NDArray[np.bool_]:
        member = np.isin(boards[:, self.cells], self.symbols)
        reached = np.zeros_like(member)
        rows = np.flatnonzero(member.any(axis=1))
        reached[rows, member[rows].argmax(axis=1)] = True
        k = max(map(len, self.joined), default=0)
        joined = np.full((len(self.cells), k), len(self.cells))  # one place more, that is never reached
        for i, some in enumerate(self.joined):
            joined[i, : len(some)] = some
        while True:
            stop_point()
            padded = np.pad(reached, ((0, 0), (0, 1)))
            further = member & (reached | padded[:, joined].any(axis=2))
            if (further == reached).all():
                return np.asarray((reached == member).all(axis=1))
            reached = further

    def native(self) -> tuple[Kind, list[int]]:
        place = {cell: i for i, cell in enumerate(self.cells)}
        ends = (place[cell] for cell in chain.from_iterable(self.edges))
        return Kind["Connected"], [len(self.symbols), *self.symbols, *ends]

    def fault(self, V: int) -> str | None:
        if self.symbols and self.symbols[-1] >= V:
            return f"joins value {self.symbols[-1]}; values are 0 to {V - 1}"
        if len(self.edges) > MOST_EDGES:
            return f"has {len(self.edges):,} edges; wanted at most {MOST_EDGES:,}"
        return None


def _edges(edges: Iterable[Sequence[int]], cells: set[int]) -> Iterator[tuple[int, int]]:
    for edge in edges:
        ends = [whole(end, "a cell of an edge of Connected") for end in edge]
        if len(ends) != 2 or ends[0] == ends[1] or not {*ends} <= cells:
            raise InvalidInput(f"Connected has the edge {tuple(ends)}; wanted two of its cells")
        yield ends[0], ends[1]

"""Adapters with one fault each, in their rules or in what they declare."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vmdsolve.constraints import AllDifferent, Count, Less, Sum, Table
from vmdsolve.domains import TEMPLATE, Domain
from vmdsolve.domains.toys import Toy
from vmdsolve.problem import Board, Violation

from .base import Fault, Four


class NoBoxes(Four):
    """Everything agrees, on another puzzle: only a known count can tell."""

    def __init__(self) -> None:
        super().__init__()
        self.constraints = tuple(c for c in self.constraints if c.relation != "box")


class Blind(AllDifferent):
    def violations(self, values: Sequence[int]) -> list[Violation]:  # noqa: ARG002
        return []


class CheckerWithoutColumns(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(Blind, "column")


class Neighbours(AllDifferent):
    def accepts(self, boards: Board) -> Any:
        held = boards[:, self.cells]
        return np.asarray((held[:, 1:] != held[:, :-1]).all(axis=1))  # forgets to sort


class AcceptsNeighbours(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(Neighbours, "row")


class Early(AllDifferent):
    def violations(self, values: Sequence[int]) -> list[Violation]:
        held = [values[cell] for cell in self.cells]  # OPEN counted like a symbol
        return [] if len(set(held)) == len(held) else [Violation(self.relation, self.cells, "one stands twice")]


class OpenCountsAsEqual(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(Early, "box")


class Nameless(AllDifferent):
    def violations(self, values: Sequence[int]) -> list[Violation]:
        return [replace(v, cells=tuple(range(len(v.cells)))) for v in super().violations(values)]


class ViolationsOfOtherCells(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(Nameless, "row")


class Loose(AllDifferent):
    def native(self) -> tuple[int, list[int]]:
        return 3, [0, 0, len(self.cells)]  # counts symbol 0, any number of times


class NativeLoose(Four):
    """Search may break one box."""

    def __init__(self) -> None:
        super().__init__()
        *rest, last = self.constraints
        self.constraints = (*rest, Loose(last.cells, last.relation))


class Tight(Count):
    def native(self) -> tuple[int, list[int]]:
        kind, (symbol, low, high) = super().native()
        return kind, [symbol, low, high - 1]


class NativeTight(TEMPLATE.Pairs):
    """Native says at most one, the checker two to three: search misses solutions."""

    def __init__(self) -> None:
        super().__init__(5)
        self.constraints = (*self.constraints[:-1], Tight(range(5), 0, 2, 3, "ones"))


class OffByOne(Sum):
    def native(self) -> tuple[int, list[int]]:
        return 1, [self.total, self.first + 1]


class NativeSumOff(Domain):
    name, symbols, shape = "sums", "1234", (2, 2)
    constraints = (OffByOne([0, 1], 5), OffByOne([2, 3], 5), AllDifferent([0, 2]))


class Cut(Table):
    def native(self) -> tuple[int, list[int]]:
        kind, (n, *numbers) = super().native()
        return kind, [n - 1, *numbers[: -len(self.cells)]]


class NativeTableCut(Toy):
    """The last of a hundred rows is lost on the way."""

    def __init__(self) -> None:
        super().__init__("cut", Cut([0, 1], list(itertools.product(range(10), repeat=2)), "pair"))


class Wobbly(AllDifferent):
    """Forgets its rule at every other call."""

    def violations(self, values: Sequence[int]) -> list[Violation]:
        calls = self.__dict__["calls"] = self.__dict__.get("calls", 0) + 1
        return super().violations(values) if calls % 2 else []


class ConstraintWithMemory(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(Wobbly, "row")


class NoSolution(TEMPLATE.Pairs):
    def __init__(self) -> None:
        super().__init__(5)
        self.constraints = (*self.constraints, Less(0, 1), Less(1, 0))


# Declarations -----------------------------------------------------------------------------------------


class SameNames(Four):
    def cell_name(self, cell: int) -> str:
        row, column = divmod(cell, 4)
        return f"{row + column}"


class CellOutside(Four):
    def __init__(self) -> None:
        super().__init__()
        self.constraints = (*self.constraints, AllDifferent([0, 16], "box"))


class NoRelation(Four):
    def __init__(self) -> None:
        super().__init__()
        self.swap(lambda cells, _: AllDifferent(cells, ""), "box")


class SymbolTwice(Four):
    def __init__(self) -> None:
        super().__init__()
        self.symbols = "1233"


class ManyAnswersUnsaid(Four):
    example = "1..............."


FAULTS: list[Fault] = [
    (NoBoxes, "count"),
    (CheckerWithoutColumns, "statements"),
    (AcceptsNeighbours, "statements"),
    (OpenCountsAsEqual, "statements"),
    (ViolationsOfOtherCells, "statements"),
    (NativeLoose, "native"),
    (NativeTight, "native"),
    (NativeSumOff, "solvable"),
    (NativeTableCut, "native"),
    (ConstraintWithMemory, "repeatable"),
    (NoSolution, "solvable"),
    (ManyAnswersUnsaid, "answers"),
    (SameNames, "declaration"),
    (CellOutside, "declaration"),
    (NoRelation, "declaration"),
    (SymbolTwice, "declaration"),
]

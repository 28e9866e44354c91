"""Adapters with one fault each, in how they read, write, count and draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vmdsolve.domains import TEMPLATE, Domain
from vmdsolve.errors import InvalidProblem
from vmdsolve.problem import OPEN, Board, Problem

from .base import Fault, Four


class FormatOffByOne(Four):
    def format_many(self, boards: Board) -> list[str]:
        return super().format_many(np.where(boards >= 0, (boards + 1) % 4, OPEN))


class FormatManyForgetsOpen(Four):
    def format_many(self, boards: Board) -> list[str]:
        return super().format_many(np.where(boards == OPEN, 0, boards))

    def format(self, values: Board) -> str:
        return Domain.format_many(self, np.asarray(values)[None])[0]


class ParseManyTransposes(Four):
    def parse_many(self, lines: Sequence[str]) -> Board | None:
        boards = super().parse_many(lines)
        return None if boards is None else boards.reshape(-1, 4, 4).swapaxes(1, 2).reshape(-1, 16).copy()


class Pads(Four):
    """Too short is filled up, too long is cut."""

    def parse(self, text: str) -> Problem:
        return super().parse("".join(text.split())[:16].ljust(16, "."))


class StrangeIsOpen(Four):
    def parse(self, text: str) -> Problem:
        return super().parse("".join(c if c in "1234.0\n \t\r" else "." for c in text))


class FoldsCase(TEMPLATE.Pairs):
    def __init__(self) -> None:
        super().__init__(5)
        self.symbols = "abA"

    def parse(self, text: str) -> Problem:
        return super().parse(text.lower())


class Silent(Four):
    """Refuses without saying where."""

    def parse(self, text: str) -> Problem:
        try:
            return super().parse(text)
        except InvalidProblem:
            raise InvalidProblem("cannot be read") from None


class WrongError(Four):
    def from_numbers(self, grid: Any) -> Problem:
        return super().from_numbers(np.array(grid).reshape(16).astype(int))


class Rounds(Four):
    def from_numbers(self, grid: Any) -> Problem:
        numbers = np.array(grid, dtype=object)
        if numbers.shape in ((16,), (4, 4)):
            grid = [1 if isinstance(n, float) and 1 <= n < 2 else n for n in numbers.ravel()]
        return super().from_numbers(grid)


class WritesIntoTheCallersArray(Four):
    def from_numbers(self, grid: Any) -> Problem:
        if isinstance(grid, np.ndarray) and grid.flags.writeable and grid.size and grid.dtype == np.int64:
            grid[grid == -1] = 0
        return super().from_numbers(grid)


class CountsFromZero(Four):
    def to_numbers(self, values: Board) -> Any:
        return np.asarray(values, np.int64)


class OtherDomainsProblem(Four):
    def parse(self, text: str) -> Problem:
        return replace(super().parse(text), domain="sudoku")


class NoLastRow(Four):
    def render(self, values: Board) -> str:
        return super().render(np.concatenate([np.asarray(values)[:12], np.full(4, OPEN)]))


class DrawsColumns(Four):
    def render(self, values: Board) -> str:
        return super().render(np.asarray(values).reshape(4, 4).T.ravel())


FAULTS: list[Fault] = [
    (FormatOffByOne, "text"),
    (FormatManyForgetsOpen, "text"),
    (ParseManyTransposes, "text"),
    (FoldsCase, "text"),
    (OtherDomainsProblem, "text"),
    (Pads, "hostile input"),
    (StrangeIsOpen, "hostile input"),
    (Silent, "hostile input"),
    (WrongError, "hostile input"),
    (Rounds, "hostile input"),
    (WritesIntoTheCallersArray, "hostile input"),
    (CountsFromZero, "numbers"),
    (NoLastRow, "drawing"),
    (DrawsColumns, "drawing"),
]

"""A judge of answers that shares no code with the package: it reads a puzzle's text by itself.

A kind is a function from text to a `Puzzle`: which symbols, what is given, and what must hold, in six forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

__all__ = [
    "Among",
    "Between",
    "Different",
    "Holds",
    "Puzzle",
    "Rule",
    "Total",
    "Unjudged",
    "Unlike",
    "breaks",
    "grid",
    "latin",
    "numbers",
]

Cells = tuple[int, ...]
DIGITS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OPEN = ".-"


class Unjudged(Exception):
    """A text that says something this judge does not know; never an answer's fault."""


class Different(NamedTuple):
    """No two hold the same."""

    cells: Cells

    def __call__(self, values: list[int]) -> bool:
        return len({values[cell] for cell in self.cells}) == len(self.cells)


class Total(NamedTuple):
    """Numbers, counted from 1, that add up."""

    cells: Cells
    total: int

    def __call__(self, values: list[int]) -> bool:
        return sum(values[cell] + 1 for cell in self.cells) == self.total


class Between(NamedTuple):
    """So many hold the symbol."""

    cells: Cells
    symbol: int
    low: int
    high: int

    def __call__(self, values: list[int]) -> bool:
        return self.low <= sum(values[cell] == self.symbol for cell in self.cells) <= self.high


class Holds(NamedTuple):
    """A test of what a few cells hold, symbols by number."""

    cells: Cells
    test: Callable[[Cells], bool]

    def __call__(self, values: list[int]) -> bool:
        return self.test(tuple(values[cell] for cell in self.cells))


class Among(NamedTuple):
    """One of these rows of symbols."""

    cells: Cells
    rows: frozenset[Cells]

    def __call__(self, values: list[int]) -> bool:
        return tuple(values[cell] for cell in self.cells) in self.rows


class Unlike(NamedTuple):
    """No two of these lines of cells hold the same."""

    lines: tuple[Cells, ...]

    def __call__(self, values: list[int]) -> bool:
        return len({tuple(values[cell] for cell in line) for line in self.lines}) == len(self.lines)


class OneGroup(NamedTuple):
    """The cells that hold a symbol hang together, by pairs of neighbours."""

    pairs: frozenset[tuple[int, int]]
    symbol: int

    def groups(self, values: list[int]) -> list[set[int]]:
        """The cells that hold the symbol, those that hang together in one set."""
        name = {cell: cell for cell, value in enumerate(values) if value == self.symbol}
        for a, b in self.pairs:
            if a in name and b in name:
                old, new = name[a], name[b]
                name = {cell: new if one == old else one for cell, one in name.items()}
        return [{cell for cell, one in name.items() if one == group} for group in {*name.values()}]

    def __call__(self, values: list[int]) -> bool:
        return len(self.groups(values)) < 2


Rule = Different | Total | Between | Holds | Among | Unlike | OneGroup


class Puzzle(NamedTuple):
    """What a text says; `given` holds a symbol or '.' for each cell."""

    symbols: str
    given: str
    rules: tuple[Rule, ...]


def breaks(puzzle: Puzzle, answer: str) -> str:
    """Why the answer is none; "" if it is one.

    >>> breaks(Puzzle("12", "1.", (Different((0, 1)),)), "12")
    ''
    """
    if len(answer) != len(puzzle.given):
        return f"{len(answer)} symbols for {len(puzzle.given)} cells"
    for cell, (given, symbol) in enumerate(zip(puzzle.given, answer, strict=True)):
        if given not in (".", symbol):
            return f"cell {cell} is given as {given} and answered as {symbol}"
    number = {symbol: i for i, symbol in enumerate(puzzle.symbols)}
    if not set(answer) <= set(number):
        return "a symbol that the puzzle has not"
    values = [number[symbol] for symbol in answer]
    for rule in puzzle.rules:
        if not rule(values):
            return f"{type(rule).__name__} of {rule[0]}"
    return ""


# What kinds share ----------------------------------------------------------------------------------------


def numbers(line: str) -> list[int]:
    """Whole numbers, white space between."""
    words = line.split()
    if not words or not all(word.isdecimal() for word in words):
        raise Unjudged(line)
    return [int(word) for word in words]


def grid(lines: Iterator[str], rows: int, columns: int) -> list[list[str]]:
    """The next lines as squares, white space between."""
    table = [next(lines, "").split() for _ in range(rows)]
    if any(len(row) != columns for row in table):
        raise Unjudged(f"not {rows} x {columns} squares")
    return table


@lru_cache(maxsize=64)
def latin(n: int) -> tuple[Rule, ...]:
    """No row and no column of n x n cells repeats a symbol."""
    rows = [Different(tuple(range(r * n, r * n + n))) for r in range(n)]
    return (*rows, *(Different(tuple(range(c, n * n, n))) for c in range(n)))

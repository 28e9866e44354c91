"""The eight kinds of constraint that carry every domain, and one escape hatch.

Each class states its rule three times, on purpose and independently: `violations` in plain Python (the
checker's word, partial boards allowed), `accepts` for many full boards at once, and `native`, the numbers
handed to the C++ propagator of the same name. The tests hold the three to each other.

>>> AllDifferent([0, 1, 2], "row").violations([4, 4, -1])
[Violation('row', cells=(0, 1), 'both hold symbol 5')]
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from operator import itemgetter
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from vmdsolve._native import Kind

from . import sets
from .arguments import whole
from .connected import Connected
from .deadline import stop_point
from .errors import InvalidInput
from .linear import Linear
from .plain import many
from .problem import OPEN, Board, Constraint, Violation, as_cells
from .regular import DFA, Regular

__all__ = ["DFA", "AllDifferent", "Connected", "Count", "Less", "Linear", "Predicate", "Regular", "Sum", "Table"]
__all__ += ["Tuples"]

Mask = npt.NDArray[np.bool_]
MOST = 2**40  # of totals and counts; the native limits are the same
LOOK = 1024  # rows between two looks at the clock


def _too_large(**numbers: int) -> str | None:
    for name, value in numbers.items():
        if abs(value) > MOST:
            return f"has {name} = {value}; wanted -2**40 to 2**40"
    return None


@dataclass(frozen=True)
class AllDifferent(Constraint):
    """No two of the cells hold the same symbol."""

    cells: tuple[int, ...]
    relation: str = "different"
    all_different: ClassVar[bool] = True

    def __init__(self, cells: Iterable[int], relation: str = "different") -> None:
        object.__setattr__(self, "cells", as_cells(cells, "AllDifferent"))
        object.__setattr__(self, "relation", relation)

    def violations(self, values: Sequence[int]) -> list[Violation]:
        held = [values[cell] for cell in self.cells if values[cell] != OPEN]
        if len({*held}) == len(held):
            return []  # as nearly always
        holders: dict[int, list[int]] = defaultdict(list)
        for cell in self.cells:
            if values[cell] != OPEN:
                holders[int(values[cell])].append(cell)
        return [
            Violation(self.relation, tuple(cells), "both hold {}" if len(cells) == 2 else "all hold {}", (value,), self)
            for value, cells in holders.items()
            if len(cells) > 1
        ]

    def accepts(self, boards: Board) -> Mask:
        held = np.left_shift(np.uint64(1), boards[:, list(self.cells)].astype(np.uint64))
        return np.asarray(sets.count(np.bitwise_or.reduce(held, axis=1)) == len(self.cells))

    def native(self) -> tuple[Kind, list[int]]:
        return Kind["AllDifferent"], []


@dataclass(frozen=True)
class Sum(Constraint):
    """The numbers in the cells add up to `total`; value v stands for the number v + first."""

    cells: tuple[int, ...]
    total: int
    relation: str
    first: int

    def __init__(self, cells: Iterable[int], total: int, relation: str = "sum", *, first: int = 1) -> None:
        object.__setattr__(self, "cells", as_cells(cells, "Sum"))
        object.__setattr__(self, "total", whole(total, "Sum's total"))
        object.__setattr__(self, "relation", relation)
        object.__setattr__(self, "first", whole(first, "Sum's first"))

    def violations(self, values: Sequence[int]) -> list[Violation]:
        held = [int(values[cell]) for cell in self.cells]
        if OPEN in held:
            return []
        total = sum(held) + self.first * len(held)
        if total == self.total:
            return []
        return [Violation(self.relation, self.cells, f"adds up to {total}, not {self.total}", rule=self)]

    def accepts(self, boards: Board) -> Mask:
        return np.asarray(boards[:, self.cells].sum(axis=1) + self.first * len(self.cells) == self.total)

    def native(self) -> tuple[Kind, list[int]]:
        return Kind["Sum"], [self.total, self.first]

    def fault(self, V: int) -> str | None:
        del V
        return _too_large(total=self.total, first=self.first)


@dataclass(frozen=True)
class Less(Constraint):
    """The first cell's value is smaller than the second's."""

    cells: tuple[int, ...]
    relation: str

    def __init__(self, a: int, b: int, relation: str = "less") -> None:
        object.__setattr__(self, "cells", as_cells((a, b), "Less"))
        object.__setattr__(self, "relation", relation)

    def violations(self, values: Sequence[int]) -> list[Violation]:
        first, second = self.cells
        a, b = int(values[first]), int(values[second])
        if a == OPEN or b == OPEN or a < b:
            return []
        return [Violation(self.relation, self.cells, "{} is not smaller than {}", (a, b), self)]

    def accepts(self, boards: Board) -> Mask:
        return np.asarray(boards[:, self.cells[0]] < boards[:, self.cells[1]])

    def native(self) -> tuple[Kind, list[int]]:
        return Kind["Less"], []


@dataclass(frozen=True)
class Count(Constraint):
    """Between `low` and `high` of the cells hold `symbol` (a value, 0 .. V-1)."""

    cells: tuple[int, ...]
    symbol: int
    low: int
    high: int
    relation: str

    def __init__(self, cells: Iterable[int], symbol: int, low: int, high: int, relation: str = "count") -> None:
        object.__setattr__(self, "cells", as_cells(cells, "Count"))
        for name, value in (("symbol", symbol), ("low", low), ("high", high)):
            object.__setattr__(self, name, whole(value, f"Count's {name}"))
        if self.symbol < 0:
            raise InvalidInput(f"Count counts value {symbol}; values are 0 or more")
        if low > high:
            raise InvalidInput(f"Count needs low <= high, got low = {low}, high = {high}")
        object.__setattr__(self, "relation", relation)

    def violations(self, values: Sequence[int]) -> list[Violation]:
        symbols = [values[cell] for cell in self.cells]
        held, open_cells = symbols.count(self.symbol), symbols.count(OPEN)
        if held <= self.high and held + open_cells >= self.low:
            return []
        wanted = str(self.low) if self.low == self.high else f"{self.low} to {self.high}"
        return [Violation(self.relation, self.cells, f"{{}} stands {held} times, not {wanted}", (self.symbol,), self)]

    def accepts(self, boards: Board) -> Mask:
        held = (boards[:, self.cells] == self.symbol).sum(axis=1)
        return np.asarray((held >= self.low) & (held <= self.high))

    def native(self) -> tuple[Kind, list[int]]:
        return Kind["Count"], [self.symbol, self.low, self.high]

    def fault(self, V: int) -> str | None:
        if self.symbol >= V:
            return f"counts value {self.symbol}; values are 0 to {V - 1}"
        return _too_large(low=self.low, high=self.high)


class Tuples(tuple[tuple[int, ...], ...]):
    """What a `Table` lists: distinct rows of whole numbers, 0 or more, looked at once for all Tables that share them.

    Examples
    --------
    >>> apart = Tuples((a, b) for a in range(9) for b in range(9) if abs(a - b) > 1)
    >>> rules = [Table(pair, apart, "no bar") for pair in ((0, 1), (1, 2))]

    Raises
    ------
    InvalidInput
        A value is no whole number, or below 0.
    """

    def __new__(cls, rows: Iterable[Sequence[int]]) -> Self:
        if isinstance(rows, cls):
            return rows
        listed = [tuple(row) for row in rows]
        if {*map(type, chain.from_iterable(listed))} - {int}:
            listed = [tuple(whole(value, "a value of Table") for value in row) for row in listed]
        held = super().__new__(cls, dict.fromkeys(listed))
        if min(chain.from_iterable(held), default=0) < 0:
            index, row = next((i, row) for i, row in enumerate(held) if min(row, default=0) < 0)
            raise InvalidInput(f"Table row {index} holds value {min(row)}; values are 0 or more")
        return held

    @cached_property
    def native(self) -> array[int]:
        """What the propagator is told; kept, because many units of many problems share their rows."""
        return array("q", [len(self), *chain.from_iterable(self)])

    @cached_property
    def found(self) -> frozenset[tuple[int, ...]]:
        """The same rows, where one is found at once."""
        return frozenset(self)

    @cached_property
    def widths(self) -> frozenset[int]:
        """How many values a row has."""
        return frozenset(map(len, self))

    @cached_property
    def greatest(self) -> int:
        """The greatest value; 0 where there is no row."""
        return max(chain.from_iterable(self), default=0)

    def __reduce__(self) -> tuple[Any, ...]:
        return Tuples, (tuple(self),)  # without what is kept


@dataclass(frozen=True)
class Table(Constraint):
    """The cells' values, in order, are one of the listed tuples."""

    cells: tuple[int, ...]
    tuples: Tuples
    relation: str

    def __init__(self, cells: Iterable[int], tuples: Iterable[Sequence[int]], relation: str = "table") -> None:
        object.__setattr__(self, "cells", as_cells(cells, "Table"))
        rows = Tuples(tuples)
        if rows.widths - {len(self.cells)}:
            index, row = next((i, row) for i, row in enumerate(rows) if len(row) != len(self.cells))
            raise InvalidInput(f"Table row {index} has {many(len(row), 'value')} for {many(len(self.cells), 'cell')}")
        object.__setattr__(self, "tuples", rows)
        object.__setattr__(self, "relation", relation)

    def violations(self, values: Sequence[int]) -> list[Violation]:
        stop_point()
        held = [int(values[cell]) for cell in self.cells]
        if len(self.tuples) <= LOOK and tuple(held) in self.tuples.found:
            return []  # as nearly always
        filled = [place for place, value in enumerate(held) if value != OPEN]
        if not filled and self.tuples:
            return []
        if filled:
            parts = itemgetter(*filled)
            wanted, rows = parts(held), iter(self.tuples)
            while block := tuple(islice(rows, LOOK)):
                if wanted in map(parts, block):
                    return []
                stop_point()
        shown = " ".join("." if value == OPEN else str(value + 1) for value in held)
        reason = f"{shown} is not among the {many(len(self.tuples), 'allowed row')}"
        return [Violation(self.relation, self.cells, reason, rule=self)]

    def accepts(self, boards: Board) -> Mask:
        held = boards[:, self.cells]
        out = np.zeros(len(boards), np.bool_)
        for row in self.tuples:
            out |= (held == np.array(row, np.int32)).all(axis=1)
        return out

    def native(self) -> tuple[Kind, array[int]]:
        return Kind["Table"], self.tuples.native

    def fault(self, V: int) -> str | None:
        if self.tuples.greatest < V:
            return None
        index, row = next((i, row) for i, row in enumerate(self.tuples) if max(row) >= V)
        return f"holds value {max(row)} in row {index}; values are 0 to {V - 1}"


@dataclass(frozen=True)
class Predicate(Constraint):
    """Any rule as a Python function of the cells' values: checked, never propagated, so search is blind to it.

    Attributes
    ----------
    fn
        called with the full tuple of the cells' values; True means the rule holds
    """

    cells: tuple[int, ...]
    fn: Callable[[tuple[int, ...]], bool]
    relation: str

    def __init__(
        self, cells: Iterable[int], fn: Callable[[tuple[int, ...]], bool], relation: str = "predicate"
    ) -> None:
        object.__setattr__(self, "cells", as_cells(cells, "Predicate"))
        object.__setattr__(self, "fn", fn)
        object.__setattr__(self, "relation", relation)

    def holds(self, values: Sequence[int] | Board) -> bool:
        """True if the full board `values` [L] obeys the rule."""
        return bool(self.fn(tuple(int(values[cell]) for cell in self.cells)))

    def violations(self, values: Sequence[int]) -> list[Violation]:
        if any(values[cell] == OPEN for cell in self.cells) or self.holds(values):
            return []
        return [Violation(self.relation, self.cells, "the predicate is false", rule=self)]

    def accepts(self, boards: Board) -> Mask:
        return np.array([self.holds(board) for board in boards], np.bool_)

    def native(self) -> None:
        return None

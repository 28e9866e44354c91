"""Linear: sums with coefficients, compared with a total."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vmdsolve._native import Kind

from .arguments import choice, whole
from .errors import InvalidInput
from .plain import many
from .problem import OPEN, Board, Constraint, Violation, as_cells

__all__ = ["Linear"]

MOST_OF_SUM = 2**40  # the native limit of Sum
MOST = 2**62  # that can be reached, so that all fits 64 bits, whatever is added first
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip


@dataclass(frozen=True)
class Linear(Constraint):
    """Each cell's number times its coefficient, added up, compares with `total`.

    Sum and Less are special cases, and are told natively as such: `==` with coefficients 1, and `a - b < 0`.

    Parameters
    ----------
    coefficients
        whole numbers, one a cell
    comparison
        ==, !=, <=, >=, < or >
    total
        a whole number; it and all coefficients times the greatest number are at most 2**62 together
    first
        value v stands for the number v + first
    numbers
        what each value stands for, instead of `first`: V whole numbers

    Raises
    ------
    InvalidInput
        Names what is wrong. Numbers that are too large are found when Rules are made.

    Examples
    --------
    >>> Linear([0, 1], [3, -1], "<=", 4).violations([2, 1])
    [Violation('linear', cells=(0, 1), 'adds up to 7, which is not <= 4')]
    """

    cells: tuple[int, ...]
    coefficients: tuple[int, ...]
    comparison: str
    total: int
    relation: str
    first: int
    numbers: tuple[int, ...] | None

    def __init__(
        self,
        cells: Iterable[int],
        coefficients: Iterable[int],
        comparison: str,
        total: int,
        relation: str = "linear",
        *,
        first: int = 1,
        numbers: Iterable[int] | None = None,
    ) -> None:
        object.__setattr__(self, "cells", as_cells(cells, "Linear"))
        object.__setattr__(self, "coefficients", _wholes(coefficients, "a coefficient of Linear"))
        object.__setattr__(self, "comparison", choice(comparison, "Linear's comparison", COMPARISONS))
        object.__setattr__(self, "total", whole(total, "Linear's total"))
        object.__setattr__(self, "relation", relation)
        object.__setattr__(self, "first", whole(first, "Linear's first"))
        told = None if numbers is None else _wholes(numbers, "a number of Linear")
        object.__setattr__(self, "numbers", told)
        if len(self.coefficients) != len(self.cells):
            raise InvalidInput(
                f"Linear has {many(len(self.coefficients), 'coefficient')} for {many(len(self.cells), 'cell')}"
            )

    def number(self, value: int) -> int:
        """What a value stands for."""
        return value + self.first if self.numbers is None else self.numbers[value]

    def holds(self, reached: Any) -> Any:
        """Whether what is added up compares with the total as it should; of a number, or of an array of them."""
        return COMPARISONS[self.comparison](reached, self.total)

    def violations(self, values: Sequence[int]) -> list[Violation]:
        held = [int(values[cell]) for cell in self.cells]
        if OPEN in held:
            return []
        reached = sum(c * self.number(value) for c, value in zip(self.coefficients, held, strict=True))
        if self.holds(reached):
            return []
        reason = f"adds up to {reached}, which is not {self.comparison} {self.total}"
        return [Violation(self.relation, self.cells, reason, rule=self)]

    def accepts(self, boards: Board) -> npt.NDArray[np.bool_]:
        held = boards[:, self.cells].astype(np.int64)
        told = held + self.first if self.numbers is None else np.array(self.numbers, np.int64)[held]
        return np.asarray(self.holds(told @ np.array(self.coefficients, np.int64)))

    def native(self) -> tuple[Kind, list[int]]:
        sign = -1 if self.comparison in (">", ">=") else 1  # natively there are ==, != and <=
        comparison, total = self.comparison.replace(">", "<"), sign * self.total
        coefficients = [sign * coefficient for coefficient in self.coefficients]
        if comparison == "<":
            comparison, total = "<=", total - 1
        if self.numbers is None:
            if comparison == "==" and {*coefficients} == {1} and max(abs(total), abs(self.first)) <= MOST_OF_SUM:
                return Kind["Sum"], [total, self.first]
            total -= self.first * sum(coefficients)
            if (comparison, total, coefficients) == ("<=", -1, [1, -1]):
                return Kind["Less"], []
        form = [("==", "!=", "<=").index(comparison), total, *coefficients, *(self.numbers or ())]
        return Kind["Linear"], form

    def fault(self, V: int) -> str | None:
        if self.numbers is not None and len(self.numbers) != V:
            return f"has {many(len(self.numbers), 'number')}; wanted {V}, one for each symbol"
        greatest = abs(self.first) + V if self.numbers is None else max(map(abs, self.numbers))
        reached = abs(self.total) + 1 + sum(map(abs, self.coefficients)) * greatest
        if reached > MOST:
            return (
                f"reaches {reached} with its coefficients times its greatest number and its total; wanted at most "
                "2**62, which fits 64 bits"
            )
        return None


def _wholes(numbers: Iterable[int], what: str) -> tuple[int, ...]:
    return tuple(whole(number, what) for number in numbers)

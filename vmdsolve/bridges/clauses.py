"""Clauses over numbered variables, as SAT solvers take them: how they are gathered, and what they are when done."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..deadline import stop_point
from ..errors import InvalidInput
from ..problem import Board

__all__ = ["MOST_CLAUSES", "Clauses", "Cnf", "TooMany"]

MOST_CLAUSES = 2**22
LOOK = 4096  # clauses between two looks at the clock


class TooMany(InvalidInput):
    """There would be more than MOST_CLAUSES clauses."""


class Clauses:
    """Clauses that are being gathered; the first L * V variables say which cell holds which value.

    Examples
    --------
    >>> clauses = Clauses(2, 3)
    >>> clauses.holds(1, 0), clauses.new()
    (4, 7)
    """

    def __init__(self, L: int, V: int) -> None:
        self.L, self.V, self.variables, self.count = L, V, L * V, 0
        self._numbers = array("i")

    def holds(self, cell: int, value: int) -> int:
        """The variable that is true where the cell holds the value."""
        return cell * self.V + value + 1

    def new(self) -> int:
        """One more variable."""
        self.variables += 1
        return self.variables

    def add(self, literals: Iterable[int]) -> None:
        """One of these literals is true: a variable's number, or minus it where the variable is false."""
        self.count += 1
        if self.count > MOST_CLAUSES:
            raise TooMany(f"more than {MOST_CLAUSES:,} clauses")
        if self.count % LOOK == 0:
            stop_point()
        self._numbers.extend(literals)
        self._numbers.append(0)

    def done(self) -> Cnf:
        """All that was gathered."""
        return Cnf(self.L, self.V, self.variables, self.count, np.array(self._numbers, np.int32))


@dataclass(frozen=True, eq=False)
class Cnf:
    """A formula in conjunctive normal form.

    Attributes
    ----------
    L, V
        Variable cell * V + value + 1 is true where the cell holds the value; the others follow from those.
    variables, count
        How many variables and clauses there are.
    numbers
        int32, the literals of all clauses one after another, a 0 at the end of each.
    """

    L: int
    V: int
    variables: int
    count: int
    numbers: npt.NDArray[np.int32]

    def clauses(self) -> Iterator[list[int]]:
        """One clause after another."""
        begin, numbers = 0, self.numbers.tolist()
        for end in np.flatnonzero(self.numbers == 0).tolist():
            yield numbers[begin:end]
            begin = end + 1

    def without(self, board: Board) -> Cnf:
        """The same and one clause more, by which `board` [L] is no solution."""
        held = np.arange(self.L, dtype=np.int32) * self.V + np.asarray(board, np.int32) + 1
        return Cnf(self.L, self.V, self.variables, self.count + 1, np.concatenate([self.numbers, -held, [np.int32(0)]]))

    def lines(self) -> Iterator[str]:
        """The lines of its DIMACS file, the head first, without newlines."""
        yield f"p cnf {self.variables} {self.count}"
        for number, clause in enumerate(self.clauses()):
            if number % LOOK == 0:
                stop_point()
            yield " ".join(map(str, [*clause, 0]))

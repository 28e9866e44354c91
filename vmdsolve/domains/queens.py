"""N queens completion: place queens on an N x N board, one in each row and column, no two on one diagonal.

Text form: one character a square, row by row: Q for a queen, '_' for a square that has none, '.' where it is open.
Squares, rows or diagonals to keep free are given as '_'.
Known counts: 2, 10, 4, 40, 92 boards for N = 4 to 8 (OEIS A000170).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from ..constraints import Count
from ..errors import InvalidInput
from ..problem import Constraint
from .base import Domain
from .parts.grids import turned

__all__ = ["DOMAINS", "Queens"]

EMPTY, QUEEN = range(2)


class Queens(Domain):
    """A board of `n` by `n` squares, 4 to 64.

    Examples
    --------
    >>> Queens(4).parse("Q_______________").values[:4].tolist()
    [1, 0, 0, 0]
    """

    symbols, boxed = "_Q", "_♛"
    called, legend = ("empty", "a queen"), "Q queen, _ empty, . open"

    def __init__(self, n: int) -> None:
        if not 4 <= n <= 64:
            raise InvalidInput(f"boards have 4 to 64 rows, got {n}")
        self.name = f"queens-{n}"
        self.shape = (n, n)
        board = np.arange(n * n).reshape(n, n)
        diagonals = [side.diagonal(k) for side in (board, board[:, ::-1]) for k in range(2 - n, n - 1)]
        self.constraints = (
            *(Count(row, QUEEN, 1, 1, "row") for row in board.tolist()),
            *(Count(column, QUEEN, 1, 1, "column") for column in board.T.tolist()),
            *(Count(diagonal.tolist(), QUEEN, 0, 1, "diagonal") for diagonal in diagonals),
        )

    def symmetry(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Turn or reflect the board."""
        return turned(rng, *self.shape)[1], np.arange(2)

    def rule_text(self, constraint: Constraint) -> str:
        most = "at most " * (constraint.relation == "diagonal")
        return f"{self.unit_text(constraint)} has {most}one queen"

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "diagonal":
            return super().unit_text(constraint)
        return f"the diagonal from {self.cell_name(constraint.cells[0])} to {self.cell_name(constraint.cells[-1])}"


DOMAINS: dict[str, Callable[[], Domain]] = {f"queens-{n}": partial(Queens, n) for n in range(4, 33)}

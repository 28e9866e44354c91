"""N queens completion: place queens on an N x N board, one in each row and column, no two on one diagonal.

Text form: one character a square, row by row: Q for a queen, 'x' for a square that surely has none, '.' where it is
open. '_' means what people mean by it: no queen on a board with all its queens, or where '.' shows what is open; else
open, as in boards of '_' and 'Q' alone. Arrays: 1 for a queen, 2 for surely none; 0 is to 1 what '_' is to Q.
Coloured regions make it another puzzle: see starbattle.py.
Known counts: 2, 10, 4, 40, 92 boards for N = 4 to 8 (OEIS A000170).
"""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from ..constraints import Count
from ..errors import InvalidInput, InvalidProblem
from ..problem import Board, Constraint, Problem
from .base import Domain
from .kind import Kind, number_in
from .parts.grids import turned

__all__ = ["DOMAINS", "Queens"]

EMPTY, QUEEN = range(2)


class Queens(Domain):
    """A board of `n` by `n` squares, 4 to 64.

    Examples
    --------
    >>> Queens(4).parse("Q_.............x").values[:3].tolist()
    [1, 0, -1]
    """

    symbols, boxed = "_Q", "_♛"
    called, legend = ("empty", "a queen"), "Q queen, _ empty, . open"
    about = "Place a queen in every row and column of a chessboard, no two on one diagonal."
    text_form = (
        "a character a square, row by row: Q for a queen, 'x' for a square that surely has none, '.' (or '_' on a "
        "board of '_' and Q alone) where open; or a drawn board"
    )
    example = ".....Q...Q.....................................Q................"
    many_answers = True
    numbers = MappingProxyType({0: "_", 1: "Q", 2: "x"})
    given = (QUEEN,)

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

    @cached_property
    def _code(self) -> npt.NDArray[np.int8]:
        code = super()._code.copy()
        code[[ord("x"), ord("X")]] = EMPTY
        return code

    def as_meant(self, line: str) -> str:
        """'_' is an open square where nothing else says which squares are open, and queens are missing.

        Examples
        --------
        >>> Queens(4).as_meant("_Q" + "_" * 14), Queens(4).as_meant("_Q" + "." * 14)
        ('.Q..............', '_Q..............')
        """
        known = line.upper()
        settled = known.count("Q") == self.shape[0] and "X" not in known
        return line if settled or "." in line or "0" in line else line.replace("_", ".")

    def format_many(self, boards: Board) -> list[str]:
        """A full board that would be read as an unfinished one says so with 'x'."""
        texts = super().format_many(boards)
        return [t.replace("_", "x") if "." not in t and t.count("Q") != self.shape[0] else t for t in texts]

    def parse(self, text: str) -> Problem:
        try:
            return super().parse(text)
        except InvalidProblem as error:
            if len({*filter(str.isalpha, text.upper())} - {"Q", "X"}) > 2:
                raise InvalidProblem(f"{error}; lettered regions are for the domain linkedin-queens") from error
            raise

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


DOMAINS = {
    "queens": Kind(
        lambda size: Queens(number_in(size, "queens")), "4 to 64",
        {f"queens-{n}": str(n) for n in range(4, 33)}, default="8", shown="8", aliases={"n-queens": "", "nqueens": ""},
        bare=False,
    )
}  # fmt: skip

"""What a SAT solver prints, read as values of cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from ..arguments import whole
from ..errors import InvalidInput
from ..problem import OPEN, Board

__all__ = ["board_of", "literals_of"]

NO, YES = ("UNSAT", "UNSATISFIABLE"), ("SAT", "SATISFIABLE")


def literals_of(lines: Iterable[str]) -> Iterator[int] | None:
    """The literals of a solver's output, or None where it says that there is no model.

    Raises
    ------
    InvalidInput
        A line is neither a comment, nor a status, nor literals; or the solver found no answer.

    Examples
    --------
    >>> list(literals_of(["c a solver", "s SATISFIABLE", "v 1 -2", "v 0"])), literals_of(["s UNSATISFIABLE"])
    ([1, -2], None)
    """
    found: list[int] | None = None
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0].startswith("c"):
            continue
        if words[0] in ("s", *NO, *YES):
            said = words[-1]
            if said in NO:
                return None
            if said not in YES:
                raise InvalidInput(f"line {number} of a SAT solver's output is {line.strip()!r}: it found no answer")
            continue
        try:
            some = [int(word) for word in (words[1:] if words[0] == "v" else words)]
        except ValueError:
            raise InvalidInput(
                f"line {number} of a SAT solver's output is {line.strip()!r}; wanted 's', 'v' or literals"
            ) from None
        found = [*(found or ()), *(literal for literal in some if literal)]
    if found is None:
        raise InvalidInput("a SAT solver's output has no literals; wanted lines as 'v 1 -2 3 0'")
    return iter(found)


def board_of(literals: Iterable[int], L: int, V: int) -> Board:
    """The values [L] of a model; literals beyond the first L * V variables are passed over.

    Raises
    ------
    InvalidInput
        A cell has no value, or two.

    Examples
    --------
    >>> board_of([1, -2, -3, 4], 2, 2).tolist()
    [0, 1]
    """
    board = np.full(L, OPEN, np.int32)
    for item in literals:
        literal = whole(item, "a literal of a model")
        if not 0 < literal <= L * V:
            continue
        cell, value = divmod(literal - 1, V)
        if board[cell] not in (OPEN, value):
            raise InvalidInput(f"a model gives cell {cell} the values {board[cell]} and {value}; wanted one")
        board[cell] = value
    if (board == OPEN).any():
        raise InvalidInput(f"a model gives cell {int(np.argmin(board))} no value; wanted one of 0 to {V - 1}")
    return board

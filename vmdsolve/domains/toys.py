"""Toys of known law: short sequences of digits whose exact distribution can be written down.

pair        (k, k + 1 mod 10), ten pairs, uniform                     arXiv 2510.23606, two tokens
pair-skew   the same ten pairs with P = (k + 1) / 55                  arXiv 2510.23606, two tokens
chain       (k, k + 1, k + 2, k + 3 mod 10), ten sequences            arXiv 2510.23606, D1
chains      (k, k + 1, l, l + 1 mod 10), a hundred sequences          arXiv 2510.23606, D2
follow-P    the second token is the first plus 1 with probability P percent, else free: a dependency sweep
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..constraints import Table
from ..errors import InvalidInput
from ..problem import Board, Constraint
from .base import Domain
from .kind import Kind, number_in

__all__ = ["DOMAINS", "Follow", "Toy"]

DIGITS = 10
NEXT = [(k, (k + 1) % DIGITS) for k in range(DIGITS)]


class Toy(Domain):
    """A row of digits under tables of allowed tuples; `skew` weighs a sequence by its first digit plus one.

    Examples
    --------
    >>> Toy("chain", Table(range(4), [[(k + i) % 10 for i in range(4)] for k in range(10)])).rules.L
    4
    """

    about = "A toy of known law: a short row of digits of which some follow others."
    many_answers = True
    text_form = "a digit a cell, '.' where open; here 0 is a symbol"

    def __init__(self, name: str, *tables: Constraint, skew: bool = False) -> None:
        self.name, self.skew = name, skew
        self.symbols = "0123456789"
        self.shape = (1, 1 + max(cell for table in tables for cell in table.cells))
        self.constraints = tables
        self.example = "3".ljust(self.shape[1], ".")

    def weight(self, boards: Board) -> npt.NDArray[np.float64]:
        return np.asarray(boards[:, 0] + 1.0, np.float64) if self.skew else super().weight(boards)

    def cell_name(self, cell: int) -> str:
        return f"digit {cell + 1}"

    def rule_text(self, constraint: Constraint) -> str:
        follows = isinstance(constraint, Table) and len(constraint.tuples) == DIGITS
        what = "each is the one before plus 1, 0 after 9" if follows else "may be any"
        return f"of {self.cells_text(constraint.cells)} {what}"


class Follow(Toy):
    """Two digits: the second is the first plus 1 with probability `percent` / 100, else any digit.

    Examples
    --------
    >>> Follow(50).weight(np.array([[3, 4], [3, 5]], np.int32)).round(3).tolist()
    [0.055, 0.005]
    """

    def __init__(self, percent: int) -> None:
        if not 0 <= percent <= 100:
            raise InvalidInput(f"percent is {percent}; wanted 0 to 100")
        everything = [(a, b) for a in range(DIGITS) for b in range(DIGITS)]
        super().__init__(f"follow-{percent}", Table([0, 1], NEXT if percent == 100 else everything, "pair"))
        self.p = percent / 100

    def weight(self, boards: Board) -> npt.NDArray[np.float64]:
        follows = boards[:, 1] == (boards[:, 0] + 1) % DIGITS
        return np.asarray(self.p * follows / DIGITS + (1 - self.p) / DIGITS**2)


def _chain() -> Domain:
    return Toy("chain", Table(range(4), [[(k + i) % DIGITS for i in range(4)] for k in range(DIGITS)], "chain"))


DOMAINS = {
    "pair": Kind(lambda _: Toy("pair", Table([0, 1], NEXT, "pair")), "", {"pair": ""}, default=""),
    "pair-skew": Kind(
        lambda _: Toy("pair-skew", Table([0, 1], NEXT, "pair"), skew=True), "", {"pair-skew": ""}, default=""
    ),
    "chain": Kind(lambda _: _chain(), "", {"chain": ""}, default=""),
    "chains": Kind(
        lambda _: Toy("chains", Table([0, 1], NEXT, "pair"), Table([2, 3], NEXT, "pair")),
        named={"chains": ""}, default="",
    ),
    "follow": Kind(
        lambda size: Follow(number_in(size, "follow")), "0 to 100 percent",
        {f"follow-{percent}": str(percent) for percent in range(0, 101, 10)}, shown="50",
    ),
}  # fmt: skip

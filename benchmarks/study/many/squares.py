"""`squares`: Latin squares of order 5 to 7, from nothing and with some cells given.

Order 5 has 161,280 squares, which are enumerated; of orders 6 and 7 (812,851,200 and 61,479,419,904,000) only the
completions of problems with enough given are. These learn from squares of the generator, in random images.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
import numpy.typing as npt

from vmdsolve.domains import get
from vmdsolve.measure.law import Law, law_of
from vmdsolve.problem import OPEN, Board
from vmdsolve.train import Recipe

from .measures import Marginals, of_symmetry
from .run import benchmark
from .subjects import (
    GENERATED,
    Generated,
    Placed,
    Posed,
    Setting,
    Subject,
    law_within,
    parts_of,
    rng_of,
    some_cells,
    up_to,
)

__all__ = ["alike", "cycles", "run", "subject"]

GIVENS = {5: (2, 4, 6, 8), 6: (6, 10, 14), 7: (12, 17, 22)}
STEPS = 600
PROBLEMS = 10  # the empty square, and three of each number of cells


@cache
def every(order: int) -> Law:
    """All squares of an order that has not too many."""
    return law_of(get(f"latin-{order}"))


def posed(order: int, n: int, seed: int) -> list[Posed]:
    """The empty square, and n - 1 with cells given, as many of each number of them."""
    domain = get(f"latin-{order}")
    empty = np.full(domain.rules.L, OPEN, np.int32)
    given = np.resize(GIVENS[order], n - 1)
    law, rng = every(order) if order == 5 else None, rng_of(seed, order)
    answers = (law or Generated(domain)).draw(rng, n - 1)
    starts = np.where(some_cells(answers, given, rng), answers, OPEN).astype(np.int32)
    laws = parts_of(law, starts) if law else (law_within(domain, start) for start in starts)
    return [
        Posed(domain, empty, law, True), *(Posed(domain, s, own, False) for s, own in zip(starts, laws, strict=True))
    ]  # fmt: skip


def cycles(boards: Board) -> list[bytes]:
    """The same for squares that are one but for the order of rows, columns and symbols, and which of these is which.

    Two rows make a permutation of the columns, and so do two columns and two symbols: how long its cycles are. Squares
    of different classes may share all of it, so classes are counted low.
    """
    side = int(boards.shape[1] ** 0.5)
    square = np.asarray(boards, np.int64).reshape(-1, side, side)
    conjugates = square, square.transpose(0, 2, 1), square.argsort(axis=2)  # symbols as columns
    kinds = [np.sort(_lengths(one), axis=1) for one in conjugates]
    return [b"".join(sorted(kind[i].tobytes() for kind in kinds)) for i in range(len(boards))]


def _lengths(square: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """[n, pairs] one number for the lengths of the cycles from each row to each other."""
    n, side, _ = square.shape
    out = []
    for a in range(side):
        for b in range(a):
            step = np.take_along_axis(square[:, b], square[:, a].argsort(axis=1), axis=1)  # symbol to symbol
            at, fixed, number = step, [], np.zeros(n, np.int64)
            for _ in range(side):
                fixed.append((at == np.arange(side)).sum(axis=1))
                at = np.take_along_axis(step, at, axis=1)
            for count in fixed:
                number = number * (side + 1) + count
            out.append(number)
    return np.stack(out, axis=1)


def alike(order: int) -> Marginals:
    """Marginals of an even law over all squares: no cell is unlike another, nor is a symbol.

    A symbol of one row is in each other row once, in any of the other columns alike.
    """
    row, column = np.divmod(np.arange(order * order), order)
    peers = (row[:, None] == row) ^ (column[:, None] == column)
    return of_symmetry(np.where(np.eye(order * order) > 0, 1.0, np.where(peers, 0.0, 1 / (order - 1))), order)


def subject(order: int) -> Subject:
    """Squares of an order."""
    domain = get(f"latin-{order}")
    listed = order == 5

    def stream(recipe: Recipe, z_width: int) -> Placed:
        source = every(order) if listed else Generated(domain)
        return Placed(domain, recipe, z_width, partial(up_to, GIVENS[order][-1]), source)

    return Subject(
        domain.name, domain, Setting(steps=STEPS), partial(posed, order), stream,
        {"data": "law"} if listed else GENERATED, key=cycles, marginals=None if listed else alike(order),
    )  # fmt: skip


SETS: dict[str, Callable[[], Subject]] = {f"latin-{order}": partial(subject, order) for order in GIVENS}
run = benchmark("squares", "Latin squares of order 5 to 7: many answers, few steps.", SETS, PROBLEMS)

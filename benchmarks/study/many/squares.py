"""`squares`: Latin squares of order 5 to 7, from nothing and with some cells given.

Order 5 has 161,280 squares, which are enumerated; of orders 6 and 7 (812,851,200 and 61,479,419,904,000) only the
completions of problems with enough given are. These learn from squares of the generator, in random images.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
import numpy.typing as npt

from vmdsolve.domains import Domain, get
from vmdsolve.measure.law import Law, law_of
from vmdsolve.measure.seeds import EVALUATION_SEED
from vmdsolve.problem import OPEN, Board
from vmdsolve.search import generate_values
from vmdsolve.train import Recipe

from .measures import Marginals, of_symmetry
from .run import benchmark
from .subjects import Placed, Posed, Setting, Subject, law_within, parts_of, rng_of

__all__ = ["alike", "cycles", "grids", "run", "subject"]

GIVENS = {5: (2, 4, 6, 8), 6: (6, 10, 14), 7: (12, 17, 22)}
STEPS = 600
PROBLEMS = 10  # the empty square, and three of each number of cells


def grids(domain: Domain, n: int, seed: int) -> Board:
    """n full boards [n, L] of the generator under a seed that training refuses, in random images."""
    _, answers = generate_values(domain.rules, n, seed=EVALUATION_SEED + seed, clues=domain.rules.L)
    rng = rng_of(seed, domain.rules.L)
    for b in range(n):
        cells, names = domain.symmetry(rng)
        answers[b] = names[answers[b, cells]]
    return answers


def hidden(answers: Board, n: npt.NDArray[np.int64], rng: np.random.Generator) -> Board:
    """Boards [B, L] of which n [B] random cells are given."""
    given = rng.random(answers.shape).argsort(axis=1).argsort(axis=1) < n[:, None]
    return np.where(given, answers, OPEN).astype(np.int32)


@cache
def every(order: int) -> Law:
    """All squares of an order that has not too many."""
    return law_of(get(f"latin-{order}"))


def posed(order: int, n: int, seed: int) -> list[Posed]:
    """The empty square, and n - 1 with cells given, as many of each number of them."""
    domain = get(f"latin-{order}")
    empty = np.full(domain.rules.L, OPEN, np.int32)
    given = np.resize(GIVENS[order], n - 1)
    if order > 5:
        starts = hidden(grids(domain, n - 1, seed), given, rng_of(seed, order))
        laws = [law_within(domain, start) for start in starts]
        return [Posed(domain, empty, None, True), *map(partial(_given, domain), starts, laws)]
    rng, law = rng_of(seed, order), every(order)
    starts = hidden(law.draw(rng, n - 1), given, rng)
    return [Posed(domain, empty, law, True), *map(partial(_given, domain), starts, parts_of(law, starts))]


def _given(domain: Domain, start: Board, law: Law | None) -> Posed:
    return Posed(domain, start, law, False)


def shown(answers: Board, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """What a square of order 5 has given in training: up to 8 cells, or nothing on a third of them."""
    B = len(answers)
    n = np.where(rng.random(B) < 1 / 3, 0, rng.integers(9, size=B))
    return np.asarray(hidden(answers, n, rng) != OPEN)


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
    common = domain.name, domain, Setting(steps=STEPS), partial(posed, order)
    if order > 5:
        return Subject(*common, data={"data": "problems", "solving": 0.0}, key=cycles, marginals=alike(order))

    def stream(recipe: Recipe, z_width: int) -> Placed:
        return Placed(domain, recipe, z_width, shown, every(order))

    return Subject(*common, stream, key=cycles)


SETS: dict[str, Callable[[], Subject]] = {f"latin-{order}": partial(subject, order) for order in GIVENS}
run = benchmark("squares", "Latin squares of order 5 to 7: many answers, few steps.", SETS, PROBLEMS)

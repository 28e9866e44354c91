"""`grids9`: 9x9 Sudoku grids from nothing and from few givens: too many to enumerate, so no law is compared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from vmdsolve.domains import get
from vmdsolve.problem import OPEN, Board
from vmdsolve.train import Recipe
from vmdsolve.train.minlex import minlex

from .measures import Marginals, of_symmetry
from .run import benchmark
from .subjects import GENERATED, Generated, Placed, Posed, Setting, Subject, rng_of, some_cells, up_to

__all__ = ["alike", "run", "subject"]

GIVENS = (2, 4, 8, 12, 16)
PROBLEMS = 6  # the empty board, and one of each number of givens
COMPARED = 200  # grids whose smallest images are looked for


def posed(n: int, seed: int) -> list[Posed]:
    """The empty grid, and n - 1 with few cells given, as many of each number of them; all have very many answers."""
    domain = get("sudoku-9x9")
    rng = rng_of(seed, 9)
    answers = Generated(domain).draw(rng, n - 1)
    starts = np.where(some_cells(answers, np.resize(GIVENS, n - 1), rng), answers, OPEN).astype(np.int32)
    empty = np.full(domain.rules.L, OPEN, np.int32)
    return [Posed(domain, empty, None, True), *(Posed(domain, start, None, False) for start in starts)]


def smallest(boards: Board) -> list[bytes]:
    """The smallest image of each of the first boards, at most COMPARED."""
    return [image.tobytes() for image in minlex(boards[:COMPARED], boards[:COMPARED])]


def alike() -> Marginals:
    """Marginals of an even law over all grids: no cell is unlike another, nor is a symbol.

    In another row of its band a symbol is in one of six cells alike; so it is by columns in a stack, which leaves a
    ninth to cells of neither.
    """
    row, column = np.divmod(np.arange(81), 9)
    same = [of[:, None] == of for of in (row, column, row // 3, column // 3)]
    peers = same[0] | same[1] | (same[2] & same[3])
    share = np.where(peers, 0.0, np.where(same[2] | same[3], 1 / 6, 1 / 9))
    return of_symmetry(np.where(np.eye(81) > 0, 1.0, share), 9)


def subject() -> Subject:
    """All grids."""
    domain = get("sudoku-9x9")

    def stream(recipe: Recipe, z_width: int) -> Placed:
        return Placed(domain, recipe, z_width, partial(up_to, GIVENS[-1]), Generated(domain))

    return Subject(domain.name, domain, Setting(steps=1000), posed, stream, GENERATED, key=smallest, marginals=alike())


SETS: dict[str, Callable[[], Subject]] = {"sudoku-9x9": subject}
run = benchmark("grids9", "9x9 grids from nothing and from few givens: many answers, few steps.", SETS, PROBLEMS)

"""`queens`: boards of 8 and 10 rows with 0 to n - 2 queens given, to be completed.

All answers are few (92 and 724), so training sees them all: what is held out are the problems, by their seed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from vmdsolve.domains import get
from vmdsolve.domains.queens import QUEEN
from vmdsolve.measure.law import Law, law_of
from vmdsolve.problem import OPEN, Board
from vmdsolve.train import Recipe

from .run import benchmark
from .subjects import EMPTY, Placed, Posed, Setting, Subject, parts_of, rng_of

__all__ = ["run", "subject"]

SIZES = (8, 10)
PROBLEMS = 13  # the empty board, and one or two of each number of queens


def some(answers: Board, n: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """[B, L] the squares of n [B] queens of each answer [B, L], drawn alike."""
    rank = np.where(answers == QUEEN, rng.random(answers.shape), 2.0).argsort(axis=1).argsort(axis=1)
    return rank < n[:, None]


def shown(answers: Board, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """What a board of training has given: 0 to n - 2 of its queens."""
    B, most = len(answers), int((answers[0] == QUEEN).sum()) - 2
    return some(answers, np.where(rng.random(B) < EMPTY, 0, rng.integers(most + 1, size=B)), rng)


def posed(law: Law, name: str, n: int, seed: int) -> list[Posed]:
    """The empty board, and n - 1 with 1 to n - 2 queens given, as many of each, with all their completions."""
    domain, rng = get(name), rng_of(seed)
    answers = law.draw(rng, n - 1)
    given = 1 + np.arange(n - 1) % (domain.shape[0] - 2)
    starts = np.where(some(answers, given, rng), answers, OPEN).astype(np.int32)
    empty = Posed(domain, np.full(domain.rules.L, OPEN, np.int32), law, True)
    return [empty, *(Posed(domain, s, own, False) for s, own in zip(starts, parts_of(law, starts), strict=True))]


def images(boards: Board) -> list[bytes]:
    """The smallest of the eight images of each board [n, L]."""
    side = int(boards.shape[1] ** 0.5)
    turned = boards.astype(np.int8).reshape(-1, side, side)
    every = [np.rot90(way, k, (1, 2)) for way in (turned, turned[:, :, ::-1]) for k in range(4)]
    return [min(image[i].tobytes() for image in every) for i in range(len(boards))]


def subject(size: int) -> Subject:
    """Boards of so many rows."""
    domain = get(f"queens-{size}")
    law = law_of(domain)

    def stream(recipe: Recipe, z_width: int) -> Placed:
        return Placed(domain, recipe, z_width, shown, law)

    return Subject(domain.name, domain, Setting(pool="sum"), partial(posed, law, domain.name), stream, key=images)


SETS: dict[str, Callable[[], Subject]] = {f"queens-{size}": partial(subject, size) for size in SIZES}
run = benchmark("queens", "Queens to complete on 8x8 and 10x10 boards: many answers, few steps.", SETS, PROBLEMS)

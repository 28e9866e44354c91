"""Walks that breed hard 9x9 Sudokus: each climbs to a level of its own, wanders there, and leaves puzzles by the way.

What search takes to prove a puzzle's answer the only one has a heavy tail, and a walk that is free to wander stays
close above its level. So the levels of the walks are spread as the nodes of the target are, a little lower. A hard
puzzle has some fifty neighbours, few of them as hard: a walk is left where it finds no more.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vmdsolve.problem import Board
from vmdsolve.search import generate_values
from vmdsolve.search.breed import breed

from ..puzzles import sudoku

__all__ = ["EACH", "MADE_BY", "Walk", "level_of", "walk"]

LEVELS = NormalDist(5.35, 0.6)  # of the logarithm of nodes; that of the target has mean 5.6 and deviation 0.58
EACH = 40  # puzzles that a walk leaves
APART = 10  # rounds from one to the next, at least
STEP = 100  # rounds between two looks at whether the level is reached
CLIMB, WANDER = 10_000, 4_000  # rounds that a walk may take until it is, and from then on
GOLDEN = 0.6180339887498949  # multiples of it, without their whole parts, are spread evenly, however many
# what walks are made by besides the native walk: others are no parts of the same file
MADE_BY = f"{LEVELS.mean}-{LEVELS.stdev}-{EACH}-{APART}-{STEP}-{CLIMB}-{WANDER}"


class Walk(NamedTuple):
    """What one walk left: puzzles [n, 81], their answers, the nodes [n] of their proofs; rounds that it climbed."""

    puzzles: Board
    answers: Board
    nodes: npt.NDArray[np.int64]
    rounds: int


def level_of(number: int) -> int:
    """The level of a walk.

    Examples
    --------
    >>> 0 < level_of(3) < level_of(5) < level_of(2)
    True
    """
    return round(math.exp(LEVELS.inv_cdf((number + 0.5) * GOLDEN % 1)))


def walk(seed: int, number: int) -> Walk:
    """A walk is a function of its seed and number. One that does not reach its level in time leaves nothing.

    Examples
    --------
    >>> some = walk(1, 8)
    >>> some.puzzles.shape == some.answers.shape == (len(some.nodes), 81), 0 < len(some.nodes) <= EACH
    (True, True)
    """
    rules, level = sudoku().rules, level_of(number)
    at, answer = generate_values(rules, 1, seed=seed, first=number, threads=1)
    begun, nodes = 0, np.zeros(1, np.int64)
    left: list[tuple[Board, Board, int]] = []
    seen: set[bytes] = set()

    def on(rounds: int) -> None:
        nonlocal at, answer, nodes, begun
        at, answer, nodes = breed(
            rules, at, answer, rounds=rounds, level=level, seed=seed, first=number, begun=begun, threads=1
        )
        begun += rounds

    while nodes[0] < level and begun < CLIMB:
        on(STEP)
    climbed = begun
    while nodes[0] >= level and len(left) < EACH and begun < climbed + WANDER:
        if at.tobytes() not in seen:
            seen.add(at.tobytes())
            left.append((at[0], answer[0], int(nodes[0])))
        on(APART)
        while nodes[0] < level and begun < climbed + WANDER:
            on(APART)
    puzzles, answers, proofs = zip(*left, strict=True) if left else ((), (), ())
    left_puzzles, left_answers = (np.array(side, np.int32).reshape(-1, rules.L) for side in (puzzles, answers))
    return Walk(left_puzzles, left_answers, np.array(proofs, np.int64), climbed)

"""Harder problems bred from given ones: a walk that keeps what exact search finds harder. See csrc/search/breed.hpp."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import vmdsolve._native as _native

from ..deadline import Deadline
from ..errors import InvalidInput
from ..problem import Board, Rules
from .arguments import ENDLESS
from .compiled import compiled, our_errors
from .exact import MINIMAL_CELLS, TEST_NODES

__all__ = ["breed"]

Nodes = npt.NDArray[np.int64]


def breed(
    rules: Rules,
    puzzles: Board,
    answers: Board,
    *,
    rounds: int,
    level: npt.ArrayLike | None = None,
    hardest: bool = False,
    seed: int = 0,
    first: int = 0,
    begun: int = 0,
    threads: int = 0,
    clock: Deadline | None = None,
) -> tuple[Board, Board, Nodes]:
    """Problems [B, L] that are harder, their answers [B, L], and the nodes [B] that search by singles takes for proofs.

    A round opens a given, gives others until there is one answer again, perhaps another one, and removes all that can
    be spared. What comes out stays if its proof takes no fewer nodes than before, or than its level, and now and then
    if it takes a few less: so a problem climbs to its level, and then wanders among those that are at least as hard.
    What becomes of problem i hangs on the rules, the seed, first + i and itself alone.

    Parameters
    ----------
    puzzles, answers
        int32 [B, L], problems and their only answers
    rounds
        how many times each problem is changed
    level
        int [B] or one for all: nodes from which on a problem need not become harder; None: there is no such number
    hardest
        the hardest problem of each walk, not the one where it ends
    first
        number of the first problem
    begun
        rounds that these problems have been through: n rounds and then m more end where n + m rounds do
    threads
        0: all cores; the result does not depend on it
    clock
        the time that each may take; None: there is no limit

    Raises
    ------
    InvalidInput
        Where a problem's answer is not its only solution, or the rules hold a Predicate.
    TimeoutError
        The time is over.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> from vmdsolve.search import generate_values
    >>> rules = get("sudoku-9x9").rules
    >>> puzzles, answers = generate_values(rules, 20, seed=1)
    >>> _, _, before = breed(rules, puzzles, answers, rounds=0)
    >>> harder, _, nodes = breed(rules, puzzles, answers, rounds=50, hardest=True)
    >>> bool((nodes >= before).all()), bool(nodes.mean() > 2 * before.mean())
    (True, True)
    """
    if rules.predicates:
        raise InvalidInput("cannot breed problems of rules with a Predicate: it cannot be propagated")
    B = len(puzzles)
    levels = np.broadcast_to(np.asarray(ENDLESS if level is None else level, np.int64), (B,)).copy()
    native, seconds = compiled(rules, None if clock is None else clock.limit_of_all)
    if native is None:
        raise TimeoutError("the time limit ran out while the rules were made")
    values, solutions = (np.require(board, np.int32, ["C", "A", "E"]) for board in (puzzles, answers))
    with our_errors():
        return _native.breed(
            native, values, solutions, levels, rounds, seed, first, begun, hardest,
            -1.0 if seconds is None else seconds, threads, TEST_NODES[rules.L > MINIMAL_CELLS],
        )  # fmt: skip

"""Harder problems bred from given ones: a walk that keeps what exact search finds harder.

    as many times as asked:
        open LOOSENED givens of a problem, drawn at random
        while it has a second solution: give a cell, drawn among those in which that one differs from the answer
        open every given, in random order, that the answer stays unique without
        keep the outcome if search now runs at least as many propagations to prove the answer unique

All problems walk side by side, so that search works on many boards at once; what becomes of problem i hangs on the
seed, i and the problem alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..deadline import Deadline
from ..errors import InvalidInput
from ..problem import OPEN, Board, Rules
from .exact import SearchResult, SearchStatus, solve_values

__all__ = ["breed"]

LOOSENED = 5  # givens opened at once: sixty rounds with 1, 2, 3, 5, 7, 9 led to 18, 27, 38, 46, 44, 40 propagations
Nodes = npt.NDArray[np.int64]


def breed(
    rules: Rules, puzzles: Board, answers: Board, *, rounds: int, seed: int = 0, first: int = 0, threads: int = 0,
    clock: Deadline | None = None,
) -> tuple[Board, Nodes]:
    """Harder problems [B, L] with the same answers [B, L], and the propagations [B] that search takes to prove each.

    Parameters
    ----------
    rounds
        how many times each problem is changed
    first
        number of the first problem: problem i draws from (seed, first + i)
    threads
        0: all cores; the result does not depend on it
    clock
        the time that each may take; None: there is no limit

    Raises
    ------
    InvalidInput
        Where a problem's answer is not its only solution.
    TimeoutError
        The time is over.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> from vmdsolve.search import generate_values, solve_values
    >>> rules = get("sudoku-9x9").rules
    >>> puzzles, answers = generate_values(rules, 50, seed=1)
    >>> harder, nodes = breed(rules, puzzles, answers, rounds=5)
    >>> bool((nodes >= solve_values(rules, puzzles, limit=2).nodes).all()), bool(nodes.mean() > 10)
    (True, True)
    """
    clock = clock or Deadline(None)

    def ask(boards: Board) -> SearchResult:
        found = solve_values(rules, boards, limit=2, time_limit=clock.limit, threads=threads)
        ended = int(SearchStatus.TIME_LIMIT)  # numpy looks into an enum's class, and loses Ctrl-C that is heard there
        if clock.over or (found.status == ended).any():
            raise TimeoutError("breeding took longer than the time limit")
        return found

    B, L = puzzles.shape
    draws = [np.random.default_rng((seed, first + b)) for b in range(B)]
    best = puzzles.copy()
    nodes = _proof(ask(best), answers)
    for _ in range(rounds):
        order = np.stack([rng.permutation(L) for rng in draws]) if B else np.zeros((0, L), np.int64)
        trial = _tightened(ask, _loosened(best, order), answers, order)
        harder = _proof(ask(trial), answers)
        better = harder >= nodes
        best[better], nodes[better] = trial[better], harder[better]
    return best, nodes


def _proof(found: SearchResult, answers: Board) -> Nodes:
    """Propagations [B] that proved each answer unique."""
    sole = found.complete & (found.counts == 1) & (found.values == answers).all(axis=1)
    if not sole.all():
        raise InvalidInput(f"problem {int(np.argmin(sole))} has not its answer as the only solution")
    return found.nodes.copy()


def _loosened(boards: Board, order: npt.NDArray[np.int64]) -> Board:
    """Boards whose first LOOSENED givens in `order` [B, L] are open."""
    given = np.take_along_axis(boards != OPEN, order, axis=1)
    drop = given & (np.cumsum(given, axis=1) <= LOOSENED)
    out = boards.copy()
    rows, places = np.nonzero(drop)
    out[rows, order[rows, places]] = OPEN
    return out


def _tightened(
    ask: Callable[[Board], SearchResult], boards: Board, answers: Board, order: npt.NDArray[np.int64]
) -> Board:
    """Boards that have their answers as only solutions, and no given to spare."""
    rank = np.argsort(order, axis=1)
    rows = np.arange(len(boards))
    while rows.size:  # another solution, and a given that it is not
        found = ask(boards[rows])
        several = ~(found.complete & (found.counts == 1))
        rows, other = rows[several], found.values[several]
        differs = other != answers[rows]
        same = ~differs.any(axis=1)  # search met the answer first: any open cell will do
        differs[same] = boards[rows[same]] == OPEN
        cell = np.where(differs, rank[rows], boards.shape[1]).argmin(axis=1)
        boards[rows, cell] = answers[rows, cell]
    for place in range(boards.shape[1]):
        cell = order[:, place]
        rows = np.flatnonzero(boards[np.arange(len(boards)), cell] != OPEN)
        without = boards[rows].copy()
        without[np.arange(len(rows)), cell[rows]] = OPEN
        found = ask(without)
        sole = found.complete & (found.counts == 1)
        boards[rows[sole]] = without[sole]
    return boards

"""Learned accuracy, honestly: the model alone fills the boards, the checker only judges; cost is always counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf

import numpy as np

from ..arguments import whole
from ..deadline import Deadline, within
from ..domains import Domain
from ..errors import InvalidInput
from ..problem import Board
from ..sampler import Plan, Predictor
from ..sampler.attempts import attempts
from ..sampler.keys import board_keys
from ..search import generate_values
from .seeds import EVALUATION_SEED

__all__ = ["EVALUATION_SEED", "Accuracy", "evaluate", "held_out"]

PIECE = 8  # puzzles that are made together where time is short
AT_ONCE = 64  # boards that are filled together where time is short: what is cut off is not counted


@dataclass(frozen=True)
class Accuracy:
    """What the learned model solved alone.

    Attributes
    ----------
    solved_at
        for each problem whose board the checker accepted, the number of latents it took, ascending
    total
        problems that were measured; fewer than asked for where time ran out
    latents
        K; fewer than asked for where time ran out
    evaluations_at
        network evaluations spent on the first latents of all problems together, on the second, ...
    loops_at
        block applications of these evaluations
    loops
        the most block applications a network evaluation
    seconds
        wall-clock time of all
    asked
        (problems, K) that were asked for
    """

    solved_at: tuple[int, ...]
    total: int
    latents: int
    evaluations_at: tuple[int, ...]
    loops_at: tuple[int, ...]
    loops: int
    seconds: float
    asked: tuple[int, int] = (0, 0)

    def solved_within(self, latents: int) -> int:
        """Whole problems solved had K been `latents`: what K = 64 took tells of K = 1 and K = 16, too.

        Examples
        --------
        >>> Accuracy((1, 1, 3), 4, 3, (8, 4, 4), (64, 36, 40), 16, 1.0).solved_within(2)
        2
        """
        return sum(took <= self._checked(latents) for took in self.solved_at)

    def nfe_within(self, latents: int) -> float:
        """Mean network evaluations a problem had K been `latents`; a problem's latents stop at its first answer."""
        return sum(self.evaluations_at[: self._checked(latents)]) / max(1, self.total)

    def block_applications_within(self, latents: int) -> float:
        """Likewise, mean block applications: the loops of all these evaluations."""
        return sum(self.loops_at[: self._checked(latents)]) / max(1, self.total)

    def _checked(self, latents: int) -> int:
        if not 1 <= latents <= self.latents:
            raise InvalidInput(f"latents is {latents}; measured were 1 to {self.latents}")
        return latents

    @property
    def stopped(self) -> str:
        """What time did not suffice for, in words; "" where all was done.

        Examples
        --------
        >>> Accuracy((1,), 20, 1, (80,), (1280,), 16, 1.0, asked=(100, 8)).stopped
        'stopped after 20 of 100 problems, and 1 of 8 latents'
        """
        n, K = self.asked
        told = [f"{self.total} of {n} problems"] * (self.total < n)
        told += [f"{self.latents} of {K} latents"] * (self.latents < K and self.solved < self.total)
        return f"stopped after {', and '.join(told)}" if told else ""

    @property
    def solved(self) -> int:
        """Whole problems solved within K latents."""
        return len(self.solved_at)

    @property
    def rate(self) -> float:
        """Share solved, 0 to 1."""
        return self.solved / max(1, self.total)

    @property
    def nfe(self) -> float:
        """Mean network evaluations a problem, all its latents together."""
        return self.nfe_within(self.latents)

    @property
    def block_applications(self) -> float:
        """Mean block applications a problem, all its latents together: NFE times loops, or less where boards settle."""
        return self.block_applications_within(self.latents)


def held_out(domain: Domain, n: int, *, seed: int = 0, clock: Deadline | None = None) -> tuple[Board, Board]:
    """n minimal problems that training never draws, and their answers: both int32 [n, L].

    With a clock, as many as half of its time suffices for, and TimeoutError where it does for none.
    """
    rules, seed = domain.rules, EVALUATION_SEED + seed
    if clock is None or clock.left() == inf:
        return generate_values(rules, n, seed=seed)
    half, made = Deadline(clock.left(0.5)), [(np.zeros((0, rules.L), np.int32),) * 2]
    with suppress(TimeoutError), within(half):
        for first in range(0, n, PIECE):
            made.append(generate_values(rules, min(PIECE, n - first), seed=seed, first=first))
    puzzles, answers = (np.concatenate(parts) for parts in zip(*made, strict=True))
    if not len(puzzles):
        raise TimeoutError(f"not {min(PIECE, n)} of {n} puzzles of {domain.name} were made in time; allow more")
    return puzzles, answers


def evaluate(
    domain: Domain,
    boards: Board,
    *,
    predict: Predictor,
    plan: Plan,
    again: Plan | None = None,
    latents: int = 1,
    seed: int = 0,
    chunk: int | None = None,
    seconds: float | None = None,
    watch: Callable[[int], object] = lambda _: None,
) -> Accuracy:
    """Measure what the model solves alone: no propagation, no search; `plan.legal` says if rules mask symbols.

    A problem's latents stop at the first board that the checker accepts.

    Parameters
    ----------
    domain
        A domain of one board.
    boards
        int32 [B, L], the problems, OPEN where open.
    predict
        The network.
    plan, again
        How the first latent fills boards, and how the others do; by default `plan.other`.
    latents
        K, the most latents a problem, 1 or more.
    seed
        The same seed gives the same boards.
    chunk
        Boards that are filled together, which says nothing about what becomes of them; None: as many as memory takes.
    seconds
        For all of it. What was begun and not done by then is not counted: whole problems of the first latent, and of
        the others whole latents.
    watch
        Told, as it goes, how many more problems are settled: solved, or given up with the last latent.

    Returns
    -------
    Accuracy

    Raises
    ------
    InvalidInput
        `latents` is no whole number above 0, or the plan cannot be.
    TimeoutError
        Not one problem was done in time.
    """
    latents, clock = whole(latents, "latents", 1), Deadline(seconds)
    chunk = chunk or (None if seconds is None else AT_ONCE)
    solved_at: list[int] = []
    evaluations_at: list[int] = []
    loops_at: list[int] = []
    total, begun = 0, time.perf_counter()
    waiting, solved, spent, looped = len(boards), 0, 0, 0  # of the latent that goes on
    for tried in attempts(
        predict,
        domain.rules,
        boards,
        plan,
        again=again or plan.other,
        keys=board_keys(domain.rules, boards),
        latents=range(latents),
        seed=seed,
        seconds_left=clock.left,
        at_once=chunk,
    ):
        if clock.over:  # perhaps it was cut off
            break
        waiting, solved = waiting - len(tried.rows), solved + int(tried.good.sum())
        spent, looped = spent + int(tried.nfe.sum()), looped + int(tried.loops.sum())
        total += len(tried.rows) if not tried.latent else 0
        watch(len(tried.rows) if tried.latent == latents - 1 else int(tried.good.sum()))
        if not waiting:
            solved_at += [tried.latent + 1] * solved
            evaluations_at.append(spent)
            loops_at.append(looped)
            waiting, solved, spent, looped = len(boards) - len(solved_at), 0, 0, 0
    if not evaluations_at and total:
        solved_at, evaluations_at, loops_at = [1] * solved, [spent], [looped]
    if len(boards) and not total:
        raise TimeoutError(f"not one of {len(boards)} problems was done in {clock.seconds:g} s; allow more")
    given = max(1, len(evaluations_at)) if clock.over and len(solved_at) < len(boards) else latents
    spent_at, taken = (tuple(evaluations_at), tuple(loops_at)), time.perf_counter() - begun
    return Accuracy(tuple(solved_at), total, given, *spent_at, predict.most_loops, taken, (len(boards), latents))

"""Learned accuracy, honestly: the model alone fills the boards, the checker only judges; cost is always counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..arguments import whole
from ..domains import Domain
from ..errors import InvalidInput
from ..problem import Board
from ..sampler import SECOND_NOISE, Plan, Predictor
from ..sampler.attempts import attempts
from ..sampler.keys import board_keys
from ..search import generate_values
from .seeds import EVALUATION_SEED

__all__ = ["EVALUATION_SEED", "Accuracy", "evaluate", "held_out"]


@dataclass(frozen=True)
class Accuracy:
    """What the learned model solved alone.

    Attributes
    ----------
    solved_at
        for each problem whose board the checker accepted, the number of latents it took, ascending
    total
        problems
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
    """

    solved_at: tuple[int, ...]
    total: int
    latents: int
    evaluations_at: tuple[int, ...]
    loops_at: tuple[int, ...]
    loops: int
    seconds: float

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


def held_out(domain: Domain, n: int, *, seed: int = 0) -> tuple[Board, Board]:
    """n minimal problems that training never draws, and their answers: both int32 [n, L]."""
    return generate_values(domain.rules, n, seed=EVALUATION_SEED + seed)


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
        How the first latent fills boards, and how the others do; by default the same with an order noise of at least
        SECOND_NOISE.
    latents
        K, the most latents a problem, 1 or more.
    seed
        The same seed gives the same boards.
    chunk
        Boards that are filled together, which says nothing about what becomes of them; None: as many as memory takes.
    seconds
        No further latent is begun after so long.
    watch
        Told, as it goes, how many more problems are settled: solved, or given up with the last latent.

    Returns
    -------
    Accuracy

    Raises
    ------
    InvalidInput
        `latents` is no whole number above 0, or the plan cannot be.
    """
    latents, begun = whole(latents, "latents", 1), time.perf_counter()
    solved_at: list[int] = []
    evaluations_at: list[int] = []
    loops_at: list[int] = []

    def numbers() -> Iterator[int]:
        for latent in range(latents):
            if latent and seconds is not None and time.perf_counter() - begun > seconds:
                return
            evaluations_at.append(0)
            loops_at.append(0)
            yield latent

    for tried in attempts(
        predict,
        domain.rules,
        boards,
        plan,
        again=again or replace(plan, noise=max(plan.noise, SECOND_NOISE)),
        keys=board_keys(domain.rules, boards),
        latents=numbers(),
        seed=seed,
        at_once=chunk,
    ):
        solved = int(tried.good.sum())
        solved_at += [tried.latent + 1] * solved
        evaluations_at[tried.latent] += int(tried.nfe.sum())
        loops_at[tried.latent] += int(tried.loops.sum())
        watch(len(tried.rows) if tried.latent == latents - 1 else solved)
    given = len(evaluations_at) if len(solved_at) < len(boards) else latents
    spent, taken = (tuple(evaluations_at), tuple(loops_at)), time.perf_counter() - begun
    return Accuracy(tuple(solved_at), len(boards), given, *spent, predict.most_loops, taken)

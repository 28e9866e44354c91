"""Learned accuracy, honestly: the model alone fills the boards, the checker only judges; cost is always counted."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from ..checker import accepts
from ..domains import Domain
from ..errors import InvalidInput
from ..problem import Board
from ..sampler import SECOND_NOISE, Plan, Predictor, fill_boards, latent_keys
from ..sampler.keys import board_keys
from ..search import generate_values
from .seeds import EVALUATION_SEED

__all__ = ["EVALUATION_SEED", "Accuracy", "evaluate", "held_out"]


@dataclass(frozen=True)
class Accuracy:
    """What the learned model solved alone.

    solved_at        for each problem whose board the checker accepted, the number of latents it took, ascending
    total            problems
    latents          K; fewer than asked for where time ran out
    evaluations_at   network evaluations spent on the first latents of all problems together, on the second, ...
    loops            block applications a network evaluation
    seconds          wall-clock time of all
    """

    solved_at: tuple[int, ...]
    total: int
    latents: int
    evaluations_at: tuple[int, ...]
    loops: int
    seconds: float

    def solved_within(self, latents: int) -> int:
        """Whole problems solved had K been `latents`: what K = 64 took tells of K = 1 and K = 16, too.

        >>> Accuracy((1, 1, 3), 4, 8, (80, 40, 40, 20, 20, 20, 20, 20), 16, 1.0).solved_within(2)
        2
        """
        return sum(took <= self._checked(latents) for took in self.solved_at)

    def nfe_within(self, latents: int) -> float:
        """Mean network evaluations a problem had K been `latents`; a problem's latents stop at its first answer."""
        return sum(self.evaluations_at[: self._checked(latents)]) / max(1, self.total)

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
        """NFE times loops."""
        return self.nfe * self.loops


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
    chunk: int = 512,
    seconds: float | None = None,
) -> Accuracy:
    """Fill problems [B, L] by the model alone: no propagation, no search; `plan.legal` says if rules mask symbols.

    The first latent goes by `plan`, the others by `again`, by default the same with an order noise of at least
    SECOND_NOISE; a problem's latents stop at the first board that the checker accepts. No further latent is begun
    after `seconds`; `chunk` bounds memory only.
    """
    if latents < 1:
        raise InvalidInput(f"latents is {latents}; wanted 1 or more")
    begun = time.perf_counter()
    again = again or replace(plan, noise=max(plan.noise, SECOND_NOISE))
    left, keys = boards, board_keys(domain.rules, boards)
    solved_at: list[int] = []
    evaluations_at: list[int] = []
    for latent in range(latents):
        if latent and seconds is not None and time.perf_counter() - begun > seconds:
            latents = latent
            break
        good, evaluations = np.zeros(len(left), np.bool_), 0
        for start in range(0, len(left), chunk):
            part = slice(start, start + chunk)
            drawn = fill_boards(
                predict,
                domain.rules,
                left[part],
                again if latent else plan,
                keys=latent_keys(keys[part], latent),
                seed=seed,
            )
            good[part] = accepts(domain.rules, left[part], drawn.values)
            evaluations += int(drawn.nfe.sum())
        solved_at += [latent + 1] * int(good.sum())
        evaluations_at.append(evaluations)
        left, keys = left[~good], keys[~good]
        if not len(left):
            break
    loops = predict.model.config.loops if predict.loops is None else predict.loops
    taken = time.perf_counter() - begun
    return Accuracy(tuple(solved_at), len(boards), latents, tuple(evaluations_at), loops, taken)

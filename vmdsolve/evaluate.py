"""Learned accuracy, honestly: the model alone fills the boards, the checker only judges; cost is always counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .checker import accepts
from .domains import Domain
from .errors import InvalidInput
from .problem import Board, board_keys
from .sampler import Plan, Predictor, latent_keys, sample
from .search import generate_values

__all__ = ["EVALUATION_SEED", "SECOND_NOISE", "Accuracy", "evaluate", "held_out"]

EVALUATION_SEED = 2**62  # seeds from here on make evaluation problems; training refuses them
SECOND_NOISE = 0.5  # order noise of every latent after the first


@dataclass(frozen=True)
class Accuracy:
    """What the learned model solved alone.

    solved               whole problems whose board the checker accepted within K latents
    total                problems
    nfe                  mean network evaluations a problem, all its latents together
    block_applications   nfe times loops
    seconds              wall-clock time of all
    """

    solved: int
    total: int
    nfe: float
    block_applications: float
    seconds: float

    @property
    def rate(self) -> float:
        """Share solved, 0 to 1."""
        return self.solved / max(1, self.total)


def held_out(domain: Domain, n: int, *, seed: int = 0) -> tuple[Board, Board]:
    """n minimal problems that training never draws, and their answers: both int32 [n, L]."""
    return generate_values(domain.rules, n, seed=EVALUATION_SEED + seed)


def evaluate(
    domain: Domain,
    boards: Board,
    *,
    predict: Predictor,
    plan: Plan,
    latents: int = 1,
    seed: int = 0,
    chunk: int = 512,
    report: Callable[[int], object] | None = None,
) -> Accuracy:
    """Fill problems [B, L] by the model alone: no propagation, no search; `plan.legal` says if rules mask symbols.

    The first latent goes without order noise, the others with at least SECOND_NOISE; a problem's latents stop at the
    first board that the checker accepts.
    """
    if latents < 1:
        raise InvalidInput(f"latents is {latents}; wanted 1 or more")
    begun = time.perf_counter()
    solved = nfe = 0
    again = replace(plan, noise=max(plan.noise, SECOND_NOISE))
    for start in range(0, len(boards), chunk):
        left = boards[start : start + chunk]
        keys = board_keys(domain.rules, left)
        for latent in range(latents):
            drawn = sample(
                predict, domain.rules, left, again if latent else plan, keys=latent_keys(keys, latent), seed=seed
            )
            good = accepts(domain.rules, left, drawn.values)
            solved += int(good.sum())
            nfe += int(drawn.nfe.sum())
            left, keys = left[~good], keys[~good]
            if not len(left):
                break
        if report is not None:
            report(min(len(boards), start + chunk))
    mean = nfe / max(1, len(boards))
    loops = predict.model.config.loops if predict.loops is None else predict.loops
    return Accuracy(solved, len(boards), mean, mean * loops, time.perf_counter() - begun)

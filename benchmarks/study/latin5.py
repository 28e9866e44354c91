"""`latin5`: order-5 Latin squares with five cells given, which have many solutions: are samples valid and distinct?

A sampler that is right draws n times from a problem's S solutions and finds S (1 - (1 - 1/S)^n) of them on average.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from typer import Option

from vmdsolve.checker import accepts
from vmdsolve.domains import Domain, get
from vmdsolve.measure.accuracy import EVALUATION_SEED
from vmdsolve.measure.law import law_of
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN, Board
from vmdsolve.sampler import Plan, Predictor, fill_boards, latent_keys
from vmdsolve.sampler.keys import board_keys
from vmdsolve.train import Recipe, Trainer

from ..driver import RESULTS, Row, Run, table, wilson

Floats = npt.NDArray[np.float32]

METHOD = (
    "a problem is five random cells of a random square; both models are trained here, on squares and givens drawn anew "
    "from other seeds, with the same recipe. No propagation, no search, no rule masks a symbol, no guard: the checker "
    "judges what the network wrote. `distinct` = different solutions a problem, `of` = what as many draws from the "
    "problem's enumerated solutions give on average, `ratio` = one mean over the other. NFE counts the denoiser; the "
    "prior asks 6 cells, which costs 6 evaluations of a network as large as the denoiser: its share of the time, and "
    "all block applications a sample, the prior's too, stand beside it; without latent 8 evaluations are measured as "
    "well. The latent's symbols are the likeliest given z; without latent they are drawn at temperature 1, or are the "
    "likeliest too, and then every sample of a problem is the same. `no latent, asked`: the net trained without "
    "latent, asked for 6 cells in the same way and then filling the rest: what is due to asking, not to training."
)
GIVENS, LOOPS, QUESTIONS = 5, 16, 6
SHAPES: dict[str, Row] = {  # of equal size
    "asks cells": {"width": 32, "message": 32, "hidden": 64, "latent": QUESTIONS, "prior": "cells"},
    "no latent": {"width": 46, "message": 46, "hidden": 92, "latent": 0},
}
RECIPE = Recipe(
    steps=1500,
    batch=64,
    warmup=50,
    loops=((0.0, 8),),
    free=6,
    data="law",
    givens=(GIVENS, GIVENS),
    ema=0.99,
    bf16=False,
)
TILE = 256  # boards a network call: these are small


class Problems(NamedTuple):
    """Boards int32 [n, L] with open cells, and the number of each one's solutions."""

    boards: Board
    solutions: npt.NDArray[np.int64]


class Timed(Predictor):
    """A Predictor that notes the seconds spent in the prior's draws."""

    seconds = 0.0

    def draw(self, x: Board, noise: Floats) -> Floats:
        begun = time.perf_counter()
        z = super().draw(x, noise)
        self.seconds += time.perf_counter() - begun
        return z


def run(
    n: Annotated[int, Option(min=1, help="Problems.")] = 100,
    samples: Annotated[int, Option(min=1, help="Samples a problem.")] = 64,
    steps: Annotated[str, Option(help="Values of T, separated by commas.")] = "1,2,4",
    steps_scale: Annotated[float, Option(min=0.0, help="Training steps, as a multiple of the recipe's.")] = 1.0,
    budget: Annotated[float | None, Option(min=0.0, help="Seconds of training for each model, at most.")] = None,
    threads: Annotated[int, Option(min=0, help="0: torch's choice.")] = 1,
    seed: Annotated[int, Option(min=0, help="Of the problems, the training and the sampling.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Latin squares of order 5: valid and distinct samples."""
    if threads:
        torch.set_num_threads(threads)
    domain = get("latin-5")
    parameters: Row = {
        "n": n, "samples": samples, "steps": steps, "steps_scale": steps_scale, "budget": budget, "threads": threads,
        "seed": seed, "givens": GIVENS, "loops": LOOPS, "questions": QUESTIONS,
    }  # fmt: skip
    with Run("latin5", METHOD, parameters, (), out) as this:
        problems = held_out_squares(domain, n, seed)
        expected = uniform(problems.solutions, samples)
        S = problems.solutions
        this.note(f"solutions a problem: {S.min()} to {S.max()}, median {np.median(S):g}, mean {S.mean():.1f}")
        for arm, shape in SHAPES.items():
            model = trained(this, domain, arm, shape, steps_scale, budget, seed)
            models = {arm: model} if model.config.latent else {arm: model, f"{arm}, asked": asked(model)}
            for name, one in models.items():
                for temperature in (0.0,) if one.config.latent else (1.0, 0.0):
                    given = [int(T) for T in steps.split(",")]
                    if temperature:  # as many evaluations as the other model spends, its prior's too
                        given += [T + QUESTIONS for T in given if T == 2]
                    for T in given:
                        plan = Plan(steps=T, temperature=temperature, legal=False)
                        row: Row = {"arm": name, "temperature": temperature, "steps": T}
                        this.rows.append(row | measured(one, problems, expected, plan, samples, seed))
                        print("; ".join(_line(this.rows[-1])), flush=True)
        print(f"\n{shown(this.rows)}")


def held_out_squares(domain: Domain, n: int, seed: int) -> Problems:
    """n problems from seeds that training refuses; their solutions are counted among all squares."""
    rng = np.random.default_rng(EVALUATION_SEED + seed)
    squares = law_of(domain).boards
    answers = squares[rng.integers(len(squares), size=n)]
    given = rng.random(answers.shape).argsort(axis=1).argsort(axis=1) < GIVENS
    boards = np.where(given, answers, OPEN).astype(np.int32)
    count = [((squares == board) | (board == OPEN)).all(axis=1).sum() for board in boards]
    return Problems(boards, np.array(count))


def uniform(solutions: npt.NDArray[np.int64], draws: int) -> Floats:
    """How many different ones so many even draws from S solutions give on average.

    >>> uniform(np.array([1, 2]), 2).tolist()
    [1.0, 1.5]
    """
    return np.asarray(solutions * (1 - (1 - 1 / solutions) ** draws))


def trained(this: Run, domain: Domain, arm: str, shape: Row, scale: float, budget: float | None, seed: int) -> VMD:
    """The averaged model of one arm, after the recipe's steps or the budget."""
    given = {**vars(RECIPE), "steps": max(1, round(scale * RECIPE.steps)), "seed": seed}
    trainer = Trainer(domain, ModelConfig.of(domain, loops=LOOPS, **shape), Recipe(**given))
    begun = time.perf_counter()
    for p in trainer.run(every=200, seconds=budget):
        speed = f"{p.puzzles_per_second:.0f} boards a second"
        print(f"{arm}: step {p.step}, {p.last:.4f} nats a cell, KL {p.kl:.2f}, {speed}", flush=True)
    size = sum(p.numel() for p in trainer.average.parameters())
    this.note(f"{arm}: {size} parameters, {trainer.step} steps of {RECIPE.batch}, {time.perf_counter() - begun:.0f} s")
    return trainer.average


def asked(model: VMD) -> VMD:
    """A network trained without latent, with itself as the prior that is asked for cells."""
    out = VMD(replace(model.config, latent=QUESTIONS, prior="cells"))
    out.denoiser = model.denoiser
    out.get_submodule("cells").network = model.denoiser
    return out.requires_grad_(False).eval()


def measured(model: VMD, problems: Problems, expected: Floats, plan: Plan, samples: int, seed: int) -> Row:
    """One row: so many samples of every problem under one plan."""
    n, rules = len(problems.boards), get("latin-5").rules
    predict = Timed(model, rules)
    predict.tile = TILE
    boards = np.repeat(problems.boards, samples, axis=0)
    keys = board_keys(rules, problems.boards)
    keys = np.stack([latent_keys(keys, latent) for latent in range(samples)], axis=1).ravel()
    begun = time.perf_counter()
    drawn = fill_boards(predict, rules, boards, plan, keys=keys, seed=seed)
    seconds = time.perf_counter() - begun
    good = accepts(rules, boards, drawn.values).reshape(n, samples)
    found = drawn.values.reshape(n, samples, -1)
    distinct = np.array([len({row.tobytes() for row in mine[right]}) for mine, right in zip(found, good, strict=True)])
    nfe = float(drawn.nfe.mean())
    return {
        "samples": good.size,
        "valid": int(good.sum()),
        "interval": wilson(int(good.sum()), good.size),
        "distinct": float(distinct.mean()),
        "expected": float(expected.mean()),
        "ratio": float(distinct.mean() / expected.mean()),
        "ratio_lowest": float((distinct / expected).min()),
        "nfe": nfe,
        "block_applications": (nfe + model.config.latent) * model.config.loops,
        "seconds": seconds,
        "prior_share": predict.seconds / seconds,
    }


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    header = ["model", "symbols", "NFE", "valid", "distinct", "of", "ratio", "blocks", "prior's time"]
    return table(header, [_line(row) for row in rows])


def _line(row: Row) -> list[str]:
    return [
        row["arm"],
        "drawn" if row["temperature"] else "likeliest",
        f"{row['nfe']:.0f}",
        f"{row['valid'] / row['samples']:.2%}",
        f"{row['distinct']:.1f}",
        f"{row['expected']:.1f}",
        f"{row['ratio']:.3f}",
        f"{row['block_applications']:.0f}",
        f"{row['prior_share']:.0%}",
    ]

"""What `ablation` compares: choices of the 9x9 recipe, each with the same computing, and what a training costs.

Computing is counted in block applications of training: one board through one loop without gradient counts as one, with
gradient as three, since the way back takes about as long as two ways forth.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from vmdsolve.model.config import ModelConfig
from vmdsolve.train import Recipe

from ..driver import Row
from ..puzzles import sudoku

__all__ = ["ARMS", "BASES", "Arm", "Base", "applications", "idle", "planned", "shape"]

BACK = 2  # what the way back through a loop costs, in ways forth


@dataclass(frozen=True)
class Base:
    """What all arms have but for their own choice: the recipe, and the model's shape."""

    recipe: Row
    model: Row


@dataclass(frozen=True)
class Arm:
    """One choice: fields of the recipe or of the model that differ from the base's, or loops of an evaluation.

    `fits` says whether it can begin with the packaged weights.
    """

    recipe: Row = field(default_factory=dict)
    model: Row = field(default_factory=dict)
    loops: int | None = None
    fits: bool = True


BASES = {
    "nothing": Base({"loops": ((0.0, 8), (0.1, 16)), "decay": 0.6, "rate": 3e-3}, {"loops": 24}),
    "packaged": Base(
        {
            "loops": ((0.0, 24),),
            "free": 40,
            "warmup": 20,
            "decay": 0.7,
            "rate": 1e-3,
            "full": 0.8,
            "hard": "bred",
            "hard_share": 0.6,
        },
        {"loops": 96, "latent": 0},  # as the weights are: their z is noise
    ),
}
ARMS = {
    "base": Arm(),
    "8 loops with gradient": Arm({"loops": ((0.0, 8),), "free": 8}),
    "32 loops with gradient": Arm({"loops": ((0.0, 8), (0.1, 32))}),
    "no free loops": Arm({"free": 0}),
    "up to 48 free loops": Arm({"free": 48}),
    "all loops count alike": Arm({"later": 0.0}),
    "late loops count more": Arm({"later": 3.0}),
    "free masks only": Arm({"solving": 0.0}),
    "clues always kept": Arm({"solving": 1.0}),
    "cells by ease": Arm({"reveal": "ease"}),
    "always from the clues": Arm({"full": 1.0}),
    "half of the puzzles hard": Arm({"hard": "bred", "hard_share": 0.5}),
    "all puzzles hard": Arm({"hard": "bred", "hard_share": 1.0}),
    "no latent": Arm(model={"latent": 0}),
    "half the width": Arm(model={"width": 16, "message": 16, "hidden": 32}, fits=False),
    "twice the width": Arm(model={"width": 64, "message": 64, "hidden": 128}, fits=False),
    "attention": Arm(model={"mixer": "attention"}, fits=False),
    "no averaging": Arm({"ema": 0.0}),
    "16 loops an evaluation": Arm(loops=16),
    "32 loops an evaluation": Arm(loops=32),
    "64 loops an evaluation": Arm(loops=64),
    "up to 48 free loops, 64 loops an evaluation": Arm({"free": 48}, loops=64),
    "random start": Arm({"begin_noise": 3.0}),
    "path noise": Arm({"path_noise": 0.03}),
    "more path noise": Arm({"path_noise": 0.1}),
    "random start and path noise": Arm({"begin_noise": 3.0, "path_noise": 0.03}),
    "best of 4 starts": Arm({"begin_noise": 3.0, "attempts": 4, "batch": 16}),
    "best of 4 starts and paths": Arm({"begin_noise": 3.0, "path_noise": 0.03, "attempts": 4, "batch": 16}),
    "batch 64 to 512": Arm({"batch_to": 512}),
    "batch 64 to 2,048": Arm({"batch_to": 2048}),
    "detached history": Arm({"tail": 0.5, "tail_loops": 8, "tail_free": 128}),
}


def applications(recipe: Recipe) -> float:
    """Block applications of a training by this recipe, on average over the free loops that are drawn.

    Examples
    --------
    >>> applications(Recipe(steps=10, batch=2, loops=((0.0, 4),), free=8))
    320.0
    """
    total = 0.0
    for step in range(recipe.steps):
        boards = recipe.batch_at(step) * recipe.attempts
        total += boards * ((1 + BACK) * recipe.loops_at(step) + recipe.most_free_at(step) / 2)
    return total


def planned(arm: Arm, base: Base, budget: float, *, seed: int, hard: str) -> Recipe:
    """The arm's recipe, with as many steps as come nearest to a budget of block applications.

    Examples
    --------
    >>> one, other = (planned(ARMS[n], BASES["nothing"], 1e6, seed=0, hard="") for n in ("base", "best of 4 starts"))
    >>> (one.steps, one.batch * one.attempts) == (other.steps, other.batch * other.attempts)
    True
    """
    choices: Row = {**base.recipe, **arm.recipe, "seed": seed}
    if "hard" in choices:
        choices["hard"] = hard
    some = Recipe(**{"steps": 1000, **choices})
    return replace(some, steps=max(1, round(1000 * budget / applications(some))))


def shape(arm: Arm, base: Base) -> ModelConfig:
    """The arm's model."""
    return ModelConfig.of(sudoku(), **{**base.model, **arm.model})


def idle(name: str, base: Base) -> bool:
    """Whether an arm is the same as `base`, since what it chooses holds there already.

    Examples
    --------
    >>> [idle("no latent", base) for base in BASES.values()], idle("base", BASES["packaged"])
    ([False, True], False)
    """

    def made(arm: Arm) -> tuple[object, ...]:
        return planned(arm, base, 1e6, seed=0, hard="F"), shape(arm, base), arm.loops

    return name != "base" and made(ARMS[name]) == made(ARMS["base"])

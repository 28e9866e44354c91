"""Recipe: every choice of a training run besides the model's shape; saved with the weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput
from ..measure.accuracy import EVALUATION_SEED

__all__ = ["Recipe"]

SHARES = ("decay", "solving", "full", "latent_kl", "kl_warmup", "settle", "hard_share")
CHOICES = {
    "data": ("problems", "law", "examples"), "draw": ("once", "each_step"), "weighting": ("cells", "elbo"),
    "reveal": ("random", "ease"),
}  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """Every choice of a training run besides the model's shape.

    steps       optimiser steps of the whole run; the learning rate's schedule depends on it
    batch       B, boards a step
    rate        peak learning rate of AdamW: linear warm-up, constant, then linear decay over the last `decay`
    loops       ((from this fraction of the steps on, loops), ...), ascending; supervised, with gradient
    free        up to so many loops more before those, without gradient, drawn anew each step once `loops` has
                reached its last value: the network learns to go on from where it has come to
    later       how much more later loops count in the loss: loop i of n as (i / n) to this power; 0: all alike
    solving     share of boards whose clues are all visible (masks as they occur while solving);
                the others are masked freely
    reveal      which cells of a solving board are visible besides its clues: "random", or "ease": those first that
                exact propagation leaves the fewest symbols, as a solver would fill them
    full        share of the boards at t = 1: nothing but the clues is visible on the solving ones
    data        "problems": the generator's, each with one answer; "law": answers drawn from the domain's law;
                "examples": answers drawn from a file
    examples    that file
    hard        a file of problems, a line each, to mix among those of the generator, such as `generate --harder` makes
    hard_share  share of the boards that are drawn from it
    givens      unless data is "problems": fewest and most cells visible at the start
    blocks      unless data is "problems": left to right in so many blocks, each with its own z
    draw        "once": posterior and prior see the start, as when z is drawn once a sample; "each_step": they see
                x_t, as when z is drawn anew at every step (and as the paper trains)
    weighting   "cells": every masked cell counts the same; "elbo": a board masked at time t counts w(t) = 1 / t, as the
                ELBO has it, which favours boards with few open cells
    latent_kl   lambda of the ELBO, reached linearly over the first `kl_warmup` of the steps
    free_bits   nats of a latent dimension or group that cost nothing
    settle      share of the steps, at the end, in which a categorical z is the posterior's likeliest code, no longer
                drawn, so that the prior can fit the codes; in the second half of them the codes no longer change
    ema         decay of the averaged weights, which are what is saved
    bf16        bfloat16 products (fast where the CPU has AVX512-BF16 or AMX, or on a GPU; natively float32 elsewhere)
    native      the denoiser's loops, forward and back, by the native kernel where there is one: mixer "messages" on a
                CPU. False: by torch, as runs were trained before there was a kernel, and as they are resumed
    compile     torch.compile the block; the loops are then torch's
    """

    steps: int = 6000
    batch: int = 64
    rate: float = 4e-3
    warmup: int = 100
    decay: float = 0.4
    weight_decay: float = 0.01
    clip: float = 1.0
    loops: tuple[tuple[float, int], ...] = ((0.0, 8), (0.1, 16))
    free: int = 16
    later: float = 1.0
    solving: float = 0.9
    reveal: str = "random"
    full: float = 0.3
    data: str = "problems"
    examples: str = ""
    hard: str = ""
    hard_share: float = 0.5
    givens: tuple[int, int] = (0, 0)
    blocks: int = 1
    draw: str = "once"
    weighting: str = "cells"
    latent_kl: float = 1.0
    kl_warmup: float = 0.1
    free_bits: float = 0.0
    settle: float = 0.0
    ema: float = 0.998
    seed: int = 0
    bf16: bool = True
    native: bool = True
    compile: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "loops", tuple((float(a), int(b)) for a, b in self.loops))
        if self.steps < 1 or self.batch < 1:
            raise InvalidInput(f"steps and batch must be at least 1, got {self.steps} and {self.batch}")
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise InvalidInput(f"{name} is {getattr(self, name)!r}; wanted one of {', '.join(choices)}")
        for name in SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInput(f"{name} is {getattr(self, name)!r}; wanted 0 to 1")
        for name in ("free_bits", "later"):
            if not getattr(self, name) >= 0:
                raise InvalidInput(f"{name} is {getattr(self, name)!r}; wanted 0 or more")
        givens = [int(n) for n in self.givens]
        if len(givens) != 2 or not 0 <= givens[0] <= givens[1]:
            raise InvalidInput(f"givens is {self.givens}; wanted two numbers of cells, the fewest and the most")
        object.__setattr__(self, "givens", tuple(givens))
        if self.blocks < 1:
            raise InvalidInput(f"blocks is {self.blocks}; wanted 1 or more")
        if self.data == "problems" and (self.blocks > 1 or self.givens != (0, 0)):
            raise InvalidInput(
                "blocks and givens go with data 'law' or 'examples'; problems of the generator have their own clues"
            )
        if (self.data == "examples") != bool(self.examples):
            raise InvalidInput(f"data is {self.data!r}, examples {self.examples!r}; data 'examples' goes with a file")
        if self.hard and self.data != "problems":
            raise InvalidInput(f"hard is {self.hard!r}, data is {self.data!r}; hard problems go with data 'problems'")
        if not 0 <= self.seed < EVALUATION_SEED:
            raise InvalidInput(f"training seeds are 0 to 2^62 - 1 (the rest is for evaluation), got {self.seed}")

    def loops_at(self, step: int) -> int:
        """Block applications at `step`."""
        return next(n for start, n in reversed(self.loops) if step >= start * self.steps)

    def free_at(self, step: int) -> int:
        """Loops without gradient at `step`."""
        late = step >= self.loops[-1][0] * self.steps
        return int(np.random.default_rng((self.seed, step, 1)).integers(self.free + 1)) if late else 0

    def rate_at(self, step: int) -> float:
        """Learning rate at `step`."""
        tail = (self.steps - step) / max(1.0, self.decay * self.steps)
        return self.rate * min(1.0, (step + 1) / max(1, self.warmup), max(0.01, tail))

    def settled_at(self, step: int) -> bool:
        """Whether z is the likeliest code, no longer drawn, at `step`."""
        return step >= (1 - self.settle) * self.steps

    def still_at(self, step: int) -> bool:
        """Whether the codes no longer change at `step`."""
        return step >= (1 - self.settle / 2) * self.steps

    def kl_weight_at(self, step: int) -> float:
        """lambda at `step`."""
        return self.latent_kl * min(1.0, (step + 1) / max(1.0, self.kl_warmup * self.steps))

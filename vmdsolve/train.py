"""Training: a data stream that is a pure function of (seed, step), the loop, exact resume.

Problem i of the stream comes from the native generator under (seed, i): fresh problems for ever, none stored.
Step s uses problems s*B .. s*B + B - 1, random symmetric images of them, and randomness seeded by (seed, s).
Hence the state to resume is weights, EMA, Adam's moments and s; a run that was stopped ends in the same state as
one that never was (bit for bit on CPU in float32; with bf16 or compilation as far as those repeat themselves).
"""

from __future__ import annotations

import copy
import json
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import __version__
from .domains import Domain
from .errors import InvalidInput, ModelMismatch
from .evaluate import EVALUATION_SEED
from .model.checkpoint import load_tensors, save_model, save_tensors
from .model.config import ModelConfig
from .model.vmd import VMD, Terms, objective, weight
from .problem import OPEN
from .search import generate_values

__all__ = ["Progress", "Recipe", "Trainer"]




@dataclass(frozen=True)
class Recipe:
    """Every choice of a training run besides the model's shape.

    steps       optimiser steps of the whole run; the learning rate's schedule depends on it
    batch       B, boards a step
    rate        peak learning rate of AdamW: linear warm-up, constant, then linear decay over the last `decay`
    loops       ((from this fraction of the steps on, loops), ...), ascending; supervised, with gradient
    free        up to so many loops more before those, without gradient, drawn anew each step once `loops` has
                reached its last value: the network learns to go on from where it has come to
    solving     share of boards whose clues are all visible (masks as they occur while solving);
                the others are masked freely
    full        share of the solving boards on which nothing but the clues is visible
    weighting   "cells": every masked cell counts the same; "elbo": a board masked at time t counts w(t) = 1 / t, as the
                ELBO has it, which favours boards with few open cells
    latent_kl   lambda of the ELBO, reached linearly over the first tenth of the steps
    ema         decay of the averaged weights, which are what is saved
    bf16        bfloat16 autocast (fast where the CPU has AVX512-BF16 or AMX, or on a GPU)
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
    solving: float = 0.9
    full: float = 0.3
    weighting: str = "cells"
    latent_kl: float = 1.0
    ema: float = 0.998
    seed: int = 0
    bf16: bool = True
    compile: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "loops", tuple((float(a), int(b)) for a, b in self.loops))
        if self.steps < 1 or self.batch < 1:
            raise InvalidInput(f"steps and batch must be at least 1, got {self.steps} and {self.batch}")
        if self.weighting not in ("cells", "elbo"):
            raise InvalidInput(f"weighting is {self.weighting!r}; wanted 'cells' or 'elbo'")
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


@dataclass(frozen=True)
class Progress:
    """One line of the log: averages since the line before."""

    step: int
    puzzles: int
    loss: float  # cross-entropy, mean over the supervised loops, later ones counting more; nats a masked cell
    last: float  # cross-entropy after the last loop, nats a masked cell
    kl: float  # nats a board
    active_units: int  # latent dimensions with KL above 0.01 nats; 0 = the latent is dead
    puzzles_per_second: float
    hours: float


class Trainer:
    """One training run of one domain in a folder: `state.safetensors` to resume, `weights.safetensors` to use.

    >>> from vmdsolve.domains import get
    >>> domain = get("sudoku-4x4")
    >>> config = ModelConfig(domain.name, domain.rules.relations, width=8, message=8, hidden=8, loops=2)
    >>> trainer = Trainer(domain, config, Recipe(steps=2, batch=2, loops=((0.0, 2),), bf16=False))
    >>> [progress.step for progress in trainer.run()]
    [2]
    """

    def __init__(self, domain: Domain, config: ModelConfig, recipe: Recipe, device: str = "cpu") -> None:
        if config.domain != domain.name:
            raise ModelMismatch(f"the config is for {config.domain}, not for {domain.name}")
        self.domain, self.config, self.recipe, self.device = domain, config, recipe, torch.device(device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed)
            self.model = VMD(config, domain.rules).to(self.device)
        self.average = copy.deepcopy(self.model).requires_grad_(False).eval()
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.weight_decay
        )
        if recipe.compile:
            block: Any = torch.compile(self.model.denoiser.block)
            self.model.denoiser.block = block  # type: ignore[method-assign]
        self.step = 0
        self.hours = 0.0

    # Data ---------------------------------------------------------------------------------------

    def batch(self, step: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Masked tokens x [B, L], answers x0 [B, L], latent noise [B, D] and times t [B] of one step."""
        r, B, L = self.recipe, self.recipe.batch, self.domain.rules.L
        puzzles, answers = generate_values(self.domain.rules, B, seed=r.seed, first=step * B)
        rng = np.random.default_rng((r.seed, step))
        for b in range(B):
            cells, values = self.domain.symmetry(rng)
            answers[b] = values[answers[b, cells]]
            given = puzzles[b, cells] != OPEN
            puzzles[b] = np.where(given, answers[b], OPEN)
        t = np.maximum(rng.random((B, 1)), 1e-3)  # the time: probability that an open cell is masked
        solving = rng.random((B, 1)) < r.solving
        t[rng.random((B, 1)) < r.full] = 1.0
        masked = (rng.random((B, L)) < t) & (~solving | (puzzles == OPEN))
        x = np.where(masked, OPEN, answers)
        noise = rng.standard_normal((B, self.config.latent), np.float32)
        arrays = (x.astype(np.int64), answers.astype(np.int64), noise, t[:, 0].astype(np.float32))
        return tuple(torch.from_numpy(a).to(self.device) for a in arrays)  # type: ignore[return-value]

    # The loop -----------------------------------------------------------------------------------

    def advance(self) -> Terms:
        """One optimiser step; returns the ELBO's terms, detached."""
        r, step = self.recipe, self.step
        loops = r.loops_at(step)
        x, x0, noise, t = self.batch(step)
        for group in self.optimizer.param_groups:
            group["lr"] = r.rate_at(step)
        self.optimizer.zero_grad()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=r.bf16):
            terms: Terms = self.model.terms(x, x0, noise, loops=loops + r.free_at(step), supervise=loops)
        share = torch.arange(1, loops + 1, device=self.device) / loops  # later loops count more
        anneal = r.latent_kl * min(1.0, 10 * (step + 1) / r.steps)
        w = weight(t) if r.weighting == "elbo" else torch.ones_like(t)
        loss = objective(terms, share / share.sum(), w, anneal)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), r.clip)
        self.optimizer.step()
        decay = min(r.ema, (step + 1) / (step + 20))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(now, 1 - decay)
        self.step += 1
        return Terms(*(part.detach() for part in terms))

    def run(
        self, folder: Path | None = None, *, every: int = 50, seconds: float | None = None
    ) -> Iterator[Progress]:
        """Train to the recipe's last step or for `seconds`; log, save and yield a Progress every `every` steps."""
        begun = mark = time.perf_counter()
        hours_before = self.hours
        sums = {"loss": 0.0, "last": 0.0, "kl": 0.0, "n": 0}
        kl = torch.zeros(self.config.latent)
        while self.step < self.recipe.steps:
            terms = self.advance()
            count = float(terms.masked.sum().clamp(min=1))
            loops = len(terms.nll)
            share = torch.arange(1, loops + 1, device=self.device) / loops
            sums["loss"] += float((share / share.sum()) @ terms.nll.sum(1)) / count
            sums["last"] += float(terms.nll[-1].sum()) / count
            kl += terms.kl.mean(0).cpu()
            sums["n"] += 1
            now = time.perf_counter()
            over = seconds is not None and now - begun > seconds
            if self.step % every == 0 or self.step == self.recipe.steps or over:
                n = sums["n"]
                self.hours = hours_before + (now - begun) / 3600
                progress = Progress(
                    step=self.step,
                    puzzles=self.step * self.recipe.batch,
                    loss=round(sums["loss"] / n, 5),
                    last=round(sums["last"] / n, 5),
                    kl=round(float(kl.sum()) / n, 5),
                    active_units=int((kl / n > 0.01).sum()),
                    puzzles_per_second=round(n * self.recipe.batch / (now - mark), 1),
                    hours=round(self.hours, 4),
                )
                if folder is not None:
                    self.save(folder)
                    with (folder / "log.jsonl").open("a") as log:
                        log.write(json.dumps(asdict(progress)) + "\n")
                yield progress
                mark = time.perf_counter()
                sums = dict.fromkeys(sums, 0)
                kl.zero_()
            if over:
                return

    # Saving and resuming ------------------------------------------------------------------------

    def record(self) -> dict[str, Any]:
        """What stands beside shipped weights: recipe, data, cost, machine, version."""
        return {
            "recipe": asdict(self.recipe),
            "step": self.step,
            "puzzles": self.step * self.recipe.batch,
            "data": f"native generator, minimal problems, seed {self.recipe.seed}",
            "hours": round(self.hours, 3),
            "threads": torch.get_num_threads(),
            "machine": f"{platform.machine()} {platform.system()}, torch {torch.__version__}, {self.device.type}",
            "vmdsolve": __version__,
        }

    def save(self, folder: Path) -> None:
        """Write the averaged weights and the state to resume from, each atomically."""
        state = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        state |= {f"average.{k}": v for k, v in self.average.state_dict().items()}
        names = [name for name, _ in self.model.named_parameters()]
        for index, moments in self.optimizer.state_dict()["state"].items():
            state |= {f"adam.{names[index]}.{k}": v for k, v in moments.items()}
        save_tensors(
            folder / "state.safetensors",
            state,
            {"config": self.config.to_json(), "record": json.dumps(self.record(), sort_keys=True)},
        )
        save_model(folder / "weights.safetensors", self.average, self.record())

    def resume(self, folder: Path) -> None:
        """Go on from `save`. Raises ModelMismatch if there is no state, or the model's shape or the seed differ."""
        tensors, metadata = load_tensors(folder / "state.safetensors")
        if metadata.get("config") != self.config.to_json():
            raise ModelMismatch(f"{folder} holds a run with config {metadata.get('config')}")
        record = json.loads(metadata["record"])
        for name in ("seed", "batch"):
            if record["recipe"][name] != getattr(self.recipe, name):
                raise ModelMismatch(
                    f"{folder} was trained with {name} {record['recipe'][name]}, not {getattr(self.recipe, name)}"
                )

        def part(prefix: str) -> dict[str, Tensor]:
            return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

        self.model.load_state_dict(part("model."))
        self.average.load_state_dict(part("average."))
        state = self.optimizer.state_dict()
        for index, (name, _) in enumerate(self.model.named_parameters()):
            if moments := part(f"adam.{name}."):
                state["state"][index] = moments
        self.optimizer.load_state_dict(state)
        self.step, self.hours = int(record["step"]), float(record["hours"])

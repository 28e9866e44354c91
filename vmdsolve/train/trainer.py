"""Training: the loop, and exact resume.

The data is a pure function of (seed, step), see stream.py. Hence the state to resume is weights, EMA, Adam's moments
and the step; a run that was stopped ends in the same state as one that never was (bit for bit on CPU in float32; with
bf16 or compilation as far as those repeat themselves).
"""

from __future__ import annotations

import copy
import json
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._version import __version__
from ..domains import Domain
from ..errors import InvalidInput, ModelMismatch, TrainingDiverged
from ..files.lock import Lock
from ..measure.likelihood import nelbo
from ..model.batch import Batch
from ..model.checkpoint import fill, history_of, load_into, load_tensors, save_model, save_tensors
from ..model.config import ModelConfig
from ..model.denoiser import Denoiser
from ..model.elbo import Terms, objective, weight
from ..model.fused import Fused
from ..model.latents import Learning
from ..model.vmd import VMD
from .mixture import MixedStream, Mixture
from .recipe import Recipe
from .stream import Stream

__all__ = ["Progress", "Recipe", "Trainer"]

HELD_OUT = 256  # examples whose likelihood is reported


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
    held_out: float | None = None  # NELBO of held-out examples, nats a cell; None without any


class Trainer:
    """One training run of one domain, or a mixture of them, in a folder: `state.safetensors` to resume,
    `weights.safetensors` to use.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> domain = get("sudoku-4x4")
    >>> config = ModelConfig.of(domain, width=8, message=8, hidden=8, loops=2)
    >>> trainer = Trainer(domain, config, Recipe(steps=2, batch=2, loops=((0.0, 2),), bf16=False))
    >>> [progress.step for progress in trainer.run()]
    [2]
    """

    def __init__(self, domain: Domain | Mixture, config: ModelConfig, recipe: Recipe, device: str = "cpu") -> None:
        if config.domain != domain.name:
            raise ModelMismatch(f"the config is for {config.domain}, not for {domain.name}")
        if recipe.compile and isinstance(domain, Mixture):
            raise InvalidInput(f"compile is for the board of one domain; {domain.name} has many")
        how = config.sampling  # a model is sampled as it was trained
        how = replace(how, draw=recipe.draw, blocks=recipe.blocks, steps=max(how.steps, recipe.blocks))
        self.domain, self.recipe, self.device = domain, recipe, torch.device(device)
        self.config = config = replace(config, sampling=how)
        self.model = VMD(config, seed=recipe.seed).to(self.device)
        self.model.latent.check_training(
            settles=recipe.settle > 0, blocks=recipe.blocks, many_boards=isinstance(domain, Mixture)
        )
        self.average = copy.deepcopy(self.model).requires_grad_(False).eval()
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.weight_decay
        )
        if recipe.native and not recipe.compile and self.device.type == "cpu":
            for part in self.model.modules():
                if isinstance(part, Denoiser):
                    part.fused = Fused()
        if recipe.compile:
            block: Any = torch.compile(self.model.denoiser.block)
            self.model.denoiser.block = block
        z = self.model.z_width(self.model.units(domain.rules))
        self.stream = MixedStream(domain, recipe, z) if isinstance(domain, Mixture) else Stream(domain, recipe, z)
        self.step = 0
        self.hours = 0.0
        self.init: dict[str, Any] | None = None
        self._lock: Lock | None = None

    def begin_with(self, weights: Path) -> None:
        """Start from these weights instead of random ones; the optimiser starts anew.

        Raises
        ------
        ModelMismatch
            No such file, damaged, or of another config, but for loops, which are not in weights.
        """
        load_into(self.model, weights)
        self.average.load_state_dict(self.model.state_dict())
        self.init = history_of(weights)

    # Data ---------------------------------------------------------------------------------------

    def batch(self, step: int) -> tuple[Tensor, ...]:
        """The stream's Batch as tensors on the device, tokens as int64."""
        return self._tensors(self.stream.at(step).batch(step))

    def _tensors(self, batch: Batch) -> tuple[Tensor, ...]:
        arrays = (a.astype(np.int64) if a.dtype == np.int32 else a for a in batch)
        return tuple(torch.from_numpy(a).to(self.device) for a in arrays)

    # The loop -----------------------------------------------------------------------------------

    def advance(self) -> Terms:
        """One optimiser step; returns the ELBO's terms, detached."""
        r, step = self.recipe, self.step
        loops = r.loops_at(step)
        stream = self.stream.at(step)
        start, x, x0, noise, t = self._tensors(stream.batch(step))
        for group in self.optimizer.param_groups:
            group["lr"] = r.rate_at(step)
        self.optimizer.zero_grad()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=r.bf16):
            how = Learning(r.kl_weight_at(step), r.free_bits, r.code_at(step), loops + r.free_at(step), loops)
            terms = self.model.terms(x, x0, self.model.units(stream.rules), noise, start=start, how=how)
        share = self._share(loops)
        w = weight(t) if r.weighting == "elbo" else torch.ones_like(t)
        loss = objective(terms, share, w)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), r.clip)
        self.optimizer.step()
        decay = min(r.ema, (step + 1) / (step + 20))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(now, 1 - decay)
        self.step += 1
        return Terms(*(part.detach() for part in terms))

    def _share(self, loops: int) -> Tensor:
        """[S] how much each of so many supervised loops counts, summing to 1."""
        share = (torch.arange(1, loops + 1, device=self.device) / loops) ** self.recipe.later
        return share / share.sum()

    def run(self, folder: Path | None = None, *, every: int = 50, seconds: float | None = None) -> Iterator[Progress]:
        """Train to the recipe's last step or for `seconds`; log, save and yield a Progress every `every` steps.

        Raises
        ------
        InvalidInput
            Another process trains in the folder.
        TrainingDiverged
            A loss or a weight is no number any more. What was saved last stays as it is.
        """
        if folder is not None:
            self._hold(folder)
        try:
            yield from self._run(folder, every, seconds)
        finally:
            self._release()

    def _run(self, folder: Path | None, every: int, seconds: float | None) -> Iterator[Progress]:
        begun = mark = time.perf_counter()
        hours_before = self.hours
        sums = {"loss": 0.0, "last": 0.0, "kl": 0.0, "n": 0}
        kl = torch.zeros(self.config.latent)
        while self.step < self.recipe.steps:
            terms = self.advance()
            count = float(terms.masked.sum().clamp(min=1))
            sums["loss"] += float(self._share(len(terms.nll)) @ terms.nll.sum(1)) / count
            sums["last"] += float(terms.nll[-1].sum()) / count
            kl += terms.kl.mean(0).cpu()
            sums["n"] += 1
            now = time.perf_counter()
            over = seconds is not None and now - begun > seconds
            if self.step % every == 0 or self.step == self.recipe.steps or over:
                n = sums["n"]
                self._check_numbers(sums["loss"], folder)
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
                    held_out=self.held_out(),
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

    def _check_numbers(self, loss: float, folder: Path | None) -> None:
        broken = [name for name, tensor in self._state().items() if not torch.isfinite(tensor).all()]
        if np.isfinite(loss) and not broken:
            return
        what = f"{broken[0]} holds NaN or infinity" if broken else f"the loss is {loss}"
        kept = "" if folder is None else f"; {folder} keeps the state before: go on from it with a lower rate"
        raise TrainingDiverged(f"training diverged by step {self.step}: {what}{kept}")

    def held_out(self) -> float | None:
        """NELBO of the averaged weights on (up to 256) held-out examples, in nats a cell; None without any."""
        kept = self.stream.held_out
        if kept is None or not len(kept) or not self.model.latent.likely:
            return None
        some = kept.at(np.arange(HELD_OUT) * len(kept) // HELD_OUT if len(kept) > HELD_OUT else np.arange(len(kept)))
        return round(nelbo(self.average, self.domain.rules, some, times=4).per_cell, 5)

    # Saving and resuming ------------------------------------------------------------------------

    def record(self) -> dict[str, Any]:
        """What stands beside shipped weights: recipe, data, cost, machine, version."""
        return {
            "recipe": asdict(self.recipe),
            "step": self.step,
            "puzzles": self.step * self.recipe.batch,
            "data": f"{self.stream.source}, seed {self.recipe.seed}",
            **self._told(),
            **({} if self.init is None else {"init": self.init}),
            "hours": round(self.hours, 3),
            "threads": torch.get_num_threads(),
            "machine": f"{platform.machine()} {platform.system()}, torch {torch.__version__}, {self.device.type}",
            "vmdsolve": __version__,
        }

    def _told(self) -> dict[str, Any]:
        """Of a domain that is nothing but its examples: what it takes to make it again from the weights."""
        if self.recipe.data != "examples" or isinstance(self.domain, Mixture) or self.domain.constraints:
            return {}
        return {"domain": {"symbols": self.domain.symbols, "length": self.domain.rules.L}}

    def _hold(self, folder: Path) -> None:
        """Nobody else trains in this folder until the run ends, or this trainer is no more."""
        path = folder / ".lock"
        if self._lock is None or self._lock.path != path:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = Lock(path, f"trains in {folder}; wait for it, or name another folder")

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def save(self, folder: Path) -> None:
        """Write the averaged weights and the state to resume from, each atomically."""
        save_tensors(
            folder / "state.safetensors",
            self._state(),
            {"config": self.config.to_json(), "record": json.dumps(self.record(), sort_keys=True)},
        )
        save_model(folder / "weights.safetensors", self.average, self.record())

    def _state(self) -> dict[str, Tensor]:
        """All numbers that a run goes on from."""
        state = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        state |= {f"average.{k}": v for k, v in self.average.state_dict().items()}
        names = [name for name, _ in self.model.named_parameters()]
        for index, moments in self.optimizer.state_dict()["state"].items():
            state |= {f"adam.{names[index]}.{k}": v for k, v in moments.items()}
        return state

    def resume(self, folder: Path) -> None:
        """Go on from `save`, and hold the folder.

        Raises
        ------
        InvalidInput
            Another process trains in the folder.
        ModelMismatch
            There is no state, it is damaged, or the model's shape or the stream differ.
        """
        path = folder / "state.safetensors"
        if path.is_file():
            self._hold(folder)
        tensors, said = load_tensors(path)
        if replace(said.config, sampling=self.config.sampling) != self.config:
            raise ModelMismatch(f"{folder} holds a run with config {said.config.to_json()}")
        record = said.record
        before = Recipe.recorded(record)
        for name in ("seed", "batch", "data"):
            if getattr(before, name) != getattr(self.recipe, name):
                raise ModelMismatch(
                    f"{folder} was trained with {name} {getattr(before, name)}, not {getattr(self.recipe, name)}"
                )
        hard = self.recipe.hard
        changed = hard and before.hard != hard  # on purpose: another file of hard problems
        data, step, hours = (record.get(name) for name in ("data", "step", "hours"))
        if not (isinstance(data, str) and isinstance(step, int) and isinstance(hours, (int, float))):
            raise ModelMismatch(f"{path} does not say how far its run has come")
        if self.stream.digest not in data and not changed:
            file = self.recipe.examples or hard
            now = f"{file} is another file" if file else f"it is {self.stream.source}"
            raise ModelMismatch(f"{folder} was trained on {data}; {now} now")

        def part(prefix: str) -> dict[str, Tensor]:
            return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

        fill(self.model, part("model."), path)
        fill(self.average, part("average."), path)
        state = self.optimizer.state_dict()
        for index, (name, parameter) in enumerate(self.model.named_parameters()):
            if moments := part(f"adam.{name}."):
                if any(moment.numel() > 1 and moment.shape != parameter.shape for moment in moments.values()):
                    raise ModelMismatch(f"{path} does not fit its own config: the moments of {name} have another shape")
                if not all(torch.isfinite(moment).all() for moment in moments.values()):
                    raise ModelMismatch(f"{path} holds NaN or infinity in the moments of {name}")
                state["state"][index] = moments
        self.optimizer.load_state_dict(state)
        self.step, self.hours, self.init = step, float(hours), record.get("init")

"""Training: the loop, and exact resume.

The data is a pure function of (seed, step), see stream.py. Hence the state to resume is weights, EMA, Adam's moments
and the step; a run that was stopped ends in the same state as one that never was (bit for bit on CPU in float32; with
bf16 or compilation as far as those repeat themselves).
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from numbers import Real
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .._version import __version__
from ..arguments import seconds as checked_seconds
from ..arguments import whole
from ..domains import Domain
from ..errors import InvalidInput, ModelMismatch, TrainingDiverged
from ..model.about import About, about, history_of
from ..model.checkpoint import load_into, load_tensors, not_finite, save_model, save_tensors
from ..model.config import ModelConfig
from ..model.folded import folded, unfolded
from ..model.vmd import VMD
from .averages import Averages
from .checkpoints import kept_every
from .config import told_of
from .held import Holds
from .held_out import HeldOut
from .kept import ConfigLog
from .learner import Learner
from .loggers import Begun, JsonLog, Logger, Tell, logging, names_of
from .mixture import Mixture
from .prices import PREFIX
from .progress import Progress
from .ranks import ALONE, Ranks
from .recipe import Recipe
from .state import check_shapes, restore, tensors_of
from .stopping import interruptible
from .stream import Stream

__all__ = ["Progress", "Recipe", "Trainer"]

COUNTS = {"step": int, "puzzles": int, "hours": Real}  # what a record says of how far its run has come


class Trainer(Learner, Holds):
    """One training run of one domain, or a mixture of them, in a folder: `state.safetensors` to resume,
    `weights.safetensors` to use.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> domain = get("sudoku-4x4")
    >>> config = ModelConfig.of(domain, width=8, message=8, hidden=8, loops=2)
    >>> trainer = Trainer(domain, config, Recipe(steps=2, batch=2, loops=((0.0, 2),), bf16=False))
    >>> [progress.step for progress in trainer.run()]
    [1, 2]
    """

    def __init__(
        self, domain: Domain | Mixture, config: ModelConfig, recipe: Recipe, device: str = "cpu", ranks: Ranks = ALONE
    ) -> None:
        super().__init__(domain, config, recipe, device, ranks)
        self.held_out = HeldOut(domain, recipe, self.stream if isinstance(self.stream, Stream) else None)
        self.saved: int | None = None  # the step whose state is on disk
        self.hours = 0.0
        self._stopped = False
        self.init: dict[str, Any] | None = None
        self._begun: Path | None = None  # the weights that it began with

    def begin_with(self, weights: Path) -> None:
        """Start from these weights instead of random ones; the optimiser starts anew.

        Where they have a Gaussian latent and the model has no code, the network begins as they are at z = 0.

        Raises
        ------
        ModelMismatch
            No such file, damaged, or of another config, but for loops, which are not in weights.
        """
        if (whole := unfolded(self.config, about(weights).config)) is None:
            load_into(self.model, weights)
        else:
            load_into(held := VMD(whole), weights)
            self.model.load_state_dict(folded(held, self.config).state_dict())
        self.average.load_state_dict(self.model.state_dict())
        self.init, self._begun = history_of(weights), weights

    # The loop -----------------------------------------------------------------------------------

    def run(
        self,
        folder: Path | None = None,
        *,
        every: int = 50,
        seconds: float | None = None,
        loggers: Sequence[Logger] = (),
    ) -> Iterator[Progress]:
        """Train to the recipe's last step; yield a Progress after the first step and every `every` steps, saved and
        logged where there is a folder, which also receives the run's config.

        Ctrl-C ends it after the step that it is in, saved: that progress comes, then KeyboardInterrupt. A second one
        ends it at once.

        Parameters
        ----------
        folder
            Of the run; None: nothing is written.
        every
            Steps between two of them.
        seconds
            The run ends after so long, if it has not ended before, and its schedule with it: the rate falls in time.
        loggers
            They are told of every progress, besides `log.jsonl` in the folder; what they raise ends the run.

        Raises
        ------
        InvalidInput
            Another process trains in the folder.
        TrainingDiverged
            A loss or a weight is no number any more. What was saved last stays as it is.
        """
        every, seconds = whole(every, "every", 1), checked_seconds(seconds, "seconds")
        folder = folder if self.ranks.first else None
        if folder is not None:
            self._hold(folder)
        self._stopped = False
        loggers = [*loggers] if folder is None else [JsonLog(), ConfigLog(), *loggers]
        try:
            begun = Begun(folder, self._told_to(every, seconds, loggers), self.stream.source, self.step)
            with logging(loggers, begun) as tell:
                yield from interruptible(self._run(folder, every, seconds, tell), self.stop)
        except TrainingDiverged as error:
            raise TrainingDiverged(f"{error}{self._kept(folder)}") from error
        finally:
            self._release()

    def stop(self) -> None:
        """End `run` after the step that it is in, saved and logged as any last step; a signal's handler may call it."""
        self._stopped = True

    def _run(self, folder: Path | None, every: int, seconds: float | None, tell: Tell) -> Iterator[Progress]:
        begun = mark = time.perf_counter()
        first, hours_before, steps, seen = self.step, self.hours, self.recipe.steps, self.puzzles
        means = Averages(self.config.divergences)
        over = False
        while self.step < steps and not over:
            place = self.recipe.place_at(self.step, first, time.perf_counter() - begun, seconds)
            place = int(self.ranks.agreed([place])[0])
            rate = self.recipe.rate_at(self.step, place)
            terms = self.advance(place)
            means.add(terms, self._share(len(terms.nll)))
            now = time.perf_counter()
            spent = now - begun
            over = self.ranks.any(self._stopped or (seconds is not None and spent > seconds))
            if not (over or self.step % every == 0 or self.step in (first + 1, steps)):
                continue
            self._check_numbers()
            self.hours = hours_before + spent / 3600
            left = spent / (self.step - first) * (steps - self.step)
            progress = Progress(
                step=self.step,
                puzzles=self.puzzles,
                loss=means.loss,
                last=means.last,
                kl=means.kl,
                active_units=means.active,
                puzzles_per_second=round((self.puzzles - seen) / (now - mark), 1),
                hours=round(self.hours, 4),
                rate=rate,
                left=round(left if seconds is None else max(0.0, min(left, seconds - spent)), 1),
                **self._measured(),
            )
            if folder is not None:
                self.save(folder)
            tell(progress)
            yield progress
            mark, means, seen = time.perf_counter(), Averages(self.config.divergences), self.puzzles

    def _check_numbers(self) -> None:
        if wrong := not_finite(self._tensors_of_state()):
            raise TrainingDiverged(f"training diverged at step {self.step}: {wrong} holds NaN or infinity")

    def _measured(self) -> dict[str, float | None]:
        """What the averaged weights make of what is held out."""
        kept = self.held_out
        if not self.ranks.first:  # who need not say it
            return {"held_out": None, "solved": None}
        try:
            return {"held_out": kept.likelihood(self.average), "solved": kept.solved(self.average, self.device)}
        except InvalidInput as error:  # finite weights may give logits that are not
            raise TrainingDiverged(f"training diverged at step {self.step}: {error}") from error

    def _kept(self, folder: Path | None) -> str:
        if folder is None:
            return ""
        if self.saved is None:
            return "; nothing was saved before; begin anew with a lower rate"
        return f"; {folder} keeps the state of step {self.saved}: go on from it with a lower rate"

    # Saving and resuming ------------------------------------------------------------------------

    def record(self) -> dict[str, Any]:
        """What stands beside shipped weights: recipe, data, cost, machine, version."""
        return {
            "recipe": asdict(self.recipe),
            "step": self.step,
            "puzzles": self.puzzles,
            "data": f"{self.stream.source}, seed {self.recipe.seed}",
            **self._told(),
            **({} if self.init is None else {"init": self.init}),
            "hours": round(self.hours, 3),
            "threads": torch.get_num_threads(),
            "machine": f"{platform.machine()} {platform.system()}, torch {torch.__version__}, {self.device.type}",
            "vmdsolve": __version__,
        }

    def _told(self) -> dict[str, Any]:
        """Of a mixture, the sizes of its boards; of a domain that is nothing but its examples, what it takes to make it
        again from the weights.
        """
        if isinstance(self.domain, Mixture):
            return {} if self.domain.sizes is None else {"sizes": self.domain.sizes.told()}
        if self.recipe.data != "examples" or self.domain.constraints:
            return {}
        return {"domain": {"symbols": self.domain.symbols, "length": self.domain.rules.L}}

    def _told_to(self, every: int, seconds: float | None, loggers: Sequence[Logger]) -> dict[str, Any]:
        """The config of a run that does this, by key."""
        here = {"threads": torch.get_num_threads(), "device": str(self.device)}
        logs = {"log": names_of(loggers), "keep": kept_every(loggers)}
        return told_of(self.domain, self.recipe, self.config, self._begun, every=every, seconds=seconds, **here, **logs)

    def save(self, folder: Path) -> None:
        """Write the averaged weights and the state to resume from, each atomically.

        Raises
        ------
        TrainingDiverged
            One of their numbers is NaN or infinite; nothing is written.
        """
        self._check_numbers()
        save_tensors(
            folder / "state.safetensors",
            self._tensors_of_state(),
            {"config": self.config.to_json(), "record": json.dumps(self.record(), sort_keys=True)},
        )
        save_model(folder / "weights.safetensors", self.average, self.record())
        self.saved = self.step

    def _tensors_of_state(self) -> dict[str, Tensor]:
        return tensors_of(self.model, self.average, self.optimizer) | self.prices.tensors()

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
        if path.is_file() and self.ranks.first:
            self._hold(folder)
        tensors, said = load_tensors(path, lambda said: self._check_state(said, folder))
        restore(tensors, self.model, self.average, self.optimizer, path)
        self.prices.restore(tensors)
        self.step, self.puzzles = said.record["step"], said.record["puzzles"]
        self.hours = float(said.record["hours"])
        self.saved, self.init = self.step, said.record.get("init")

    def _check_state(self, said: About, folder: Path) -> None:
        """Raises ModelMismatch unless this is a state of this run; no number is read for it."""
        if not said.config.same_weights(self.config):
            raise ModelMismatch(f"{folder} holds a run with config {said.config.to_json()}")
        record, recipe = said.record, self.recipe
        before = Recipe.recorded(record)
        for name in ("seed", "batch", "batch_to", "data"):
            if getattr(before, name) != getattr(recipe, name):
                raise ModelMismatch(
                    f"{folder} was trained with {name} {getattr(before, name)}, not {getattr(recipe, name)}"
                )
        data: Any = record.get("data")
        counts = all(_number(record.get(name), kind) for name, kind in COUNTS.items())
        if not (isinstance(data, str) and counts):
            raise ModelMismatch(f"{said.path} does not say how far its run has come")
        changed = recipe.hard and before.hard != recipe.hard  # on purpose: another file of hard problems
        if self.stream.digest not in data and not changed:
            file = recipe.examples or recipe.hard
            now = f"{file} is another file" if file else f"it is {self.stream.source}"
            raise ModelMismatch(f"{folder} was trained on {data}; {now} now")
        numbers = {name: shape for name, shape in said.shapes.items() if not name.startswith(PREFIX)}
        check_shapes(numbers, self.model, said.path)


def _number(value: Any, kind: Any) -> bool:
    """Whether it is a number of steps or hours that a run may have taken."""
    return not isinstance(value, bool) and isinstance(value, kind) and 0 <= value <= 10**12

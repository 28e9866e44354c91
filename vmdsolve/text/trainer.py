"""Training of text: the loop, and exact resume.

Windows, masks and noise are a pure function of (seed, step), for any number of processes. Hence the state to resume is
weights, their average, Adam's moments and the step; a run that was stopped ends as one that never was, bit for bit on
one machine in float32.
"""

from __future__ import annotations

import copy
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._version import __version__
from ..arguments import seconds as checked_seconds
from ..arguments import whole
from ..errors import InvalidInput, ModelMismatch, TrainingDiverged
from ..model.elbo import Terms
from ..model.stored import not_finite
from ..train.averages import Averages
from ..train.checkpoints import kept_every
from ..train.held import Holds
from ..train.kept import ConfigLog
from ..train.loggers import Begun, JsonLog, Logger, Tell, logging, names_of
from ..train.progress import Progress
from ..train.ranks import ALONE, Ranks
from ..train.state import check_shapes, restore, tensors_of
from ..train.stopping import interruptible
from .config import TextConfig
from .data import TextData
from .keys import TEXT, told_of
from .likelihood import likelihood
from .masks import begun, opened
from .model import TextModel
from .recipe import TextRecipe, check_at_once
from .stored import read_text, save_text, write_tensors

__all__ = ["TextTrainer"]

HELD_OUT, TIMES, SEED = 32, 4, 0x7E57  # windows that are watched, their masks, and whence
STATE, WEIGHTS = "state.safetensors", "weights.safetensors"


class TextTrainer(Holds):
    """One training run, in a folder: `state.safetensors` to resume, `weights.safetensors` to use.

    Examples
    --------
    >>> from vmdsolve.text.data import read_data
    >>> from vmdsolve.text.sources import Given
    >>> data = read_data(Given(["to be or not to be", "that is the question"]), 8)
    >>> config = TextConfig(data.vocabulary.size, length=8, block=4, width=8, heads=2, layers=1, latent=2)
    >>> trainer = TextTrainer(data, config, TextRecipe(steps=2, batch=2))
    >>> [progress.step for progress in trainer.run()]
    [1, 2]
    """

    def __init__(
        self, data: TextData, config: TextConfig, recipe: TextRecipe, device: str = "cpu", ranks: Ranks = ALONE
    ) -> None:
        wanted, got = (config.length, config.symbols), (data.train.L, data.vocabulary.size)
        if wanted != got:
            said = [f"windows of {length:,} tokens out of {size:,}" for length, size in (wanted, got)]
            raise ModelMismatch(f"the model is for {said[0]}, the data has {said[1]}")
        try:
            self.device = torch.empty(0, device=device).device
        except (RuntimeError, AssertionError) as error:
            raise InvalidInput(f"device is {device!r}; wanted cpu, or cuda where there is a GPU for it") from error
        check_at_once(recipe.at_once, config.kind)
        self.data, self.config, self.recipe, self.ranks = data, config, recipe, ranks
        self.model = TextModel(config, recipe.seed).to(self.device)
        self.average = copy.deepcopy(self.model).requires_grad_(False).eval()
        matrices = [p for name, p in self.model.named_parameters() if p.ndim == 2 and "embedding" not in name]
        chosen = {id(p) for p in matrices}
        others = [p for p in self.model.parameters() if id(p) not in chosen]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}],
            lr=recipe.rate, betas=(0.9, 0.98),
        )  # fmt: skip
        if recipe.compile:
            self.model.stack.compile()
        self.held_out = None if data.valid is None else data.valid.disjoint_tokens(HELD_OUT)
        self.step, self.hours = 0, 0.0
        self.saved: int | None = None  # the step whose state is on disk
        self._stopped = False

    # One step -----------------------------------------------------------------------------------

    def advance(self, place: float | None = None) -> Terms:
        """One optimiser step; returns cross-entropy, KL and open cells of every window, detached.

        Parameters
        ----------
        place
            How far the run is in its schedule, 0 to 1, where a clock says so; None: by its steps.

        Raises
        ------
        TrainingDiverged
            The loss or its gradient is no number; nothing has changed then.
        """
        c, r, rng = self.config, self.recipe, np.random.default_rng((self.recipe.seed, self.step))
        tokens = self.data.train.drawn(rng, r.batch)
        masked = opened(tokens, c.cells, c.symbols, rng, r.at_once)
        noise = rng.standard_normal((r.batch, c.blocks, c.z_width), np.float32)
        x0, x, weight, normal = (torch.from_numpy(a).to(self.device) for a in (tokens, *masked, noise))
        start = torch.from_numpy(begun(tokens, c.cells, c.symbols, rng)).to(self.device) if c.given else None
        if c.kind == "autoregressive":
            x, weight = torch.full_like(x0, c.symbols), torch.ones_like(weight)
        total = int((tokens >= 0).sum())
        for group in self.optimizer.param_groups:
            group["lr"] = r.rate_at(self.step, place)
        self.optimizer.zero_grad()
        loss, seen = torch.zeros(1, device=self.device), [self._no_terms()]
        own = self.ranks.share(r.batch)
        for part in torch.arange(own.start, own.stop, device=self.device).chunk(r.accumulate):
            if len(part):
                first = None if start is None else start[part]
                found, mean = self._loss(x[part], x0[part], weight[part], normal[part], first, total, place)
                mean.backward()  # type: ignore[no-untyped-call]
                loss += mean.detach()
                seen.append(found)
        self.ranks.sum_gradients(loss, self.model.parameters())
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), r.clip)
        for what, number in (("the loss", float(loss)), ("the gradient's norm", float(norm))):
            if not isfinite(number):
                raise TrainingDiverged(f"training diverged at step {self.step + 1}: {what} is {number}")
        self.optimizer.step()
        decay = min(r.ema, (self.step + 1) / (self.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_([*self.average.parameters()], [*self.model.parameters()], 1 - decay)
        self.step += 1
        nll, kl, open_cells = zip(*seen, strict=True)
        parts = torch.cat(nll, 1), torch.cat(kl), torch.cat(open_cells)
        return Terms(*(self.ranks.whole(part, r.batch, dim) for part, dim in zip(parts, (1, 0, 0), strict=True)))

    def _no_terms(self) -> Terms:
        """Of no window, which is all that some ranks may have."""
        like = next(self.model.parameters())
        none = like.new_zeros(0, dtype=torch.int64)
        return Terms(like.new_zeros(1, 0), like.new_zeros(0, self.config.latent), none)

    def _loss(
        self, x: Tensor, x0: Tensor, weight: Tensor, noise: Tensor, start: Tensor | None, total: int,
        place: float | None,
    ) -> tuple[Terms, Tensor]:  # fmt: skip
        """Of some windows: their terms, and their part of the loss, nats a cell of the whole batch."""
        c, r = self.config, self.recipe
        on = r.bf16 == "on" or (r.bf16 == "auto" and self.device.type == "cuda")
        with torch.autocast(self.device.type, torch.bfloat16, enabled=on):
            kl = {"kl_weight": r.kl_weight_at(self.step, place), "free_bits": r.free_bits}
            terms = self.model.terms(x, x0, noise, start=start, **kl)
        nll = terms.nll.view(len(x), c.blocks, c.cells).sum(2)
        there = (weight > 0).to(nll.dtype)
        pays = weight if c.draw == "each_step" else there
        loss = ((nll * weight).sum() + (terms.kl.sum(2) * pays).sum()) / total
        cells = (x0 >= 0) & (x == c.symbols)
        by_group = (terms.kl * there[..., None]).sum(1)
        return Terms(nll.detach().sum(1)[None], by_group.detach(), cells.sum(1)), loss

    # The loop -----------------------------------------------------------------------------------

    def run(
        self, folder: Path | None = None, *, every: int = 50, seconds: float | None = None,
        loggers: Sequence[Logger] = (),
    ) -> Iterator[Progress]:  # fmt: skip
        """Train to the recipe's last step; yield a Progress after the first step and every `every` steps, saved and
        logged where there is a folder. Its `puzzles` are windows, its `held_out` is the bound in nats a cell.

        Ctrl-C ends it after the step that it is in, saved: that progress comes, then KeyboardInterrupt.

        Parameters
        ----------
        folder
            Of the run; None: nothing is written.
        every
            Steps between two of them.
        seconds
            The run ends after so long, if it has not ended before, and its schedule with it.
        loggers
            They are told of every progress, besides `log.jsonl` in the folder.

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
        loggers = [*loggers] if folder is None else [JsonLog(), ConfigLog(TEXT), *loggers]
        here = {"threads": torch.get_num_threads(), "device": self.device.type}
        logs = {"log": names_of(loggers), "keep": kept_every(loggers)}
        told = told_of(self.data, self.recipe, self.config, every=every, seconds=seconds, **here, **logs)
        try:
            with logging(loggers, Begun(folder, told, self.data.told["digest"], self.step)) as tell:
                yield from interruptible(self._run(folder, every, seconds, tell), self.stop)
        except TrainingDiverged as error:
            kept = "" if folder is None or self.saved is None else f"; {folder} keeps the state of step {self.saved}"
            raise TrainingDiverged(f"{error}{kept}; go on with a lower rate") from error
        finally:
            self._release()

    def stop(self) -> None:
        """End `run` after the step that it is in, saved and logged; a signal's handler may call it."""
        self._stopped = True

    def _run(self, folder: Path | None, every: int, seconds: float | None, tell: Tell) -> Iterator[Progress]:
        begun = mark = time.perf_counter()
        first, hours_before, steps, batch = self.step, self.hours, self.recipe.steps, self.recipe.batch
        means, one, over = Averages(self.config.latent), torch.ones(1, device=self.device), False
        while self.step < steps and not over:
            place = None
            if seconds is not None:
                gone = min(1.0, (time.perf_counter() - begun) / seconds) if seconds else 1.0
                [place] = self.ranks.agreed([max(self.step / steps, first / steps + gone * (1 - first / steps))])
            means.add(self.advance(place), one)
            now = time.perf_counter()
            spent = now - begun
            over = self.ranks.any(self._stopped or (seconds is not None and spent > seconds))
            if not (over or self.step % every == 0 or self.step in (first + 1, steps)):
                continue
            self.hours = hours_before + spent / 3600
            left = spent / (self.step - first) * (steps - self.step)
            progress = Progress(
                step=self.step, puzzles=self.step * batch, loss=means.loss, last=means.last, kl=means.kl,
                active_units=means.active, puzzles_per_second=round(means.steps * batch / (now - mark), 1),
                hours=round(self.hours, 4), rate=self.recipe.rate_at(self.step - 1, place),
                left=round(left if seconds is None else max(0.0, min(left, seconds - spent)), 1),
                held_out=self._watched(),
            )  # fmt: skip
            if folder is not None:
                self.save(folder)
            tell(progress)
            yield progress
            mark, means = time.perf_counter(), Averages(self.config.latent)

    def _watched(self) -> float | None:
        """What the averaged weights make of what is held out, by the same masks and noise each time; nats a cell."""
        if self.held_out is None or not self.ranks.first:  # the others need not say it
            return None
        return round(
            likelihood(self.average, self.held_out, times=TIMES, seed=SEED, at_once=self.recipe.at_once).per_cell, 5
        )

    # Saving and resuming ------------------------------------------------------------------------

    def record(self) -> dict[str, Any]:
        """What stands in the state of the run: recipe, data, cost, machine, version."""
        return {
            "recipe": asdict(self.recipe), "data": self.data.told, "step": self.step, "hours": round(self.hours, 4),
            "machine": f"{platform.machine()} {platform.system()}, torch {torch.__version__}, {self.device.type}",
            "vmdsolve": __version__,
        }  # fmt: skip

    def save(self, folder: Path) -> None:
        """Write the averaged weights and the state to resume from, each atomically.

        Raises
        ------
        TrainingDiverged
            One of their numbers is NaN or infinite; nothing is written.
        """
        tensors = tensors_of(self.model, self.average, self.optimizer)
        if wrong := not_finite(tensors):
            raise TrainingDiverged(f"training diverged at step {self.step}: {wrong} holds NaN or infinity")
        write_tensors(folder / STATE, tensors, self.config, self.data.vocabulary, self.record())
        told = {**self.record(), "data": self.data.called}
        save_text(folder / WEIGHTS, self.average, self.data.vocabulary, told)
        self.saved = self.step

    def resume(self, folder: Path) -> None:
        """Go on from `save`, and hold the folder.

        Raises
        ------
        InvalidInput
            Another process trains in the folder.
        ModelMismatch
            There is no state, it is damaged, or shape, vocabulary, seed, batch or text are others.
        """
        if (folder / STATE).is_file() and self.ranks.first:
            self._hold(folder)
        try:
            self._resume(folder)
        except ModelMismatch:
            self._release()
            raise

    def _resume(self, folder: Path) -> None:
        said, tensors = read_text(folder / STATE)
        before = TextRecipe.recorded(said.record.get("recipe"))
        for what, was, now in (
            ("config", said.config, self.config), ("seed", before.seed, self.recipe.seed),
            ("batch", before.batch, self.recipe.batch),
            ("vocabulary", said.vocabulary.to_json(), self.data.vocabulary.to_json()),
        ):  # fmt: skip
            if was != now:
                raise ModelMismatch(f"{folder} was trained with {what} {was!s:.200}, not {now!s:.200}")
        data, step, hours = (said.record.get(name) for name in ("data", "step", "hours"))
        if not isinstance(data, dict) or type(step) is not int or not isinstance(hours, (int, float)) or step < 0:
            raise ModelMismatch(f"{said.path} does not say how far its run has come")
        if data.get("digest") != self.data.told["digest"]:
            raise ModelMismatch(f"{folder} was trained on other text; name the files that it began with")
        check_shapes(said.shapes, self.model, said.path)
        restore(tensors, self.model, self.average, self.optimizer, said.path)
        self.step = self.saved = step
        self.hours = float(hours)

"""One optimiser step after another: a batch of the stream, the loss of its boards, weights and their average."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..domains import Domain
from ..errors import InvalidInput, ModelMismatch, TrainingDiverged
from ..extras import want
from ..kernels.state_noise import StateNoise
from ..measure.law import Law
from ..model.batch import Batch
from ..model.config import ModelConfig
from ..model.denoiser import Denoiser
from ..model.elbo import Terms, objective, reconstruction, weight
from ..model.fused import Fused
from ..model.latents import Learning
from ..model.units import Units
from ..model.vmd import VMD
from ..problem import OPEN
from .matching import answers_to, matched
from .memory import check_memory
from .mixture import MixedStream, Mixture
from .near import near_answers
from .prices import Prices
from .ranks import ALONE, Ranks
from .recipe import Recipe
from .stream import ALL, Stream, check_source

__all__ = ["Learner"]


class Learner:
    """A model and its averaged weights, in the middle of learning by a recipe.

    Attributes
    ----------
    step
        optimiser steps done
    puzzles
        boards seen; copies of one board count once

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> config = ModelConfig.of(get("sudoku-4x4"), width=8, message=8, hidden=8, loops=2)
    >>> learner = Learner(get("sudoku-4x4"), config, Recipe(steps=2, batch=2, loops=((0.0, 2),), bf16=False))
    >>> learner.advance().nll.shape, learner.step, learner.puzzles
    (torch.Size([2, 2]), 1, 2)
    """

    def __init__(
        self, domain: Domain | Mixture, config: ModelConfig, recipe: Recipe, device: str = "cpu", ranks: Ranks = ALONE
    ) -> None:
        check_source(domain, recipe)
        if config.domain != domain.name:
            raise ModelMismatch(f"the config is for {config.domain}, not for {domain.name}")
        if recipe.compile and isinstance(domain, Mixture):
            raise InvalidInput(f"compile is for the board of one domain; {domain.name} has many")
        check_memory(domain.rules, config, recipe)
        how = config.sampling  # a model is sampled as it was trained
        how = replace(how, draw=recipe.draw, blocks=recipe.blocks, steps=max(how.steps, recipe.blocks))
        self.domain, self.recipe, self.device, self.ranks = domain, recipe, _device(device), ranks
        noise = (recipe.begin_noise, recipe.path_noise) if config.stirs else (0.0, 0.0)
        if config.stirs and not sum(noise):
            raise InvalidInput("with prior 'states' z is noise, and there is none; give begin_noise or path_noise")
        self.config = config = replace(config, sampling=how, noise=noise)
        self.model = VMD(config, seed=recipe.seed).to(self.device)
        self.model.latent.check_training(
            settles=recipe.settle > 0, blocks=recipe.blocks, many_boards=isinstance(domain, Mixture)
        )
        if recipe.matched:
            want("scipy", "matched")
            if config.divergences:
                raise ModelMismatch(f"matched is for prior 'states', or latent 0; prior is {config.prior!r}")
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
        self.prices = Prices(recipe.price)
        self.step = self.puzzles = 0

    def batch(self, step: int, boards: int | None = None, own: slice = ALL) -> tuple[Tensor, ...]:
        """The stream's Batch as tensors on the device, tokens as int64; so many boards, by default the recipe's, or
        those of them that are in `own`.
        """
        return self._tensors(self.stream.at(step).batch(step, boards, own))

    def _tensors(self, batch: Batch) -> tuple[Tensor, ...]:
        arrays = (a.astype(np.int64) if a.dtype == np.int32 else a for a in batch)
        return tuple(torch.from_numpy(a).to(self.device) for a in arrays)

    def advance(self, place: int | None = None) -> Terms:
        """One optimiser step; returns the ELBO's terms, detached: of each board those of its best copy.

        Parameters
        ----------
        place
            Where in the recipe's schedule it is, see `Recipe.place_at`; None: at the step that it is.

        Raises
        ------
        TrainingDiverged
            The loss or its gradient is no number; nothing has changed then.
        """
        r, step = self.recipe, self.step
        at = step if place is None else place
        loops, boards = r.loops_at(at), r.batch_at(at)
        how = Learning(r.kl_weight_at(at), r.free_bits, r.code_at(at), loops + r.free_at(step, at), loops)
        own = self.ranks.share(boards)
        stream = self.stream.at(step)
        batch, units = self.batch(step, boards, own), self.model.units(stream.rules)
        if isinstance(stream.answers, Law):
            self.prices.begin(stream.domain.name, len(stream.answers.p))
        noise = r.noise_at(step, boards)
        for group in self.optimizer.param_groups:
            group["lr"] = r.rate_at(step, at)
        self.optimizer.zero_grad()
        _, x, x0, _, t = batch
        w = weight(t) if r.weighting == "elbo" else torch.ones_like(t)
        total = self.ranks.of_all(w @ ((x == OPEN) & (x0 != OPEN)).sum(1).to(w.dtype))  # over all boards
        loss, seen = torch.zeros(1, device=self.device), []
        for part, some in _parts(noise, own, r):
            here = slice(part.start - own.start, part.stop - own.start)  # of what this rank has made
            held = tuple(tensor[here] for tensor in batch)
            terms, mean = self._loss(held, part.start, units, how._replace(noise=some), w[here], total)
            mean.backward()  # type: ignore[no-untyped-call]
            loss += mean.detach()
            seen.append(terms)
        self.ranks.sum_gradients(loss, self.model.parameters())
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), r.clip)
        for what, number in (("the loss", float(loss)), ("the gradient's norm", float(norm))):
            if not isfinite(number):
                raise TrainingDiverged(f"training diverged at step {step + 1}: {what} is {number}")
        self.optimizer.step()
        self.prices.settle(self.ranks, self.device)
        decay = min(r.ema, (step + 1) / (step + 20))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(now, 1 - decay)
        self.step, self.puzzles = step + 1, self.puzzles + boards
        return self._all_terms(seen, loops, boards)

    def _all_terms(self, seen: Sequence[Terms], loops: int, boards: int) -> Terms:
        """The terms of all boards of a step, of which some ranks may have had none."""
        D, like = self.config.divergences, next(self.model.parameters())
        none = Terms(like.new_zeros(loops, 0), like.new_zeros(0, D), like.new_zeros(0, dtype=torch.int64))
        nll, kl, masked = zip(*(seen or [none]), strict=True)
        parts = torch.cat(nll, 1), torch.cat(kl), torch.cat(masked)
        return Terms(*(self.ranks.whole(part, boards, dim) for part, dim in zip(parts, (1, 0, 0), strict=True)))

    def _loss(
        self, batch: tuple[Tensor, ...], first: int, units: Units, how: Learning, w: Tensor, total: Tensor
    ) -> tuple[Terms, Tensor]:
        """Of some boards, from number `first` of the step's: the terms of each one's best copy, detached; and their
        part of the loss.

        w [B] is how much each counts, `total` the masked cells of the whole batch, counted so.
        """
        if self.recipe.matched:
            return self._matched_loss(batch, first, units, how, w, total)
        K, share = self.recipe.attempts, self._share(how.supervise)
        start, x, x0, z, _ = (tensor.repeat_interleave(K, 0) for tensor in batch)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.bf16):
            terms = self.model.terms(x, x0, units, z, start=start, how=how)
        best, parts = shares(share @ terms.nll.detach(), K, self.recipe.others)
        loss = objective(terms, share, w.repeat_interleave(K) * parts, total)
        return Terms(terms.nll.detach()[:, best], terms.kl.detach()[best], terms.masked[best]), loss

    def _matched_loss(
        self, batch: tuple[Tensor, ...], first: int, units: Units, how: Learning, w: Tensor, total: Tensor
    ) -> tuple[Terms, Tensor]:
        """`_loss` where each copy learns an answer of its own; the terms of a board are the means of its copies'."""
        K, share = self.recipe.attempts, self._share(how.supervise)
        x, x0 = (tensor.repeat_interleave(K, 0) for tensor in batch[1:3])
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.bf16):
            logits = self.model.predict(x, units, None, how.loops, how.supervise, noise=how.noise)
        said = torch.einsum("s,sblv->blv", share, logits.detach().float().log_softmax(-1)).cpu().numpy()
        stream, dealt, again = self.stream.at(self.step), self.recipe.dealt, self.recipe.again
        tokens, known = (tensor.cpu().numpy().astype(np.int32) for tensor in batch[1:3])
        for b, (board, answer) in enumerate(zip(tokens, known, strict=True)):
            own, rng = slice(b * K, (b + 1) * K), np.random.default_rng((self.recipe.seed, self.step, 4, first + b))
            if isinstance(stream.answers, Law):
                rows, due, offset = answers_to(board, stream.answers, rng)
                price, answers = self.prices.of(rows), stream.answers.boards[rows]
                taken = matched(said[own], board, answers, due, offset, dealt=dealt, again=again, price=price)
                self.prices.learned(rows, taken, due * K)
                near = answers[taken]
            else:
                near = near_answers(
                    stream.domain.rules, said[own], board, answer, rng, dealt=dealt, again=again,
                    threads=torch.get_num_threads(),
                )  # fmt: skip
            x0[own] = torch.from_numpy(near).to(x0)
        nll, masked = reconstruction(logits, x, x0), ((x == OPEN) & (x0 != OPEN)).sum(1)
        loss = objective(Terms(nll, nll.new_zeros(len(x), 0), masked), share, w.repeat_interleave(K) / K, total)
        mean = nll.detach().view(len(nll), -1, K).mean(2)
        return Terms(mean, mean.new_zeros(mean.shape[1], 0), masked[::K]), loss

    def _share(self, loops: int) -> Tensor:
        """[S] how much each of so many supervised loops counts, summing to 1."""
        share = (torch.arange(1, loops + 1, device=self.device) / loops) ** self.recipe.later
        return share / share.sum()


def shares(losses: Tensor, copies: int, others: float) -> tuple[Tensor, Tensor]:
    """Which copy of each board is the best, and how much every copy counts, the best most.

    Parameters
    ----------
    losses
        [B * copies], the copies of a board side by side
    others
        what all copies of a board but the best count together, 0 to 1

    Returns
    -------
    best
        int64 [B], places in `losses`
    share
        [B * copies], summing to 1 over the copies of a board

    Examples
    --------
    >>> best, share = shares(torch.tensor([3.0, 1.0, 2.0, 5.0]), 2, 0.25)
    >>> best.tolist(), share.tolist()
    ([1, 2], [0.25, 0.75, 0.75, 0.25])
    """
    best = losses.view(-1, copies).argmin(1) + torch.arange(len(losses) // copies, device=losses.device) * copies
    share = torch.full_like(losses, others / max(1, copies - 1))
    share[best] = 1 - others if copies > 1 else 1.0
    return best, share


def _parts(noise: StateNoise | None, own: slice, recipe: Recipe) -> Iterator[tuple[slice, StateNoise | None]]:
    """Boards as parts that take no more memory than the first step's: which boards, and the noise of their copies."""
    B, K = recipe.batch, recipe.attempts
    for first in range(own.start, own.stop, B):
        end = min(first + B, own.stop)
        part = None if noise is None else noise._replace(keys=noise.keys[first * K : end * K])
        yield slice(first, end), part


def _device(name: str) -> torch.device:
    """Where to train; InvalidInput where there is no such thing here."""
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise InvalidInput(f"device is {name!r}; wanted cpu, or cuda where there is a GPU for it") from error

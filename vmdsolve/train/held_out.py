"""What the averaged weights make of what training never shows: new puzzles, examples of the file, or boards on which
nothing is given.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property

import numpy as np
import torch

from ..checker import accepts
from ..deadline import Deadline
from ..domains import Domain
from ..measure.accuracy import evaluate, held_out
from ..measure.likelihood import nelbo
from ..measure.seeds import EVALUATION_SEED
from ..model.vmd import VMD
from ..problem import OPEN, Board
from ..sampler import Plan, Predictor, fill_boards, latent_keys
from .mixture import Mixture
from .recipe import Recipe
from .stream import Stream

__all__ = ["HeldOut"]

PUZZLES, EXAMPLES = 64, 256
SECONDS = 2.0  # half of which puzzles may take to make
BOARDS = 8  # of a mixture


class HeldOut:
    """What is kept to measure one training."""

    def __init__(self, domain: Domain | Mixture, recipe: Recipe, kept: Stream | None) -> None:
        drawn = np.random.default_rng(EVALUATION_SEED)
        self._domains = domain.examples(BOARDS, drawn) if isinstance(domain, Mixture) else [domain]
        self._domain = self._domains[0]
        self._examples = kept.held_out if kept is not None else None
        self._puzzles = recipe.data == "problems"
        self._empty = recipe.data == "answers" or (recipe.data == "law" and isinstance(domain, Mixture))

    @cached_property
    def boards(self) -> Board:
        """int32 [n, L], puzzles with one answer that training never draws; none for data of other kinds."""
        boards = np.empty((0, self._domain.rules.L), np.int32)
        with suppress(TimeoutError):  # of large boards there are few, or none
            if self._puzzles:
                boards, _ = held_out(self._domain, PUZZLES, clock=Deadline(SECONDS))
        return np.asarray(boards[(boards == OPEN).any(1)], np.int32)

    def solved(self, model: VMD, device: torch.device) -> float | None:
        """The share of the puzzles that the model alone solves in one evaluation, or of the boards without givens that
        it fills; None where there are none.
        """
        if self._empty:
            return round(float(np.mean([self._filled(model, device, domain) for domain in self._domains])), 4)
        if not len(self.boards):
            return None
        rules = self._domain.rules
        predict = Predictor(model, rules, str(device), threads=torch.get_num_threads())
        found = evaluate(
            self._domain,
            self.boards,
            predict=predict,
            plan=Plan(steps=1, legal=False, still=model.config.sampling.still),
        )
        return round(found.rate, 4)

    def _filled(self, model: VMD, device: torch.device, domain: Domain) -> float:
        n = PUZZLES // len(self._domains)
        boards, keys = np.full((n, domain.rules.L), OPEN, np.int32), latent_keys(np.arange(n, dtype=np.uint64), 0)
        predict = Predictor(model, domain.rules, str(device), threads=torch.get_num_threads())
        found = fill_boards(predict, domain.rules, boards, Plan(steps=1, legal=False), keys=keys, seed=EVALUATION_SEED)
        return float(accepts(domain.rules, boards, found.values).mean())

    def likelihood(self, model: VMD) -> float | None:
        """NELBO of (up to 256) examples, in nats a cell; None where there are none, or the latent has no density."""
        kept = self._examples
        if kept is None or not len(kept) or not model.latent.likely:
            return None
        some = kept.at(np.arange(EXAMPLES) * len(kept) // EXAMPLES if len(kept) > EXAMPLES else np.arange(len(kept)))
        return round(nelbo(model, self._domain.rules, some, times=4).per_cell, 5)

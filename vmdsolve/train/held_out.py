"""What the averaged weights make of what training never shows: puzzles of the generator, or examples of the file."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property

import numpy as np
import torch

from ..deadline import Deadline
from ..domains import Domain, get
from ..measure.accuracy import evaluate, held_out
from ..measure.likelihood import nelbo
from ..model.vmd import VMD
from ..problem import OPEN, Board
from ..sampler import Plan, Predictor
from .mixture import Mixture
from .recipe import Recipe
from .stream import Stream

__all__ = ["HeldOut"]

PUZZLES, EXAMPLES = 64, 256
SECONDS = 2.0  # half of which puzzles may take to make


class HeldOut:
    """What is kept to measure one training."""

    def __init__(self, domain: Domain | Mixture, recipe: Recipe, kept: Stream | None) -> None:
        self._domain = get(domain.shown) if isinstance(domain, Mixture) else domain
        self._examples = kept.held_out if kept is not None else None
        self._puzzles = recipe.data == "problems"

    @cached_property
    def boards(self) -> Board:
        """int32 [n, L], puzzles with one answer that training never draws; none for data of other kinds."""
        boards = np.empty((0, self._domain.rules.L), np.int32)
        with suppress(TimeoutError):  # of large boards there are few, or none
            if self._puzzles:
                boards, _ = held_out(self._domain, PUZZLES, clock=Deadline(SECONDS))
        return np.asarray(boards[(boards == OPEN).any(1)], np.int32)

    def solved(self, model: VMD, device: torch.device) -> float | None:
        """The share of the puzzles that the model alone solves in one evaluation; None where there are none."""
        if not len(self.boards):
            return None
        rules = self._domain.rules
        predict = Predictor(model, rules, str(device), threads=torch.get_num_threads())
        found = evaluate(self._domain, self.boards, predict=predict, plan=Plan(steps=1, legal=False))
        return round(found.rate, 4)

    def likelihood(self, model: VMD) -> float | None:
        """NELBO of (up to 256) examples, in nats a cell; None where there are none, or the latent has no density."""
        kept = self._examples
        if kept is None or not len(kept) or not model.latent.likely:
            return None
        some = kept.at(np.arange(EXAMPLES) * len(kept) // EXAMPLES if len(kept) > EXAMPLES else np.arange(len(kept)))
        return round(nelbo(model, self._domain.rules, some, times=4).per_cell, 5)

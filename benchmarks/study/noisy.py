"""A Predictor whose network has noise on its states: another way for boards of one problem to differ."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import torch

from vmdsolve.counts import Settles
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels.denoise import Evaluated
from vmdsolve.kernels.state_noise import StateNoise
from vmdsolve.model.denoiser import Denoiser
from vmdsolve.model.fused import factors, gradient, tables
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import Board, Rules
from vmdsolve.sampler import Predictor
from vmdsolve.sampler.plan import Floats

__all__ = ["Noisy"]

KEY = 2  # numbers of z that are a board's key and no latent
TILE = 64  # boards a call, so that memory does not grow with the batch


class Noisy(Predictor):
    """A model with mixer "messages" on the CPU. A board's noise hangs on the problem and the number of its latent; it
    is the same at each of the board's evaluations. All loops are done: no board leaves them early.
    """

    def __init__(self, model: VMD, rules: Rules, *, begin: float, path: float, loops: int, threads: int = 0) -> None:
        super().__init__(model, rules, loops=loops, threads=threads)
        if not isinstance(model.denoiser, Denoiser):
            raise InvalidInput(f"the mixer is {model.config.mixer!r}; noise on states is for 'messages'")
        self.begin, self.path = begin, path
        self._kernel, self._module = gradient(model.config, self.units), model.denoiser
        with torch.no_grad():
            self._tables = tables(self._module).numpy()

    @property
    def z_width(self) -> int:
        return super().z_width + KEY

    def draw(self, x: Board, noise: Floats) -> Floats:
        drawn = super().draw(x, np.ascontiguousarray(noise[:, KEY:]))
        return np.concatenate([noise[:, :KEY], drawn], axis=1)

    def evaluate(self, x: Board, z: Floats, *, settles: Settles | None = None, time_limit: float = inf) -> Evaluated:
        del settles, time_limit
        parts = [self._logits(x[at : at + TILE], z[at : at + TILE]) for at in range(0, len(x), TILE)]
        logits = np.concatenate(parts) if parts else np.zeros((0, *x.shape[1:], self.units.V), np.float32)
        return Evaluated(logits, np.full(len(x), self.most_loops, np.int32), np.ones(len(x), bool))

    def _logits(self, x: Board, z: Floats) -> Floats:
        keys = z[:, :KEY].copy().view(np.uint64)[:, 0]  # a copy begins where such numbers may
        code = torch.from_numpy(np.ascontiguousarray(z[:, KEY:])) if z.shape[1] > KEY else None
        rows = range(len(x))  # one by one: a product's rounding depends on its number of rows
        with torch.no_grad():
            made = [factors(self._module, None if code is None else code[b : b + 1], 1).numpy() for b in rows]
        latent = np.concatenate(made) if made else np.zeros((0, self._kernel._native.latent), np.float32)
        options: dict[str, Any] = {"free": self.most_loops - 1, "supervise": 1, "threads": self.threads}
        noise = StateNoise(keys, self.begin, self.path)
        cells = np.ascontiguousarray(x, np.int32)
        logits: Floats = self._kernel.forward(cells, self._tables, latent, noise=noise, **options)[0][0]
        return logits

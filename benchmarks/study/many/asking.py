"""A Predictor of models whose z is values of cells: torch asks, the native kernel answers, several times as fast."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import torch
from torch import Tensor, nn

from vmdsolve.counts import Settles
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels.denoise import Evaluated
from vmdsolve.model.latents.cells import Asked, with_cells
from vmdsolve.model.mixers import make_denoiser
from vmdsolve.model.units import Units
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import Board, Rules
from vmdsolve.sampler import Predictor
from vmdsolve.sampler.plan import Floats

__all__ = ["Asking"]


class Asking(Predictor):
    """Both networks of a model with prior "cells", the prior's and the denoiser, by the native kernel on a CPU."""

    def __init__(self, model: VMD, rules: Rules, threads: int = 0) -> None:
        super().__init__(model, rules, threads=threads)
        if model.config.prior != "cells":
            raise InvalidInput(f"the prior is {model.config.prior!r}; wanted cells")
        own = model.get_submodule("cells").network
        assert isinstance(own, nn.Module)
        self._fills, self._prior = self._alone(model, model.denoiser), Asked(model.config)
        self._prior.add_module("network", _Through(self._alone(model, own)))

    def _alone(self, model: VMD, network: nn.Module) -> Predictor:
        """One of its networks, as a model without latent."""
        config = replace(model.config, latent=0, prior="standard")
        out, held = VMD(config), make_denoiser(config)
        held.load_state_dict(network.state_dict())
        out.denoiser = held
        return Predictor(out.requires_grad_(False).eval(), self.rules, threads=self.threads)

    def draw(self, x: Board, noise: Floats) -> Floats:
        with torch.no_grad():
            z = self._prior.draw(torch.from_numpy(x.astype(np.int64)), self.units, torch.from_numpy(noise.copy()))
        return np.asarray(z.numpy())

    def evaluate(self, x: Board, z: Floats, *, settles: Settles | None = None, time_limit: float = inf) -> Evaluated:
        tokens = with_cells(torch.from_numpy(x.astype(np.int64)), torch.from_numpy(z)).numpy().astype(np.int32)
        return self._fills.evaluate(tokens, _none(x), settles=settles, time_limit=time_limit)


class _Through(nn.Module):
    """A Predictor without latent, as the network that `Asked` asks."""

    def __init__(self, predict: Predictor) -> None:
        super().__init__()
        self.predict = predict

    def forward(self, x: Tensor, units: Units) -> Tensor:
        del units  # the predictor's
        return torch.from_numpy(self.predict(x.numpy().astype(np.int32), _none(x)))[None]


def _none(x: Board | Tensor) -> Floats:
    return np.zeros((len(x), 0), np.float32)

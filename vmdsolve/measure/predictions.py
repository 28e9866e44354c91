"""What a model says of cells, given z: by its native kernel where there is one, else as the module says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..deadline import seconds_left, stop_point
from ..errors import InvalidInput
from ..model.denoiser import Denoiser
from ..model.vmd import VMD
from ..problem import Rules
from ..sampler import Predictor

__all__ = ["Predict", "logits_of", "predictions_of"]

Predict = Callable[[Tensor, Tensor | None], Tensor]  # of tokens [B, L] and z [B, Z], [B, L, V]


def predictions_of(model: Any, rules: Rules, loops: int | None) -> Predict:
    """The network's probabilities, float64 on the CPU; otherwise as `logits_of`."""
    logits = logits_of(model, rules, loops)
    return lambda x, z: logits(x, z).double().softmax(-1).cpu()


def logits_of(model: Any, rules: Rules, loops: int | None) -> Predict:
    """The network's logits for boards of `rules`, after so many loops; what takes too long is a TimeoutError."""
    units, device = model.units(rules), next(model.parameters()).device
    native: Predictor | None = None
    if isinstance(model, VMD) and isinstance(model.denoiser, Denoiser) and model.latent.native and device.type == "cpu":
        native = Predictor(model, rules, loops=loops)  # many times as fast as the module

    def said(x: Tensor, z: Tensor | None) -> Tensor:
        stop_point()
        if native is None:
            out: Tensor = model(x, units, z, loops)
        else:
            tokens = x.numpy().astype(np.int32)
            code = np.zeros((len(x), 0), np.float32) if z is None else z.float().numpy()
            out = torch.from_numpy(native.evaluate(tokens, code, time_limit=seconds_left()).logits)
            stop_point()  # before anybody looks at what was cut off
        if not out.isfinite().all():
            raise InvalidInput("the network gave NaN or infinity: nothing can be measured of it")
        return out

    return said

"""What a model predicts of cells, given z: by its native kernel where there is one, else as the module says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..deadline import seconds_left, stop_point
from ..model.denoiser import Denoiser
from ..model.vmd import VMD
from ..problem import Rules
from ..sampler import Predictor

__all__ = ["Predict", "predictions_of"]

Predict = Callable[[Tensor, Tensor], Tensor]  # tokens [B, L] and z [B, Z]: probabilities, float64 [B, L, V] on the CPU


def predictions_of(model: Any, rules: Rules, loops: int | None) -> Predict:
    """The network's predictions for boards of `rules`, after so many loops; what takes too long is a TimeoutError."""
    units, device = model.units(rules), next(model.parameters()).device
    native: Predictor | None = None
    if isinstance(model, VMD) and isinstance(model.denoiser, Denoiser) and model.latent.native and device.type == "cpu":
        native = Predictor(model, rules, loops=loops)  # many times as fast as the module

    def predict(x: Tensor, z: Tensor) -> Tensor:
        stop_point()
        if native is None:
            logits: Tensor = model(x, units, z, loops)
        else:
            tokens, code = x.numpy().astype(np.int32), np.asarray(z.float().numpy())
            logits = torch.from_numpy(native.evaluate(tokens, code, time_limit=seconds_left()).logits)
            stop_point()  # before anybody looks at what was cut off
        return logits.double().softmax(-1).cpu()

    return predict

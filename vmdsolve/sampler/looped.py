"""The loops of a network in torch, which boards leave as they settle, and which end when time is out."""

from __future__ import annotations

from math import inf
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

from ..counts import Settles
from ..kernels.denoise import SETTLE_EVERY, Evaluated
from ..kernels.state_noise import StateNoise
from ..model.looped import Looped, stirred
from .evaluation import settled

__all__ = ["looped"]


def looped(
    denoiser: Looped,
    begun: tuple[Tensor, tuple[Any, ...]],
    x: Tensor,
    *,
    noise: StateNoise | None = None,
    loops: int,
    settles: Settles | None,
    time_limit: float,
) -> Evaluated:
    """Up to `loops` loops of a network in torch from where `Looped.start` brought it, on tensors.

    All boards go on together until the last has settled, since the shape of what is computed may not change; each keeps
    the logits that it settled with. On a GPU, where to look would be to wait for it, all loops are run.
    """
    (h, constant), end = begun, perf_counter() + time_limit
    h = stirred(h, noise, 0)
    spent = torch.full(x.shape[:1], loops, dtype=torch.int32, device=x.device)
    left = torch.ones(x.shape[:1], dtype=torch.bool, device=x.device)
    logits: Tensor | None = None
    for loop in range(1, loops + 1):
        if time_limit < inf and perf_counter() >= end:
            return Evaluated(_kept(logits, denoiser.logits_of(h), left), spent.where(~left, loop - 1), ~left)
        h = denoiser.loop(h, loop, constant)
        if loop == loops:
            break
        if settles is not None and loop % SETTLE_EVERY == 0:
            now = denoiser.logits_of(h).float()
            logits = _kept(logits, now, left)
            leaves = left & settled(torch, now, x, settles)
            spent, left = spent.where(~leaves, loop), left & ~leaves
            if x.device.type == "cpu" and not left.any():
                return Evaluated(logits, spent, ~left)
        h = stirred(h, noise, loop)
    return Evaluated(_kept(logits, denoiser.logits_of(h), left), spent, torch.ones_like(left))


def _kept(before: Tensor | None, now: Tensor, left: Tensor) -> Tensor:
    """Logits float32 [B, L, V]: `now` of the boards that are left, those before of the others."""
    return now.float() if before is None else now.float().where(left[:, None, None], before)

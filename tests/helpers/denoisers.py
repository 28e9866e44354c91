"""Denoisers of random shape and weights, and what they are given."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch

from vmdsolve.constraints import AllDifferent
from vmdsolve.kernels.denoise import denoise_paths, rounding_paths
from vmdsolve.kernels.state_noise import StateNoise
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.denoiser import Denoiser
from vmdsolve.model.fused import Fused
from vmdsolve.model.units import Units
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import Rules

ROUNDING = rounding_paths()
FLOAT32 = [path for path in denoise_paths() if path not in ROUNDING]


def random_rules(rng: np.random.Generator, L: int, V: int, relations: int) -> Rules:
    """Units of different sizes: a cell has none, one or several in each relation."""
    constraints = []
    for r in range(relations):
        for _ in range(rng.integers(1, 5)):
            size = rng.integers(1, min(L, 6), endpoint=True)
            constraints.append(AllDifferent(rng.permutation(L)[:size].tolist(), f"r{r}"))
    return Rules(L, V, tuple(constraints))


def random_model(
    seed: int, L: int, V: int, relations: int, widths: tuple[int, int, int], D: int, places: int, pool: str = "mean"
) -> tuple[VMD, Units]:
    """Weights large enough for every part of the network to matter, and a structure for them.

    places: 0 none; 1 of symbols alone; 2 of cells, too.
    """
    rng = np.random.default_rng(seed)
    names = tuple(f"r{r}" for r in range(relations))
    positions = ((0, 0), (0, V), (L, V))[places]
    config = ModelConfig("any", names, *widths, loops=2, latent=D, positions=positions, pool=pool)
    model, noise = VMD(config, seed=seed).eval().requires_grad_(False), torch.Generator().manual_seed(seed)
    for parameter in model.denoiser.parameters():
        parameter.add_(0.1 * torch.randn(parameter.shape, generator=noise))
    return model, model.units(random_rules(rng, L, V, relations))


def inputs(seed: int, B: int, units: Units, D: int) -> tuple[Any, Any]:
    """Tokens [B, L] and latents [B, D]."""
    rng = np.random.default_rng(seed)
    L, V = units.L, units.V
    x = np.where(rng.random((B, L)) < 0.4, rng.integers(0, V, (B, L)), -1).astype(np.int32)
    return x, rng.standard_normal((B, D), np.float32)


def same_forth_and_back(
    denoiser: Denoiser, units: Units, x: Any, z: Any, free: int, supervise: int, noise: StateNoise | None = None
) -> bool:
    """Whether the native loops without rounding give the logits and the gradients that the module in torch gives."""
    rng = np.random.default_rng(len(x) + free)
    d_logits = torch.from_numpy(rng.standard_normal((supervise, *x.shape, units.V), np.float32))
    found = []
    for way in (None, *FLOAT32):
        one = copy.deepcopy(denoiser).requires_grad_(True)
        one.fused = None if way is None else Fused(way)
        tokens = torch.from_numpy(x.astype(np.int64))
        logits = one(tokens, units, torch.from_numpy(z), free + supervise, supervise, noise=noise)
        logits.backward(d_logits)
        parts = [torch.zeros(1) if p.grad is None else p.grad.flatten() for p in one.parameters()]
        found.append((logits.detach(), torch.cat(parts)))
    (wanted, slope), others = found[0], found[1:]
    # A relu whose input is nearly zero may fall on either side in float32: gradients count as one vector.
    return all(
        abs(logits - wanted).max() < 1e-4 * max(1.0, abs(logits).max())
        and torch.linalg.norm(gradient - slope) <= 1e-2 * torch.linalg.norm(slope) + 1e-6
        for logits, gradient in others
    )

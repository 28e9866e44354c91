"""Denoisers of random shape and weights, and what they are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from vmdsolve.constraints import AllDifferent
from vmdsolve.kernels.denoise import denoise_paths, rounding_paths
from vmdsolve.model.config import ModelConfig
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

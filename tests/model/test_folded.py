"""A Gaussian latent taken out of a network: it says what it said at z = 0, and training begins with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from vmdsolve.domains import get
from vmdsolve.errors import ModelMismatch
from vmdsolve.model.checkpoint import save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.folded import folded, unfolded
from vmdsolve.model.vmd import VMD
from vmdsolve.train import Recipe, Trainer

DOMAIN = get("sudoku-4x4")
UNITS_OF = DOMAIN.rules
STATES: dict[str, Any] = {"latent": 1, "prior": "states", "classes": 0}


def model_of(**shape: Any) -> VMD:
    """With weights, and a latent, that are not those of the beginning."""
    config = ModelConfig.of(DOMAIN, width=12, message=8, hidden=20, loops=3, **shape)
    model, noise = VMD(config, seed=2).eval(), torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=noise))
    return model


@pytest.mark.parametrize("pool", ["mean", "sum"])
@pytest.mark.parametrize("positions", [(0, 0), (0, 4), (16, 4)])
@pytest.mark.parametrize("without", [{"latent": 0}, STATES])
@torch.no_grad()
def test_a_folded_network_says_what_it_said_at_zero(
    pool: str, positions: tuple[int, int], without: dict[str, Any]
) -> None:
    model = model_of(pool=pool, positions=positions, latent=5)
    less = folded(model, replace(model.config, **without))
    x = torch.randint(-1, 4, (6, 16), generator=torch.Generator().manual_seed(1))
    units, z = model.units(UNITS_OF), torch.zeros(6, 2) if without is STATES else None
    wanted = model(x, units, torch.zeros(6, 5), 3)
    torch.testing.assert_close(less(x, less.units(UNITS_OF), z, 3), wanted, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(model(x, units, torch.ones(6, 5), 3), wanted, atol=1e-2)  # z said something


def test_training_with_noise_begins_with_weights_that_had_a_latent(tmp_path: Path) -> None:
    model, file = model_of(latent=5), tmp_path / "with.safetensors"
    save_model(file, model, {})
    config = replace(model.config, **STATES)
    trainer = Trainer(DOMAIN, config, Recipe(steps=1, batch=2, bf16=False, path_noise=0.1))
    trainer.begin_with(file)
    wanted = folded(model, config).state_dict()
    for held in (trainer.model, trainer.average):
        assert all(torch.equal(tensor, wanted[name]) for name, tensor in held.state_dict().items())


@pytest.mark.parametrize(
    "shape", [{"latent": 2, "classes": 3}, {"latent": 3, "prior": "conditional"}, {"latent": 3, "width": 16}]
)
def test_what_cannot_be_folded_is_refused(shape: dict[str, Any], tmp_path: Path) -> None:
    config = ModelConfig.of(DOMAIN, **{"width": 12, "message": 8, "hidden": 20, "loops": 3, **shape})
    save_model(tmp_path / "other.safetensors", VMD(config), {})
    trainer = Trainer(DOMAIN, replace(config, **STATES, width=12), Recipe(steps=1, batch=2, bf16=False, path_noise=0.1))
    with pytest.raises(ModelMismatch, match=r"other\.safetensors has config"):
        trainer.begin_with(tmp_path / "other.safetensors")


def test_a_code_of_its_own_is_never_folded() -> None:
    config = ModelConfig.of(DOMAIN, latent=3)
    assert unfolded(config, config) is None
    assert unfolded(replace(config, latent=2), config) is None
    assert unfolded(replace(config, latent=0), config) == config
    assert unfolded(config, replace(config, latent=0)) is None

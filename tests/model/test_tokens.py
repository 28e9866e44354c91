"""The mixer for sequences: the same interface and the same promises as the one for puzzles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.errors import ModelMismatch
from vmdsolve.model.checkpoint import load_model, save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.latents import Learning
from vmdsolve.model.latents.encoder import Encoder
from vmdsolve.model.matrices import pairs_of
from vmdsolve.model.units import units_of
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN

SIX = get("sudoku-6x6")
UNITS = units_of(SIX.rules, SIX.rules.relations)
CPU = torch.device("cpu")
LATENTS = [
    {"latent": 0},
    {"latent": 3},
    {"latent": 3, "prior": "conditional"},
    {"latent": 2, "classes": 3, "prior": "conditional"},
    {"latent": 2, "classes": 3, "prior": "autoregressive"},
]


def model_of(**shape: object) -> VMD:
    numbers = {"mixer": "attention", "width": 32, "hidden": 12, "loops": 3, "latent": 3, **shape}
    model, random = VMD(ModelConfig.of(SIX, **numbers), seed=1), torch.Generator().manual_seed(1)
    biases = torch.randn(model.denoiser.relation.shape, generator=random)  # of two heads and three relations
    model.denoiser.relation.data = biases
    return model.eval()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
@torch.inference_mode()
def test_without_positions_cells_may_be_permuted_as_the_relations_allow(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model, x = model_of(), torch.from_numpy(rng.integers(-1, 6, (2, 36)))
    cells = torch.from_numpy(SIX.symmetry(rng)[0])
    z = torch.from_numpy(rng.standard_normal((2, 3), np.float32))
    torch.testing.assert_close(model(x[:, cells], UNITS, z), model(x, UNITS, z)[:, cells])


@torch.inference_mode()
def test_a_pair_of_cells_is_biased_by_the_relations_it_shares_and_by_its_distance() -> None:
    free, placed = model_of().denoiser, model_of(positions=(36, 6)).denoiser
    weights = dict(zip(SIX.rules.relations, free.relation.T, strict=True))
    expected = torch.zeros(2, 36, 36)
    for unit in SIX.rules.constraints:
        for a in unit.cells:
            for b in unit.cells:
                expected[:, a, b] += weights[unit.relation]
    torch.testing.assert_close(free.bias(pairs_of(UNITS, CPU)), expected)
    placed.relation.data.zero_()
    placed.offset.data = torch.arange(-35.0, 36.0).expand(2, -1).clone()
    cell = torch.arange(36.0)
    assert torch.equal(placed.bias(pairs_of(UNITS, CPU))[1], cell[:, None] - cell)


@torch.inference_mode()
def test_other_permutations_and_positions_break_that_symmetry() -> None:
    rng = np.random.default_rng(0)
    x, z = torch.from_numpy(rng.integers(-1, 6, (2, 36))), torch.zeros(2, 3)
    wild, tame = torch.from_numpy(rng.permutation(36)), torch.from_numpy(SIX.symmetry(rng)[0])
    free, placed = model_of(), model_of(positions=(36, 6))
    assert (free(x[:, wild], UNITS, z) - free(x, UNITS, z)[:, wild]).abs().max() > 1e-3
    assert (placed(x[:, tame], UNITS, z) - placed(x, UNITS, z)[:, tame]).abs().max() > 1e-3


@pytest.mark.parametrize("latent", LATENTS)
def test_gradient_reaches_every_weight(latent: dict[str, object]) -> None:
    model = model_of(positions=(36, 6), **latent).train()
    random = torch.Generator().manual_seed(0)
    x0 = torch.randint(0, 6, (3, 36), generator=random)
    x0[0, 35] = OPEN
    x = torch.where((torch.arange(36) % 3 > 0) | (x0 == OPEN), OPEN, x0)
    noise = torch.randn(3, model.z_width(UNITS), generator=random)
    terms = model.terms(x, x0, UNITS, noise, how=Learning(loops=3, supervise=3))
    (terms.nll.sum() + terms.kl.sum()).backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0] == []


@torch.inference_mode()
def test_more_loops_and_deep_supervision_read_the_same_states() -> None:
    model, x, z = model_of(), torch.full((2, 36), OPEN), torch.zeros(2, 3)
    deep = model.denoiser(x, UNITS, z, loops=5, supervise=3)
    assert deep.shape == (3, 2, 36, 6)
    torch.testing.assert_close(deep[0], model(x, UNITS, z, loops=3))
    torch.testing.assert_close(deep[2], model(x, UNITS, z, loops=5))
    assert (deep[0] - deep[2]).abs().max() > 1e-3


def test_loops_before_the_supervised_ones_carry_no_gradient() -> None:
    model, z = model_of(), torch.zeros(2, 3, requires_grad=True)
    x = torch.full((2, 36), OPEN)
    short = torch.autograd.grad(model.denoiser(x, UNITS, z, loops=4, supervise=1).square().sum(), z)[0]
    whole = torch.autograd.grad(model.denoiser(x, UNITS, z, loops=4, supervise=4)[-1].square().sum(), z)[0]
    assert short.abs().sum() > 0
    assert not torch.allclose(short, whole)


@torch.inference_mode()
def test_the_latent_changes_the_prediction_and_must_be_given() -> None:
    model, x = model_of(), torch.full((1, 36), OPEN)
    assert (model(x, UNITS, torch.zeros(1, 3)) - model(x, UNITS, torch.ones(1, 3))).abs().max() > 1e-4
    with pytest.raises(ModelMismatch, match="pass z"):
        model(x, UNITS)
    assert model_of(latent=0)(x, UNITS).shape == (1, 36, 6)


@torch.inference_mode()
def test_the_posterior_sees_mask_and_answer_of_each_cell() -> None:
    config = model_of(positions=(36, 6)).config
    torch.manual_seed(0)
    posterior = Encoder(config, sees_answer=True)
    x0 = torch.arange(36)[None] % 6
    x = torch.where(torch.arange(36) < 8, OPEN, x0)
    base = posterior(x, UNITS, x0).mean
    for other_x, other_x0 in ((x, torch.where(torch.arange(36) == 3, 0, x0)), (torch.full_like(x, OPEN), x0)):
        assert not torch.allclose(posterior(other_x, UNITS, other_x0).mean, base)
    turned = torch.arange(36).roll(6)
    assert not torch.allclose(posterior(x[:, turned], UNITS, x0[:, turned]).mean, base)


def test_a_relation_the_model_does_not_know_is_named() -> None:
    with pytest.raises(ModelMismatch, match=r"knows the relations \['row', 'column'\], the problem also has \['box'\]"):
        VMD(ModelConfig("sudoku-6x6", ("row", "column"), mixer="attention", symbols=6)).units(SIX.rules)


@pytest.mark.parametrize("latent", LATENTS)
@torch.inference_mode()
def test_weights_come_back_as_they_were_saved(latent: dict[str, object], tmp_path: Path) -> None:
    model = model_of(positions=(36, 6), **latent)
    save_model(tmp_path / "w.safetensors", model, {})
    again = load_model(tmp_path / "w.safetensors", SIX)
    assert again.config == model.config
    x = torch.full((2, 36), OPEN)
    noise = torch.randn(2, model.z_width(UNITS), generator=torch.Generator().manual_seed(0))
    assert torch.equal(*(it(x, UNITS, it.draw(x, UNITS, noise)) for it in (again, model)))

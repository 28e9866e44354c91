"""The model: its symmetries, its likelihood terms, and what it is born with."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.errors import ModelMismatch
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.elbo import reconstruction, weight
from vmdsolve.model.latents import Learning
from vmdsolve.model.latents.distributions import Gaussian, kl
from vmdsolve.model.latents.encoder import Encoder
from vmdsolve.model.units import units_of
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import Rules

SIX = get("sudoku-6x6")
FOUR = get("sudoku-4x4")
SIX_UNITS, FOUR_UNITS = (units_of(domain.rules, domain.rules.relations) for domain in (SIX, FOUR))


def model_of(domain_name: str = "sudoku-6x6", **shape: object) -> VMD:
    numbers = {"width": 8, "hidden": 12, "loops": 3, "latent": 3, **shape}
    return VMD(ModelConfig.of(get(domain_name), **numbers), seed=1).eval()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
@torch.inference_mode()
def test_the_network_commutes_with_every_symmetry_of_the_rules(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model, x = model_of(), rng.integers(-1, 6, (2, 36))
    cells, values = SIX.symmetry(rng)
    image = np.where(x[:, cells] < 0, -1, values[x[:, cells]])
    z = torch.from_numpy(rng.standard_normal((2, 3), np.float32))
    out, turned = (model(torch.from_numpy(board), SIX_UNITS, z) for board in (x, image))
    torch.testing.assert_close(turned[..., torch.from_numpy(values)], out[:, torch.from_numpy(cells)])


@torch.inference_mode()
def test_positions_break_the_symmetry_that_generation_from_nothing_has_to_break() -> None:
    x, z = torch.full((1, 16), -1), torch.ones(1, 3)
    flat = model_of("sudoku-4x4")(x, FOUR_UNITS, z)
    assert torch.allclose(flat, flat[:, :1, :1].expand_as(flat), atol=1e-5)
    torn = model_of("sudoku-4x4", positions=(16, 4))(x, FOUR_UNITS, z)
    assert torn.std() > 1e-3


@torch.inference_mode()
def test_symbols_may_have_embeddings_where_cells_have_none() -> None:
    """Such weights are for boards of any size, and tell symbols apart, but not cells that the rules do not."""
    x, z = torch.full((1, 16), -1), torch.ones(1, 3)
    named = model_of("sudoku-4x4", positions=(0, 4))
    out = named(x, FOUR_UNITS, z)
    assert torch.allclose(out, out[:, :1].expand_as(out), atol=1e-5)
    assert out.std(-1).min() > 1e-3
    rules = get("latin-4").rules
    assert model_of("latin-4", positions=(0, 4)).units(rules).L == 16


@torch.inference_mode()
def test_the_latent_changes_the_prediction_and_the_baseline_has_none() -> None:
    x = torch.full((1, 36), -1)
    x[0, 0] = 2
    model = model_of()
    assert (model(x, SIX_UNITS, torch.zeros(1, 3)) - model(x, SIX_UNITS, torch.ones(1, 3))).abs().max() > 1e-4
    with pytest.raises(ModelMismatch, match="pass z"):
        model(x, SIX_UNITS)
    plain = model_of(latent=0)
    assert plain(x, SIX_UNITS).shape == (1, 36, 6)
    assert plain.draw(x, SIX_UNITS, torch.zeros(1, 0)) is None
    assert not hasattr(plain, "posterior")


@torch.inference_mode()
def test_more_loops_and_deep_supervision_read_the_same_states() -> None:
    model, x, z = model_of(), torch.full((2, 36), -1), torch.zeros(2, 3)
    deep = model.denoiser(x, SIX_UNITS, z, loops=5, supervise=3)
    assert deep.shape == (3, 2, 36, 6)
    torch.testing.assert_close(deep[0], model(x, SIX_UNITS, z, loops=3))
    torch.testing.assert_close(deep[2], model(x, SIX_UNITS, z, loops=5))


def test_gradient_reaches_every_weight_and_only_supervised_loops_carry_it() -> None:
    for prior in ("standard", "conditional"):
        model = model_of("sudoku-4x4", prior=prior, positions=(16, 4)).train()
        x0 = torch.randint(0, 4, (3, 16), generator=torch.Generator().manual_seed(0))
        x = torch.where(torch.arange(16) % 3 > 0, -1, x0)
        noise = torch.randn(3, 3, generator=torch.Generator().manual_seed(1))
        terms = model.terms(x, x0, FOUR_UNITS, noise, how=Learning(loops=3, supervise=3))
        (terms.nll.sum() + terms.kl.sum()).backward()
        missing = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
        assert missing == []
    free = model_of("sudoku-4x4")
    free.terms(x, x0, FOUR_UNITS, torch.zeros(3, 3), how=Learning(loops=5, supervise=2)).nll.sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in free.parameters() if p.grad is not None)


def test_reconstruction_counts_masked_cells_only() -> None:
    x = torch.tensor([[-1, 1, -1], [0, 1, 2]])
    x0 = torch.tensor([[2, 1, 0], [0, 1, 2]])
    logits = torch.zeros(2, 2, 3, 4)
    torch.testing.assert_close(reconstruction(logits, x, x0), torch.tensor([[2 * math.log(4), 0.0]] * 2))
    logits[:, 0, 0, 2] = 50.0
    torch.testing.assert_close(reconstruction(logits, x, x0)[:, 0], torch.full((2,), math.log(4)))


def test_kl_is_the_mean_log_ratio_and_zero_only_where_the_two_are_equal() -> None:
    q = Gaussian(torch.tensor([[0.3, -1.0]]), torch.tensor([[-0.5, 0.2]]))
    p = Gaussian(torch.tensor([[0.0, -0.5]]), torch.tensor([[0.1, 0.0]]))
    z = q.draw(torch.randn(200_000, 2, generator=torch.Generator().manual_seed(0)))

    def log_density(g: Gaussian) -> torch.Tensor:
        return torch.distributions.Normal(g.mean, g.log_std.exp()).log_prob(z)

    for prior, density in ((p, log_density(p)), (None, torch.distributions.Normal(0, 1).log_prob(z))):
        ratio = log_density(q) - density
        error = 5 * ratio.std(0) / math.sqrt(len(z))
        assert ((ratio.mean(0) - kl(q, prior)[0]).abs() < error).all()
    torch.testing.assert_close(kl(q, q), torch.zeros(1, 2))


def test_the_weight_of_time_is_one_over_t() -> None:
    assert weight(torch.tensor([1.0, 0.25])).tolist() == [1.0, 4.0]


def test_the_posterior_sees_mask_and_answer_and_the_prior_the_mask_alone() -> None:
    config = model_of("sudoku-4x4").config
    torch.manual_seed(0)
    posterior, prior = Encoder(config, sees_answer=True), Encoder(config, sees_answer=False)
    x0 = torch.arange(16)[None] % 4
    x = torch.where(torch.arange(16) < 8, -1, x0)
    other = torch.where(torch.arange(16) == 3, 0, x0)
    seen, nothing, units = posterior(x, FOUR_UNITS, x0).mean, torch.full_like(x, -1), FOUR_UNITS
    assert not torch.equal(seen, posterior(x, units, other).mean)
    assert not torch.equal(seen, posterior(nothing, units, x0).mean)
    assert not torch.equal(prior(x, units).mean, prior(nothing, units).mean)
    with pytest.raises(ModelMismatch, match="a posterior sees the answer: pass x0"):
        posterior(x, units)


def test_a_relation_the_model_does_not_know_is_named() -> None:
    with pytest.raises(ModelMismatch, match=r"the problem also has \['box'\]"):
        VMD(ModelConfig("sudoku-4x4", ("row", "column"))).units(FOUR.rules)


def test_messages_need_relations_to_go_along_and_attention_does_not() -> None:
    with pytest.raises(ModelMismatch, match="take the mixer 'attention'"):
        VMD(ModelConfig("free", ()))
    free = VMD(ModelConfig("free", (), mixer="attention", loops=1, symbols=2))
    assert free(torch.full((1, 3), -1), free.units(Rules(3, 2)), torch.zeros(1, 8)).shape == (1, 3, 2)
    with pytest.raises(ModelMismatch, match="the model knows 2 symbols, the problem has 4"):
        free.units(FOUR.rules)
    with pytest.raises(ModelMismatch, match="say in the config how many symbols there are"):
        VMD(ModelConfig("free", (), mixer="attention"))


@pytest.mark.parametrize("mixer", ["messages", "attention"])
def test_weights_are_born_from_their_seed_and_torchs_own_generator_is_left_alone(mixer: str) -> None:
    shape = {"width": 8, "hidden": 8, "latent": 2, "classes": 3, "prior": "autoregressive", "mixer": mixer}
    config = ModelConfig.of(FOUR, **shape, positions=(16, 4))
    before = torch.get_rng_state()
    one, same, other = (VMD(config, seed=seed) for seed in (5, 5, 6))
    assert torch.equal(torch.get_rng_state(), before)
    pairs = [*zip(one.parameters(), same.parameters(), strict=True)]
    assert all(torch.equal(a, b) for a, b in pairs)
    assert (
        sum(not torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True)) > len(pairs) / 2
    )


def test_weights_of_a_seed_are_those_of_torchs_generator_with_it() -> None:
    """So runs of earlier versions begin as they did."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        embedding = torch.nn.Embedding(3, 8)
    assert torch.equal(VMD(ModelConfig.of(FOUR, width=8), seed=3).denoiser.state.weight, embedding.weight)

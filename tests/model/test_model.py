"""The model: its symmetries, its likelihood terms, and weights that load whole or not at all."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.errors import ModelMismatch
from vmdsolve.model.checkpoint import load_model, packaged, save_model, save_tensors
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.encoder import Encoder
from vmdsolve.model.latent import Gaussian, kl
from vmdsolve.model.vmd import VMD, reconstruction, weight
from vmdsolve.problem import Rules

SIX = get("sudoku-6x6")
FOUR = get("sudoku-4x4")


def model_of(domain_name: str = "sudoku-6x6", **shape: object) -> VMD:
    domain = get(domain_name)
    torch.manual_seed(1)
    numbers = {"width": 8, "hidden": 12, "loops": 3, "latent": 3, **shape}
    config = ModelConfig(domain.name, domain.rules.relations, **numbers)  # type: ignore[arg-type]
    return VMD(config, domain.rules).eval()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
@torch.inference_mode()
def test_the_network_commutes_with_every_symmetry_of_the_rules(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model, x = model_of(), rng.integers(-1, 6, (2, 36))
    cells, values = SIX.symmetry(rng)
    image = np.where(x[:, cells] < 0, -1, values[x[:, cells]])
    z = torch.from_numpy(rng.standard_normal((2, 3), np.float32))
    out, turned = model(torch.from_numpy(x), z), model(torch.from_numpy(image), z)
    torch.testing.assert_close(turned[..., torch.from_numpy(values)], out[:, torch.from_numpy(cells)])


@torch.inference_mode()
def test_positions_break_the_symmetry_that_generation_from_nothing_has_to_break() -> None:
    x, z = torch.full((1, 16), -1), torch.ones(1, 3)
    flat = model_of("sudoku-4x4")(x, z)
    assert torch.allclose(flat, flat[:, :1, :1].expand_as(flat), atol=1e-5)
    torn = model_of("sudoku-4x4", positions=(16, 4))(x, z)
    assert torn.std() > 1e-3


@torch.inference_mode()
def test_the_latent_changes_the_prediction_and_the_baseline_has_none() -> None:
    x = torch.full((1, 36), -1)
    x[0, 0] = 2
    model = model_of()
    assert (model(x, torch.zeros(1, 3)) - model(x, torch.ones(1, 3))).abs().max() > 1e-4
    with pytest.raises(ModelMismatch, match="pass z"):
        model(x)
    plain = model_of(latent=0)
    assert plain(x).shape == (1, 36, 6)
    assert plain.draw(x, torch.zeros(1, 0)) is None
    assert not hasattr(plain, "posterior")


@torch.inference_mode()
def test_more_loops_and_deep_supervision_read_the_same_states() -> None:
    model, x, z = model_of(), torch.full((2, 36), -1), torch.zeros(2, 3)
    deep = model.denoiser(x, z, loops=5, supervise=3)
    assert deep.shape == (3, 2, 36, 6)
    torch.testing.assert_close(deep[0], model(x, z, loops=3))
    torch.testing.assert_close(deep[2], model(x, z, loops=5))


def test_gradient_reaches_every_weight_and_only_supervised_loops_carry_it() -> None:
    for prior in ("standard", "conditional"):
        model = model_of("sudoku-4x4", prior=prior, positions=(16, 4)).train()
        x0 = torch.randint(0, 4, (3, 16), generator=torch.Generator().manual_seed(0))
        x = torch.where(torch.arange(16) % 3 > 0, -1, x0)
        terms = model.terms(x, x0, torch.randn(3, 3, generator=torch.Generator().manual_seed(1)), loops=3, supervise=3)
        (terms.nll.sum() + terms.kl.sum()).backward()
        missing = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
        assert missing == []
    free = model_of("sudoku-4x4")
    free.terms(x, x0, torch.zeros(3, 3), loops=5, supervise=2).nll.sum().backward()
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
    posterior, prior = Encoder(config, 4, sees_answer=True), Encoder(config, 4, sees_answer=False)
    x0 = torch.arange(16)[None] % 4
    x = torch.where(torch.arange(16) < 8, -1, x0)
    other = torch.where(torch.arange(16) == 3, 0, x0)
    assert not torch.equal(posterior(x, x0).mean, posterior(x, other).mean)
    assert not torch.equal(posterior(x, x0).mean, posterior(torch.full_like(x, -1), x0).mean)
    assert not torch.equal(prior(x).mean, prior(torch.full_like(x, -1)).mean)


def test_weights_come_back_as_they_were_saved(tmp_path: Path) -> None:
    model = model_of("sudoku-4x4")
    save_model(tmp_path / "w.safetensors", model, {"steps": 0})
    again = load_model(tmp_path / "w.safetensors", FOUR)
    assert again.config == model.config
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["w.json", "w.safetensors"]
    assert json.loads((tmp_path / "w.json").read_text())["config"]["width"] == 8


def test_damaged_or_foreign_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    with pytest.raises(ModelMismatch, match="no weights at"):
        load_model(path, FOUR)
    model = model_of("sudoku-4x4")
    save_model(path, model, {})
    with pytest.raises(ModelMismatch, match="trained for sudoku-4x4, not for sudoku-6x6"):
        load_model(path, SIX)
    whole = path.read_bytes()
    for cut in (0, 1, 7, 8, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(ModelMismatch, match="not a whole safetensors file"):
            load_model(path, FOUR)
    path.write_bytes(b"\x80\x04pickle")
    with pytest.raises(ModelMismatch, match="not a whole safetensors file"):
        load_model(path, FOUR)
    save_tensors(path, {"w": torch.zeros(1)}, {"config": model.config.to_json()})
    with pytest.raises(ModelMismatch, match="does not fit its own config"):
        load_model(path, FOUR)
    save_tensors(path, {}, {"config": "{}"})
    with pytest.raises(ModelMismatch, match="config cannot be read"):
        load_model(path, FOUR)
    save_tensors(path, {}, {"config": '{"domain": "sudoku-4x4", "relations": [], "magic": 1}'})
    with pytest.raises(ModelMismatch, match=r"unknown fields \['magic'\]"):
        load_model(path, FOUR)
    with torch.no_grad():
        model.denoiser.write.bias[0] = math.nan
    save_model(path, model, {})
    with pytest.raises(ModelMismatch, match=r"NaN or infinity in denoiser\.write\.bias"):
        load_model(path, FOUR)


@pytest.mark.parametrize(
    ("shape", "text"),
    [({"width": 0}, "width = 0"), ({"latent": -1}, "latent = -1"), ({"prior": "flat"}, "prior = 'flat'")],
)
def test_absurd_shapes_are_refused(shape: dict[str, object], text: str) -> None:
    with pytest.raises(ModelMismatch, match=text):
        model_of(**shape)


def test_a_relation_the_model_does_not_know_is_named() -> None:
    with pytest.raises(ModelMismatch, match=r"the problem also has \['box'\]"):
        VMD(ModelConfig("sudoku-4x4", ("row", "column")), FOUR.rules)


def test_messages_need_relations_to_go_along_and_attention_does_not() -> None:
    with pytest.raises(ModelMismatch, match="take the mixer 'attention'"):
        VMD(ModelConfig("free", ()), Rules(3, 2))
    free = VMD(ModelConfig("free", (), mixer="attention", loops=1), Rules(3, 2))
    assert free(torch.full((1, 3), -1), torch.zeros(1, 8)).shape == (1, 3, 2)


@pytest.mark.parametrize("name", ["sudoku-4x4", "sudoku-9x9"])
def test_packaged_weights_load_and_are_small(name: str) -> None:
    model = packaged(get(name))
    assert model is not None
    assert model.config.latent > 0
    assert sum(p.numel() for p in model.parameters()) < 1_000_000
    assert packaged(get("queens-6")) is None

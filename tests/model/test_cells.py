"""The latent as values of cells: what it may say, what it costs, and that its draws follow the network."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.chi_square import chi_square_z

from vmdsolve.cli.diagnose import diagnose
from vmdsolve.domains import get
from vmdsolve.errors import ModelMismatch
from vmdsolve.model.checkpoint import save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.latents import Learning
from vmdsolve.model.latents.cells import Asked, Cells, with_cells
from vmdsolve.model.units import units_of
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import Plan, Predictor, fill_boards
from vmdsolve.train import Recipe, Trainer

FOUR = get("latin-4")
UNITS = units_of(FOUR.rules, FOUR.rules.relations)


def model_of(questions: int = 3, **shape: object) -> VMD:
    numbers = {"width": 8, "message": 8, "hidden": 8, "loops": 2, "prior": "cells", **shape}
    return VMD(ModelConfig.of(FOUR, latent=questions, **numbers), seed=1).eval()


def cells_of(model: VMD) -> Asked:
    assert isinstance(model.latent, Cells)
    return model.latent.cells


def boards(n: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    x0 = torch.from_numpy(np.tile((np.arange(4)[:, None] + np.arange(4)) % 4, (n, 1, 1)).reshape(n, 16))
    return torch.where(torch.from_numpy(rng.random((n, 16)) < 0.2), x0, -1), x0


@pytest.mark.parametrize("mixer", ["messages", "attention"])
@torch.inference_mode()
def test_z_says_one_symbol_in_each_of_d_open_cells(mixer: str) -> None:
    model, (x, x0) = model_of(mixer=mixer), boards(20)
    x[0] = x0[0]  # nothing is open
    x[1, 2:] = x0[1, 2:]  # fewer cells are open than questions asked
    noise = torch.randn(20, 64)
    drawn = model.draw(x, UNITS, noise)
    assert drawn is not None
    for z in (drawn, cells_of(model).ask(x, x0, UNITS, noise)[0]):
        said = z.view(20, 16, 4)
        assert said.sum((1, 2)).tolist() == [min(3, int(n)) for n in (x < 0).sum(1)]
        assert set(said.unique().tolist()) <= {0.0, 1.0}
        assert not said[x >= 0].any()
    seen = with_cells(x, cells_of(model).ask(x, x0, UNITS, noise)[0])
    assert torch.equal(seen[seen >= 0], x0[seen >= 0])


def test_the_divergence_of_a_network_that_knows_nothing_is_d_times_log_v() -> None:
    model, (x, x0) = model_of(questions=4), boards(200)
    with torch.no_grad():
        cells_of(model).network.readout.weight.zero_()
    x[:, :8] = -1
    kl = cells_of(model).ask(x, x0, UNITS, torch.randn(200, 64), loops=2, supervise=2)[1]
    assert kl.shape == (200, 4)
    torch.testing.assert_close(kl.sum(1), torch.full((200,), 4 * math.log(4)))
    assert (kl.sum(0) > 0).all()


@torch.inference_mode()
def test_the_first_answer_of_an_empty_board_is_drawn_evenly() -> None:
    model = model_of(questions=1)
    z = model.draw(torch.full((4000, 16), -1), UNITS, torch.randn(4000, 64, generator=torch.Generator().manual_seed(0)))
    assert z is not None
    counts = z.view(4000, 16, 4).sum((0, 1)).long().tolist()
    assert sum(counts) == 4000
    assert abs(chi_square_z(counts, [0.25] * 4)) < 4


def test_gradient_reaches_both_networks() -> None:
    model, (x, x0) = model_of().train(), boards(8)
    noise, how = torch.randn(8, 64), Learning(loops=2, supervise=2)
    terms = model.terms(x, x0, UNITS, noise, how=how)
    (terms.nll.sum() + terms.kl.sum()).backward()
    missing = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert {name for name in missing if not name.endswith("readout.bias")} == set()  # softmax does not see that one


def test_a_model_that_asks_trains_and_samples() -> None:
    recipe = Recipe(steps=3, batch=4, loops=((0.0, 2),), data="law", givens=(3, 3), bf16=False)
    trainer = Trainer(FOUR, model_of().config, recipe)
    assert [p.step for p in trainer.run()] == [1, 3]
    x = np.full((6, 16), -1, np.int32)
    predict, keys = Predictor(trainer.average, FOUR.rules), np.arange(6, dtype=np.uint64)
    drawn = fill_boards(predict, FOUR.rules, x, Plan(steps=2), keys=keys)
    assert drawn.values.shape == (6, 16)
    assert (drawn.nfe <= 2).all()


def test_what_does_not_go_with_questions_is_refused() -> None:
    with pytest.raises(ModelMismatch, match="leave classes at 0"):
        model_of(classes=4)
    with pytest.raises(ModelMismatch, match="without blocks"):
        Trainer(FOUR, model_of().config, Recipe(steps=1, blocks=2, data="law"))
    with pytest.raises(ModelMismatch, match="pass z"):
        model_of()(boards(2)[0], UNITS)


def test_a_latent_without_learned_posterior_is_not_diagnosed(tmp_path: Path) -> None:
    save_model(tmp_path / "w.safetensors", model_of(), {})
    with pytest.raises(ModelMismatch, match="no learned posterior to look at"):
        diagnose(weights=tmp_path / "w.safetensors", n=1, device="cpu")

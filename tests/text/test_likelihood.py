"""Bounds against laws listed whole: never below, close with many latents; exact where it says so."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import torch
from helpers.texts import every_text, law_of_text, tiny

from vmdsolve.errors import InvalidInput
from vmdsolve.measure.likelihood import Bound
from vmdsolve.model.latents.distributions import Categorical
from vmdsolve.text.config import ABSENT
from vmdsolve.text.likelihood import exact, importance, latent_use, likelihood, nelbo, summed
from vmdsolve.text.model import TextModel

TEXTS = every_text(2, 4)
CODES = {"latent": 2, "classes": 2}


def expected(model: TextModel, x0: np.ndarray) -> np.ndarray:
    """[n] the NELBO of a model without latent, by all masks of each block."""
    cells, total = model.config.cells, np.zeros(len(x0))
    truth = torch.from_numpy(x0)
    for begin in range(0, model.config.length, cells):
        for n in range(1, cells + 1):
            masks = list(itertools.combinations(range(begin, begin + cells), n))
            for hidden in map(list, masks):
                x = truth.clone()
                x[:, hidden] = model.mask_id
                with torch.no_grad():
                    log_p = model.logits(x, context=truth).double().log_softmax(-1)
                nll = -log_p.gather(-1, truth[..., None])[..., 0][:, hidden].sum(1).numpy()
                total += nll / n / len(masks)
    return total


@pytest.mark.slow
@pytest.mark.parametrize("block", [0, 2])
def test_the_nelbo_is_the_mean_over_all_masks(block: int) -> None:
    model = tiny(block=block)
    found = nelbo(model, TEXTS, times=1500)
    np.testing.assert_allclose(found.nats, expected(model, TEXTS), rtol=0.04)


SHAPES: list[dict[str, Any]] = [{}, {"block": 2}, {**CODES}, {**CODES, "block": 2}]
SHAPES += [{**CODES, "draw": "each_step"}, {**CODES, "block": 2, "regions": 2, "prior": "autoregressive"}]


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_bounds_lie_above_the_law_and_importance_comes_close(shape: dict[str, Any]) -> None:
    model = tiny(**shape)
    truth = -np.log(law_of_text(model))
    bound, close = nelbo(model, TEXTS, times=400), importance(model, TEXTS, latents=400)
    assert (close.nats - truth).mean() < (bound.nats - truth).mean() + 0.03
    assert np.abs(close.nats - truth).mean() < 0.15
    assert (bound.nats - truth).mean() > -0.02
    one = importance(model, TEXTS, latents=1)  # which is the NELBO, one order a block
    assert abs((one.nats - bound.nats).mean()) < 4 * (one.nats - bound.nats).std() / 4


def test_an_autoregressive_model_is_exact() -> None:
    model = tiny(kind="autoregressive")
    np.testing.assert_allclose(exact(model, TEXTS).nats, -np.log(law_of_text(model)), rtol=1e-5)
    assert likelihood(model, TEXTS).per_cell == exact(model, TEXTS).per_cell


@pytest.mark.parametrize("shape", [{"kind": "autoregressive"}, {"block": 2, "latent": 2}, {}])
def test_cells_that_are_none_cost_nothing(shape: Any) -> None:
    """A short text costs the same whatever stands behind it: more cells that are none, or blocks of them."""
    model = tiny(L=6, **shape)
    short = np.array([[0, 1, 1], [1, 0, ABSENT]])
    longer = np.pad(short, ((0, 0), (0, 3)), constant_values=ABSENT)
    first, second = likelihood(model, short), likelihood(model, longer)
    assert np.asarray(first.cells).tolist() == np.asarray(second.cells).tolist() == [3, 2]
    if shape:  # attention over one block sees how many cells are none
        by_two = likelihood(model, longer[:, :4])
        assert np.isfinite(by_two.nats).all()
    if "kind" in shape:
        np.testing.assert_allclose(first.nats, second.nats, rtol=1e-5)


@pytest.mark.parametrize("measure", [nelbo, importance])
def test_parts_measured_apart_are_the_whole(measure: Any) -> None:
    model = tiny(block=2, **CODES)
    whole = measure(model, TEXTS, seed=5).nats
    parts = [measure(model, TEXTS[a : a + 5], seed=5, first=a).nats for a in range(0, 16, 5)]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-5)


def test_documents_are_sums_of_windows_and_the_error_is_theirs() -> None:
    bound = Bound(np.array([1.0, 2.0, 6.0, 3.0]), np.array([2.0, 2.0, 4.0, 4.0]))
    documents = summed(bound, [7, 7, 3, 4])
    assert documents.nats.tolist() == [6.0, 3.0, 3.0]
    assert (documents.per_cell, bound.per_cell) == (1.0, 1.0)
    off = np.array([2.0, -1.0, -1.0])
    assert documents.error == pytest.approx(off.std(ddof=1) / math.sqrt(3) / 4)


@pytest.mark.slow
def test_the_error_of_a_ratio_is_its_spread() -> None:
    rng = np.random.default_rng(0)
    found = []
    for _ in range(400):
        cells = rng.integers(1, 30, 50).astype(np.float64)
        found.append(Bound(cells * rng.normal(2.0, 0.5, 50) + rng.normal(0, 3, 50), cells))
    spread, error = np.std([b.per_cell for b in found]), np.mean([b.error for b in found])
    assert 0.85 < error / spread < 1.15


@pytest.mark.parametrize(
    ("windows", "said"),
    [
        (np.zeros((0, 4), int), "at least one"),
        (np.zeros((2, 5), int), "windows have 5 tokens; this model takes 4 at most"),
        (np.full((2, 4), 2), "this model knows 0 to 1"),
        (np.full((2, 4), ABSENT), "this model knows"),
        (np.zeros((2, 4)), "whole numbers"),
    ],
)
def test_windows_that_cannot_be_measured_are_refused(windows: Any, said: str) -> None:
    for model, measure in ((tiny(), nelbo), (tiny(), importance), (tiny(kind="autoregressive"), exact)):
        with pytest.raises(InvalidInput, match=said):
            measure(model, windows)


def test_measures_of_another_kind_of_model_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no exact likelihood"):
        exact(tiny(), TEXTS)
    for measure in (nelbo, importance):
        with pytest.raises(InvalidInput, match="needs no bound"):
            measure(tiny(kind="autoregressive"), TEXTS)
    with pytest.raises(InvalidInput, match="times or latents is 0"):
        nelbo(tiny(), TEXTS, times=0)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [{}, {"block": 2}, CODES, {**CODES, "block": 2}], ids=str)
def test_bounds_of_texts_written_two_cells_a_step_lie_above_their_law(shape: dict[str, Any]) -> None:
    model = tiny(**shape)
    truth = -np.log(law_of_text(model, (2,) * (model.config.cells // 2)))
    assert np.abs(truth + np.log(law_of_text(model))).mean() > 0.05  # another law than that of one cell a step
    bound = nelbo(model, TEXTS, times=400, at_once=2)
    close = importance(model, TEXTS, latents=400, at_once=2)
    assert (bound.nats - truth).mean() > -0.02
    assert (close.nats - truth).mean() < (bound.nats - truth).mean() + 0.03
    assert np.abs(close.nats - truth).mean() < 0.1


# What z costs and saves -------------------------------------------------------------------------------------


def telling(**shape: Any) -> TextModel:
    """A model whose posterior knows its block from others, and whose decoder listens."""
    model = tiny(seed=3, spread=0.7, **{"latent": 1, "classes": 2, **shape})
    assert model.posterior is not None
    with torch.no_grad():
        model.posterior.head.weight.mul_(20)
    return model


@pytest.mark.parametrize("draw", ["once", "each_step"])
def test_what_z_saves_in_one_evaluation_is_what_a_list_of_codes_says(draw: str) -> None:
    model, row = telling(block=2, draw=draw), np.array([0, 1, 1, 0])
    truth = torch.from_numpy(row)[None]
    x = torch.full_like(truth, model.mask_id)
    with torch.no_grad():
        posterior = model.posterior_of(truth, x)
        assert isinstance(posterior, Categorical)
        q = torch.softmax(posterior.logits.double(), -1)[:, 0]
        codes = [torch.eye(2)[code].expand(1, 2, 2) for code in range(2)]
        said = torch.stack([model.logits(x, z, context=truth).double().log_softmax(-1) for z in codes])
    log_p = said.gather(-1, truth.expand(2, 1, 4)[..., None])[:, 0, :, 0].view(2, 2, 2)  # [code, block, cell]
    untold = -(log_p.logsumexp(0) - math.log(2)).sum(1)
    told = -(q.T[..., None] * log_p).sum((0, 2))
    costs = (q * (q * 2).log()).sum(1)
    assert costs.mean() > 0.05
    found = latent_use(model, np.tile(row, (400, 1)), draws=64, times=1)[1]
    assert found.costs.mean() == pytest.approx(float(costs.mean()), rel=1e-4)
    error = found.saves.std() / math.sqrt(len(found.saves))
    assert found.saves.mean() == pytest.approx(float((untold - told).mean()), abs=4 * error + 0.01)


def test_of_one_cell_z_saves_no_more_than_it_costs_and_absent_cells_are_none() -> None:
    some, whole = latent_use(telling(block=1), TEXTS, draws=64, times=8)
    np.testing.assert_allclose(some.costs, whole.costs, rtol=1e-4)
    assert some.costs.mean() > 0.05
    assert max(whole.saves.mean(), some.saves.mean()) <= some.costs.mean() + 0.02
    model = telling(block=2)
    short = np.array([[0, 1, ABSENT, ABSENT]])
    for use, alone in zip(latent_use(model, short), latent_use(model, short[:, :2]), strict=True):
        np.testing.assert_allclose(use.costs, alone.costs, rtol=1e-4)
    with pytest.raises(InvalidInput, match=r"^this model has no latent that could cost or save anything$"):
        latent_use(tiny(), TEXTS)

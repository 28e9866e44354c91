"""Prices make what is learned follow the law over many steps, and are part of a run's state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.measure.law import Law
from vmdsolve.model.checkpoint import load_tensors
from vmdsolve.model.config import ModelConfig
from vmdsolve.problem import OPEN
from vmdsolve.train import Recipe, Trainer
from vmdsolve.train.matching import answers_to, matched
from vmdsolve.train.prices import PREFIX, Prices

RECIPE = Recipe(
    steps=4, batch=2, attempts=4, loops=((0.0, 2),), free=0, data="law", matched=True, dealt=0.0, price=0.5,
    begin_noise=1.0, bf16=False,
)  # fmt: skip


def learned(rate: float, rounds: int) -> np.ndarray:
    """How often each of 40 answers was learned beside its due, by 6 copies that lean to the first ones."""
    n, K, rng, prices = 40, 6, np.random.default_rng(0), Prices(rate)
    law, x, times = Law(np.arange(n, dtype=np.int32)[:, None], np.full(n, 1 / n)), np.array([OPEN]), np.zeros(n)
    for step in range(rounds):
        said = (rng.normal(size=(K, 1, n)) - np.arange(n) / 4).astype(np.float32)
        rows, share, offset = answers_to(x, law, rng)
        prices.begin("numbers", n)
        taken = matched(said, x, law.boards[rows], share, offset, dealt=0.0, price=prices.of(rows))
        prices.learned(rows, taken, share * K)
        prices.settle()
        times[rows] += np.bincount(taken, minlength=n) * (step >= rounds // 2)
    return np.asarray(times / times.mean())


def test_what_is_seldom_the_nearest_is_learned_as_often_as_the_law_has_it() -> None:
    without, priced = learned(0.0, 1200), learned(0.1, 1200)
    assert without.min() == 0
    assert without.max() > 4
    assert priced.min() > 0.5
    assert priced.max() < 1.6


def test_a_step_changes_prices_only_at_its_end_and_those_of_its_kind_alone() -> None:
    prices, rows = Prices(1.0), np.arange(3)
    prices.begin("one", 3)
    prices.learned(rows, np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 2.0]))
    assert prices.of(rows).tolist() == [0, 0, 0]
    prices.settle()
    assert prices.of(rows).tolist() == [2, 0, -1]
    prices.begin("other", 3)
    prices.settle()
    assert prices.of(rows).tolist() == [0, 0, 0]
    prices.begin("one", 3)
    assert prices.of(np.array([2, 0])).tolist() == [-1, 2]
    with pytest.raises(ModelMismatch, match="prices of 3 answers of one; there are 4"):
        prices.begin("one", 4)


def test_a_run_goes_on_with_its_prices(tmp_path: Path) -> None:
    domain = get("sudoku-4x4")
    config = ModelConfig.of(domain, width=8, message=8, hidden=8, loops=2, latent=1, prior="states")
    whole = Trainer(domain, config, RECIPE)
    assert list(whole.run(tmp_path / "whole"))
    for steps in (2, 4):
        part = Trainer(domain, config, replace(RECIPE, steps=steps, warmup=1, decay=0.0))
        if steps == 4:
            part.resume(tmp_path / "part")
        assert list(part.run(tmp_path / "part"))
    plain = Trainer(domain, config, replace(RECIPE, warmup=1, decay=0.0))
    assert list(plain.run(tmp_path / "plain"))
    one, two = (load_tensors(tmp_path / name / "state.safetensors")[0] for name in ("plain", "part"))
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)
    held = one[f"{PREFIX}sudoku-4x4"]
    assert (len(held), held.dtype) == (288, torch.float64)
    assert held.abs().max() > 0


def test_prices_go_with_a_law_that_is_matched() -> None:
    for wrong in ({"matched": False}, {"data": "answers"}):
        with pytest.raises(InvalidInput, match="prices go with matched and data 'law'"):
            replace(RECIPE, **wrong)
    with pytest.raises(ModelMismatch, match="is no list of prices"):
        Prices(0.5).restore({f"{PREFIX}one": torch.zeros(2, 2, dtype=torch.float64)})

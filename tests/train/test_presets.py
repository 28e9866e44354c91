"""Presets are what the study compares, and each can be trained."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from benchmarks.study.arms import MAIN
from vmdsolve.train.config import checked
from vmdsolve.train.keys import RECIPE
from vmdsolve.train.presets import PRESETS, about_presets, preset
from vmdsolve.train.run import Run

TINY: dict[str, Any] = {"steps": 1, "batch": 2, "loops": "0:1", "width": 4, "message": 4, "hidden": 4, "bf16": False}


def test_they_are_the_arms_of_the_study() -> None:
    assert PRESETS.keys() == {arm.name for arm in MAIN}
    for arm in MAIN:
        run, sets = Run.of({"domain": "pair", "data": "law", "preset": arm.name}), {**arm.latent, **arm.recipe}
        shape, recipe = vars(run.config), vars(run.recipe)
        assert {name: recipe.get(name, shape.get(name)) for name in sets} == sets
        plain = Run.of({"domain": "pair", "data": "law"})
        others = RECIPE.keys() - sets.keys()
        assert {name: recipe[name] for name in others} == {name: getattr(plain.recipe, name) for name in others}


@pytest.mark.parametrize("name", PRESETS)
def test_each_can_be_trained(name: str) -> None:
    assert checked(preset(name)) == preset(name)
    assert f"{name}: " in about_presets()
    trainer = Run.of({**TINY, "domain": "sudoku-4x4", "preset": name}).trainer()
    assert torch.isfinite(trainer.advance().nll).all()


def test_what_is_given_besides_counts_more() -> None:
    run = Run.of({"domain": "latin-4", "preset": "ours", "latent": 3, "settle": 0.1})
    assert (run.config.latent, run.config.classes, run.recipe.settle) == (3, 8, 0.1)

"""Presets are what the study compares, and each can be trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks.study.arms import MAIN
from vmdsolve.domains import get
from vmdsolve.train.config import checked
from vmdsolve.train.keys import RECIPE
from vmdsolve.train.presets import FEW, OURS, PRESETS, about_presets, best, left_open, preset
from vmdsolve.train.run import Run, layers

TINY: dict[str, Any] = {"steps": 1, "batch": 2, "loops": "0:1", "width": 4, "message": 4, "hidden": 4, "bf16": False}


def test_they_are_the_arms_of_the_study() -> None:
    assert PRESETS.keys() == {arm.name for arm in MAIN}
    for arm in MAIN:
        run, sets = Run.of({"domain": "pair", "data": "law", "preset": arm.name}), {**arm.latent, **arm.recipe}
        shape, recipe = vars(run.config), vars(run.recipe)
        assert {name: recipe.get(name, shape.get(name)) for name in sets} == sets
        plain = Run.of({"domain": "pair", "data": "law", "latent": 8})
        others = RECIPE.keys() - sets.keys()
        assert {name: recipe[name] for name in others} == {name: getattr(plain.recipe, name) for name in others}


@pytest.mark.parametrize("name", [*PRESETS, OURS])
def test_each_can_be_trained(name: str) -> None:
    assert name == OURS or checked(preset(name)) == preset(name)
    assert f"{name}: " in about_presets()
    trainer = Run.of({**TINY, "domain": "sudoku-4x4", "preset": name}).trainer()
    assert torch.isfinite(trainer.advance().nll).all()


def test_what_is_given_besides_counts_more() -> None:
    run = Run.of({"domain": "latin-4", "preset": "codes", "latent": 3, "settle": 0.1})
    assert (run.config.latent, run.config.classes, run.recipe.settle) == (3, 8, 0.1)


@pytest.mark.parametrize(("name", "its"), [("queens-5", "matched"), ("pair", "codes"), ("brackets-6", "codes")])
def test_ours_is_the_best_where_answers_are_many(name: str, its: str) -> None:
    named, chosen = (Run.of({"domain": name, "data": "law", "preset": one}) for one in (OURS, its))
    assert best(get(name).rules.L) == its
    assert (named.config, named.recipe) == (chosen.config, chosen.recipe)
    assert (
        f"ours: the best of them where answers are many, codes for up to {FEW} cells, else matched" in about_presets()
    )


def test_ours_stays_a_name_until_it_is_known_what_is_learned() -> None:
    told = layers({"preset": "codes", "latent": 4}, {"preset": OURS, "steps": 7})
    assert told == {"preset": OURS, "latent": 4, "steps": 7}
    run = Run.of({**told, "domain": "pair"})
    assert (run.config.latent, run.config.classes, run.recipe.steps) == (4, 8, 7)
    alone = Run.of({"domain": "sudoku-4x4", "preset": OURS})  # of which nobody says that it has many answers
    assert (alone.config.prior, alone.recipe.matched, alone.recipe.data) == ("states", True, "law")


@pytest.mark.parametrize("name", ["queens-6", "pair", "brackets-6", "equation-5"])
def test_it_is_what_a_domain_with_many_answers_has_by_default(name: str) -> None:
    told = {"domain": name, "steps": 7}
    run, named = Run.of(told), Run.of({**told, "data": "law", "preset": OURS})
    assert (run.config, run.recipe) == (named.config, named.recipe)
    assert (run.preset, named.preset) == (best(get(name).rules.L), "")
    again = Run.of({"domain": name, "data": "law", "seed": 5})
    assert (again.recipe, again.config) == (replace(run.recipe, steps=6000, warmup=100, seed=5), run.config)


@pytest.mark.parametrize(("name", "data"), [("queens-20", "answers"), ("colouring", "answers"), ("queens", "law")])
def test_where_answers_cannot_be_listed_or_boards_differ_it_is_matched(name: str, data: str) -> None:
    run, named = Run.of({"domain": name}), Run.of({"domain": name, "data": data, "preset": "matched"})
    assert (run.config, run.recipe) == (named.config, named.recipe)
    assert (run.preset, run.recipe.data, run.recipe.matched) == ("matched", data, True)


@pytest.mark.parametrize(
    "told",
    [
        {"domain": "sudoku-4x4"},  # a puzzle with one answer
        {"domain": "text-16", "examples": "some.txt"},  # no rules to search an answer by
        *({"domain": "pair", **choice} for choice in (
            {"latent": 0}, {"prior": "conditional"}, {"data": "problems"}, {"draw": "each_step"}, {"attempts": 1},
            {"data": "law", "blocks": 2}, {"free_bits": 0.1}, {"preset": "baseline"},
        )),
    ],
    ids=str,
)  # fmt: skip
def test_whoever_makes_a_choice_of_latent_or_data_has_no_preset_unasked(told: dict[str, Any]) -> None:
    run = Run.of(told)
    assert run.preset == ""
    assert left_open(told) == (len(told) == 1 or "preset" in told)


def test_a_run_that_goes_on_keeps_what_it_has(tmp_path: Path) -> None:
    told = {**TINY, "domain": "pair", "mixer": "attention"}
    assert list(Run.of({**told, "preset": "baseline"}).trainer().run(tmp_path))
    again = Run.of({"steps": 2}, tmp_path)
    assert (again.preset, again.config.latent, again.recipe.data) == ("", 0, "problems")


@pytest.mark.parametrize(
    ("name", "data"), [("latin-4", "law"), ("latin-6", "answers"), ("sudoku-9x9", "answers"), ("queens-20", "answers")]
)
def test_ours_learns_from_answers_of_search_where_they_are_too_many_to_list(name: str, data: str) -> None:
    run = Run.of({"domain": name, "preset": "ours"})
    assert (run.recipe.data, run.recipe.matched) == (data, True)

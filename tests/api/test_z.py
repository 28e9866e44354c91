"""z, given and told: a latent that is given stands in for a drawn one, and an answer's latent gives it again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.commands import run

from vmdsolve import InvalidInput, ModelMismatch, sample, solve, solve_batch
from vmdsolve.domains import get
from vmdsolve.domains.sequence import TokenSequence
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.model.z import shown, taken
from vmdsolve.problem import Rules
from vmdsolve.sampler import Plan, Predictor, fill_boards

FOUR = "1......2..4..3.."
WORDS = TokenSequence("words-6", "abcd", 6)  # no rules: whatever is drawn is an answer
KINDS: dict[str, dict[str, Any]] = {
    "gaussian": {"latent": 3},
    "conditional": {"latent": 3, "prior": "conditional"},
    "classes": {"latent": 3, "classes": 5},
    "autoregressive": {"latent": 3, "classes": 5, "prior": "autoregressive"},
    "cells": {"latent": 2, "prior": "cells"},
    "states": {"latent": 1, "prior": "states", "noise": (3.0, 0.0)},
}


def words(**shape: Any) -> VMD:
    about = {"mixer": "attention", "positions": (6, 4), "width": 8, "hidden": 8, "loops": 2, **shape}
    model = VMD(ModelConfig.of(WORDS, **about), seed=3).eval()
    for parameter in model.parameters():  # fresh weights hardly listen to z
        parameter.data *= 2
    return model


@pytest.mark.parametrize("shape", KINDS.values(), ids=KINDS)
def test_the_latent_of_an_answer_gives_it_again(shape: dict[str, Any]) -> None:
    model = words(**shape)
    options: dict[str, Any] = {
        "method": "vmd-only",
        "model": model,
        "device": "cpu",
        "temperature": 0.0,
        "order": "margin",
    }
    drawn = list(sample(WORDS, 6, **options))
    again = list(sample(WORDS, 6, z=[one.z for one in drawn], **options))
    assert [one.text for one in again] == [one.text for one in drawn]
    assert len({one.text for one in drawn}) > 1
    for one, other in zip(drawn, again, strict=True):
        np.testing.assert_array_equal(one.z, other.z)
    alone = list(sample(WORDS, 3, z=drawn[4].z, **options))
    assert {one.text for one in alone} == {drawn[4].text}


def test_rows_are_taken_in_turn_whatever_the_batch() -> None:
    model, z = words(), np.random.default_rng(0).standard_normal((3, 8))
    drawn = [one.z for one in sample(WORDS, 70, model=model, device="cpu", z=z)]
    np.testing.assert_array_equal(drawn, np.float32(z)[np.arange(70) % 3])


def test_a_native_model_takes_z_and_tells_it() -> None:
    found = solve(FOUR, method="vmd-only")
    assert found.z is not None
    assert (found.z.shape, found.z.dtype) == ((2,), np.float32)
    again = solve(FOUR, method="vmd-only", z=found.z)
    assert (again.text, again.latents_tried, again.z.tolist()) == (found.text, 1, found.z.tolist())
    assert solve(FOUR, method="vmd", z=found.z).z is None  # propagation found it
    assert solve(FOUR, method="search").z is None
    [batched, _] = solve_batch([FOUR, "1......44......1"], method="vmd-only", z=found.z)
    assert batched.z.tolist() == found.z.tolist()


@pytest.mark.parametrize(("shape", "backend"), [({}, "native"), ({}, "torch"), ({"classes": 3}, "native"),
                                                ({"mixer": "attention", "positions": (16, 4)}, "torch")])  # fmt: skip
@pytest.mark.parametrize("plan", [Plan(steps=3), Plan(steps=4, each_step=True), Plan(steps=4, blocks=2)])
def test_boards_with_a_given_z_are_those_that_draw_it(shape: dict[str, Any], backend: str, plan: Plan) -> None:
    domain = get("sudoku-4x4")
    model = VMD(ModelConfig.of(domain, width=8, hidden=8, loops=2, latent=3, **shape), seed=1).eval()
    predict = Predictor(model, domain.rules, backend=backend)
    boards, keys = np.full((5, 16), -1, np.int32), np.arange(5, dtype=np.uint64)
    drawn = fill_boards(predict, domain.rules, boards, plan, keys=keys)
    z = drawn.z
    assert z is not None
    assert z.shape == (5, model.config.code_width)
    again = fill_boards(predict, domain.rules, boards, plan, keys=keys, z=z)
    np.testing.assert_array_equal(again.z, z)
    if not plan.each_step and plan.blocks == 1:
        np.testing.assert_array_equal(again.values, drawn.values)


def test_without_a_latent_no_z_is_told() -> None:
    [one] = sample(WORDS, 1, model=words(latent=0), device="cpu")
    assert one.text is not None
    assert one.z is None


@pytest.mark.parametrize(
    ("z", "text"),
    [
        ([1, 2, 3], "z has 3 numbers a row; these weights want 2 numbers from -10,000 to 10,000"),
        ([1, 1e5], "z holds 100000; these weights want 2 numbers"),
        ([np.nan] * 4, "z is [nan, nan, nan, nan]; wanted finite numbers [D], or rows of them [K, D]"),
        ([True] * 4, "z is [True, True, True, True]; wanted finite numbers"),
        ([[1, 2, 3, 4], [1]], "wanted finite numbers [D], or rows of them [K, D] of one length"),
        ([], "z is []; wanted finite numbers"),
        ([[]], "z is [[]]; wanted finite numbers"),
        (np.zeros((1, 1, 4)), "wanted finite numbers [D], or rows"),
        (3, "z is 3; wanted finite numbers"),
        ({"a": 1}, "z is {'a': 1}; wanted finite numbers"),
        ("1,2;x", "z is '1,2;x'; wanted finite numbers"),
    ],
)
def test_a_z_that_cannot_be_is_refused_though_propagation_would_do(z: Any, text: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(text)):
        solve(FOUR, z=z)
    with pytest.raises(InvalidInput, match=re.escape(text)):
        sample("sudoku-4x4", 1, z=z)


@pytest.mark.parametrize(
    ("shape", "z", "text"),
    [
        (KINDS["classes"], [0, 1, 5], "z holds 5; these weights want 3 classes, whole numbers from 0 to 4"),
        (KINDS["classes"], [0, 1, 1.5], "z holds 1.5; these weights want 3 classes"),
        (KINDS["classes"], [0] * 15, "z has 15 numbers a row; these weights want 3 classes"),
        (KINDS["cells"], [-2] * 6, "z holds -2; these weights want a board of 6 symbols from 0 to 3, -1 where"),
    ],
)
def test_classes_and_cells_have_their_range(shape: dict[str, Any], z: Any, text: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(text)):
        sample(WORDS, 1, model=words(**shape), device="cpu", z=z)


def test_a_z_that_nobody_takes_is_refused() -> None:
    with pytest.raises(ModelMismatch, match="the weights for all-different have no latent: leave z out"):
        solve("." * 25, domain="latin-5", z=[0.0])
    with pytest.raises(ModelMismatch, match="no weights for brackets-6 are packaged: leave z out"):
        solve("......", domain="brackets-6", z=[0.0])
    for call in (lambda **o: solve(FOUR, **o), lambda **o: sample("sudoku-4x4", 1, **o)):
        with pytest.raises(InvalidInput, match="z is for the model, and method is 'search'"):
            call(z=[0.0] * 4, method="search")
    with pytest.raises(ModelMismatch, match="no weights for latin-5 are packaged: leave z out"):
        sample("latin-5", 1, z=[0.0])


@pytest.mark.parametrize("shape", KINDS.values(), ids=KINDS)
def test_what_is_shown_is_taken_again(shape: dict[str, Any]) -> None:
    config = ModelConfig("words-6", (), mixer="attention", positions=(6, 4), **shape)
    rng, kinds, width = np.random.default_rng(0), config.classes or 4, {"cells": 6, "states": 2}.get(config.prior, 3)
    given = rng.integers(0, kinds, (9, width)) if config.classes or width == 6 else rng.standard_normal((9, width))
    given = np.where(rng.random((9, 6)) < 0.5, -1, given) if width == 6 else given
    z = taken(config, Rules(6, 4), given.tolist())
    np.testing.assert_array_equal(shown(config, 4, z), given if config.classes or width == 6 else np.float32(given))


def test_commands_take_z_as_text(tmp_path: Path) -> None:
    found = solve(FOUR, method="vmd-only")
    text = ",".join(map(str, found.z.tolist()))  # type: ignore[union-attr]
    done = run("solve", FOUR, "-m", "vmd-only", "--z", text, "--output-format", "csv")
    assert done.exit_code == 0, done.stderr
    assert found.text in done.stdout
    done = run("sample", "sudoku-4x4", "-n", 2, "--z", "0,0;1,1", "-o", tmp_path / "s.csv")
    assert done.exit_code == 0, done.stderr
    assert "z has 3 numbers a row" in run("sample", "sudoku-4x4", "--z", "0,1,2").stderr
    (tmp_path / "in.txt").write_text(f"{FOUR}\n")
    job = ("solve", tmp_path / "in.txt", "-m", "vmd-only", "--z", text, "-o", tmp_path / "out.csv")
    assert run(*job).exit_code == 0

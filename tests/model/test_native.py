"""A native model says bit for bit what the model in torch says through the same kernel, and refuses the same files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vmdsolve.api.weights import predictor_on
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.kernels.denoise import weight_shapes
from vmdsolve.kernels.normal import normal
from vmdsolve.measure.accuracy import evaluate, held_out
from vmdsolve.model.checkpoint import load_model, save_model, save_tensors, shapes_of
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.native import NativeModel, drawn, is_native, load_native
from vmdsolve.model.packaged import weights_for
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import Plan, Predictor, fill_boards

FOUR = get("sudoku-4x4")
TINY = {"width": 8, "message": 7, "hidden": 6, "loops": 2}


def model_of(**shape: Any) -> VMD:
    return VMD(ModelConfig.of(FOUR, **{**TINY, **shape}), seed=3).eval()


def packaged_pair(name: str) -> tuple[Predictor, Predictor]:
    """The packaged weights without and with torch."""
    domain = get(name)
    path = weights_for(domain)
    assert path is not None
    return Predictor(load_native(path), domain.rules), Predictor(load_model(path), domain.rules)


@pytest.mark.parametrize("name", ["sudoku-4x4", "sudoku-9x9", "latin-5"])
def test_packaged_weights_say_the_same_bit_for_bit(name: str) -> None:
    domain, n = get(name), 6
    ours, theirs = packaged_pair(name)
    assert isinstance(ours.model, NativeModel)
    boards, keys = held_out(domain, n)[0], np.arange(n, dtype=np.uint64)
    noise = normal(keys, ours.z_width, seed=1)
    z = ours.draw(boards, noise)
    np.testing.assert_array_equal(z, theirs.draw(boards, noise))
    for by in (None, domain.rules.settles):
        for mine, other in zip(
            ours.evaluate(boards, z, settles=by), theirs.evaluate(boards, z, settles=by), strict=True
        ):
            np.testing.assert_array_equal(mine, other)
    for plan in (Plan(steps=3, legal=False, settle=True), Plan(steps=3, temperature=0.7)):
        both = [fill_boards(p, domain.rules, boards, plan, keys=keys, seed=2, trace=True) for p in (ours, theirs)]
        for name in ("values", "nfe", "loops", "late", "first", "z"):
            np.testing.assert_array_equal(*(getattr(one, name) for one in both))
        np.testing.assert_equal(*(one.trace for one in both))
    found = [evaluate(domain, boards, predict=p, plan=Plan(steps=1), latents=2) for p in (ours, theirs)]
    assert found[0].solved_at == found[1].solved_at
    assert found[0].loops_at == found[1].loops_at


@pytest.mark.parametrize("shape", [{"latent": 0}, {"latent": 3}, {"latent": 2, "classes": 3}, {"positions": (16, 4)}])
def test_saved_weights_say_the_same_whatever_their_shape(shape: dict[str, Any], tmp_path: Path) -> None:
    model = model_of(**shape)
    save_model(tmp_path / "w.safetensors", model, {})
    light = load_native(tmp_path / "w.safetensors")
    wanted = {name.removeprefix("denoiser."): s for name, s in shapes_of(model).items() if name.startswith("denoiser.")}
    config = model.config
    sizes = {"H": config.width, "M": config.message, "N": config.hidden, "D": config.code_width}
    assert weight_shapes(sizes, R=len(config.relations), positions=config.positions) == wanted
    boards, keys = held_out(FOUR, 5)[0], np.arange(5, dtype=np.uint64)
    both = [Predictor(of, FOUR.rules) for of in (light, model)]
    noise = normal(keys, both[0].z_width)
    mine, other = (predict(boards, predict.draw(boards, noise)) for predict in both)
    np.testing.assert_array_equal(mine, other)


@settings(max_examples=200, deadline=None)
@given(arrays(np.float32, (4, 6), elements=st.floats(-5, 5, width=32)))
def test_classes_are_drawn_as_in_torch(noise: np.ndarray[Any, Any]) -> None:
    model = model_of(latent=2, classes=3)
    theirs = model.draw(torch.full((4, 16), -1), model.units(FOUR.rules), torch.from_numpy(noise.copy()))
    np.testing.assert_array_equal(drawn(model.config, noise), theirs)


@pytest.mark.parametrize("kind", [torch.float64, torch.float16, torch.bfloat16])
def test_numbers_of_every_kind_are_read_alike(kind: torch.dtype, tmp_path: Path) -> None:
    model, path = model_of(latent=0), tmp_path / "w.safetensors"
    tensors = {name: tensor.to(kind) for name, tensor in model.state_dict().items()}
    save_tensors(path, tensors, {"config": model.config.to_json()})
    for name, array in load_native(path).kernel.weights.items():
        np.testing.assert_array_equal(array, Predictor(load_model(path), FOUR.rules)._native.weights[name])  # type: ignore[union-attr]


def broken(tensors: dict[str, torch.Tensor], how: str) -> None:
    name = "denoiser.readout.weight"
    if how == "lacks":
        del tensors[name]
    elif how == "also holds":
        tensors["junk"] = torch.zeros(1)
    elif how == "wanted":
        tensors[name] = tensors[name][:, :-1]
    else:
        tensors[name] = tensors[name] * torch.nan


@pytest.mark.parametrize("how", ["lacks", "also holds", "wanted", "NaN or infinity in"])
def test_what_cannot_be_is_refused_in_the_same_words(how: str, tmp_path: Path) -> None:
    model, path = model_of(latent=2), tmp_path / "w.safetensors"
    tensors = dict(model.state_dict())
    broken(tensors, how)
    save_tensors(path, tensors, {"config": model.config.to_json()})
    said = []
    for load in (load_native, load_model):
        with pytest.raises(ModelMismatch, match=how) as caught:
            load(path)
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_damage_is_noticed(tmp_path: Path) -> None:
    save_model(tmp_path / "w.safetensors", model_of(latent=2), {})
    data = bytearray((tmp_path / "w.safetensors").read_bytes())
    data[-2] ^= 1
    (tmp_path / "w.safetensors").write_bytes(data)
    with pytest.raises(ModelMismatch, match="is damaged: its numbers are not those that were saved"):
        load_native(tmp_path / "w.safetensors")


def test_what_is_not_native_is_not_read_as_such(tmp_path: Path) -> None:
    for shape in ({"prior": "conditional", "latent": 2}, {"mixer": "attention"}, {"prior": "cells", "latent": 2}):
        model = model_of(**shape)
        assert not is_native(model.config)
        save_model(tmp_path / "w.safetensors", model, {})
        with pytest.raises(ModelMismatch, match="it needs torch"):
            load_native(tmp_path / "w.safetensors")
        made = predictor_on("cpu", FOUR, FOUR.rules, tmp_path / "w.safetensors", bf16=False, threads=0)
        assert made is not None
        assert isinstance(made.model, VMD)
        assert made.by_torch is not None
    assert is_native(replace_prior())


def replace_prior() -> ModelConfig:
    """No latent: its prior says nothing."""
    return ModelConfig.of(FOUR, latent=0, prior="conditional")


def test_a_native_model_knows_the_cpu_alone() -> None:
    path = weights_for(FOUR)
    assert path is not None
    for options in ({"device": "cuda"}, {"backend": "torch"}):
        with pytest.raises(InvalidInput, match="wanted cpu and 'native', or a model by load_model"):
            Predictor(load_native(path), FOUR.rules, **options)  # type: ignore[arg-type]

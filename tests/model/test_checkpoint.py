"""Weights on disk: they load whole or not at all, cost nothing until they fit, and are seen when replaced."""

from __future__ import annotations

import json
import math
import resource
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from vmdsolve import solve
from vmdsolve.api.weights import model_for
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.model.about import cost_of
from vmdsolve.model.checkpoint import about, domain_of, history_of, load_model, packaged, save_model, save_tensors
from vmdsolve.model.config import ModelConfig, Sampling
from vmdsolve.model.names import FIRST_FORMAT, FORMAT, former_name
from vmdsolve.model.packaged import packaged_files
from vmdsolve.model.vmd import VMD

SIX = get("sudoku-6x6")
FOUR = get("sudoku-4x4")


def model_of(domain_name: str = "sudoku-4x4", seed: int = 1, **shape: object) -> VMD:
    numbers = {"width": 8, "hidden": 12, "loops": 3, "latent": 3, **shape}
    return VMD(ModelConfig.of(get(domain_name), **numbers), seed=seed).eval()


def test_weights_come_back_as_they_were_saved(tmp_path: Path) -> None:
    model = model_of("sudoku-4x4")
    save_model(tmp_path / "w.safetensors", model, {"steps": 0})
    again = load_model(tmp_path / "w.safetensors", FOUR)
    assert again.config == model.config
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["w.json", "w.safetensors"]
    assert json.loads((tmp_path / "w.json").read_text())["config"]["width"] == 8


@pytest.mark.parametrize(
    "shape", [{}, {"mixer": "attention", "positions": (16, 4)}, {"classes": 2, "prior": "autoregressive"}]
)
def test_files_of_the_first_format_are_read_by_their_names(shape: dict[str, Any], tmp_path: Path) -> None:
    model = model_of(**shape)
    former = {former_name(name): tensor.numpy() for name, tensor in model.state_dict().items()}
    assert former.keys() != model.state_dict().keys()
    said = {"format": FIRST_FORMAT, "config": model.config.to_json()}
    save_file(former, tmp_path / "w.safetensors", said)
    again = load_model(tmp_path / "w.safetensors", FOUR).state_dict()
    assert again.keys() == model.state_dict().keys()
    assert all(torch.equal(tensor, again[name]) for name, tensor in model.state_dict().items())
    save_file(former, tmp_path / "w.safetensors", {**said, "format": FORMAT})
    with pytest.raises(ModelMismatch, match="does not fit its own config"):
        load_model(tmp_path / "w.safetensors", FOUR)


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
        model.denoiser.update.bias[0] = math.nan
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match=r"holds NaN or infinity in denoiser\.update\.bias; .* not written"):
        save_model(path, model, {})
    assert path.read_bytes() == before
    save_tensors(path, model.state_dict(), {"config": model.config.to_json()})
    with pytest.raises(ModelMismatch, match=r"NaN or infinity in denoiser\.update\.bias"):
        load_model(path, FOUR)


def test_loading_draws_nothing_and_leaves_no_part_without_memory(tmp_path: Path) -> None:
    model = model_of(positions=(16, 4), prior="conditional")
    save_model(tmp_path / "w.safetensors", model, {})
    before = torch.get_rng_state()
    again = load_model(tmp_path / "w.safetensors")
    assert torch.equal(torch.get_rng_state(), before)
    assert not any(tensor.is_meta for tensor in [*again.parameters(), *again.buffers()])
    x, units, noise = torch.full((2, 16), -1), model.units(FOUR.rules), torch.ones(2, 3)
    with torch.no_grad():
        wanted, got = (it(x, units, it.draw(x, units, noise)) for it in (model, again))
    assert torch.equal(wanted, got)


def test_weights_that_are_loaded_while_sampling_can_be_trained(tmp_path: Path) -> None:
    save_model(tmp_path / "w.safetensors", model_of(), {})
    with torch.inference_mode():
        model = load_model(tmp_path / "w.safetensors").requires_grad_(True)
        x, units = torch.full((1, 16), -1), model.units(FOUR.rules)
        model(x, units, torch.zeros(1, 3))
    model(x.clone(), units, torch.zeros(1, 3)).sum().backward()
    assert model.denoiser.readout.weight.grad is not None


HUGE = {
    "width": 4096,
    "hidden": 4096,
    "message": 4096,
    "relations": ["row", "column", "box"],
    "latent": 4,
    "classes": 2,
}


@pytest.mark.parametrize(
    ("config", "text"),
    [
        (HUGE, "does not fit its own config"),
        ({**HUGE, "latent": 4096, "classes": 4096}, "weights is wanted"),
        ({"relations": [f"r{i}" for i in range(10_000)]}, "10,000 relations"),
        ({"width": 8.5}, "width is 8.5"),
        ({"width": True}, "width is True"),
        ({"mixer": "attention"}, "say in the config how many symbols"),
        ({"relations": []}, "no relations for messages"),
    ],
)
def test_a_config_that_asks_for_much_gets_nothing(config: dict[str, Any], text: str, tmp_path: Path) -> None:
    given = {"domain": "sudoku-4x4", "relations": ["row"], **config}
    save_tensors(tmp_path / "w.safetensors", {"w": torch.zeros(1)}, {"config": json.dumps(given)})
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ModelMismatch, match=text) as refused:
        load_model(tmp_path / "w.safetensors", FOUR)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes; HUGE wants over 500,000
    assert time.perf_counter() - begun < 20
    assert len(str(refused.value)) < 500


def spoiled(path: Path, change: Mapping[str, np.ndarray | None], metadata: Mapping[str, str] | None = None) -> None:
    """Weights of a small model with some tensors changed or left out."""
    model = model_of()
    held = {name: tensor.numpy() for name, tensor in model.state_dict().items()} | dict(change)
    said = {"format": FORMAT, "config": model.config.to_json(), **(metadata or {})}
    save_file({name: array for name, array in held.items() if array is not None}, path, said)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"denoiser.readout.bias": None}, "it lacks denoiser.readout.bias"),
        ({"extra": np.zeros(1, np.float32)}, "it also holds extra"),
        ({"denoiser.readout.bias": np.zeros(2, np.float32)}, r"holds denoiser.readout.bias \[2\], wanted \[1\]"),
        ({"denoiser.readout.bias": np.zeros(1, np.int64)}, "holds I64 in denoiser.readout.bias, wanted floating point"),
        ({"denoiser.readout.bias": np.zeros(1, np.bool_)}, "holds BOOL in denoiser.readout.bias"),
        (
            {f"t{i}": np.zeros(1, np.float32) for i in range(9)},
            "it also holds t0; also holds t1; also holds t2, and 6 more",
        ),
    ],
)
def test_tensors_that_do_not_fit_are_named(change: dict[str, np.ndarray | None], text: str, tmp_path: Path) -> None:
    spoiled(tmp_path / "w.safetensors", change)
    with pytest.raises(ModelMismatch, match=text):
        load_model(tmp_path / "w.safetensors", FOUR)


def test_weights_in_other_precisions_become_float32(tmp_path: Path) -> None:
    spoiled(tmp_path / "w.safetensors", {"denoiser.readout.bias": np.ones(1, np.float16)})
    bias = load_model(tmp_path / "w.safetensors", FOUR).denoiser.readout.bias
    assert (bias.dtype, bias.item()) == (torch.float32, 1.0)


@pytest.mark.parametrize(
    "record",
    ["[]", "null", "3", "{", "[" * 100_000, '{"domain": 3}', '{"domain": {"symbols": 3, "length": 4}}',
     '{"domain": {"symbols": "ab", "length": "4"}}', '{"domain": {"symbols": "ab"}}'],
)  # fmt: skip
def test_a_record_that_is_none_is_refused_in_a_sentence(record: str, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    spoiled(path, {}, {"recipe": record})
    for reader in (load_model, about, domain_of, history_of):
        with pytest.raises(ModelMismatch, match=r"the recipe in .*w.safetensors cannot be read"):
            reader(path)


def test_what_weights_took_counts_what_they_began_with() -> None:
    for path in packaged_files():
        record = json.loads(path.with_suffix(".json").read_text())
        took, before = cost_of(record), record.get("init", {"puzzles": 0, "hours": 0.0})
        assert took == {name: record[name] + before[name] for name in ("puzzles", "hours")}
        told = history_of(path)  # of a training that begins with them
        assert {name: told[name] for name in took} == took


@pytest.mark.parametrize("record", ['{"init": 3}', '{"puzzles": "many"}', '{"hours": null}'])
def test_a_history_that_is_none_is_refused(record: str, tmp_path: Path) -> None:
    spoiled(tmp_path / "w.safetensors", {}, {"recipe": record})
    with pytest.raises(ModelMismatch, match="does not say what the weights took"):
        history_of(tmp_path / "w.safetensors")


def test_examples_that_tell_of_no_domain_are_refused(tmp_path: Path) -> None:
    spoiled(tmp_path / "w.safetensors", {}, {"recipe": '{"domain": {"symbols": "ab", "length": 99999999}}'})
    with pytest.raises(ModelMismatch, match="does not say what it is for"):
        domain_of(tmp_path / "w.safetensors")


def test_attention_weights_of_earlier_versions_know_their_symbols(tmp_path: Path) -> None:
    model = model_of(mixer="attention")
    config = {name: value for name, value in json.loads(model.config.to_json()).items() if name != "symbols"}
    del config["sampling"]
    save_tensors(tmp_path / "w.safetensors", model.state_dict(), {"config": json.dumps(config)})
    assert load_model(tmp_path / "w.safetensors", FOUR).config == model.config


def test_a_model_remembers_how_it_is_sampled(tmp_path: Path) -> None:
    model = model_of(sampling=Sampling("each_step", 4, 8, "entropy", "least", 0.1))
    save_model(tmp_path / "w.safetensors", model, {})
    assert load_model(tmp_path / "w.safetensors").config.sampling == model.config.sampling


def test_weights_that_are_replaced_on_disk_are_seen(tmp_path: Path) -> None:
    path, board = tmp_path / "w.safetensors", "1......2..4..3.."
    save_model(path, model_of(seed=1), {})
    first = model_for(FOUR, FOUR.rules, path)
    assert model_for(FOUR, FOUR.rules, str(path)) is first
    solve(board, method="vmd-only", model=path, device="cpu", latents=1)
    save_model(path, model_of(seed=2), {})
    second = model_for(FOUR, FOUR.rules, path)
    assert not torch.equal(first.denoiser.update.weight, second.denoiser.update.weight)
    assert torch.equal(second.denoiser.update.weight, model_of(seed=2).denoiser.update.weight)
    path.unlink()
    with pytest.raises(ModelMismatch, match="no weights at"):
        solve(board, model=path, device="cpu")


def test_one_lookup_finds_the_weights_that_come_along() -> None:
    own, shared = model_for(FOUR, FOUR.rules), model_for(get("latin-5"), get("latin-5").rules)
    assert own is not None
    assert shared is not None
    assert (own.config.domain, shared.config.domain) == ("sudoku-4x4", "all-different")
    assert model_for(get("latin-6"), get("latin-6").rules) is shared  # whatever the puzzle
    assert model_for(get("brackets-6"), get("brackets-6").rules) is None
    assert model_for(FOUR, FOUR.rules, own) is own
    with pytest.raises(ModelMismatch, match="the model was trained for sudoku-4x4, not for sudoku-6x6"):
        model_for(SIX, SIX.rules, own)
    with pytest.raises(ModelMismatch, match="was trained for sudoku-4x4, not for sudoku-6x6"):
        model_for(SIX, SIX.rules, packaged_path())


def packaged_path() -> Path:
    from vmdsolve.model.packaged import packaged_file

    path = packaged_file("sudoku-4x4")
    assert path is not None
    return path


@pytest.mark.parametrize("name", ["sudoku-4x4", "sudoku-9x9", "queens-6", "queens-12"])
def test_packaged_weights_load_and_are_small(name: str) -> None:
    model = packaged(get(name))
    assert model is not None
    assert model.config.latent > 0
    assert sum(p.numel() for p in model.parameters()) < 1_000_000
    assert packaged(get("brackets-6")) is None

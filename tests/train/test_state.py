"""What a run has on disk: one process writes it, what is damaged is refused, and what diverges replaces nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch, TrainingDiverged
from vmdsolve.model.checkpoint import load_model, load_tensors, save_tensors
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.names import FORMAT
from vmdsolve.train import Recipe, Trainer

FOUR = get("sudoku-4x4")
SHAPE = ModelConfig.of(FOUR, width=8, message=8, hidden=12, loops=2, latent=2)
RECIPE = Recipe(steps=4, batch=4, loops=((0.0, 2),), bf16=False, warmup=2)


def trainer(**changes: object) -> Trainer:
    return Trainer(FOUR, SHAPE, replace(RECIPE, **changes))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


def test_a_second_training_in_a_folder_is_refused(tmp_path: Path) -> None:
    first = trainer().run(tmp_path, every=1)
    next(first)
    before = files(tmp_path)
    with pytest.raises(InvalidInput, match=r"^process \d+ trains in .*; wait for it, or name another folder$"):
        next(trainer().run(tmp_path))
    with pytest.raises(InvalidInput, match="trains in"):
        trainer().resume(tmp_path)
    assert files(tmp_path) == before
    first.close()
    again = trainer()
    again.resume(tmp_path)
    assert [progress.step for progress in again.run(tmp_path, every=2)] == [2, 4]


@pytest.mark.parametrize("name", ["state.safetensors", "weights.safetensors"])
def test_a_flipped_bit_is_noticed(tmp_path: Path, name: str) -> None:
    assert list(trainer().run(tmp_path))
    path = tmp_path / name
    data = bytearray(path.read_bytes())
    data[-3] ^= 1  # the last bits of a number's mantissa: it stays finite
    path.write_bytes(data)
    with pytest.raises(ModelMismatch, match="is damaged: its numbers are not those that were saved"):
        trainer(steps=6).resume(tmp_path) if name[0] == "s" else load_model(path, FOUR)


def test_files_of_before_have_no_hash_and_are_read(tmp_path: Path) -> None:
    model = trainer().average
    save_file(model.state_dict(), tmp_path / "a", {"format": FORMAT, "config": model.config.to_json()})
    assert load_tensors(tmp_path / "a")[1].hash is None


@pytest.mark.parametrize("group", ["model", "average", "adam"])
def test_a_state_with_nan_is_not_resumed(tmp_path: Path, group: str) -> None:
    assert list(trainer().run(tmp_path))
    path = tmp_path / "state.safetensors"
    tensors, about = load_tensors(path)
    name = next(key for key in tensors if key.startswith(group) and tensors[key].numel() > 1)
    tensors[name].view(-1)[0] = torch.nan
    save_tensors(path, tensors, {"config": about.config.to_json(), "record": json.dumps(about.record)})
    with pytest.raises(ModelMismatch, match="holds NaN or infinity in "):
        trainer(steps=6).resume(tmp_path)


def test_a_run_that_diverges_replaces_nothing(tmp_path: Path) -> None:
    good = trainer()
    assert list(good.run(tmp_path, every=1))
    before = files(tmp_path)
    bad = trainer(steps=6)
    bad.resume(tmp_path)
    with torch.no_grad():
        next(bad.model.parameters()).fill_(torch.inf)
    with pytest.raises(TrainingDiverged, match=r"^training diverged at step 5: .*keeps the state of step 4: go on"):
        list(bad.run(tmp_path, every=1))
    assert files(tmp_path) == before
    with pytest.raises(TrainingDiverged, match=r"^training diverged at step 4: model\.\S+ holds NaN or infinity$"):
        bad.save(tmp_path)
    assert files(tmp_path) == before


def test_a_step_whose_loss_is_no_number_is_named_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run = trainer(steps=50)
    whole, seen = run.batch, []

    def batch(step: int, boards: int, own: slice) -> tuple[torch.Tensor, ...]:
        seen.append(step)
        start, x, x0, noise, t = whole(step, boards, own)
        return start, x, x0, noise * (torch.nan if step == 6 else 1), t

    monkeypatch.setattr(run, "batch", batch)
    with pytest.raises(TrainingDiverged, match=r"^training diverged at step 7: the loss is nan$"):
        list(run.run(every=100))
    assert seen[-1] == run.step == 6
    assert all(torch.isfinite(parameter).all() for parameter in run.model.parameters())


def test_a_run_that_diverges_at_once_says_that_nothing_is_kept(tmp_path: Path) -> None:
    run = trainer()
    with torch.no_grad():
        next(run.model.parameters()).fill_(torch.nan)
    with pytest.raises(TrainingDiverged, match=r"^training diverged at step 1: .*; nothing was saved before; begin "):
        list(run.run(tmp_path))
    assert files(tmp_path) == {}


@pytest.mark.parametrize(
    "changes",
    [{"step": -1}, {"step": True}, {"step": 1.5}, {"step": 10**400}, {"hours": -1}, {"hours": 10**400}, {"data": 3}],
)
def test_a_state_that_cannot_be_is_not_resumed(tmp_path: Path, changes: dict[str, object]) -> None:
    trainer().save(tmp_path)
    path = tmp_path / "state.safetensors"
    tensors, about = load_tensors(path)
    record = json.dumps({**about.record, **changes})
    save_tensors(path, tensors, {"config": about.config.to_json(), "record": record})
    with pytest.raises(ModelMismatch, match="does not say how far its run has come"):
        trainer().resume(tmp_path)


@pytest.mark.parametrize("change", ["no moment", "another moment", "another tensor"])
def test_a_state_with_other_tensors_is_refused_before_they_are_read(tmp_path: Path, change: str) -> None:
    assert list(trainer().run(tmp_path))
    path = tmp_path / "state.safetensors"
    tensors, about = load_tensors(path)
    name = next(key for key in tensors if key.endswith(".exp_avg"))
    if change == "no moment":
        del tensors[name]
    else:
        tensors[f"{name}s" if change == "another moment" else "more"] = torch.full((2,), torch.nan)
    save_tensors(path, tensors, {"config": about.config.to_json(), "record": json.dumps(about.record)})
    with pytest.raises(ModelMismatch, match=r"does not fit its own config: (the moments of|it also holds more)"):
        trainer().resume(tmp_path)

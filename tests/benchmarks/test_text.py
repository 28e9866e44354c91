"""The benchmarks of text, on a made text."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks.study import text, text_arms, text_speed, text_tables
from vmdsolve.text.config import TextConfig
from vmdsolve.text.data import read_data
from vmdsolve.text.recipe import TextRecipe
from vmdsolve.text.trainer import TextTrainer

FEW = {"length": 16, "steps": 4, "batch": 2, "width": 16, "layers": 1, "n": 4, "few": 2, "times": 2, "latents": 2}
ARMS = "autoregressive;block 4;block 4, VMD, classes"


def result(folder: Path) -> dict[str, Any]:
    (path,) = folder.glob("*.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    """A made text8: lower-case letters and blanks."""
    for part in ("train", "valid", "test"):
        (tmp_path / part).write_text(f"the {part} and the rest of it all " * 30)
    files = {part: str(tmp_path / part) for part in ("train", "valid", "test")}
    (tmp_path / "train").write_text("abcdefghijklmnopqrstuvwxyz the valid and the rest of it all test train " * 20)
    defaults = {
        "rate": 1e-3,
        "free_bits": 0.0,
        "seeds": 1,
        "first_seed": 0,
        "device": "cpu",
        "only_table": False,
        "budget": None,
    }
    return {**FEW, **files, **defaults, "arms": ARMS, "folder": tmp_path / "runs", "out": tmp_path / "out"}


@pytest.mark.slow
def test_arms_are_trained_once_and_stand_in_one_table(options: dict[str, Any], tmp_path: Path) -> None:
    text.run(**options)
    found = result(tmp_path / "out")
    rows = {(row["arm"], row["bound"]): row for row in found["rows"]}
    assert {arm for arm, _ in rows} == {"1-gram", "5-gram", "bz2", "xz", *ARMS.split(";")}
    assert rows["autoregressive", "exact"]["tokens"] == 4 * 2 * 16
    assert rows["block 4, VMD, classes", "IW"]["kl"] > 0
    assert ("autoregressive", "IW") not in rows
    shown = text_tables.shown(found["rows"])
    assert shown.count("\n") == 1 + 4 + 3
    equal = text_tables.at_equal_time(found["rows"])
    assert ("autoregressive", 0) in equal
    states = sorted((tmp_path / "runs").glob("*/state.safetensors"))
    before = [path.stat().st_mtime_ns for path in states]
    text.run(**{**options, "out": tmp_path / "again"})
    assert [path.stat().st_mtime_ns for path in states] == before  # nothing is trained again
    again = {(row["arm"], row["bound"]): row["bits"] for row in result(tmp_path / "again")["rows"]}
    assert again == {place: row["bits"] for place, row in rows.items()}
    text.run(**{**options, "only_table": True, "arms": "main", "out": tmp_path / "shown"})
    told = result(tmp_path / "shown")
    assert {(row["arm"], row["bound"]): row["bits"] for row in told["rows"]} == again
    assert {note.split(",")[0] for note in told["notes"]} >= {"MDM", "block 8"}  # and nothing is trained for them
    assert sorted((tmp_path / "runs").glob("*/state.safetensors")) == states
    gone_on = {**options, "folder": tmp_path / "elsewhere", "arms": "block 4;block 8", "out": tmp_path / "out"}
    text.run(**gone_on)  # what a result holds is not trained once more, wherever it was trained
    assert {path.name.rpartition("-0-")[0] for path in (tmp_path / "elsewhere").iterdir()} == {"block-8"}
    assert {row["arm"] for row in rows_of(tmp_path / "out") if "seed" in row} == {*ARMS.split(";"), "block 8"}
    assert all(row["price"] > 0 for row in rows_of(tmp_path / "out") if "seed" in row)
    for path in (tmp_path / "out").glob("*.json"):
        path.write_text(path.read_text().replace('"choices": "', '"choices": "of another training, '))
    text.run(**{**gone_on, "arms": "block 4"})
    assert len([*(tmp_path / "elsewhere").iterdir()]) == 2


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return text_tables.combined([json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))])


def test_evaluations_are_those_of_a_text_as_its_bound_has_it() -> None:
    wanted = {"autoregressive": 64, "MDM": 64, "block 8": 64, "block 8, 8 a step": 8, "VMD, classes, all at once": 1}
    assert {arm: text_arms.evaluations(arm, 64) for arm in wanted} == wanted
    rows = [{"arm": "block 4, 4 a step", "seed": seed, "bound": "NELBO", "bits": 2.0 + seed} for seed in range(2)]
    assert "| block 4, 4 a step | 4 " in " ".join(text_tables.summary(rows, 16).split()).replace("  ", " ")
    assert "2.500 (3.000)" in text_tables.summary(rows, 16)


def test_gains_are_of_the_same_windows_and_seeds_with_the_greater_error() -> None:
    def row(arm: str, seed: int, nats: list[float]) -> dict[str, Any]:
        bits = sum(nats) / len(nats) / math.log(2)
        return {"arm": arm, "bound": "NELBO", "seed": seed, "nats": nats, "bits": bits}

    plain = [row("block 8", 0, [1.0, 2.0, 3.0]), row("block 8", 1, [1.0, 2.0, 3.0]), row("block 8", 2, [9.0, 9.0, 9.0])]
    latent = [row("block 8, VMD, classes", 0, [0.9, 1.9, 2.9]), row("block 8, VMD, classes", 1, [0.7, 1.7, 2.7])]
    header, _, line = text_tables.gains([*plain, *latent]).splitlines()
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    less, apart = 0.2 / math.log(2), 0.2 / math.log(2) / 2  # windows differ by as much: only seeds do not agree
    assert cells == ["block 8, VMD, classes", "block 8", "2", f"{less:+.4f} ± {apart:.4f}", "+10.00%"]
    assert "IW" not in header
    assert text_tables.gains(plain) == ""


def test_a_training_that_a_budget_ends_goes_on(options: dict[str, Any], tmp_path: Path) -> None:
    data = read_data([options["train"]], 16, valid=options["valid"], test=options["test"])
    config = TextConfig(data.vocabulary.size, length=16, block=4, width=16, layers=1)

    def begun(name: str, end: float) -> TextTrainer | None:
        return text.trained("block 4", data, config, TextRecipe(steps=12, batch=2), tmp_path / name, "cpu", end)

    assert begun("none", time.perf_counter()) is None
    assert not (tmp_path / "none").exists()
    assert begun("parts", time.perf_counter() + 1e-4) is None
    pieces = (begun("parts", time.perf_counter() + 1e-3) for _ in range(1000))  # a busy machine may begin none of some
    last, whole = next(one for one in pieces if one is not None), begun("whole", math.inf)
    assert whole is not None
    for one, other in zip(last.average.parameters(), whole.average.parameters(), strict=True):
        assert torch.equal(one, other)
    with pytest.raises(SystemExit, match=r"^nothing was measured"):
        text.run(**{**options, "arms": "block 8", "only_table": True})
    assert not (tmp_path / "out").exists()


def test_names_of_arms_and_files_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(SystemExit, match="unknown arm wings; there are autoregressive; MDM"):
        text.run(**{**options, "arms": "wings"})
    with pytest.raises(SystemExit, match=r"^no such file: none \(set VMDSOLVE_DATA"):
        text.run(**{**options, "train": "none"})


@pytest.mark.slow
def test_speed_has_a_row_for_every_arm(tmp_path: Path) -> None:
    text_speed.run(length=16, batch=2, width=16, layers=1, repeats=1, out=tmp_path)
    rows = result(tmp_path)["rows"]
    assert {row["arm"] for row in rows} == {"plain", *text_speed.ARMS}
    assert all(row["seconds"]["median"] > 0 for row in rows)
    assert [row["ratio"] for row in rows if row["arm"] == "plain"] == [1.0]

"""The command `diagnose` on what there is: weights that come along, runs, weights of examples, and none of these."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.commands import run

from vmdsolve.checker import accepts
from vmdsolve.domains import get
from vmdsolve.model.checkpoint import save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.packaged import packaged_files
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN

FOUR = get("sudoku-4x4")
TINY: dict[str, Any] = {"width": 8, "message": 8, "hidden": 8, "loops": 1}


def saved(path: Path, record: dict[str, Any], latent: int = 2) -> Path:
    save_model(path, VMD(ModelConfig.of(FOUR, latent=latent, **TINY)), record)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("path", packaged_files(), ids=lambda path: path.stem)
def test_all_weights_that_come_along_are_diagnosed(path: Path) -> None:
    by_name, by_file = (
        json.loads(run("diagnose", one, "-n", 1, "--json", "--device", "cpu").stdout) for one in (path.stem, path)
    )
    assert by_name == {**by_file, "weights": str(path)}
    config = json.loads(path.with_suffix(".json").read_text())["config"]
    assert by_name["latent"] in ({"dead", "alive"} if config["latent"] else {"absent"})
    assert by_name["dead"] == {"dead": True, "alive": False, "absent": None}[by_name["latent"]]


@pytest.mark.parametrize("name", ["all-different", "sudoku-6x6", "latin-5"])
def test_an_absent_latent_is_called_absent(name: str, tmp_path: Path) -> None:
    said = run("plot", "--latent", name, "-o", tmp_path / "plots")
    assert said.exit_code == 0
    assert said.stdout.startswith(f"{name}, ")
    assert "latent       absent: these weights have none; they are plain masked diffusion\n" in said.stdout
    assert "no plots: there is no latent to be seen" in said.stderr
    assert not (tmp_path / "plots").exists()
    assert json.loads(run("diagnose", name, "--json").stdout)["latent"] == "absent"


def test_several_pictures_do_not_go_into_one_file() -> None:
    said = run("plot", "--latent", "sudoku-4x4", "-o", "z.png")
    assert said.exit_code == 2
    assert "z.png is a file's name: name a folder with -o" in said.stderr


def test_noise_on_states_is_told_alive_or_dead(tmp_path: Path) -> None:
    """The weights that come along live; the same without noise say one thing for all z."""
    said = run("plot", "--latent", "sudoku-4x4", "-n", 64, "-o", tmp_path / "plots")
    assert said.exit_code == 0, said.stderr
    assert "z            noise on the states; it has no posterior, so no KL\n" in said.stdout
    assert "latent       alive\n" in said.stdout
    assert "no plots: noise on states has no dimensions to be seen" in said.stderr
    told = json.loads(run("diagnose", "sudoku-4x4", "-n", 64, "--json").stdout)
    assert told["information"] > 1
    assert 1 < told["different"] <= 16
    assert told["valid"] > 0.9
    gaps = told["gaps"]
    assert (gaps["answers"], gaps["posterior"]) == (288, None)
    assert gaps["kl"] == pytest.approx(gaps["decoder"] + gaps["prior"])
    assert gaps["unsaid"] < 0.05  # noise decides the whole grid
    assert "gaps         KL(law || model) 0." in said.stdout
    shown = np.stack([FOUR.parse(text).values for text in told["shown"]])
    assert accepts(FOUR.rules, np.full_like(shown, OPEN), shown).mean() > 0.8
    quiet = VMD(ModelConfig.of(FOUR, latent=1, prior="states", **TINY))
    save_model(tmp_path / "w.safetensors", quiet, {"recipe": {"batch": 4}})
    said = run("diagnose", tmp_path / "w.safetensors", "-n", 4)
    assert "latent       dead by 1 board: z tells the network nothing of it\n" in said.stdout
    assert said.stdout.startswith(f"sudoku-4x4, {tmp_path / 'w.safetensors'}: 1 board, 16 draws of z for each")
    told = json.loads(run("diagnose", tmp_path / "w.safetensors", "-n", 4, "--json").stdout)
    assert (told["dead"], told["different"]) == (True, 1.0)


def test_a_file_of_hard_puzzles_that_is_gone_is_done_without(tmp_path: Path) -> None:
    recipe = {"hard": "/gone/hard.txt", "hard_share": 0.5, "batch": 4}
    weights = saved(tmp_path / "w.safetensors", {"recipe": recipe})
    said = run("diagnose", weights, "-n", 4, "--device", "cpu")
    assert said.exit_code == 0, said.stderr
    assert "4 boards, native generator, minimal problems (of hard.txt, which is not here, none)\n" in said.stdout
    assert "one board, as dimension " in said.stdout
    assert said.stdout.count(" cells changed\n") == 5
    assert "gaps         not measured: no board was found in time whose answers are 2 or more" in said.stdout


def test_a_run_is_named_by_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    weights = saved(folder / "weights.safetensors", {"recipe": {"batch": 4}})
    by_folder, by_file = (run("diagnose", one, "-n", 4, "--device", "cpu") for one in (folder, weights))
    assert by_folder.stdout == by_file.stdout
    assert by_folder.stdout.startswith(f"sudoku-4x4, {weights}: 4 boards")
    assert f"no weights at {tmp_path}: the folder holds neither" in run("diagnose", tmp_path).stderr


@pytest.mark.slow
def test_weights_of_examples_are_diagnosed_with_their_file(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("".join(f"{a}{b}{a}\n" for a in "abcd" for b in "abcdef"))
    train = (
        "train", "--examples", tmp_path / "words.txt", "--run-dir", tmp_path / "run", "--device", "cpu", "--steps", 2,
        "--batch", 4, "--loops", "0:1", "--width", 8, "--hidden", 8, "--latent", 2, "--no-bf16",
    )  # fmt: skip
    assert run(*train).exit_code == 0
    said = run("diagnose", tmp_path / "run", "-n", 4, "--device", "cpu")
    assert said.exit_code == 0, said.stderr
    assert said.stdout.startswith(f"words-3, {tmp_path / 'run' / 'weights.safetensors'}: 4 boards, ")
    (tmp_path / "words.txt").rename(tmp_path / "moved.txt")
    gone = run("diagnose", tmp_path / "run", "-n", 4, "--device", "cpu")
    assert gone.exit_code == 2
    assert "words.txt, which these weights learned from, is not here: name it by --examples" in gone.stderr
    found = run(
        "diagnose", tmp_path / "run", "-n", 4, "--device", "cpu", "--examples", tmp_path / "moved.txt", "--json"
    )
    assert found.exit_code == 0, found.stderr
    drawn = run(
        "plot", "--latent", tmp_path / "run", "-n", 4, "-o", tmp_path / "z", "--examples", tmp_path / "moved.txt"
    )
    assert drawn.exit_code == 0, drawn.stderr
    assert {"embedding.png", "traversal.png"} <= {path.name for path in (tmp_path / "z").iterdir()}
    told = json.loads(found.stdout)
    assert (told["domain"], len(told["embedding"]["points"])) == ("words-3", 4)
    assert {len(board) for board in told["traversals"][0]["boards"]} == {3}


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    weights = saved(tmp_path / "w.safetensors", {})
    for arguments, text in (
        (["sudoku-4x4", "-d", "sudoku-6x6"], "sudoku-4x4 and --domain sudoku-6x6 both name a domain"),
        ([weights, "-d", "sudoku-6x6"], "was trained for sudoku-4x4, not for sudoku-6x6"),
        ([weights, "-d", "marble"], "unknown domain 'marble'"),
        (["--weights", weights, "sudoku-6x6"], "was trained for sudoku-4x4, not for sudoku-6x6"),
        ([weights, "--examples", weights], "these weights learned from data 'problems'"),
        ([tmp_path / "gone"], f"no run and no weights at {tmp_path / 'gone'}"),
        (["gone.safetensors"], "no run and no weights at gone.safetensors"),
        (["gone"], "unknown domain 'gone'"),
        ([saved(tmp_path / "none.safetensors", {}, latent=0), "-d", "sudoku-6x6"], "was trained for sudoku-4x4"),
    ):
        refused = run("diagnose", *arguments)
        assert (refused.exit_code, refused.stdout) == (2, ""), arguments
        assert text in refused.stderr

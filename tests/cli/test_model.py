"""The commands that need the learned model: train, eval, info."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import PUZZLES, P, run, table

import vmdsolve
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels.denoise import PATH_VARIABLE, fastest_path
from vmdsolve.model.checkpoint import load_tensors, save_tensors
from vmdsolve.model.config import ModelConfig
from vmdsolve.train.keys import givens_of, loops_of

TINY = ["--batch", 2, "--loops", "0:2", "--width", 4, "--message", 4, "--hidden", 4, "--latent", 2, "--no-bf16"]


@pytest.mark.slow
def test_a_model_is_trained_resumed_measured_and_used(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    weights = folder / "weights.safetensors"
    train = ["train", "sudoku-4x4", "--run-dir", folder, "--device", "cpu", "--every", 2]
    begun = run(*train, *TINY, "--steps", 4)
    assert begun.exit_code == 0
    assert "\nstep 2/4  left " in begun.stdout
    assert begun.stdout.startswith(f"training sudoku-4x4 in {folder}\n")
    assert max(len(line) for line in begun.stdout.splitlines()[1:-1]) <= 80
    assert f"done: {weights}" in begun.stdout
    assert begun.stderr.count("the latent is dead") == 1  # four steps teach it nothing

    refused = run(*train, *TINY, "--steps", 4)
    assert refused.exit_code == 2
    assert "holds a run already: go on with --resume, or name another with --run-dir" in refused.stderr
    assert "holds a run with config" in run(*train, "--resume", "--width", 5).stderr
    resumed = run(*train, "--resume", "--steps", 6)
    assert "\nstep 6/6  left 0s  rate " in resumed.stdout
    assert "step 2/" not in resumed.stdout

    measured = run("eval", "sudoku-4x4", "--weights", weights, "-n", 5, "--steps", 3, "--device", "cpu")
    assert measured.exit_code == 0
    assert "problems  5 of sudoku-4x4, fresh minimal puzzles, seed 0\n" in measured.stdout
    assert "T = 3, K = 1, order margin, no rule helps\n" in measured.stdout
    assert "block applications a problem (loops; boards that settle need few)\n" in measured.stdout
    of_file = run("eval", PUZZLES / "sudoku/mini.txt", "--weights", weights, "--legal", "--device", "cpu")
    assert "problems  20 of sudoku-4x4, " in of_file.stdout

    used = run("solve", PUZZLES / "sudoku/mini.txt", "--weights", weights, "--device", "cpu")
    assert used.exit_code == 0
    assert {row["status"] for row in table(used.stdout)} == {"SOLVED"}
    assert "was trained for sudoku-4x4, not for sudoku-6x6" in run("eval", "sudoku-6x6", "--weights", weights).stderr


def test_a_run_from_before_the_native_loops_goes_on_without_them(tmp_path: Path) -> None:
    def recipe() -> Any:
        return load_tensors(state)[1].record["recipe"]

    state = tmp_path / "state.safetensors"
    train = ["train", "sudoku-4x4", "--run-dir", tmp_path, "--device", "cpu"]
    assert run(*train, *TINY, "--steps", 2).exit_code == 0
    assert recipe()["native"] is True
    tensors, said = load_tensors(state)
    del said.record["recipe"]["native"]
    save_tensors(state, tensors, {"config": said.config.to_json(), "record": json.dumps(said.record)})
    assert run(*train, "--resume", "--steps", 3).exit_code == 0
    assert recipe()["native"] is False
    assert run(*train, "--resume", "--steps", 4, "--native").exit_code == 0
    assert recipe()["native"] is True


def test_what_time_does_not_suffice_for_is_said() -> None:
    for command in (("eval", "sudoku-4x4"), ("eval", PUZZLES / "sudoku/mini.txt"), ("diagnose", "sudoku-4x4")):
        told = run(*command, "--time-limit", 0)
        assert (told.exit_code, told.stdout) == (2, "")
        assert told.stderr.strip().endswith("allow more")
        assert "time_limit is -1" in run(*command, "--time-limit", -1).stderr
    whole = json.loads(run("eval", "sudoku-4x4", "-n", 8, "--json", "--time-limit", 600).stdout)
    assert (whole["problems"], whole["stopped"]) == (8, None)


def test_eval_refuses_what_it_cannot_measure(tmp_path: Path) -> None:
    assert "no weights for brackets-6 come along; name a file with --weights" in run("eval", "brackets-6").stderr
    path = tmp_path / "mixed.txt"
    path.write_text(f"{P}\n{'.' * 36}\n")
    assert f"{path}:2: a problem of sudoku-6x6 among those of sudoku-4x4" in run("eval", path).stderr
    path.write_text(f"{P}\nhello\n")
    assert f"{path}:2: no domain goes by 5 cells" in run("eval", path).stderr
    path.write_text('{"puzzle": 3}\n')
    assert f"{path}:1: wanted an object" in run("eval", path).stderr
    assert "no such file" in run("eval", tmp_path / "gone").stderr


def test_train_begins_with_packaged_weights_or_those_of_a_file(tmp_path: Path) -> None:
    few = ("--steps", 1, "--batch", 2, "--loops", "0:2", "--full", 0.5)
    first = run("train", "sudoku-4x4", "--run-dir", tmp_path / "a", "--init", "packaged", *few)
    assert first.exit_code == 0, first.stderr
    second = run("train", "sudoku-4x4", "--run-dir", tmp_path / "b", "--init", tmp_path / "a/weights.safetensors", *few)
    assert second.exit_code == 0, second.stderr
    told = [json.loads((tmp_path / name / "weights.json").read_text()) for name in "ab"]
    assert [t["init"]["file"] for t in told] == ["sudoku-4x4.safetensors", "weights.safetensors"]
    assert told[1]["init"]["puzzles"] == told[0]["init"]["puzzles"] + 2
    assert told[0]["recipe"]["full"] == 0.5
    assert (
        "--init is for a run's beginning" in run("train", "--run-dir", tmp_path / "b", "--resume", "--init", "a").stderr
    )
    assert "no weights come along for latin-5" in run("train", "latin-5", "--init", "packaged").stderr
    other = run("train", "latin-4", "--run-dir", tmp_path / "c", "--init", tmp_path / "a/weights.safetensors", *few)
    assert "the config is for sudoku-4x4, not for latin-4" in other.stderr


def test_train_refuses_what_it_cannot_resume(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    assert "there is no run to resume in" in run("train", "latin-4", "--run-dir", tmp_path, "--resume").stderr
    config = {"config": ModelConfig.of(get("latin-4")).to_json()}
    for record, text in (
        ('{"recipe": {"colour": "red"}}', "the recipe cannot be read by this version: "),
        ('{"recipe": []}', "the recipe cannot be read by this version: "),
        ('{"recipe": {"steps": "many"}}', "steps is 'many'; wanted a whole number"),
        ("[]", "wanted an object"),
        ("null", "wanted an object"),
        ("[" * 100_000, "cannot be read: "),
        ("{}", "was trained with"),
    ):
        save_file({}, tmp_path / "state.safetensors", {"format": "vmdsolve-2", "record": record, **config})
        result = run("train", "latin-4", "--run-dir", tmp_path, "--resume", "--seed", 1)
        assert result.exit_code == 2
        assert text in result.stderr


@pytest.mark.parametrize(
    "text", ["", "0", "0:8,", "0.1:8", "0:8,0.5:16,0.5:9", "0:8,1:16", "0:0", "a:b", "nan:1", "0:1:2"]
)
def test_a_schedule_of_loops_is_checked(text: str) -> None:
    with pytest.raises(InvalidInput, match="wanted SHARE:LOOPS"):
        loops_of(text)


@pytest.mark.parametrize("text", ["", "a", "-1", "3:", ":3", "5:3", "1:2:3", "1.5", "-1:2"])
def test_a_number_of_givens_is_checked(text: str) -> None:
    with pytest.raises(InvalidInput, match="wanted a number of cells, or FEWEST:MOST"):
        givens_of(text)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--mixer", "mlp"], "mixer is 'mlp'; wanted one of messages, attention"),
        (["--classes", 1], "classes is 1"),
        (["--prior", "autoregressive"], "goes over groups of classes"),
        (["--data", "files"], "data is 'files'"),
        (["--givens", "4"], "blocks and givens go with data 'law'"),
        (["--data", "law", "--givens", "0:3"], "givens up to 3, 1 blocks; pair has 2 cells"),
        (["--data", "law", "--blocks", 3], "givens up to 0, 3 blocks; pair has 2 cells"),
        (["--draw", "often"], "draw is 'often'"),
        (["--latent-kl", 2], "latent_kl is 2.0; wanted a number from 0 to 1"),
        (["--kl-warmup", -1], "kl_warmup is -1.0"),
        (["--free-bits", -1], "free_bits is -1.0"),
        (["--settle", 0.5], "settle is for classes"),
    ],
)
def test_train_refuses_what_cannot_be_before_it_begins(options: list[object], text: str, tmp_path: Path) -> None:
    refused = run("train", "pair", "--run-dir", tmp_path / "run", "--device", "cpu", *TINY, "--steps", 2, *options)
    assert refused.exit_code == 2
    assert text in refused.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "positions"),
    [
        ([], [0, 0]),
        (["--positions"], [2, 10]),
        (["--data", "law"], [2, 10]),
        (["--data", "law", "--no-positions"], [0, 0]),
    ],
)
def test_positions_come_with_a_law_unless_told_otherwise(
    options: list[object], positions: list[int], tmp_path: Path
) -> None:
    done = run("train", "pair", "--run-dir", tmp_path, "--device", "cpu", *TINY, "--steps", 1, *options)
    assert done.exit_code == 0, done.stderr
    assert json.loads((tmp_path / "weights.json").read_text())["config"]["positions"] == positions


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_training_saved(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vmdsolve.train import progress

    def heard(p: progress.Progress, *_: object) -> str:
        if p.step == 3:
            signal.raise_signal(number)
        return f"at {p.step}"

    monkeypatch.setattr(progress, "line_of", heard)
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    train = ["train", "pair", "--run-dir", tmp_path, "--device", "cpu", *TINY, "--steps", 9, "--every", 3]
    stopped = run(*train)
    assert stopped.exit_code == 128 + number
    assert stopped.stdout.endswith(f"\nat 1\nat 3\nat 4\nstopped at step 4: {tmp_path / 'weights.safetensors'}\n")
    assert "all is saved; --resume goes on from there\n" in stopped.stderr
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before
    monkeypatch.undo()
    resumed = run("train", "pair", "--run-dir", tmp_path, "--device", "cpu", "--resume")
    assert resumed.exit_code == 0, resumed.stderr
    assert "\nstep 5/9  left " in resumed.stdout
    assert "\ndone: " in resumed.stdout


def test_a_training_that_cannot_be_is_refused_before_torch_is_loaded() -> None:
    code = (
        "import sys; sys.argv[1:] = sys.argv[2].split()\nfrom vmdsolve.cli import main\n"
        "try: main()\nexcept SystemExit as end: print(end.code, 'torch' in sys.modules)"
    )
    for words, text in (
        ("train zebra", "a board of its own"),
        ("train text-64", "has no rules"),
        ("train latin-4 --rate 0", "rate is 0.0"),
        ("train latin-4 --classes 1", "classes is 1"),
    ):
        done = subprocess.run([sys.executable, "-c", code, "-", words], capture_output=True, text=True, check=True)
        assert done.stdout == "2 False\n"
        assert text in done.stderr


def test_a_dead_latent_is_spoken_of_once_the_kl_has_its_full_weight(tmp_path: Path) -> None:
    train = ["train", "pair", "--device", "cpu", *TINY, "--steps", 4, "--every", 1, "--latent-kl", 1]
    late = run(*train, "--run-dir", tmp_path / "a", "--kl-warmup", 0.75)
    assert late.stderr.count("the latent is dead") == 1
    stopped = run(*train, "--run-dir", tmp_path / "b", "--kl-warmup", 0.75, "--seconds", 0)
    assert "step 1/4" in stopped.stdout
    assert "the latent is dead" not in stopped.stderr


def test_info_says_what_is_there_and_what_is_not() -> None:
    lines = dict(line.split(maxsplit=1) for line in run("info").stdout.splitlines())
    assert lines["vmdsolve"] == vmdsolve.__version__
    assert lines["native"].startswith("_native.")
    assert {"python", "cores", "numpy", "torch", "path", "cuda", "weights"} <= set(lines)
    weights = json.loads(run("info", "--json").stdout)["weights"]
    assert "puzzles in 1,250 steps and 0.2 hours after 2,272,000 others in 5.2 hours; " in weights["sudoku-9x9"]


def test_info_says_which_path_is_taken_and_who_chose_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> str:
        return str(json.loads(run("info", "--json").stdout)["path"])

    monkeypatch.delenv(PATH_VARIABLE, raising=False)
    assert said().startswith(fastest_path())
    assert "by what the CPU is" in said()
    monkeypatch.setenv(PATH_VARIABLE, "amx-twin")
    assert said().startswith(f"amx-twin, named by {PATH_VARIABLE}; of portable")
    monkeypatch.setenv(PATH_VARIABLE, "abacus")
    assert "'abacus'" in said()

"""`train` by a config, and `plot`: what counts more than what, what a run leaves, and that this repeats it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import run

from vmdsolve import cli
from vmdsolve.model.checkpoint import about, load_tensors
from vmdsolve.train.config import read_config
from vmdsolve.train.keys import KEYS

TINY = ["--batch", 2, "--loops", "0:2", "--width", 4, "--message", 4, "--hidden", 4, "--latent", 2, "--no-bf16"]
TINY += ["--device", "cpu"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def printed(*arguments: object) -> dict[str, Any]:
    """The config of a run."""
    done = run("train", *arguments, "--print-config")
    assert (done.exit_code, done.stderr) == (0, "")
    return tomllib.loads(done.stdout)


def refused(*arguments: object) -> str:
    """The one sentence of a command that does nothing."""
    before = sorted(Path.cwd().rglob("*"))
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("vmdsolve: ")
    assert done.stderr.count("\n") == 1
    assert sorted(Path.cwd().rglob("*")) == before
    return done.stderr


def test_options_count_more_than_the_config_this_more_than_the_preset_this_more_than_defaults(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('domain = "latin-4"\npreset = "codes"\nlatent = 4\nsteps = 10\nrate = 0.5\n')
    told = printed("--config", path, "--steps", 20)
    assert [told[name] for name in ("domain", "steps", "latent", "rate")] == ["latin-4", 20, 4, 0.5]
    assert [told[name] for name in ("classes", "prior", "settle")] == [8, "autoregressive", 0.6]
    assert [told[name] for name in ("batch", "every", "sampling_steps")] == [64, 50, 16]
    assert printed("pair", "--config", path)["domain"] == "pair"
    other = printed("--config", path, "--preset", "published")
    assert [other[name] for name in ("latent", "classes", "prior", "settle")] == [4, 0, "standard", 0.0]
    assert printed("latin-4", "--preset", "baseline")["latent"] == 0


def test_a_domain_with_many_answers_is_trained_by_the_best_preset_and_told_so(tmp_path: Path) -> None:
    told = printed("queens-5", "--steps", 3)
    assert [told[name] for name in ("data", "prior", "matched", "steps")] == ["law", "states", True, 3]
    told = printed("pair", "--steps", 3)
    assert [told[name] for name in ("data", "prior", "classes", "steps")] == ["law", "autoregressive", 8, 3]
    assert printed("queens-5", "--latent", 0)["data"] == "problems"
    tiny = ("--steps", 1, "--no-bf16", "--batch", 1, "--loops", "0:1", "--width", 4, "--message", 4, "--hidden", 4)
    best = ("--preset", "ours", "--run-dir", tmp_path / "named", "--device", "cpu")
    assert "since problems" not in run("train", "pair", *tiny, *best).stdout
    said = run("train", "pair", *tiny, "--run-dir", tmp_path / "run", "--device", "cpu")
    assert said.exit_code == 0, said.stderr
    assert "preset codes, since problems of pair have many answers; --preset names another\n" in said.stdout


def test_what_is_printed_says_all_and_is_a_config_itself(tmp_path: Path) -> None:
    done = run("train", "all-different", "--print-config")
    told = tomllib.loads(done.stdout)
    assert [told[name] for name in ("domain", "latent", "mixer")] == ["all-different", 0, "messages"]
    for name in KEYS.keys() - {"preset"}:
        assert name in told or f"\n# {name}: " in done.stdout
    (tmp_path / "a.toml").write_text(done.stdout)
    assert run("train", "--config", "a.toml", "--print-config").stdout == done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]


def test_every_default_is_in_the_help() -> None:
    params = cli.command_of("train").params
    told = {param.name: param.help for param in params if param.param_type_name == "option"}
    assert KEYS.keys() - {"domain"} < told.keys()
    for name, text in told.items():
        assert "(default " in text or name in ("print_config", "help"), name


@pytest.mark.slow
def test_the_config_that_a_run_leaves_repeats_it(tmp_path: Path) -> None:
    assert run("train", "sudoku-4x4", *TINY, "--steps", 4, "--every", 2, "--threads", 1, "--log", "csv").exit_code == 0
    first = tmp_path / "runs" / "sudoku-4x4"
    taken = refused("train", "--config", first / "config.toml")
    assert "runs/sudoku-4x4 holds a run already: go on with --resume, or name another with --run-dir" in taken
    again = run("train", "--config", first / "config.toml", "--run-dir", "again")
    assert again.exit_code == 0, again.stderr
    for name in ("config.toml", "weights.safetensors"):
        one, other = first / name, tmp_path / "again" / name
        if name.endswith("toml"):
            assert one.read_bytes() == other.read_bytes()
        else:
            a, b = load_tensors(one)[0], load_tensors(other)[0]
            assert a.keys() == b.keys()
            assert all((a[key] == b[key]).all() for key in a)
    rows = [len((folder / "log.csv").read_text().splitlines()) for folder in (first, tmp_path / "again")]
    assert rows == [4, 4]

    resumed = run("train", "--resume", "--run-dir", first, "--steps", 6)
    assert resumed.exit_code == 0, resumed.stderr
    assert len((first / "log.csv").read_text().splitlines()) == 6  # as it was logged before
    assert (first / "config.toml").read_text().startswith("# from step 4 on; before it config-1.toml\n")
    assert (first / "config-1.toml").read_bytes() == (tmp_path / "again" / "config.toml").read_bytes()
    (tmp_path / "more.toml").write_text("steps = 8\nevaluation_loops = 9\n")
    assert run("train", "--resume", "--run-dir", first, "--config", "more.toml").exit_code == 0
    assert tomllib.loads((first / "config.toml").read_text())["evaluation_loops"] == 9
    assert load_tensors(first / "weights.safetensors")[1].config.loops == 9

    drawn = run("plot", first)
    assert (drawn.exit_code, drawn.stdout, drawn.stderr) == (0, "", f"wrote {first / 'curve.png'}\n")
    assert (first / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert run("plot", first, "again", "-o", "both.svg").exit_code == 0
    assert "2 runs go into one picture: name its file with -o" in refused("plot", first, "again")
    assert "is no picture that can be drawn" in refused("plot", first, "-o", "both.bmp")


def test_a_run_from_a_config_begins_with_packaged_weights(tmp_path: Path) -> None:
    path = tmp_path / "fine.toml"
    path.write_text("init = 'packaged'\ndomain = 'sudoku-4x4'\nsteps = 1\nbatch = 2\nloops = '0:2'\n")
    assert run("train", "--config", path, "--device", "cpu").exit_code == 0
    kept = tomllib.loads((tmp_path / "runs/sudoku-4x4/config.toml").read_text())
    assert (kept["init"], kept["width"]) == ("packaged", 16)
    assert (kept["prior"], kept["begin_noise"], kept["path_noise"]) == ("states", 1.0, 0.0)  # as the weights know it
    resumed = run("train", "--config", path, "--resume", "--steps", 2, "--device", "cpu")
    assert resumed.exit_code == 0, resumed.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--config", "gone.toml"], "no such file of a config: gone.toml"),
        (["--config", "bad.toml"], "bad.toml: there is no key step; did you mean steps?"),
        (["pair", "--preset", "paper"], "preset is 'paper'; wanted one of published, codes, matched, baseline, ours"),
        (["pair", "--log", "mlflow"], "log is 'mlflow'; wanted some of csv, tensorboard, wandb"),
        (["pair", "--threads", 0], "threads is 0; wanted a whole number from 1 to 1,024"),
        (["pair", "--every", 0], "every is 0; wanted a whole number, 1 or more"),
        (["pair", "--seconds", -1], "seconds is -1.0; wanted seconds, 0 or more"),
        (["pair", "--evaluation-loops", 0], "evaluation_loops is 0; wanted a whole number from 1 to 4,096"),
        (["pair", "--data", "law", "--examples", "bad.toml"], "data 'examples' goes with a file"),
        (["--resume", "--preset", "ours", "--run-dir", "a"], "--preset is for a run's beginning"),
        (["--config", "good.toml"], "name a domain, see `vmdsolve domains`, or a file of --examples"),
        (["pair", "--device", "gpu", "--steps", 1], "device is 'gpu'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(arguments: list[object], says: str, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("step = 3\n")
    (tmp_path / "good.toml").write_text("steps = 3\n")
    if "gpu" in arguments:  # said when the model is to be put there
        assert says in run("train", *arguments).stderr
        return
    assert says in refused("train", *arguments)


def test_a_logger_that_is_missing_is_told_before_torch_is_loaded() -> None:
    code = (
        "import sys; sys.modules['wandb'] = None; sys.argv[1:] = sys.argv[2].split()\n"
        "from vmdsolve.cli import main\n"
        "try: main()\nexcept SystemExit as end: print(end.code, 'torch' in sys.modules)"
    )
    for words, out, err in (
        ("train pair --log wandb", "2 False\n", "log 'wandb' needs wandb: pip install 'vmdsolve[wandb]'\n"),
        ("train pair --print-config", "0 False\n", ""),
    ):
        done = subprocess.run([sys.executable, "-c", code, "-", words], capture_output=True, text=True, check=True)
        assert done.stdout.endswith(out)
        assert done.stderr.endswith(err)


def test_the_first_line_does_not_wait_for_torch(tmp_path: Path) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text("print('torch'); raise SystemExit(3)\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from vmdsolve.cli import main; main()"
    command = [sys.executable, "-c", code, "train", "latin-4", "--run-dir", str(tmp_path / "run")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, f"training latin-4 in {tmp_path / 'run'}\ntorch\n"), done.stderr


def test_a_run_keeps_weights_on_its_way_and_goes_on_so(tmp_path: Path) -> None:
    folder, more = tmp_path / "run", ("--width", 4, "--message", 4, "--hidden", 4, "--batch", 2, "--loops", "0:1")
    assert run("train", "pair", "--run-dir", folder, "--steps", 4, "--every", 1, "--keep", 2, *more).exit_code == 0
    assert read_config(folder / "config.toml")["keep"] == 2
    assert run("train", "--resume", "--run-dir", folder, "--steps", 6).exit_code == 0
    kept = {path.name: about(path).record["step"] for path in folder.glob("step-*")}
    assert kept == {"step-2.safetensors": 2, "step-4.safetensors": 4, "step-6.safetensors": 6}
    assert (folder / "step-6.safetensors").read_bytes() == (folder / "weights.safetensors").read_bytes()
    assert "keep is 0; wanted a whole number, 1 or more" in refused("train", "pair", "--keep", 0)


def test_a_plot_of_nothing_is_refused(tmp_path: Path) -> None:
    assert f"there is no log of a training in {tmp_path}: it would be log.jsonl" in refused("plot", tmp_path)
    (tmp_path / "log.jsonl").write_text("{}\n")
    assert "has no line of a training yet" in refused("plot", tmp_path)

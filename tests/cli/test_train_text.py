"""The command `train text`."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from helpers.commands import run

from vmdsolve import cli
from vmdsolve.text.keys import KEYS, TEXT
from vmdsolve.text.stored import about_text, load_text
from vmdsolve.train.config import read_config

TINY = ("--length", 16, "--width", 8, "--heads", 2, "--layers", 1, "--batch", 2, "--every", 2)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("to be or not to be, that is the question. " * 20)
    return path


@pytest.mark.slow
def test_from_a_file_to_weights_and_on(text: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    made = run("train", "text", text, *TINY, "--steps", 4, "--block", 4, "--latent", 2, "--run-dir", folder)
    assert made.exit_code == 0, made.output
    assert "19 symbols" in made.stdout or "symbols" in made.stdout
    assert f"done: {folder / 'weights.safetensors'}" in made.stdout
    model, vocabulary = load_text(folder)
    assert model.config.block == 4
    assert vocabulary.exact("to be")
    on = run("train", "text", "--resume", "--run-dir", folder, "--steps", 6)
    assert on.exit_code == 0, on.output
    said = about_text(folder)
    assert said.record["step"] == 6
    assert said.record["data"]["files"] == ["a.txt"]
    assert about_text(folder / "state.safetensors").record["data"]["files"] == [str(text)]
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [1, 2, 4, 5, 6]


def test_what_is_wrong_is_said_before_anything_is_written(text: Path, tmp_path: Path) -> None:
    folder, empty = tmp_path / "run", tmp_path / "empty.txt"
    empty.touch()
    for arguments, said in (
        ((), "no file to learn from; name one or more"),
        ((tmp_path / "none.txt",), f"no such file: {tmp_path / 'none.txt'}"),
        (("-",), "standard input can be read once, and a text is read twice; name a file"),
        ((empty,), "empty.txt is empty: it holds no text"),
        ((text, "--latent", -1), "latent is -1; wanted a whole number from 0 to 4,096"),
        ((text, "--rate", 0), "rate is 0.0; wanted a number above 0"),
        ((text, "--block", 5, "--length", 16), "a block has 5 cells, which do not divide a window of 16"),
        ((text, "--length", 4096), "windows have 4,096 cells, the longest document to learn from has 756 tokens"),
        ((text, "--valid", "1.5"), "valid is 1.5; wanted a share of 0 or more, less than 1, or names of files"),
        ((text, "--vocabulary", "runes"), "vocabulary is 'runes'; wanted characters, bytes, integers"),
        ((text, "--log", "paper"), "log is 'paper'; wanted some of"),
        (("--resume",), f"there is no run to resume in {folder}"),
    ):
        made = run("train", "text", *arguments, "--run-dir", folder)
        assert made.exit_code == 2, arguments
        assert said in made.stderr
        assert made.stderr.count("\n") == 1
        assert not folder.exists()


def test_what_is_wrong_with_files_is_said_before_torch_is_waited_for(text: Path) -> None:
    code = """
import sys
from vmdsolve.__main__ import main
try:
    main()
except SystemExit as end:
    print(end.code, "torch" in sys.modules)
"""
    for arguments, said in (([], "no file to learn from"), ([str(text), "--length", "4096"], "the longest document")):
        command = [sys.executable, "-c", code, "train", "text", *arguments]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        assert made.stdout == "2 False\n", made.stderr
        assert said in made.stderr


def test_a_run_is_neither_written_over_nor_changed(text: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert run("train", "text", text, *TINY, "--steps", 1, "--run-dir", folder).exit_code == 0
    for arguments, said in (
        ((text,), f"{folder} holds a run already: go on with --resume, or name another with --run-dir"),
        (("--resume", "--width", 16), "the run has width 8, which --resume cannot change to 16"),
        (("--resume", "--vocabulary", "bytes"), "the run has a vocabulary of its own, which --resume cannot change"),
    ):
        made = run("train", "text", *arguments, "--run-dir", folder)
        assert (made.exit_code, said in made.stderr) == (2, True), made.stderr
    text.write_text("other text " * 50)
    made = run("train", "text", "--resume", "--run-dir", folder)
    assert made.exit_code == 2
    text.unlink()
    made = run("train", "text", "--resume", "--run-dir", folder)
    assert (made.exit_code, "no such file" in made.stderr) == (2, True)


@pytest.mark.slow
def test_the_config_that_a_run_leaves_repeats_it(text: Path, tmp_path: Path) -> None:
    more = ("--steps", 4, "--preset", "ours", "--block", 4, "--threads", 1, "--log", "csv", "--vocabulary", "bytes")
    first, again = tmp_path / "runs" / "first", tmp_path / "again"
    assert run("train", "text", text, *TINY, *more, "--run-dir", first).exit_code == 0
    made = run("train", "text", "--config", first / "config.toml", "--run-dir", again)
    assert made.exit_code == 0, made.output
    assert (first / "config.toml").read_bytes() == (again / "config.toml").read_bytes()
    one, other = (load_text(folder)[0].state_dict() for folder in (first, again))
    assert all((one[name] == other[name]).all() for name in one)
    told = read_config(first / "config.toml", TEXT)
    assert [told[name] for name in ("latent", "classes", "block", "vocabulary", "log")] == [4, 16, 4, "bytes", "csv"]

    resumed = run("train", "text", "--resume", "--config", first / "config.toml", "--steps", 6, "--run-dir", first)
    assert resumed.exit_code == 0, resumed.output
    assert [len((folder / "log.csv").read_text().splitlines()) for folder in (first, again)] == [6, 4]
    assert read_config(first / "config.toml", TEXT) == {**told, "steps": 6}


def test_what_is_printed_says_all_and_is_a_config_itself(tmp_path: Path) -> None:
    done = run("train", "text", "novel.txt", "--valid", "a.txt, b.txt", "--vocabulary", "words.json", "--print-config")
    told = tomllib.loads(done.stdout)
    assert told["files"] == [str(tmp_path / "novel.txt")]
    assert told["valid"] == f"{tmp_path / 'a.txt'},{tmp_path / 'b.txt'}"
    assert told["vocabulary"] == str(tmp_path / "words.json")
    for name in KEYS.keys() - {"preset"}:
        assert name in told or f"\n# {name}: " in done.stdout
    (tmp_path / "a.toml").write_text(done.stdout)
    assert run("train", "text", "--config", "a.toml", "--print-config").stdout == done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("step = 3", "there is no key step; did you mean steps?"),
        ("files = 3", 'files is 3; wanted names of files, as in ["a.txt", "more/*.txt"]'),
        ('files = ["a.txt", ""]', "files is ['a.txt', '']; wanted names of files"),
        ("valid = true", "valid is True; wanted a share such as 0.05, or names of files with commas"),
        ('preset = "best"', "preset is 'best'; wanted one of published, ours, baseline"),
        ("loops = 3", "there is no key loops"),
    ],
)
def test_a_config_with_a_mistake_is_refused(written: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(written)
    made = run("train", "text", "novel.txt", "--config", "a.toml")
    assert made.exit_code == 2
    assert f"a.toml: {said}" in made.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]


def test_files_of_a_config_are_called_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    path = tmp_path / "deep" / "a.toml"
    path.write_text('files = ["x.txt", "/data/y.txt"]\nvalid = 0.1\ntest = "t.txt"\nvocabulary = "bpe:300"\n')
    assert read_config("deep/a.toml", TEXT) == {
        "files": ["deep/x.txt", "/data/y.txt"], "valid": "0.1", "test": "deep/t.txt", "vocabulary": "bpe:300"
    }  # fmt: skip


def test_every_default_is_in_the_help() -> None:
    params = cli.command_of("train text").params
    told = {param.name: param.help for param in params if param.param_type_name == "option"}
    assert KEYS.keys() - {"files"} < told.keys()
    for name, text in told.items():
        assert "(default " in text or name in ("print_config", "run_dir", "help"), name


def test_help_of_both_commands_leads_to_the_other() -> None:
    said = run("train", "text", "--help").stdout
    assert "Usage: vmdsolve train text" in said
    assert "Examples:\n  vmdsolve train text novel.txt" in said
    assert "`vmdsolve train text`" in run("train", "--help").stdout

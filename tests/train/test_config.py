"""A run's config: what is written is read, the same run comes of it, and what is none is refused in a sentence."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.model.config import ModelConfig
from vmdsolve.train import Recipe, Trainer
from vmdsolve.train.config import MOST, checked, read_config, told_of
from vmdsolve.train.kept import config_text
from vmdsolve.train.keys import KEYS, PUZZLES, RECIPE, SAMPLING, SHAPE, loops_of, loops_text
from vmdsolve.train.recipe import RISING
from vmdsolve.train.run import Run, layers

STATES: dict[str, Any] = {"latent": 1, "prior": "states", "begin_noise": 1.0}  # as the packaged weights have it
TINY: dict[str, Any] = {
    "steps": 3, "batch": 2, "loops": "0:2", "width": 4, "message": 4, "hidden": 4, "latent": 2, "bf16": False,
    "device": "cpu",
}  # fmt: skip
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def values(name: str) -> st.SearchStrategy[Any]:
    """What a key may hold."""
    one = {**RECIPE, **SHAPE, **SAMPLING}.get(name)
    if one is None or isinstance(one.default, str):
        kind, among = KEYS[name].kind, one.metadata["among"] if one else ()
        forms: dict[str, Any] = {
            "loops": st.sampled_from(["0:8", "0:8,0.1:16"]), "givens": st.sampled_from(["5", "3:8"]),
            "log": st.sampled_from(["", "csv", "csv,wandb"]), "preset": st.sampled_from(["ours", "codes", "baseline"]),
            "positions": st.booleans(),
            "evaluation_loops": st.integers(1, 4096), "threads": st.integers(1, 64), "every": st.integers(1),
            "keep": st.integers(1),
        }  # fmt: skip
        plain = st.sampled_from(among) if among else st.floats(0, 1e9) if kind is float else NAMES
        return forms.get(name, plain)
    if isinstance(one.default, bool):
        return st.booleans()
    low, high = one.metadata["low"], one.metadata["high"]
    if isinstance(one.default, int):
        return st.integers(low, high if high is not None else 10**12)
    return st.floats(low, high)


TOLD = st.fixed_dictionaries({}, optional={name: values(name) for name in KEYS})


@given(TOLD)
def test_what_is_written_is_read(told: dict[str, Any]) -> None:
    text = config_text(told, "first\nsecond")
    assert text.startswith("# first\n# second\n")
    assert checked(tomllib.loads(text)) == checked(told) == checked(json.loads(json.dumps(told))) == told


@given(TOLD, st.dictionaries(st.sampled_from([*KEYS]), st.integers(), max_size=3))
def test_later_places_count_more(first: dict[str, Any], second: dict[str, Any]) -> None:
    second.pop("preset", None)
    told, plain = layers(first, second), {k: v for k, v in {**first, **second}.items() if k != "preset"}
    assert told.items() >= plain.items()
    assert (told.keys() > plain.keys()) <= ("preset" in first)


def test_every_choice_has_a_key_and_every_key_its_words() -> None:
    assert {one.name for one in fields(Recipe)} <= KEYS.keys()
    assert {one.name for one in fields(ModelConfig)} - KEYS.keys() == {
        "domain", "relations", "symbols", "sampling", "noise"
    } - KEYS.keys()  # fmt: skip
    assert all(key.help and key.default for key in KEYS.values())
    recipe = Recipe()
    assert (KEYS["warmup"].default, recipe.warmup) == (RISING, 100)  # of 6,000 steps
    for name, one in RECIPE.items():
        if name == "warmup":
            continue
        assert KEYS[name].default in (str(getattr(recipe, name)), "none" if one.default == "" else "")
    assert loops_of(KEYS["loops"].default) == recipe.loops


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 65_536)), min_size=1, max_size=4))
def test_a_schedule_is_read_as_it_was_written(pairs: list[tuple[float, int]]) -> None:
    shares = sorted({0.0, *(share for share, _ in pairs)})
    loops = tuple((share, 1 + i) for i, share in enumerate(shares))
    assert loops_of(loops_text(loops)) == loops


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stepz = 3", "there is no key stepz; did you mean steps?"),
        ("Steps = 3", "there is no key Steps; did you mean steps?"),
        ("kl-warmap = 3", "there is no key kl-warmap; did you mean kl_warmup?"),
        ("xyzzy = 3", "there is no key xyzzy; `vmdsolve train --print-config` shows all that there are"),
        ("[recipe]\nsteps = 3", "recipe is a table; keys stand without tables, as in steps = 6000"),
        ("steps.more = 3", "steps is {'more': 3}; wanted a whole number, 1 or more"),
        ("run_dir = 'a'", "run_dir is no part of a config; give it as the option --run-dir"),
        ("steps = '3'", "steps is '3'; wanted a whole number, 1 or more"),
        ("steps = 3.0", "steps is 3.0; wanted a whole number, 1 or more"),
        ("steps = true", "steps is True; wanted a whole number, 1 or more"),
        ("steps = 0", "steps is 0; wanted a whole number, 1 or more"),
        (f"steps = {10**400}", "; wanted a whole number, 1 or more"),
        ("rate = nan", "rate is nan; wanted a number from 0 to 1,000"),
        ("rate = 2026-01-01", "; wanted a number from 0 to 1,000"),
        ("bf16 = 1", "bf16 is 1; wanted True or False"),
        ("data = 'files'", "data is 'files'; wanted one of problems, law, answers, examples"),
        ("preset = 'paper'", "preset is 'paper'; wanted one of published, codes, matched, baseline, ours"),
        ("loops = [[0, 8]]", "loops is [[0, 8]]; wanted text, as for --loops"),
        ("loops = '8'", "loops is '8'; wanted SHARE:LOOPS,... with shares from 0 to below 1, as in 0:8,0.1:16"),
        ("givens = '8:3'", "givens is '8:3'; wanted a number of cells, or FEWEST:MOST"),
        ("log = 'csv,mlflow'", "log is 'csv,mlflow'; wanted some of csv, tensorboard, wandb"),
        ("seconds = -1", "seconds is -1; wanted seconds, 0 or more"),
        ("sampling-steps = 3\nsampling_steps = 4", "sampling_steps stands there twice"),
        ("sampling_steps = 0", "sampling_steps is 0; wanted a whole number from 1 to 65,536"),
        ("steps = ", "cannot be read: Invalid value (at"),
        ("steps = 1\nsteps = 2", "cannot be read: Cannot overwrite a value"),
        ("a = " + "[" * 20_000, "cannot be read: tables or arrays too deep"),
        ("#" * MOST, "has over 65,536 bytes; that is no config"),
    ],
)
def test_what_is_no_config_is_refused_in_a_sentence(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(f"{text}\n")
    with pytest.raises(InvalidInput) as refused:
        read_config(path)
    assert str(refused.value).startswith(str(path))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.json", b"[1]", "it is [1], wanted an object of keys and values"),
        ("a.json", b'{"steps": 1, "steps": 2}', "an object has the name 'steps' twice"),
        ("a.json", b'{"rate": NaN}', "NaN is no number of JSON"),
        ("a.json", b'{"steps": null}', "steps is None; wanted a whole number"),
        ("a.json", b"[" * 50_000, "more than 64 deep"),
        ("a.toml", b"steps = \xff", "can't decode byte 0xff"),
        ("a.yaml", b"steps: 3", "has no ending of a config; wanted .toml or .json"),
    ],
)
def test_what_is_no_text_of_a_config_is_refused(name: str, data: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InvalidInput) as refused:
        read_config(tmp_path / name)
    assert says in str(refused.value)


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    for name in ("gone", "folder", "pipe"):
        with pytest.raises(InvalidInput, match="no such file of a config"):
            read_config(tmp_path / f"{name}.toml")


def test_a_file_of_windows_is_read(tmp_path: Path) -> None:
    for name, text in (("a.toml", "steps = 3\r\nrate = 1\r\n"), ("a.JSON", '{"steps": 3,\r\n"rate": 1}')):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
        assert read_config(tmp_path / name) == {"steps": 3, "rate": 1.0}


@pytest.mark.parametrize("key", PUZZLES.paths)
def test_paths_are_relative_to_the_config(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs").mkdir()
    path = tmp_path / "runs" / "a.toml"
    path.write_text(f"{key} = 'data/x.txt'\n")
    assert read_config(path)[key] == str(tmp_path / "runs/data/x.txt")
    monkeypatch.chdir(tmp_path)
    assert read_config("runs/a.toml")[key] == "runs/data/x.txt"
    path.write_text(f"{key} = '/data/x.txt'\n")
    assert read_config(path)[key] == "/data/x.txt"
    path.write_text("init = 'packaged'\n")
    assert read_config(path)["init"] == "packaged"


# The same run ----------------------------------------------------------------------------------------------


def lines(folder: Path, n: int, length: int) -> str:
    path = folder / "words.txt"
    path.write_text("\n".join("ab" * (length // 2 - 1) + f"{i:02d}" for i in range(n)) + "\n")
    return str(path)


@pytest.mark.parametrize(
    "told",
    [
        {"domain": "sudoku-4x4", "seed": 3, "sampling_steps": 5, "evaluation_loops": 7},
        {"domain": "pair", "data": "law", "givens": "0:1", "positions": False},
        {"domain": "pair", "data": "law", "preset": "published"},
        {"domain": "pair", "data": "law", "preset": "codes", "latent": 2, "classes": 2},
        {"domain": "latin-4", "preset": "baseline"},
        {"examples": 40},
        {"domain": "sudoku-4x4", "init": "packaged", "width": 16, "message": 16, "hidden": 32, **STATES},
    ],
    ids=str,
)
def test_a_config_repeats_its_run(told: dict[str, Any], tmp_path: Path) -> None:
    told = {**TINY, **told}
    if "examples" in told:
        told["examples"] = lines(tmp_path, told["examples"], 8)
    first = Run.of(told).trainer()
    assert list(first.run(tmp_path / "a"))
    again = Run.of(read_config(tmp_path / "a" / "config.toml")).trainer()
    assert list(again.run(tmp_path / "b"))
    assert again.config == first.config
    assert replace(again.recipe, examples=first.recipe.examples) == first.recipe
    for one, other in zip(first.average.parameters(), again.average.parameters(), strict=True):
        assert (one == other).all()
    assert (tmp_path / "a/config.toml").read_bytes() == (tmp_path / "b/config.toml").read_bytes()
    kept = tomllib.loads((tmp_path / "a/config.toml").read_text())
    assert kept.get("init") == told.get("init")
    assert ("domain" in kept) == ("domain" in told)


def test_a_config_holds_whatever_files_are_called(tmp_path: Path) -> None:
    hard = tmp_path / "a\x1b[2J\nsteps = 9\x7f\x85\u202e\"'\\.txt"
    hard.write_text("1......2..4..3..\n")
    list(Run.of({**TINY, "domain": "sudoku-4x4", "hard": str(hard), "steps": 1}).trainer().run(tmp_path / "run"))
    text = (tmp_path / "run" / "config.toml").read_text()
    assert all(line.isprintable() for line in text.split("\n"))
    assert tomllib.loads(text)["hard"] == str(hard)
    assert tomllib.loads(text)["steps"] == 1


def test_keys_from_python_are_checked_too() -> None:
    with pytest.raises(InvalidInput, match=r"^there is no key step; did you mean steps\?$"):
        Run.of({"domain": "pair", "step": 3})


def test_a_run_of_python_is_told_whole() -> None:
    domain = get("pair")
    config = ModelConfig.of(domain, width=4, message=4, hidden=4, loops=3, positions=(2, 10))
    trainer = Trainer(domain, config, Recipe(steps=2, batch=2, loops=((0.0, 2), (0.3, 4)), bf16=False, rate=1))
    run = Run.of(checked(told_of(domain, trainer.recipe, trainer.config)))
    assert (run.config, run.recipe) == (trainer.config, trainer.recipe)


def test_a_config_that_says_something_else_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("steps = 5  # mine\n")
    told = {**TINY, "domain": "sudoku-4x4", "init": "packaged", "width": 16, "message": 16, "hidden": 32, **STATES}
    list(Run.of(told).trainer().run(tmp_path))
    first = path.read_text()
    assert (tmp_path / "config-1.toml").read_text() == "steps = 5  # mine\n"
    same = Run.of({"domain": "sudoku-4x4", "steps": 3}, tmp_path).trainer()
    assert list(same.run(tmp_path)) == []
    more = Run.of({"domain": "sudoku-4x4", "steps": 5}, tmp_path).trainer()
    assert [p.step for p in more.run(tmp_path)] == [4, 5]
    assert (tmp_path / "config-2.toml").read_text() == first
    assert path.read_text().startswith("# from step 3 on; before it config-2.toml\n")
    now, before = read_config(path), read_config(tmp_path / "config-2.toml")
    assert {name for name in KEYS if now.get(name) != before.get(name)} == {"steps"}
    assert now["init"] == "packaged"
    assert len(list(tmp_path.glob("config*"))) == 3


def test_a_run_that_cannot_write_its_config_does_not_begin(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"\xff")
    folder.mkdir()
    trainer = Run.of({**TINY, "examples": lines(folder, 40, 8)}).trainer()
    with pytest.raises(InvalidInput, match=r"^examples is .* no UTF-8; give the file another name$"):
        next(trainer.run(tmp_path / "run"))
    assert trainer.step == 0

"""Learning from a file: what is read, what is held out, what the weights tell, and exact resume."""

from __future__ import annotations

import gzip
import json
import lzma
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers.commands import run
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import Status, domains
from vmdsolve.domains.text import Text
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.model.config import ModelConfig
from vmdsolve.train import Recipe, Trainer
from vmdsolve.train.examples import domain_from, read_examples, read_problems
from vmdsolve.train.stream import Stream

WORDS = [a + b + c + a for a in "abcde" for b in "xyz" for c in "._"]  # 30 distinct lines


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("\n".join(WORDS * 3) + "\n")
    return path


def every(examples: object) -> set[tuple[int, ...]]:
    return set(map(tuple, examples.at(np.arange(len(examples))).tolist()))


def test_lines_are_read_and_one_in_twenty_is_held_out_with_its_equals(words: Path) -> None:
    domain = domain_from(words)
    assert (domain.name, domain.symbols, domain.rules.L) == ("words-4", "._abcdexyz", 4)
    assert domain.open_character == "?"
    train, held, digest = read_examples(words, domain)
    assert (len(train), len(held), len(digest)) == (84, 6, 16)
    assert every(train) | every(held) == {tuple(domain.parse(word).values.tolist()) for word in WORDS}
    assert not every(train) & every(held)


@pytest.mark.parametrize(("suffix", "packed"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_packed_files_are_unpacked(words: Path, suffix: str, packed: object) -> None:
    other = words.with_name(f"words.txt.{suffix}")
    other.write_bytes(packed(words.read_bytes()))
    assert domain_from(other).name == "words-4"
    assert every(read_examples(other, domain_from(other))[0]) == every(read_examples(words, domain_from(words))[0])


@settings(deadline=None)
@given(st.lists(st.integers(5, 60), min_size=1, max_size=30), st.integers(0, 2**32))
def test_every_window_of_longer_lines_is_there_once(lengths: list[int], seed: int) -> None:
    import tempfile

    rng = np.random.default_rng(seed)
    lines = ["".join(rng.choice(list("abc "), n)) for n in lengths]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.txt"
        path.write_text("\n".join(lines))
        train, held, _ = read_examples(path, Text(5))
    windows = sorted(line[i : i + 5].replace(" ", "_") for line in lines for i in range(len(line) - 4))
    found = [text for part in (train, held) for text in Text(5).format_many(part.at(np.arange(len(part))))]
    if len(lines) >= 20 or len(held) == 0:
        assert sorted(found) == windows
    else:  # windows across the cut between training and held-out text belong to neither
        assert 0 <= len(windows) - len(found) <= 4 * len(lines)
        assert not set(found) - set(windows)


def test_draws_are_uniform_over_windows(words: Path) -> None:
    train, _, _ = read_examples(words, domain_from(words))
    assert every(train) == set(map(tuple, train.draw(np.random.default_rng(0), 2000).tolist()))


@pytest.mark.parametrize(
    ("text", "message"),
    [("ab\nabc\n", ":2 has 3 characters, line 1 has 2"), ("", "holds no example"), ("a\nb\n\xe9\n", "not ASCII"),
     ("a_\nb \n", "both a space and '_'"), ("a\tb\n", "cannot be a symbol")],
)  # fmt: skip
def test_files_that_make_no_domain_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(InvalidInput, match=message):
        domain_from(path)
    with pytest.raises(InvalidInput, match="no such file of examples"):
        domain_from(tmp_path / "none.txt")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [("text-16", "too short\n", ":1 has 9 characters; examples of text-16 have 16 or more"),
     ("brackets-4", "()()\n((((\n", ":2 breaks the rules of brackets-4"),
     ("text-16", "this is A sentence of words\n", "from character 1: character 9 is 'A'"),
     ("brackets-4", "().)\n", "character 3 is open; examples are full")],
)  # fmt: skip
def test_examples_that_do_not_fit_are_refused_by_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=message):
        read_examples(path, domains.get(name))


def test_the_stream_shows_no_held_out_example(words: Path) -> None:
    domain = domain_from(words)
    stream = Stream(domain, Recipe(batch=500, data="examples", examples=str(words)), 3)
    assert stream.held_out is not None
    shown = {tuple(board) for step in range(3) for board in stream.batch(step).x0.tolist()}
    assert not shown & every(stream.held_out)
    assert "84 examples of words.txt, hash" in stream.source
    with pytest.raises(InvalidInput, match="data 'examples' goes with a file"):
        Recipe(data="examples")
    with pytest.raises(InvalidInput, match="data 'examples' goes with a file"):
        Recipe(examples="words.txt")


def trainer(path: Path, **changes: object) -> Trainer:
    domain = domain_from(path)
    recipe = Recipe(steps=6, batch=8, loops=((0.0, 2),), free=0, bf16=False, data="examples", examples=str(path))
    shape = {"width": 8, "hidden": 8, "loops": 2, "latent": 2, "mixer": "attention", "positions": (4, 10)}
    return Trainer(domain, ModelConfig(domain.name, (), **shape), replace(recipe, **changes))


def test_a_stopped_run_ends_as_one_that_never_was(words: Path, tmp_path: Path) -> None:
    whole = trainer(words)
    lines = list(whole.run(every=3))
    assert all(line.held_out is not None and 0 < line.held_out < 5 for line in lines)
    halves = trainer(words)
    for _ in range(3):
        halves.advance()
    halves.save(tmp_path)
    again = trainer(words)
    again.resume(tmp_path)
    assert again.step == 3
    assert [line.held_out for line in again.run(every=3)][-1] == lines[-1].held_out
    for a, b in zip(whole.average.parameters(), again.average.parameters(), strict=True):
        assert torch.equal(a, b)


def test_another_file_is_not_resumed(words: Path, tmp_path: Path) -> None:
    trainer(words).save(tmp_path)
    words.write_text(words.read_text() + WORDS[0] + "\n")
    with pytest.raises(ModelMismatch, match="is another file now"):
        trainer(words).resume(tmp_path)


def test_the_weights_alone_generate_and_infill_and_say_that_nothing_was_checked(words: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    options = ["--batch", 8, "--loops", "0:2", "--free", 0, "--width", 8, "--hidden", 8, "--latent", 2, "--no-bf16"]
    result = run("train", "--examples", words, "--run-dir", folder, "--steps", 4, *options, "--every", 2)
    assert result.exit_code == 0
    assert "held out" in result.stdout
    words.unlink()
    weights = folder / "weights.safetensors"
    assert run("train", "--resume", "--run-dir", folder, "--steps", 6).exit_code == 2  # the examples are gone
    domain = vmdsolve.domain_of(weights)
    assert (domain.name, domain.symbols, domain.rules.L) == ("words-4", "._abcdexyz", 4)
    solution = vmdsolve.solve("a??a", domain=domain, model=str(weights))
    assert (solution.status, solution.method) == (Status.UNCHECKED, "vmd")
    assert solution.text is not None
    assert solution.text[0] == solution.text[3] == "a"
    samples = list(vmdsolve.sample(domain, 3, model=str(weights)))
    assert {(sample.status, sample.method) for sample in samples} == {(Status.UNCHECKED, "vmd")}
    printed = run("sample", "--weights", weights, "-n", 3)
    assert printed.stdout.split() == [sample.text for sample in samples]
    assert "3 of them not checked, for lack of rules" in printed.stderr
    solved = run("solve", "a??a", "--weights", weights)
    assert solved.exit_code == 0
    assert "UNCHECKED" in solved.stdout
    other = Text(4)
    other.name = domain.name
    with pytest.raises(ModelMismatch, match="was trained on the symbols"):
        vmdsolve.solve("a..a", domain=other, model=str(weights))
    assert json.loads((folder / "weights.json").read_text())["domain"]["length"] == 4


@pytest.mark.parametrize(("suffix", "packed"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(
    suffix: str, packed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmdsolve.train.examples.MOST_BYTES", 1 << 20)
    path = tmp_path / f"words.txt.{suffix}"
    path.write_bytes(packed(bytes(1 << 24)))
    for read in (read_examples, read_problems):
        with pytest.raises(InvalidInput, match=r"holds over 1 MiB of text; split it"):
            read(path, domains.get("text-16"))
    path.write_bytes(packed(bytes(100))[:-6])
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_examples(path, domains.get("text-16"))

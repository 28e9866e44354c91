"""Several processes that train together are one: the same steps, weights but for rounding, and one folder."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput
from vmdsolve.train.learner import Learner
from vmdsolve.train.ranks import ALONE, Ranks, joined
from vmdsolve.train.run import Run

RUNS: dict[str, dict[str, Any]] = {
    "puzzles": {"domain": "sudoku-4x4", "batch": 3, "latent": 0, "batch_to": 9},
    "codes": {"domain": "queens-5", "preset": "codes", "data": "law", "batch": 4},
    "attempts": {"domain": "sudoku-4x4", "data": "law", "latent": 0, "attempts": 3, "begin_noise": 1.0, "batch": 5},
    "matched": {"domain": "sudoku-4x4", "preset": "matched", "attempts": 4, "batch": 3},
    "one board": {"domain": "sudoku-4x4", "batch": 1, "latent": 0},  # of which one rank has none
}
SHAPE = {"steps": 3, "loops": "0:2", "width": 8, "message": 8, "hidden": 8, "bf16": False}


@given(st.integers(0, 50), st.integers(1, 7))
def test_shares_are_all_boards_each_once_and_even(boards: int, n: int) -> None:
    parts = [range(boards)[Ranks(rank, n).share(boards)] for rank in range(n)]
    assert [board for part in parts for board in part] == list(range(boards))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_alone_nothing_is_exchanged() -> None:
    one = torch.ones(3)
    ALONE.sum([one])
    assert (one.tolist(), ALONE.agreed([2.5]), ALONE.any(True), ALONE.first) == ([1, 1, 1], (2.5,), True, True)
    assert joined("cpu", {"RANK": "0", "WORLD_SIZE": "1"}) == (ALONE, "cpu")
    for environment, message in (
        ({"RANK": "x", "WORLD_SIZE": "2"}, "RANK and WORLD_SIZE are 'x' and '2'; wanted whole numbers"),
        ({"RANK": "2", "WORLD_SIZE": "2"}, "RANK is 2 and WORLD_SIZE 2; ranks are 0 to 1"),
    ):
        with pytest.raises(InvalidInput, match=message):
            joined("cpu", environment)


def train(folder: Path, n: int, *arguments: object) -> None:
    """A training by n processes, as torchrun starts them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = {**os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    told = [*map(str, arguments), "--run-dir", str(folder), "--every", "1"]
    command = [sys.executable, "-m", "vmdsolve", "train", *told]
    jobs = [
        subprocess.Popen(
            command, env={**base, "RANK": str(rank), "WORLD_SIZE": str(n)}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )
        for rank in range(n)
    ]  # fmt: skip
    said = [job.communicate(timeout=300)[0] for job in jobs]
    assert [job.returncode for job in jobs] == [0] * n, said
    assert all(not text for text in said[1:]), said  # the first alone speaks


def log(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("kind", RUNS)
def test_gradients_and_terms_of_all_ranks_are_those_of_one(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ranks, "sum", lambda *_: None)  # each keeps its own, and they are added here
    told: list[torch.Tensor] = []  # what all boards have together, as one process tells it first

    def of_all(_: Ranks, part: torch.Tensor) -> torch.Tensor:
        told.append(part)
        return told[0]

    monkeypatch.setattr(Ranks, "of_all", of_all)
    found = []
    for ranks in (ALONE, Ranks(0, 2), Ranks(1, 2)):
        run = Run.of({**RUNS[kind], **SHAPE, "clip": 1e6})
        learner = Learner(run.domain, run.config, run.recipe, ranks=ranks)
        terms = learner.advance()
        found.append([*terms, *(p.grad for p in learner.model.parameters() if p.grad is not None)])
    whole, one, two = found
    assert len(whole) > 5
    torch.testing.assert_close(told[1] + told[2], told[0])
    for all_, first, second in zip(whole, one, two, strict=True):
        torch.testing.assert_close(first + second, all_, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_two_processes_train_as_one_and_one_goes_on(tmp_path: Path) -> None:
    told = {**RUNS["matched"], **SHAPE, "price": 0.5}
    for n in (1, 2):
        train(tmp_path / str(n), n, *(text for key, value in told.items() for text in flags(key, value)))
    one, two = log(tmp_path / "1"), log(tmp_path / "2")
    for name in ("step", "puzzles", "rate"):
        assert [line[name] for line in one] == [line[name] for line in two]
    for name in ("loss", "last", "kl"):
        assert [line[name] for line in two] == pytest.approx([line[name] for line in one], rel=1e-3, abs=1e-5)
    train(tmp_path / "2", 1, told["domain"], "--resume", "--steps", 4)
    assert [line["step"] for line in log(tmp_path / "2")] == [1, 2, 3, 4]


@pytest.mark.slow
def test_two_processes_train_on_text_as_one_and_one_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("to be or not to be that is the question\n\n" * 40)
    shape = ["--length", 16, "--block", 4, "--width", 8, "--heads", 2, "--layers", 1, "--latent", 2, "--batch", 3]
    for n in (1, 2):
        train(tmp_path / str(n), n, "text", tmp_path / "a.txt", *shape, "--steps", 3)
    one, two = log(tmp_path / "1"), log(tmp_path / "2")
    assert [line["step"] for line in two] == [1, 2, 3]
    for name in ("loss", "last", "held_out"):
        assert [line[name] for line in two] == pytest.approx([line[name] for line in one], rel=1e-3, abs=1e-5)
    train(tmp_path / "2", 1, "text", "--resume", "--steps", 4)
    assert [line["step"] for line in log(tmp_path / "2")] == [1, 2, 3, 4]


def flags(key: str, value: object) -> list[object]:
    """As the command takes it."""
    name = "--" + key.replace("_", "-")
    if isinstance(value, bool):
        return [name if value else "--no-" + name[2:]]
    return [value] if key == "domain" else [name, value]

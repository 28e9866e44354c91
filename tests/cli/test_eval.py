"""The command `eval`: how likely answers are, how many loops may be spent, and weights with a domain of their own."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from helpers.commands import PUZZLES, run

from vmdsolve.domains.sequence import TokenSequence
from vmdsolve.model.checkpoint import save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD

MINI = PUZZLES / "sudoku/mini.txt"


def test_the_likelihood_of_answers_is_told() -> None:
    for arguments in (("sudoku-4x4", "-n", 20), (MINI,), ("latin-5", "-n", 5)):
        told = json.loads(run("eval", *arguments, "--nll", "--json", "--device", "cpu").stdout)
        assert 0 <= told["nll"]["nats_per_cell"] < 0.01
        assert told["nll"]["answers"] == told["problems"]
        assert told["nll"]["perplexity"] == pytest.approx(math.exp(told["nll"]["nats_per_cell"]))
        assert "nll" not in json.loads(run("eval", *arguments, "--json", "--device", "cpu").stdout)
    said = run("eval", MINI, "--nll", "--device", "cpu").stdout
    assert "\nnll       at most 0.00" in said
    assert "nats an open cell (NELBO; standard error 0.00" in said


def test_fewer_loops_cost_less_and_know_less() -> None:
    few, all_ = (
        json.loads(run("eval", "sudoku-4x4", "-n", 20, "--nll", "--json", "--loops", n, "--steps", 1).stdout)
        for n in (1, 48)
    )
    assert (few["loops"], all_["loops"]) == (1, 48)
    assert few["block_applications"] == 1
    assert few["nll"]["nats_per_cell"] > all_["nll"]["nats_per_cell"]
    assert "loops is 0; wanted a whole number from 1 to 4,096" in run("eval", "sudoku-4x4", "--loops", 0).stderr


def test_weights_of_examples_bring_their_domain(tmp_path: Path) -> None:
    words = TokenSequence("words-3", "abc", 3)
    model = VMD(ModelConfig.of(words, mixer="attention", positions=(3, 3), width=8, hidden=8, loops=1))
    save_model(tmp_path / "run" / "weights.safetensors", model, {"domain": {"symbols": "abc", "length": 3}})
    (tmp_path / "held.txt").write_text("aba\nbcb\ncca\n")
    done = run("eval", tmp_path / "held.txt", "--weights", tmp_path / "run", "--nll", "--json", "--device", "cpu")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["domain"], told["nll"]["answers"], told["nll"]["cells"]) == ("words-3", 3, 3)
    assert 0.5 < told["nll"]["nats_per_cell"] < 3


def test_what_has_no_one_answer_has_no_likelihood(tmp_path: Path) -> None:
    (tmp_path / "two.txt").write_text(f"1......2..4..3..\n{'.' * 16}\n")
    refused = run("eval", tmp_path / "two.txt", "--nll", "--device", "cpu")
    assert refused.exit_code == 2
    assert "problem 2 of 2 has several answers; the likelihood is of the one that it has" in refused.stderr
    late = run("eval", MINI, "--nll", "--time-limit", 0)
    assert late.exit_code == 2
    assert "allow more" in late.stderr

"""What a training says of itself: lines that fit a terminal, and shares of what it never draws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.accuracy import held_out
from vmdsolve.model.checkpoint import packaged
from vmdsolve.model.config import ModelConfig
from vmdsolve.train import Progress, Recipe, Trainer
from vmdsolve.train.progress import COLUMNS, append_line, explained, line_of

FOUR, PAIR = get("sudoku-4x4"), get("pair")
RECIPE = Recipe(steps=8, batch=4, loops=((0.0, 1),), bf16=False)
SMALL = {"width": 8, "message": 8, "hidden": 8, "loops": 2, "latent": 2}


@given(
    steps=st.tuples(st.integers(1, 999_999), st.integers(1, 999_999)),
    numbers=st.tuples(st.floats(0, 9.999), st.floats(0, 999), st.floats(1e-7, 1), st.floats(0, 1e7)),
    active=st.tuples(st.integers(0, 64), st.integers(0, 64)),
    solved=st.none() | st.floats(0, 1),
)
def test_a_line_fits_a_terminal(
    steps: tuple[int, int], numbers: tuple[float, ...], active: tuple[int, int], solved: float | None
) -> None:
    loss, kl, rate, left = numbers
    held = 1.23456 if solved is None else None
    p = Progress(min(steps), 1, loss, loss, kl, min(active), 1.0, 1.0, held, solved, rate, left)
    line = line_of(p, max(steps), max(active))
    assert len(line) <= COLUMNS
    assert f"{min(steps)}/{max(steps)} " in line
    assert f"loss {loss:.3f}" in line
    assert ("KL " in line) == ("active " in line) == (max(active) > 0)
    assert ("solved " in line) == (solved is not None) == ("held out" not in line)


def test_terms_are_explained_where_they_are_used() -> None:
    for latent, puzzles, examples in ((0, 0, False), (8, 64, False), (8, 0, True)):
        told = list(explained(latent, puzzles, examples))
        assert max(map(len, told)) <= COLUMNS
        p = Progress(1, 1, 1, 1, 1, 1, 1, 1, 1.0 if examples else None, 0.5 if puzzles else None)
        terms = {term for text in told for term in ("loss", "KL", "active", "solved", "held out") if f"{term}:" in text}
        line = line_of(p, 1, latent)
        assert terms == {term for term in ("loss", "KL", "active", "solved", "held out") if f"{term} " in line}


def test_lines_are_added_after_one_that_was_torn(tmp_path: Path) -> None:
    path = tmp_path / "log"
    append_line(path, "a")
    append_line(path, "b")
    path.write_bytes(path.read_bytes() + b'{"st')
    append_line(path, "c")
    assert path.read_text() == 'a\nb\n{"st\nc\n'


@pytest.mark.parametrize(("name", "value"), [("seconds", float("nan")), ("seconds", -1), ("every", 0), ("every", 1.5)])
def test_a_run_that_cannot_be_timed_is_refused(name: str, value: float) -> None:
    run = Trainer(FOUR, ModelConfig.of(FOUR, **SMALL), RECIPE).run(**{name: value})
    with pytest.raises(InvalidInput, match=rf"^{name} is "):
        next(run)


@pytest.mark.slow
def test_the_solved_share_is_of_puzzles_that_training_never_draws() -> None:
    trainer = Trainer(FOUR, ModelConfig.of(FOUR, **SMALL), RECIPE)
    boards = trainer.held_out.boards
    assert boards.shape == (64, 16)
    assert (boards == held_out(FOUR, 64)[0]).all()
    learned = packaged(FOUR)
    assert learned is not None
    assert trainer.held_out.solved(learned, torch.device("cpu")) > 0.9
    assert trainer.held_out.solved(trainer.average, torch.device("cpu")) < 0.1
    law = Trainer(get("pair"), ModelConfig.of(get("pair"), **SMALL), replace(RECIPE, data="law"))
    assert law.held_out.solved(law.average, torch.device("cpu")) is None

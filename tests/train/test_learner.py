"""One optimiser step: batches that grow, copies of a board of which the best counts, noise on states, a far tail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.model.config import ModelConfig
from vmdsolve.train import Recipe, Trainer
from vmdsolve.train.learner import Learner, shares
from vmdsolve.train.stream import Stream

FOUR = get("sudoku-4x4")
SHAPE = ModelConfig.of(FOUR, width=8, message=8, hidden=12, loops=2, latent=2)
RECIPE = Recipe(steps=8, batch=4, loops=((0.0, 2),), free=2, bf16=False, warmup=2)
NOISE: dict[str, Any] = {"begin_noise": 1.0, "path_noise": 0.2}


def gradients(learner: Learner) -> torch.Tensor:
    return torch.cat([p.grad.flatten() for p in learner.model.parameters() if p.grad is not None])


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 6), st.floats(0, 0.5), st.integers(0, 2**32 - 1))
def test_the_best_copy_counts_most_and_all_of_a_board_count_one(B: int, K: int, others: float, seed: int) -> None:
    losses = torch.from_numpy(np.random.default_rng(seed).random(B * K, np.float32))
    best, share = shares(losses, K, others)
    assert torch.equal(losses[best], losses.view(B, K).min(1).values)
    torch.testing.assert_close(share.view(B, K).sum(1), torch.ones(B))
    if K > 1:
        torch.testing.assert_close(share[best], torch.full((B,), 1 - others))
        assert (share >= 0).all()


def test_copies_differ_by_noise_alone_and_the_step_reports_the_best() -> None:
    one = Learner(FOUR, SHAPE, replace(RECIPE, **NOISE))
    four = Learner(FOUR, SHAPE, replace(RECIPE, **NOISE, attempts=4, others=0.0))
    assert four.puzzles == 0
    alone, terms = one.advance(), four.advance()
    assert terms.nll.shape == alone.nll.shape == (2, 4)
    assert torch.equal(terms.masked, alone.masked)  # the same boards
    assert four.puzzles == 4
    every = Learner(FOUR, SHAPE, replace(RECIPE, **NOISE, attempts=4, others=1.0))
    assert torch.equal(every.advance().nll, terms.nll)
    assert not torch.allclose(gradients(every), gradients(four))


@pytest.mark.parametrize("change", [{}, {"attempts": 3}, {"tail": 1.0, "tail_loops": 2, "tail_free": 5}])
def test_noise_is_learned_with_natively_as_by_torch(change: dict[str, Any]) -> None:
    recipe = replace(RECIPE, **NOISE, **change)
    ours, theirs = (Learner(FOUR, SHAPE, replace(recipe, native=native)) for native in (True, False))
    mine, other = ours.advance(), theirs.advance()
    torch.testing.assert_close(mine.nll, other.nll, rtol=1e-4, atol=1e-4)
    assert torch.linalg.norm(gradients(ours) - gradients(theirs)) < 1e-3 * torch.linalg.norm(gradients(theirs))
    plain = Learner(FOUR, SHAPE, replace(RECIPE, **change | {"attempts": 1}))
    assert not torch.allclose(plain.advance().nll, mine.nll)


def test_a_batch_in_parts_is_the_batch() -> None:
    """A late step of a batch that grows from 2 to 8 moves the weights as a batch of 5 does, but for rounding."""
    grown = Learner(FOUR, SHAPE, replace(RECIPE, batch=2, batch_to=8, **NOISE))
    whole = Learner(FOUR, SHAPE, replace(RECIPE, batch=5, **NOISE))
    assert [grown.recipe.batch_at(at) for at in (0, 4, 7, 8)] == [2, 2, 5, 8]
    parts, once = grown.advance(7), whole.advance(7)
    assert grown.puzzles == whole.puzzles == 5
    for a, b in zip(parts, once, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(gradients(grown), gradients(whole), rtol=1e-4, atol=1e-6)


def test_no_two_steps_of_a_growing_batch_draw_the_same_problem() -> None:
    recipe = replace(RECIPE, batch=2, batch_to=5, solving=1.0, full=1.0)
    stream = Stream(get("sudoku-9x9"), recipe, 0)
    drawn = [stream.batch(step, 5).x0 for step in range(3)]
    boards = {row.tobytes() for part in drawn for row in part}
    assert len(boards) == 15
    plain = Stream(get("sudoku-9x9"), replace(recipe, batch=5, batch_to=0), 0)
    np.testing.assert_array_equal(plain.batch(2).x0, drawn[2])


def test_the_tail_goes_far_and_its_last_loops_alone_count() -> None:
    recipe = Recipe(steps=1000, loops=((0.0, 8), (0.1, 16)), free=4, tail=0.25, tail_loops=3, tail_free=50)
    assert [recipe.loops_at(at) for at in (0, 100, 749, 750, 999)] == [8, 16, 16, 3, 3]
    assert {recipe.free_at(at) for at in range(750, 1000)} == set(range(51))
    assert max(recipe.free_at(at) for at in range(100, 750)) == 4
    assert replace(recipe, tail=0.0).loops_at(999) == 16


def test_a_run_with_all_of_them_resumes_exactly(tmp_path: Path) -> None:
    recipe = replace(RECIPE, batch=2, batch_to=6, decay=0.8, tail=0.5, tail_loops=1, tail_free=4, attempts=2, **NOISE)
    whole, first, second = (Trainer(FOUR, SHAPE, recipe) for _ in range(3))
    *_, last = whole.run()
    for progress in first.run(tmp_path, every=3):
        if progress.step == 6:
            break
    second.resume(tmp_path)
    assert second.puzzles == sum(recipe.batch_at(step) for step in range(6)) > 12
    *_, end = second.run(tmp_path)
    assert end.puzzles == last.puzzles == second.record()["puzzles"]
    for a, b in zip(whole.model.parameters(), second.model.parameters(), strict=True):
        assert torch.equal(a, b)
    with pytest.raises(ModelMismatch, match="with batch_to 6, not 8"):
        Trainer(FOUR, SHAPE, replace(recipe, batch_to=8)).resume(tmp_path)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"attempts": 4}, "attempts is 4, and nothing tells them apart; give begin_noise or path_noise, too"),
        ({"batch_to": 3}, "batch_to is 3; wanted 4 or more, as batch is, or 0"),
        ({"begin_noise": -1.0}, "begin_noise is -1.0; wanted a number from 0 to 1,000"),
        ({"path_noise": float("inf")}, "path_noise is inf; wanted a number"),
        ({"tail": 1.5}, "tail is 1.5; wanted a number from 0 to 1"),
        ({"others": 2}, "others is 2; wanted a number from 0 to 1"),
        ({"attempts": 0, "begin_noise": 1.0}, "attempts is 0; wanted a whole number from 1 to"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        replace(RECIPE, **change)


def test_memory_is_that_of_a_part_and_of_all_its_copies() -> None:
    huge = replace(RECIPE, batch=16, batch_to=65_536, loops=((0.0, 4096),))
    assert Learner(FOUR, SHAPE, huge).step == 0
    with pytest.raises(InvalidInput, match=r"^a step of 16,384 boards takes"):
        Learner(FOUR, SHAPE, replace(huge, attempts=1024, begin_noise=1.0))

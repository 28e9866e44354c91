"""Learned accuracy is told of what was measured, where time does not suffice for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from vmdsolve import deadline
from vmdsolve.deadline import Deadline
from vmdsolve.domains import get
from vmdsolve.measure import accuracy
from vmdsolve.measure.accuracy import evaluate, held_out
from vmdsolve.sampler import Plan

FOUR = get("sudoku-4x4")
PLAN = Plan(steps=2, legal=True)


class Slow:
    """A network that likes some symbols more than others, and takes a second for a board."""

    z_width, most_loops, on_gpu = 0, 3, False

    def __init__(self, now: list[float]) -> None:
        self.now = now

    def draw(self, x: Any, noise: Any, /) -> Any:
        del noise
        return np.zeros((len(x), 0), np.float32)

    def __call__(self, x: Any, z: Any, /) -> Any:
        del z
        self.now[0] += len(x)
        return np.tile(np.sin(np.arange(64, dtype=np.float32).reshape(16, 4) * 7), (len(x), 1, 1))


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    time = [1000.0]
    monkeypatch.setattr(deadline, "perf_counter", lambda: time[0])
    return time


def measured(now: list[float], latents: int, seconds: float | None) -> accuracy.Accuracy:
    boards = held_out(FOUR, 20)[0]
    predict: Any = Slow(now)
    return evaluate(FOUR, boards, predict=predict, plan=PLAN, latents=latents, chunk=4, seconds=seconds)


def test_what_is_not_done_in_time_is_not_counted(now: list[float]) -> None:
    whole = measured(now, 3, None)
    assert 0 < whole.solved_within(1) < 20
    assert whole.stopped == ""
    begun = now[0]
    measured(now, 1, None)
    first = now[0] - begun  # seconds of one latent
    cut = measured(now, 3, first + 1)
    assert (cut.total, cut.latents, cut.solved) == (20, 1, whole.solved_within(1))
    assert cut.nfe == whole.nfe_within(1)
    assert cut.stopped == "stopped after 1 of 3 latents"
    begun = now[0]
    part = measured(now, 3, first / 2)
    assert now[0] - begun <= first / 2 + 4
    assert part.total in (8, 12)
    assert (part.latents, part.asked) == (1, (20, 3))
    assert part.stopped == f"stopped after {part.total} of 20 problems, and 1 of 3 latents"
    with pytest.raises(TimeoutError, match="not one of 20 problems was done in 1 s; allow more"):
        measured(now, 3, 1.0)


def test_of_fresh_problems_half_the_time_makes_as_many_as_it_can(
    now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = accuracy.generate_values

    def slow(*arguments: Any, **options: Any) -> Any:
        now[0] += 10
        deadline.stop_point()
        return made(*arguments, **options)

    monkeypatch.setattr(accuracy, "PIECE", 3)
    wanted = held_out(FOUR, 20)
    assert (held_out(FOUR, 20, clock=Deadline(None))[0] == wanted[0]).all()
    monkeypatch.setattr(accuracy, "generate_values", slow)
    puzzles, answers = held_out(FOUR, 20, clock=Deadline(50.0))
    assert len(puzzles) == len(answers) == 6
    assert (puzzles == wanted[0][:6]).all()
    with pytest.raises(TimeoutError, match="not 3 of 20 puzzles of sudoku-4x4 were made in time; allow more"):
        held_out(FOUR, 20, clock=Deadline(20.0))

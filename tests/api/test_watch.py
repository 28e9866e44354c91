"""watch: what it shows is what the solver's own evaluation says, and nothing is masked."""

from __future__ import annotations

import numpy as np
import pytest

import vmdsolve
from vmdsolve.checker import accepts

EASY = "1......2..4..3.."
HARDER = "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......"


def test_its_last_frame_is_what_the_model_alone_answers() -> None:
    for seed in range(3):
        seen = vmdsolve.watch(EASY, 1, seed=seed)
        alone = vmdsolve.solve(EASY, method="vmd-only", steps=1, latents=1, seed=seed)
        assert alone.text == vmdsolve.get_domain("sudoku-4x4").format(seen.values[-1, 0])


def test_givens_stay_and_are_sure() -> None:
    seen = vmdsolve.watch(HARDER, 2, loops=8)
    given = seen.problem.values != vmdsolve.OPEN
    assert (seen.values[:, :, given] == seen.problem.values[given]).all()
    assert (seen.confidence[:, :, given] == 1).all()
    assert ((seen.confidence > 1 / 9 - 1e-6) & (seen.confidence <= 1)).all()
    assert seen.loops.tolist() == [1, 2, 3, 4, 6, 8]


def test_right_is_the_checkers_word() -> None:
    seen = vmdsolve.watch(HARDER, 2)
    for frame, right in zip(seen.values, seen.right, strict=True):
        givens = np.broadcast_to(seen.problem.values, frame.shape)
        assert accepts(seen.problem.rules, givens, frame).tolist() == right.tolist()


def test_boards_do_not_depend_on_how_many_are_watched() -> None:
    few, many = vmdsolve.watch(EASY, 1, seed=5), vmdsolve.watch(EASY, 5, seed=5)
    assert (few.z == many.z[:1]).all()
    assert (few.values == many.values[:, :1]).all()


def test_latents_are_those_that_solve_tries() -> None:
    without = "82.........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."  # an answer
    seen = vmdsolve.watch(without, 2)
    tried = vmdsolve.solve(without, method="vmd-only", steps=1, latents=2, trace=True)
    assert tried.latents_tried == 2
    assert tried.trace is not None
    assert seen.z.any(axis=1).all()
    np.testing.assert_array_equal(seen.z, tried.trace.z)


def test_what_cannot_be_watched_is_said() -> None:
    with pytest.raises(vmdsolve.ModelMismatch, match="no weights"):
        vmdsolve.watch("fox dog", domain="text:7")
    with pytest.raises(vmdsolve.InvalidInput, match="boards is 0"):
        vmdsolve.watch(EASY, 0)
    with pytest.raises(TypeError, match="steps"):
        vmdsolve.watch(EASY, 1, steps=3)  # type: ignore[call-arg]
    with pytest.raises(TimeoutError, match=r"frames were made in 0 s|time"):
        vmdsolve.watch(HARDER, 1, time_limit=0.0)


def test_it_can_be_looked_at() -> None:
    seen = vmdsolve.watch(EASY, 2)
    assert str(seen).count("an answer") == 2
    assert repr(seen) == "Watched('sudoku-4x4', 11 frames of 2 boards, 2 right)"

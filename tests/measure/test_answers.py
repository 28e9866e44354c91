"""How likely a model finds answers given their problems: laws of any model, and of one that knows nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.deadline import Deadline
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.measure.answers import PIECE, answers_of, likelihood_of_answers
from vmdsolve.measure.likelihood import Bound, nelbo
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN
from vmdsolve.search import generate_values

FOUR = get("sudoku-4x4")
BOARDS, ANSWERS = generate_values(FOUR.rules, 40, seed=0)


def model_of(**shape: Any) -> VMD:
    return VMD(ModelConfig.of(FOUR, **{"width": 8, "hidden": 8, "loops": 2, "latent": 2, **shape}), seed=1).eval()


def knowing_nothing(**shape: Any) -> VMD:
    model = model_of(**shape)
    for name, parameter in model.denoiser.named_parameters():
        if name.startswith("readout."):
            torch.nn.init.zeros_(parameter)
    return model


@given(st.integers(0, 2**16), st.sampled_from(["messages", "attention"]), st.sampled_from(["once", "each_step"]))
def test_who_knows_nothing_pays_the_same_for_every_open_cell(seed: int, mixer: str, draw: str) -> None:
    model = knowing_nothing(mixer=mixer, positions=(16, 4) if mixer == "attention" else (0, 0), latent=0)
    rng = np.random.default_rng(seed)
    shown = np.where(rng.random(ANSWERS[:6].shape) < 0.5, ANSWERS[:6], OPEN)
    shown[:, 0] = OPEN
    found = nelbo(model, FOUR.rules, ANSWERS[:6], given=shown, times=3, draw=draw, seed=seed)
    cells = (shown == OPEN).sum(1)
    np.testing.assert_allclose(found.nats, cells * math.log(4), rtol=1e-5)
    assert found.cells == cells.mean()
    assert found.per_cell == pytest.approx(math.log(4))


@pytest.mark.parametrize("shape", [{}, {"classes": 3}, {"latent": 0}, {"prior": "conditional"}])
def test_nothing_given_is_a_board_of_open_cells_and_parts_make_the_whole(shape: dict[str, Any]) -> None:
    model, boards = model_of(**shape), ANSWERS[:8]
    whole = nelbo(model, FOUR.rules, boards, seed=3)
    same = nelbo(model, FOUR.rules, boards, seed=3, given=np.full_like(boards, OPEN))
    np.testing.assert_array_equal(whole.nats, same.nats)
    later = nelbo(model, FOUR.rules, boards[5:], seed=3, first=5)
    np.testing.assert_allclose(later.nats, whole.nats[5:], rtol=1e-5)


def test_pieces_are_the_whole_and_full_boards_show_nothing() -> None:
    model, boards = model_of(), BOARDS.copy()
    boards[3] = ANSWERS[3]
    assert len(boards) > PIECE
    found = likelihood_of_answers(model, FOUR.rules, boards, ANSWERS, loops=None, seed=0, clock=Deadline(None))
    shown = np.where((boards == OPEN).any(1, keepdims=True), boards, OPEN)
    whole = nelbo(model, FOUR.rules, ANSWERS, given=shown)
    np.testing.assert_allclose(found.nats, whole.nats, rtol=1e-5)
    assert found.cells == pytest.approx(whole.cells)


def test_what_time_does_not_suffice_for_is_left_out() -> None:
    with pytest.raises(TimeoutError, match="was done in 0 s; allow more"):
        likelihood_of_answers(model_of(), FOUR.rules, BOARDS, ANSWERS, loops=None, seed=0, clock=Deadline(0.0))


def test_answers_are_those_of_exact_search() -> None:
    np.testing.assert_array_equal(answers_of(FOUR.rules, BOARDS, Deadline(None)), ANSWERS)
    np.testing.assert_array_equal(answers_of(FOUR.rules, ANSWERS, Deadline(None)), ANSWERS)
    empty, clash = np.full_like(BOARDS[:1], OPEN), np.zeros_like(BOARDS[:1])
    for wrong, text in ((empty, "problem 3 of 3 has several answers"), (clash, "problem 3 of 3 has no answer")):
        with pytest.raises(InvalidInput, match=text):
            answers_of(FOUR.rules, np.concatenate([BOARDS[:2], wrong]), Deadline(None))


def test_problems_of_other_answers_are_refused() -> None:
    model = model_of()
    for shown, text in (
        (ANSWERS[:2], "problem 1 of 2 is full"),
        (BOARDS[1:3], "must be those that the boards"),
        (BOARDS[:1], "must be those that the boards"),
    ):
        with pytest.raises(InvalidInput, match=text):
            nelbo(model, FOUR.rules, ANSWERS[:2], given=shown)
    with pytest.raises(ModelMismatch, match="has no density"):
        nelbo(model_of(prior="cells"), FOUR.rules, ANSWERS[:2], given=BOARDS[:2])


def test_a_network_that_overflows_is_refused() -> None:
    model = model_of(latent=0)
    for parameter in model.parameters():
        parameter.data *= 1e30
    with pytest.raises(InvalidInput, match="the network gave NaN or infinity"):
        nelbo(model, FOUR.rules, ANSWERS[:2])
    assert Bound(np.array([1e6]), 2).perplexity == math.inf

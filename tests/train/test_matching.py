"""Which copy learns which answer: the cheapest way under a bound, by trying all ways; and what comes of it."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.measure.law import Law, law_of
from vmdsolve.model.config import ModelConfig
from vmdsolve.problem import OPEN
from vmdsolve.sampler import Plan, Predictor, fill_boards, latent_keys
from vmdsolve.train import Recipe, Trainer
from vmdsolve.train.matching import MOST, answers_to, matched, room

RECIPE = {"data": "law", "attempts": 8, "matched": True, "begin_noise": 1.0, "bf16": False}


@settings(deadline=None, max_examples=100)
@given(
    seed=st.integers(0, 2**32 - 1), K=st.integers(1, 4), S=st.integers(1, 4), given_first=st.booleans(),
    offset=st.floats(0, 1, exclude_max=True), dealt=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    again=st.sampled_from([0.0, 0.5, 3.0]),
)  # fmt: skip
def test_no_way_is_cheaper_and_each_answer_has_its_room_and_its_due(
    seed: int, K: int, S: int, given_first: bool, offset: float, dealt: float, again: float
) -> None:
    """What is due is a share of the copies that are dealt, rounded up or down: which, the offset says."""
    rng = np.random.default_rng(seed)
    answers = np.unique(rng.integers(3, size=(S, 5)), axis=0).astype(np.int32)
    share = rng.dirichlet(np.ones(len(answers)))
    x = np.full(5, OPEN)
    if given_first:
        answers[:, 0], x[0] = 1, 1
        answers, rows = np.unique(answers, axis=0, return_index=True)
        share = share[rows] / share[rows].sum()
    said = np.log(rng.dirichlet(np.ones(3), size=(K, 5))).astype(np.float32)
    n = round(dealt * K)
    ends = np.concatenate([[0], share.cumsum()[:-1], [2.0]])
    due = [sum(low <= (i + offset) / n < high for i in range(n)) for low, high in pairwise(ends)]
    rooms = [max(least, room(p, K)) for least, p in zip(due, share, strict=True)]
    assert all(abs(least - n * p) < 1 + 1e-9 for least, p in zip(due, share, strict=True))

    def cost(board: object, copy: int) -> float:
        cells = np.flatnonzero(x == OPEN)
        return -float(said[copy, cells, np.asarray(board)[cells]].sum())

    def total(boards: Any) -> float:
        times = [int((np.asarray(boards) == answer).all(axis=1).sum()) for answer in answers]
        return sum(cost(board, i) for i, board in enumerate(boards)) + again * sum(n * (n - 1) / 2 for n in times)

    found = answers[matched(said, x, answers, share, offset, dealt=dealt, again=again)]
    bounds = [*zip(due, rooms, strict=True)] if len(answers) > 1 else [(K, K)]  # one answer is everybody's
    ways = [
        way for way in product(range(len(answers)), repeat=K)
        if all(least <= way.count(j) <= most for j, (least, most) in enumerate(bounds))
    ]  # fmt: skip
    best = min(total(answers[list(way)]) for way in ways)
    assert total(found) == pytest.approx(best, abs=1e-4)
    for (least, most), board in zip(bounds, answers, strict=True):
        assert least <= (found == board).all(axis=1).sum() <= most


def test_answers_are_those_of_the_law_that_agree() -> None:
    law = law_of(get("sudoku-4x4"))
    x = np.full(16, OPEN)
    x[:4] = [0, 1, 2, 3]
    rows, share, offset = answers_to(x, law, np.random.default_rng(0))
    answers = law.boards[rows]
    assert 0 <= offset < 1
    assert len(answers) == 12
    assert (answers[:, :4] == x[:4]).all()
    assert share.sum() == pytest.approx(1)
    many = Law(np.arange(2 * MOST, dtype=np.int32)[:, None], np.full(2 * MOST, 0.5 / MOST))
    some, *_ = answers_to(np.array([OPEN]), many, np.random.default_rng(0))
    assert len(np.unique(some)) == MOST
    with pytest.raises(InvalidInput, match="no answer"):
        matched(np.zeros((2, 1, 2), np.float32), np.array([OPEN]), np.zeros((0, 1), np.int32), np.zeros(0), dealt=0.5)


@pytest.mark.parametrize(("n", "K"), [(50, 8), (5, 32)])
def test_answers_that_nobody_says_are_learned_too(n: int, K: int) -> None:
    """Copies that all say the same answers are told others: on average each at least half its share."""
    law = Law(np.arange(n, dtype=np.int32)[:, None], np.arange(1, n + 1) / (n * (n + 1) / 2))
    rounds = 400
    said = np.log(np.full((K, 1, n), 1e-6, np.float32))
    said[:, :, : max(2, n // 10)] = 0.0  # the first few are all that anybody says
    rng, x, times = np.random.default_rng(0), np.array([OPEN]), np.zeros(n)
    for _ in range(rounds):
        rows, share, offset = answers_to(x, law, rng)
        times[rows] += np.bincount(matched(said, x, law.boards[rows], share, offset, dealt=0.5), minlength=n)
    error = 5 * np.sqrt(law.p / rounds / K)
    assert (times / (rounds * K) > law.p / 2 - error).all()
    assert (times / rounds <= [room(p, K) for p in law.p]).all()
    assert times.min() > 0


@pytest.mark.slow
def test_noise_learns_to_choose_an_answer_in_one_evaluation() -> None:
    """4x4 grids from nothing: cells of one evaluation that know nothing of each other are never all right."""
    domain = get("sudoku-4x4")
    config = ModelConfig.of(domain, prior="states", latent=1, width=16, message=16, hidden=32, loops=16)
    recipe = Recipe(steps=120, batch=2, loops=((0.0, 8),), free=16, full=0.7, **{**RECIPE, "attempts": 32})
    trainer = Trainer(domain, config, recipe)
    for _ in trainer.run(every=recipe.steps):
        pass
    assert trainer.config.noise == (1.0, 0.0)
    boards = np.full((500, 16), OPEN, np.int32)
    keys = latent_keys(np.arange(500, dtype=np.uint64), 0)
    predict = Predictor(trainer.average.eval(), domain.rules)
    drawn = fill_boards(predict, domain.rules, boards, Plan(steps=1, legal=False), keys=keys, seed=1).values
    compared = law_of(domain).compare(drawn)
    assert compared.accuracy > 0.15
    assert compared.reached > 0.2


def test_what_does_not_go_with_it_is_refused() -> None:
    domain = get("pair")
    for wrong in ({"attempts": 1}, {"data": "problems"}, {"blocks": 2}):
        with pytest.raises(InvalidInput, match="matched goes with"):
            Recipe(**{**RECIPE, **wrong})
    quiet = ModelConfig.of(domain, width=8, message=8, hidden=8, loops=2, latent=1, prior="states")
    with pytest.raises(InvalidInput, match="give begin_noise or path_noise"):
        Trainer(domain, quiet, Recipe(steps=1, batch=1, data="law"))
    config = ModelConfig.of(domain, width=8, message=8, hidden=8, loops=2, latent=2, positions=(2, 10))
    with pytest.raises(ModelMismatch, match="matched is for"):
        Trainer(domain, config, Recipe(steps=1, batch=1, **RECIPE))

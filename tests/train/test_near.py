"""What copies learn where answers are not listed: answers, near, and where they are few, all of them evenly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.checker import accepts
from vmdsolve.domains import get
from vmdsolve.domains.colouring import Colouring
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.law import law_of
from vmdsolve.model.config import ModelConfig
from vmdsolve.problem import OPEN, Board
from vmdsolve.sampler import Plan, Predictor, fill_boards, latent_keys
from vmdsolve.search import enumerate_values, generate_values, solve_values
from vmdsolve.train import Recipe, Trainer
from vmdsolve.train.matching import room
from vmdsolve.train.near import near_answers, parts
from vmdsolve.train.stream import Stream

RECIPE = {"data": "answers", "attempts": 32, "matched": True, "begin_noise": 1.0, "bf16": False}


def said_of(rng: np.random.Generator, *shape: int) -> np.ndarray:
    said = rng.standard_normal(shape).astype(np.float32)
    return said - np.log(np.exp(said).sum(-1, keepdims=True))


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), givens=st.integers(0, 81))
def test_copies_learn_answers_to_what_they_see(seed: int, givens: int) -> None:
    rng, rules = np.random.default_rng(seed), get("sudoku-9x9").rules
    _, answers = generate_values(rules, 1, seed=seed, clues=81)
    x = np.full(81, OPEN, np.int32)
    shown = rng.permutation(81)[:givens]
    x[shown] = answers[0, shown]
    near = near_answers(rules, said_of(rng, 4, 81, 9), x, answers[0], rng, dealt=0.5)
    assert near.dtype == np.int32
    assert accepts(rules, np.repeat(x[None], 4, 0), near).all()


@pytest.mark.parametrize("copies", [1, 8, 64])
def test_few_answers_are_dealt_out_evenly_though_all_copies_lean_to_one(copies: int) -> None:
    domain = get("sudoku-4x4")
    x = np.full(16, OPEN, np.int32)
    x[:4] = [0, 1, 2, 3]
    answers = np.stack(list(enumerate_values(domain.rules, x)))
    leaning = np.log(np.eye(4, dtype=np.float32)[answers[5]] * 0.9 + 0.025)
    rng, said = np.random.default_rng(copies), np.repeat(leaning[None], copies, 0)
    near = near_answers(domain.rules, said, x, answers[0], rng, dealt=0.5)
    counts = [(near == answer).all(axis=1).sum() for answer in answers]
    assert max(counts) == counts[5] == room(1 / len(answers), copies)


def test_parts_that_nothing_joins_are_looked_at_alone() -> None:
    """Two paths of three vertices in two colours: each has two answers, and all four pairs of them are learned."""
    graph = Colouring(2, 7, [(0, 1), (1, 2), (4, 3), (5, 4)])
    assert [cells.tolist() for cells in parts(graph.rules)] == [[0, 1, 2], [3, 4, 5], [6]]
    x, known = np.full(7, OPEN, np.int32), np.array([0, 1, 0, 0, 1, 0, 1], np.int32)
    x[6] = 1
    rng = np.random.default_rng(0)
    near = near_answers(graph.rules, said_of(rng, 400, 7, 2), x, known, np.random.default_rng(0), dealt=0.5)
    assert accepts(graph.rules, np.repeat(x[None], 400, 0), near).all()
    pairs, counts = np.unique(near[:, [0, 3]], axis=0, return_counts=True)
    assert len(pairs) == 4
    assert counts.min() > 60


def test_an_answer_that_search_does_not_find_soon_is_the_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmdsolve.train.near.PATIENCE", 0)
    rules = get("sudoku-9x9").rules
    _, answers = generate_values(rules, 1, seed=1, clues=81)
    rng, x = np.random.default_rng(0), np.full(81, OPEN, np.int32)
    near = near_answers(rules, said_of(rng, 2, 81, 9), x, answers[0], rng, dealt=0.5)
    assert (near == answers[0]).all()


def test_answers_of_the_stream_are_answers_and_its_givens_are_theirs() -> None:
    domain = get("sudoku-6x6")
    stream = Stream(domain, Recipe(batch=20, data="answers", givens=(3, 5), full=1.0), 2)
    start, x, x0, _, _ = stream.batch(7)
    assert accepts(domain.rules, x, x0).all()
    assert len(np.unique(x0, axis=0)) == 20
    assert ((start != OPEN).sum(1) >= 3).all()
    assert ((start != OPEN).sum(1) <= 5).all()
    assert stream.source == "native generator, answers"
    for a, b in zip(stream.batch(7), Stream(domain, stream.recipe, 2).batch(7), strict=True):
        np.testing.assert_array_equal(a, b)


def drawn(trainer: Trainer, n: int) -> Board:
    rules = trainer.stream.at(0).domain.rules
    boards = np.full((n, rules.L), OPEN, np.int32)
    keys = latent_keys(np.arange(n, dtype=np.uint64), 0)
    predict = Predictor(trainer.average.eval(), rules)
    return fill_boards(predict, rules, boards, Plan(steps=1, legal=False), keys=keys, seed=1).values


@pytest.mark.slow
def test_noise_learns_to_choose_among_answers_that_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """4x4 grids from nothing, by search alone: about as even as where all 288 are listed, see test_matching.py."""
    monkeypatch.setattr("vmdsolve.train.near.FEW", 0)
    domain = get("sudoku-4x4")
    config = ModelConfig.of(domain, prior="states", latent=1, width=16, message=16, hidden=32, loops=16)
    recipe = Recipe(steps=120, batch=2, loops=((0.0, 8),), free=16, full=0.7, **RECIPE)
    trainer = Trainer(domain, config, recipe)
    progress = list(trainer.run(every=recipe.steps))
    compared = law_of(domain).compare(drawn(trainer, 500))
    assert compared.accuracy > 0.15
    assert compared.reached > 0.2
    assert progress[-1].solved is not None


def test_puzzles_may_be_among_the_boards() -> None:
    domain = get("sudoku-4x4")
    recipe = Recipe(batch=64, puzzles=0.5, full=1.0, **{**RECIPE, "attempts": 2})
    start, x, x0, _, _ = Stream(domain, recipe, 2).batch(3)
    given = (start != OPEN).any(axis=1)
    assert 20 < given.sum() < 44
    assert (solve_values(domain.rules, start[given], limit=2).counts == 1).all()
    assert accepts(domain.rules, x, x0).all()
    for wrong in ({"data": "law"}, {"data": "problems", "matched": False}):
        with pytest.raises(InvalidInput, match="puzzles go with data 'answers'"):
            Recipe(**{**RECIPE, "puzzles": 0.5, **wrong})

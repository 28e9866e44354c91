"""Attempts: the same boards however they are cut up, a latent after another, and an end when time is out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from math import inf
from typing import Any

import numpy as np

from vmdsolve.checker import accepts
from vmdsolve.domains import get
from vmdsolve.problem import OPEN, Board
from vmdsolve.sampler import Plan
from vmdsolve.sampler.attempts import Round, attempts
from vmdsolve.sampler.keys import board_keys
from vmdsolve.search import generate_values

FOUR = get("sudoku-4x4")
BOARDS = generate_values(FOUR.rules, 30, seed=1)[0]


class Noisy:
    """A network that says anything, but the same of the same board."""

    z_width = 0

    def draw(self, x: Board, noise: Any) -> Any:
        return noise[: len(x)]

    def __call__(self, x: Board, z: Any) -> Any:
        del z
        seeds = [int.from_bytes(hashlib.blake2b(row.tobytes(), digest_size=8).digest(), "little") for row in x]
        return np.stack([np.random.default_rng(seed).normal(size=(16, 4)).astype(np.float32) for seed in seeds])


def rounds(network: Any = None, boards: Board = BOARDS, **options: Any) -> list[Round]:
    keys = board_keys(FOUR.rules, boards)
    given = {"plan": Plan(steps=3, noise=0.5), "latents": range(5), "seed": 7, **options}
    return list(attempts(network or Noisy(), FOUR.rules, boards, given.pop("plan"), keys=keys, **given))


def told(found: list[Round]) -> dict[tuple[int, int], tuple[Any, ...]]:
    """By latent and row: the board, whether it is good, what it cost."""
    return {
        (part.latent, int(row)): (part.values[i].tolist(), bool(part.good[i]), int(part.nfe[i]))
        for part in found
        for i, row in enumerate(part.rows)
    }


def test_a_problem_is_tried_until_its_board_is_good_and_the_judge_agrees() -> None:
    found = told(rounds())
    for row in range(len(BOARDS)):
        tried = [latent for latent, r in found if r == row]
        assert tried == list(range(len(tried)))
        goods = [found[latent, row][1] for latent in tried]
        assert goods[:-1] == [False] * (len(goods) - 1)
        assert goods[-1] or len(tried) == 5
        for latent in tried:
            values, good, nfe = found[latent, row]
            assert good == accepts(FOUR.rules, BOARDS[row], np.array([values], np.int32))[0]
            assert 1 <= nfe <= 3
    assert {good for _, good, _ in found.values()} == {True, False}


def test_boards_are_the_same_however_they_are_cut_up() -> None:
    whole = told(rounds())
    assert told(rounds(at_once=7)) == whole
    part = told(rounds(boards=BOARDS[4:9]))
    assert part == {(latent, row - 4): said for (latent, row), said in whole.items() if 4 <= row < 9}


def test_later_latents_go_by_another_plan_if_there_is_one() -> None:
    quick, slow = Plan(steps=1), Plan(steps=4, noise=0.5)
    cost = [(latent, nfe) for (latent, _), (_, _, nfe) in told(rounds(plan=quick, again=slow)).items()]
    assert {nfe for latent, nfe in cost if latent == 0} == {1}
    assert max(nfe for latent, nfe in cost if latent) == 4


def test_traces_end_in_the_board_and_are_as_long_as_its_steps() -> None:
    for part in rounds(trace=True):
        assert part.trace is not None
        for i in range(len(part.rows)):
            steps = part.trace.of(i)
            assert len(steps.values) == part.nfe[i]
            assert steps.loops.sum() == part.loops[i]
            assert np.array_equal(steps.values[-1], part.values[i])
    assert rounds()[0].trace is None


def test_no_latent_is_begun_when_time_is_out() -> None:
    assert rounds(seconds_left=lambda: 0.0) == []


def test_a_round_ends_within_when_time_is_out_and_what_it_cost_is_told() -> None:
    left = iter([inf] * 3 + [0.0] * 9)  # asked before the round, then before each call of the network
    (only,) = rounds(plan=Plan(steps=16), seconds_left=lambda: next(left))
    assert only.late.all()
    assert not only.good.any()
    assert (only.nfe == 2).all()
    assert (only.loops == 2).all()  # a network without loops has one an evaluation
    assert np.array_equal(only.values, rounds(plan=Plan(steps=16), trace=True)[0].trace.values[1])
    assert (only.values == OPEN).any(axis=1).all()


def test_latents_are_asked_for_one_by_one() -> None:
    begun = []

    def numbers() -> Iterator[int]:
        for latent in (3, 1):
            begun.append(latent)
            yield latent

    found = rounds(latents=numbers(), plan=Plan(steps=1))
    assert [part.latent for part in found] == begun == [3, 1]
    assert rounds(boards=BOARDS[:0]) == []

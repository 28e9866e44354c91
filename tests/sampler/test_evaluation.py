"""Evaluations that settle: in torch as natively, and what a board that settles is to the loop that fills it."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import kernels, solve
from vmdsolve.checker import accepts
from vmdsolve.constraints import AllDifferent, Count, Sum
from vmdsolve.counts import Counts, Settles
from vmdsolve.domains import get
from vmdsolve.kernels import reference
from vmdsolve.kernels.denoise import SETTLE_EVERY
from vmdsolve.measure.accuracy import held_out
from vmdsolve.model.checkpoint import packaged
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.peers import Peers
from vmdsolve.problem import Rules
from vmdsolve.sampler import Plan, Predictor, fill_boards
from vmdsolve.sampler.evaluation import settled, settling

FOUR = get("sudoku-4x4")
BOARDS = held_out(FOUR, 24)[0]
KEYS = np.arange(len(BOARDS), dtype=np.uint64)


def shipped(**options: Any) -> Predictor:
    model = packaged(FOUR)
    assert model is not None
    return Predictor(model, FOUR.rules, **options)


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), L=st.integers(1, 7), V=st.integers(1, 9))
def test_arrays_and_tensors_settle_as_the_reference_says(seed: int, L: int, V: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.integers(0, 4, (9, L, V)).astype(np.float32)  # ties among them
    x = np.where(rng.random((9, L)) < 0.3, rng.integers(0, V, (9, L)), -1).astype(np.int32)
    peers = Peers.of(L, [rng.permutation(L)[:2].tolist() for _ in range(rng.integers(0, 3))])
    wanted = np.array(reference.settled(logits, x, [peers.of_cell(cell).tolist() for cell in range(L)]))
    counted = [
        Count(rng.permutation(L)[: rng.integers(1, L + 1)].tolist(), int(rng.integers(V)), 0, int(rng.integers(3)))
        for _ in range(rng.integers(0, 3))
    ]
    for count in counted:
        wanted &= count.accepts(np.where(x < 0, logits.argmax(2), x))
    counts = Counts.of(L, [(c.cells, c.symbol, c.low, c.high) for c in counted])
    by = Settles(peers, counts)
    np.testing.assert_array_equal(settled(np, logits, x, by), wanted)
    np.testing.assert_array_equal(settled(torch, *map(torch.from_numpy, (logits, x)), by).numpy(), wanted)


def test_boards_settle_only_where_that_is_to_be_solved() -> None:
    plan = Plan(settle=True)
    assert settling(FOUR.rules, plan) is FOUR.rules.settles
    assert settling(get("queens-6").rules, plan) is not None
    row = AllDifferent([0, 1])
    for rules in (Rules(2, 3), Rules(2, 3, (row, Sum((0, 1), 2))), Rules(2, 3, (AllDifferent([0]),))):
        assert settling(rules, plan) is None
    for other in (
        Plan(), Plan(settle=True, temperature=0.5), Plan(settle=True, blocks=2), Plan(settle=True, remask="least"),
    ):  # fmt: skip
        assert settling(FOUR.rules, other) is None


@pytest.mark.parametrize("backend", ["native", "torch"])
def test_a_board_that_settles_is_solved_at_once_and_costs_no_more_with_more_loops(backend: str) -> None:
    few, many = (shipped(loops=loops, backend=backend) for loops in (24, 96))
    plan = Plan(steps=4, settle=True)
    both = [fill_boards(predict, FOUR.rules, BOARDS, plan, keys=KEYS) for predict in (few, many)]
    solved, deeper = (accepts(FOUR.rules, BOARDS, filled.values) for filled in both)
    once = both[0].nfe == 1
    assert solved[once].all()
    assert once.mean() > 0.5
    for name in ("values", "nfe", "loops"):
        np.testing.assert_array_equal(getattr(both[0], name)[once], getattr(both[1], name)[once])
    assert (both[0].loops[once] <= 24).all()
    assert deeper.sum() >= solved.sum()
    plain = fill_boards(few, FOUR.rules, BOARDS, Plan(steps=4), keys=KEYS)
    assert (plain.loops == 24 * plain.nfe).all()


def test_torch_settles_as_the_kernel_does_and_tells_what_it_cost() -> None:
    ours, theirs = (shipped(loops=30, backend=backend) for backend in ("native", "torch"))
    noise = np.random.default_rng(0).standard_normal((len(BOARDS), ours.z_width)).astype(np.float32)
    by = FOUR.rules.settles
    mine, other = (p.evaluate(BOARDS, p.prepare(p.draw(BOARDS, noise)), settles=by) for p in (ours, theirs))
    np.testing.assert_array_equal(mine.loops, other.loops)
    np.testing.assert_allclose(mine.logits, other.logits, atol=1e-2)
    assert ((other.loops % SETTLE_EVERY == 0) | (other.loops == 30)).all()
    for b, spent in enumerate(other.loops.tolist()):
        alone = shipped(loops=spent, backend="torch")
        row = slice(b, b + 1)
        np.testing.assert_array_equal(alone(BOARDS[row], alone.draw(BOARDS[row], noise[row]))[0], other.logits[b])


@pytest.mark.parametrize("backend", ["native", "torch"])
def test_no_time_is_no_answer_and_said_so(backend: str) -> None:
    model = VMD(ModelConfig(FOUR.name, FOUR.rules.relations, 8, 8, 8, 3, latent=0)).eval()
    predict = Predictor(model, FOUR.rules, backend=backend)
    late = predict.evaluate(BOARDS, np.zeros((len(BOARDS), 0), np.float32), time_limit=0)
    assert not late.finished.any()
    assert not late.loops.any()
    left = iter([inf, 0.0])
    filled = fill_boards(
        predict, FOUR.rules, BOARDS, Plan(steps=9), keys=KEYS, keep_first=True, seconds_left=lambda: next(left)
    )
    assert filled.late.all()
    assert (filled.nfe == 1).all()
    assert (filled.loops == 3).all()
    once = fill_boards(predict, FOUR.rules, BOARDS, Plan(steps=9), keys=KEYS, keep_first=True, trace=True)
    assert once.trace is not None
    np.testing.assert_array_equal(filled.values, once.trace.values[0])
    np.testing.assert_array_equal(filled.first, once.first)
    assert not kernels.conflicts(filled.values, FOUR.rules.peers).any()


def test_solutions_say_what_loops_they_took() -> None:
    for method in ("vmd-only", "vmd"):
        solution = solve(FOUR.format(BOARDS[0]), method=method, model=packaged(FOUR))
        assert (solution.loops > 0) == (solution.nfe > 0)
        assert solution.loops % SETTLE_EVERY == 0
    assert solve("." * 16, method="search").loops == 0

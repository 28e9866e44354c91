"""The loop on tensors equals the loop on arrays: here on the CPU's tensors, which do all but capture a graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from vmdsolve import domains
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.accuracy import held_out
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import Plan, Predictor, fill_boards
from vmdsolve.sampler.keys import normal as _normal
from vmdsolve.sampler.on_gpu import Loop

FOUR = domains.get("sudoku-4x4")
PLANS = [
    Plan(steps=4),
    Plan(steps=3, order="entropy", temperature=1.0, noise=0.3, each_step=True),
    Plan(steps=6, blocks=3, threshold=0.6),
    Plan(steps=5, remask="least", rate=0.4, order="top_prob"),
    Plan(steps=5, remask="conflicts", legal=False, order="random"),
    Plan(steps=16, blocks=2, remask="least", legal=False, temperature=0.5, each_step=True),
]


def predictor(prior: str = "standard") -> Predictor:
    # Positions, since cells that are images of each other tie, and two exponentials round a tie two ways.
    config = ModelConfig(FOUR.name, FOUR.rules.relations, 8, 8, 8, 2, 3, prior, positions=(16, 4))
    model, random = VMD(config).eval().requires_grad_(False), torch.Generator().manual_seed(0)
    for parameter in model.denoiser.parameters():
        parameter.add_(0.3 * torch.randn(parameter.shape, generator=random))
    return Predictor(model, FOUR.rules, backend="torch")


def loop(predict: Predictor, plan: Plan, B: int, seed: int) -> Loop:
    return Loop(
        predict.on_tensors, FOUR.rules, plan, B, z_width=predict.drawn_width, seed=seed, device="cpu", tile=predict.tile
    )


def filled(it: Loop, predict: Predictor, boards: Any, keys: Any, domains_: Any, seed: int) -> Any:
    def draw(x: Any, rows: Any, step: int) -> Any:
        return predict.draw(x, _normal(seed, keys[rows], step, predict.z_width))

    return it.fill(boards, keys=keys, domains=domains_, draw=draw, trace=True)


@pytest.mark.parametrize("prior", ["standard", "conditional"])
@pytest.mark.parametrize("plan", PLANS, ids=range(len(PLANS)))
def test_the_loop_on_tensors_equals_the_loop_on_arrays(plan: Plan, prior: str) -> None:
    boards, keys = held_out(FOUR, 11)[0], np.arange(11, dtype=np.uint64) << np.uint64(60)
    allowed = np.random.default_rng(0).integers(1, 16, boards.shape, np.uint64)  # some boards get stuck
    allowed[:6] = 15
    predict = predictor(prior)
    it = loop(predict, plan, 11, seed=3)
    before = boards.copy(), allowed.copy()
    for _ in range(2):  # the second time in room that was used
        wanted = fill_boards(predict, FOUR.rules, boards, plan, keys=keys, seed=3, domains=allowed, trace=True)
        values, nfe, first, history = filled(it, predict, boards, keys, allowed, 3)
        np.testing.assert_array_equal(values, wanted.values)
        np.testing.assert_array_equal(nfe, wanted.nfe)
        np.testing.assert_array_equal(first, wanted.first)
        np.testing.assert_array_equal(np.stack(history), wanted.trace)
        keys = keys[::-1].copy()
    np.testing.assert_array_equal(boards, before[0])
    np.testing.assert_array_equal(allowed, before[1])


def test_a_network_that_overflows_is_named() -> None:
    predict = predictor()

    def overflows(x: Tensor, z: Tensor) -> Tensor:
        return predict.on_tensors(x, z) * torch.nan

    it = Loop(overflows, FOUR.rules, Plan(steps=2), 3, z_width=predict.drawn_width, seed=0, device="cpu", tile=4)
    boards, keys = held_out(FOUR, 3)[0], np.arange(3, dtype=np.uint64)
    with pytest.raises(InvalidInput, match=r"the logit of board 0, cell \d+, symbol \d is nan"):
        filled(it, predict, boards, keys, np.full(boards.shape, np.uint64(15)), 0)

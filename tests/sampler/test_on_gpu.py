"""The loop on tensors equals the reference: here on the CPU's tensors, which do all but capture a graph."""

from __future__ import annotations

import gc
import weakref
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from helpers.reference_loop import assert_same, reference_fill
from torch import Tensor

from vmdsolve import domains
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels.denoise import Evaluated
from vmdsolve.measure.accuracy import held_out
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import Plan, Predictor, fill_boards
from vmdsolve.sampler.on_gpu import TensorLoop, borrowed_loop

FOUR = domains.get("sudoku-4x4")
PLANS = [
    Plan(steps=4),
    Plan(steps=3, order="entropy", temperature=1.0, noise=0.3, each_step=True),
    Plan(steps=6, blocks=3, threshold=0.6),
    Plan(steps=5, remask="least", rate=0.4, order="top_prob"),
    Plan(steps=5, remask="conflicts", legal=False, order="random"),
    Plan(steps=8, blocks=2, remask="least", legal=False, temperature=0.5, each_step=True),
    Plan(steps=4, settle=True),
    Plan(steps=5, settle=True, legal=False, threshold=0.6, noise=0.3, order="random"),
]


def predictor(prior: str = "standard") -> Predictor:
    # Positions, since cells that are images of each other tie, and two exponentials round a tie two ways.
    config = ModelConfig(FOUR.name, FOUR.rules.relations, 8, 8, 8, 2, 3, prior, positions=(16, 4))
    model, random = VMD(config).eval().requires_grad_(False), torch.Generator().manual_seed(0)
    for parameter in model.denoiser.parameters():
        parameter.add_(0.3 * torch.randn(parameter.shape, generator=random))
    return Predictor(model, FOUR.rules, backend="torch")


def loop(predict: Predictor, plan: Plan, B: int, seed: int) -> TensorLoop:
    return TensorLoop(FOUR.rules, plan, B, tile=predict.tile, device="cpu", seed=seed, keep_first=True)


@pytest.mark.slow
@pytest.mark.parametrize("prior", ["standard", "conditional"])
@pytest.mark.parametrize("plan", PLANS, ids=range(len(PLANS)))
def test_the_loop_on_tensors_equals_the_reference(plan: Plan, prior: str) -> None:
    boards, keys = held_out(FOUR, 6)[0], np.arange(6, dtype=np.uint64) << np.uint64(60)
    allowed = np.random.default_rng(0).integers(1, 16, boards.shape, np.uint64)  # some boards get stuck
    allowed[:3] = 15
    predict = predictor(prior)
    it = loop(predict, plan, 6, seed=3)
    before = boards.copy(), allowed.copy()
    for _ in range(2):  # the second time in room that was used
        wanted = reference_fill(predict, FOUR.rules, boards, plan, keys=keys, seed=3, domains=allowed)
        evaluate = partial(predict.on_tensors, settles=it.settling)
        found = it.fill(predict, evaluate, boards, keys=keys, domains=allowed, trace=True)
        assert_same(found, wanted)
        arrays = fill_boards(
            predict, FOUR.rules, boards, plan, keys=keys, seed=3, domains=allowed, keep_first=True, trace=True
        )
        assert_same(arrays, wanted)
        keys = keys[::-1].copy()
    np.testing.assert_array_equal(boards, before[0])
    np.testing.assert_array_equal(allowed, before[1])


def test_a_network_that_overflows_is_named() -> None:
    predict = predictor()

    def overflows(x: Tensor, z: Tensor) -> Evaluated:
        said = predict.on_tensors(x, z)
        return said._replace(logits=said.logits * torch.nan)

    boards, keys = held_out(FOUR, 3)[0], np.arange(3, dtype=np.uint64)
    with pytest.raises(InvalidInput, match=r"the logit of board 0, cell \d+, symbol \d is nan"):
        loop(predict, Plan(steps=2), 3, 0).fill(
            predict, overflows, boards, keys=keys, domains=np.full(boards.shape, np.uint64(15))
        )


def test_a_loop_is_kept_for_the_same_call_again_and_goes_with_its_predictor() -> None:
    predict = predictor()

    usual: dict[str, Any] = {"plan": Plan(steps=2), "B": 3, "seed": 1, "keep_first": False}

    def lent(it: Predictor, **options: Any) -> TensorLoop:
        with borrowed_loop(it, FOUR.rules, **{**usual, **options}) as loop:
            return loop

    first = lent(predict)
    assert lent(predict) is first
    for other in ({"seed": 2}, {"B": 4}, {"keep_first": True}, {"plan": Plan(steps=3)}):
        assert lent(predict) is not lent(predict, **other)
    with borrowed_loop(predict, FOUR.rules, **usual) as mine:
        assert lent(predict) is not mine  # nobody else has it meanwhile
    kept = weakref.ref(lent(predict))
    del first, mine
    gc.collect()
    assert kept() is not None
    del predict
    gc.collect()
    assert kept() is None

"""States that fade: the native loops, forward and back, do what the module in torch does, and loops go on to count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from helpers.denoisers import FLOAT32, inputs, random_model, random_rules, same_forth_and_back
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.kernels.denoise import Denoise
from vmdsolve.kernels.state_noise import StateNoise
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.looped import kept_after
from vmdsolve.model.native import native, structure_of
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import Predictor
from vmdsolve.sampler.looped import looped


def fading(seed: int, fade: int, loops: int = 8) -> tuple[VMD, Any, Any]:
    """A model whose states fade from loop number `fade` on, its structure, and boards."""
    plain, units = random_model(seed, 9, 4, 2, (16, 16, 32), 0, 0)
    model = plain.with_config(fade=fade, loops=loops).requires_grad_(False)
    return model, units, inputs(seed, 3, units, 0)[0]


def said(model: VMD, units: Any, x: Any, loops: int) -> torch.Tensor:
    out: torch.Tensor = model.denoiser(torch.from_numpy(x.astype(np.int64)), units, None, loops)
    return out


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.tuples(st.integers(1, 16), st.integers(1, 9), st.integers(1, 3)),
    widths=st.tuples(st.integers(8, 40), st.integers(1, 40), st.integers(1, 70)),
    fade=st.integers(2, 5),
    free=st.integers(0, 4),
    supervise=st.integers(1, 4),
    noisy=st.booleans(),
)
def test_native_loops_fade_as_the_module_in_torch_does(
    seed: int, sizes: Any, widths: Any, fade: int, free: int, supervise: int, noisy: bool
) -> None:
    model, units = random_model(seed, *sizes, widths, 2, 1)
    x, z = inputs(seed, 2, units, 2)
    noise = StateNoise(np.array([seed + 1, 0], np.uint64), 0.5, 0.1) if noisy else None
    assert same_forth_and_back(model.with_config(fade=fade).denoiser, units, x, z, free, supervise, noise)


@pytest.mark.parametrize("fade", [2, 3])
def test_all_ways_of_inference_fade(fade: int) -> None:
    model, units, x = fading(1, fade)
    wanted = said(model, units, x, 8)[0].numpy()
    kernel: Denoise = native(model.denoiser)
    for path in FLOAT32:
        got = kernel.evaluate(structure_of(units), x, loops=8, fade=fade, path=path)
        np.testing.assert_allclose(got.logits, wanted, atol=1e-4)
    begun = model.denoiser.start(torch.from_numpy(x.astype(np.int64)), units, None)
    torch_way = looped(model.denoiser, begun, torch.from_numpy(x), loops=8, settles=None, time_limit=float("inf"))
    np.testing.assert_allclose(torch_way.logits.numpy(), wanted, atol=1e-4)
    assert abs(wanted - said(fading(1, 0)[0], units, x, 8)[0].numpy()).max() > 1e-3


def test_a_predictor_fades_as_its_model_says() -> None:
    model, board = fading(2, 3)[0], np.full((1, 9), -1, np.int32)
    rules = random_rules(np.random.default_rng(2), 9, 4, 2)
    wanted = said(model, model.units(rules), board, 8)[0].numpy()
    for backend in ("native", "torch"):
        predict = Predictor(model, rules, backend=backend)
        np.testing.assert_allclose(predict(board, np.zeros((1, 0), np.float32)), wanted, atol=1e-4)


def test_states_grow_no_further_and_loops_go_on_to_count() -> None:
    """Without fading the thousandth loop hardly changes what is read; with it, it changes as much as the fiftieth."""

    def steps(fade: int) -> list[float]:
        model, units, x = fading(3, fade)
        x[:] = -1
        h, constant = model.denoiser.start(torch.from_numpy(x.astype(np.int64)), units, None)
        sizes = []
        for loop in range(1, 601):
            h = model.denoiser.loop(h, loop, constant)
            if loop in (50, 600):
                sizes.append(float(h.square().mean().sqrt()))
        return sizes

    grown, held = steps(0), steps(40)
    assert grown[1] > 5 * grown[0]
    assert held[1] < 1.5 * held[0]


def test_until_then_nothing_fades() -> None:
    assert [kept_after(loop, 3) for loop in (1, 2, 3, 4)] == [1, 1, 1 - 1 / 3, 1 - 1 / 3]
    model, units, x = fading(4, 6)
    plain = fading(4, 0)[0]
    assert torch.equal(said(model, units, x, 5), said(plain, units, x, 5))
    assert not torch.equal(said(model, units, x, 8), said(plain, units, x, 8))


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ModelMismatch, match="fade is 1, and nothing of a state is left"):
        ModelConfig("any", ("r0",), fade=1)
    with pytest.raises(ModelMismatch, match="fade is -1; wanted a whole number from 0 to 4,096"):
        ModelConfig("any", ("r0",), fade=-1)
    model, units, x = fading(5, 0)
    with pytest.raises(InvalidInput, match="fade is -2"):
        native(model.denoiser).evaluate(structure_of(units), x, loops=1, fade=-2)


def test_what_no_weight_depends_on_may_change() -> None:
    model = fading(6, 0)[0]
    other = model.with_config(loops=99, fade=32, latent=1, prior="states", noise=(1.0, 0.1))
    assert (other.config.loops, other.config.fade, other.config.stirs) == (99, 32, True)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))
    assert not other.training
    with pytest.raises(ModelMismatch, match="weights depend on one of fade, width; loops, fade, sampling and noise"):
        model.with_config(fade=3, width=8)
    with pytest.raises(ModelMismatch, match="fading: one of these is no field"):
        model.with_config(fading=3)

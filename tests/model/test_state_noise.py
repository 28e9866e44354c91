"""Noise on states: its law, what it depends on, and that the native loops add what the module in torch adds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from helpers.denoisers import inputs, random_model, same_forth_and_back
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.kernels.gradient import DenoiseGradient
from vmdsolve.kernels.state_noise import StateNoise, state_noise
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD


def keys_of(seed: int, B: int) -> Any:
    return np.random.default_rng(seed).integers(2**64, size=B, dtype=np.uint64)


def test_the_law_is_nearly_normal_and_no_number_tells_of_another() -> None:
    some = state_noise(keys_of(0, 64), 3, (81, 9, 8)).astype(np.float64)
    n = some.size
    assert abs(some.mean()) < 5 / np.sqrt(n)
    assert abs(some.var() - 1) < 5 * np.sqrt(1.7 / n)
    assert abs((some**4).mean() - 2.7) < 0.05
    assert abs(some).max() <= 3.4506
    flat = some.reshape(64, -1)
    other = state_noise(keys_of(0, 64), 4, (81, 9, 8)).reshape(64, -1)
    for a, b in ((flat[:, 1:], flat[:, :-1]), (flat[1:], flat[:-1]), (flat, other), (flat[:, 8:], flat[:, :-8])):
        assert abs((a * b).mean()) < 5 / np.sqrt(a.size)


def test_a_boards_noise_is_its_keys_alone() -> None:
    keys = keys_of(1, 5)
    whole = state_noise(keys, 2, (7, 3))
    np.testing.assert_array_equal(state_noise(keys[3:4], 2, (7, 3))[0], whole[3])
    assert not np.array_equal(state_noise(keys, 1, (7, 3)), whole)
    assert not np.array_equal(whole[0], whole[1])


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.tuples(st.integers(1, 16), st.integers(1, 9), st.integers(1, 3)),
    widths=st.tuples(st.integers(8, 40), st.integers(1, 40), st.integers(1, 70)),
    places=st.integers(0, 2),
    B=st.integers(1, 3),
    free=st.integers(0, 3),
    supervise=st.integers(1, 3),
    begin=st.sampled_from([0.0, 0.5, 2.0]),
    path=st.sampled_from([0.0, 0.1, 1.0]),
    still=st.booleans(),
)
def test_native_loops_and_the_module_in_torch_add_the_same(
    seed: int, sizes: Any, widths: Any, places: int, B: int, free: int, supervise: int, begin: float, path: float,
    still: bool,
) -> None:  # fmt: skip
    model, units = random_model(seed, *sizes, widths, 2, places)
    x, z = inputs(seed, B, units, 2)
    keys = keys_of(seed, B)
    keys[0] *= not still
    noise = StateNoise(keys, begin, path)
    assert same_forth_and_back(model.denoiser, units, x, z, free, supervise, noise)


def test_noise_comes_before_the_first_loop_and_between_loops() -> None:
    """One loop hears nothing of `path`, but of `begin`; the same keys say the same."""
    model, units = random_model(3, 9, 4, 2, (16, 16, 32), 0, 0)
    x, _ = inputs(3, 2, units, 0)
    tokens = torch.from_numpy(x.astype(np.int64))

    def read(loops: int, begin: float, path: float, seed: int = 0) -> torch.Tensor:
        noise = StateNoise(keys_of(seed, 2), begin, path)
        out: torch.Tensor = model.denoiser(tokens, units, None, loops, noise=noise)
        return out

    plain = model.denoiser(tokens, units, None, 1)
    assert torch.equal(read(1, 0.0, 1.0), plain)
    assert not torch.equal(read(1, 1.0, 0.0), plain)
    assert not torch.equal(read(2, 0.0, 1.0), model.denoiser(tokens, units, None, 2))
    assert torch.equal(read(2, 1.0, 1.0), read(2, 1.0, 1.0))
    assert not torch.equal(read(2, 1.0, 1.0), read(2, 1.0, 1.0, seed=1))


def test_a_board_whose_key_is_0_has_no_noise() -> None:
    model, units = random_model(4, 9, 4, 2, (16, 16, 32), 0, 0)
    x, _ = inputs(4, 3, units, 0)
    tokens, keys = torch.from_numpy(x.astype(np.int64)), keys_of(4, 3)
    keys[1] = 0
    plain, stirred = (model.denoiser(tokens, units, None, 4, noise=of) for of in (None, StateNoise(keys, 1.0, 1.0)))
    assert (stirred == plain).flatten(2).all(2)[0].tolist() == [False, True, False]


def test_attention_takes_it_too() -> None:
    domain = get("chains")
    model = VMD(ModelConfig.of(domain, mixer="attention", width=16, message=8, hidden=16, loops=2, latent=0))
    x = torch.full((2, domain.rules.L), -1)
    noise = StateNoise(keys_of(0, 2), 1.0, 0.0)
    a, b = model.predict(x, model.units(domain.rules), None, 2, 1, noise=noise)[0]
    assert not torch.equal(a, b)


def test_threads_say_nothing_and_keys_are_one_a_board() -> None:
    model, units = random_model(5, 11, 5, 2, (24, 16, 40), 0, 0)
    from vmdsolve.model.fused import factors, gradient, tables

    x, _ = inputs(5, 7, units, 0)
    kernel: DenoiseGradient = gradient(model.config, units)
    held, latent = tables(model.denoiser).numpy(), factors(model.denoiser, None, 7).numpy()
    noise = StateNoise(keys_of(2, 7), 0.3, 0.3)
    options: dict[str, Any] = {"free": 1, "supervise": 2, "noise": noise}
    one, _ = kernel.forward(x, held, latent, threads=1, **options)
    three, _ = kernel.forward(x, held, latent, threads=3, **options)
    np.testing.assert_array_equal(one, three)
    with pytest.raises(ValueError, match=r"keys of noise have shape \(3,\), wanted \(7,\)"):
        kernel.forward(x, held, latent, **{**options, "noise": noise._replace(keys=noise.keys[:3])})

"""The kernels' randomness: Philox, exp and log in float32, and draws that follow their law."""

import math
from typing import Any

import numpy as np
import pytest
from helpers.chi_square import chi_square_z
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve import _native, kernels
from vmdsolve.kernels import reference
from vmdsolve.peers import Peers


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_philox_gives_the_known_answers_of_random123(counter: Any, key: Any, words: str) -> None:
    for philox in (reference.philox, _native.philox):
        assert " ".join(f"{word:08x}" for word in philox(counter, key)) == words


def test_uniforms_are_never_0_or_1() -> None:
    assert reference.uniform32(0) == reference.uniform32(511) == 2.0**-24
    assert reference.uniform32(0xFFFFFFFF) == np.float32(1 - 2.0**-24) < 1
    naive = (np.float32(0xFFFFFFFF >> 8) + np.float32(0.5)) * np.float32(2.0**-24)
    assert naive == 1  # the usual recipe, which is why ours differs


def test_gumbel_noise_lies_in_the_documented_range() -> None:
    low, high = (reference.gumbel32(reference.uniform32(word)) for word in (0, 0xFFFFFFFF))
    assert -2.82 < low < -2.81
    assert 16.63 < high < 16.64


def ulps(got: np.ndarray, exact: np.ndarray) -> float:
    return float(np.max(np.abs(got - exact) / np.spacing(np.abs(exact).astype(np.float32))))


def test_exp32_and_log32_are_within_their_ulps_of_float64() -> None:
    x = np.concatenate([-np.logspace(-10, math.log10(80), 300_000), np.linspace(-80, 0, 300_000)])
    x = x.astype(np.float32)
    assert ulps(_native.exp32(x), np.exp(x.astype(np.float64))) < 1.5
    bits = np.random.default_rng(0).integers(0x00800000, 0x7F800000, 300_000, np.uint32)
    near_one = 1 + np.arange(-3000, 3000) * np.float32(2.0**-24)
    x = np.concatenate([bits.view(np.float32), near_one[near_one != 1], np.linspace(1.001, 64, 300_000)])
    x = x.astype(np.float32)
    assert ulps(_native.log32(x), np.log(x.astype(np.float64))) < 1.5


def test_exp32_and_log32_at_special_values() -> None:
    x = np.array([0, -0.0, -1e-45, -1e-38, -80.00001, -1000, -3e38, -np.inf], np.float32)
    np.testing.assert_array_equal(_native.exp32(x), [1, 1, 1, 1, 0, 0, 0, 0])
    x = np.array([1, 0, 1e-45, 1e-38], np.float32)
    np.testing.assert_array_equal(_native.log32(x), [0, -np.inf, -np.inf, -np.inf])


@given(st.floats(-100, 0, width=32), st.floats(0, 2.0**126, width=32))
def test_exp32_and_log32_equal_their_reference_bit_for_bit(x: float, y: float) -> None:
    with np.errstate(all="ignore"):
        assert _native.exp32(np.array([x], np.float32))[0] == reference.exp32(np.float32(x))
        assert _native.log32(np.array([y], np.float32))[0] == reference.log32(np.float32(y))


LOGITS = np.array([2.0, 1.0, 0.5, 0.0, -0.5, -1.0, 1.5, 0.2, -3.0], np.float32)


def draw_counts(temperature: float, by_cell: bool) -> np.ndarray:
    """20,000 symbols drawn from LOGITS, each in a cell, or each in a board, of its own."""
    B, L = (1, 20_000) if by_cell else (20_000, 1)
    x, _, _ = kernels.unmask(
        np.broadcast_to(LOGITS, (B, L, 9)),
        np.full((B, L), -1, np.int32),
        np.full((B, L), 511, np.uint64),
        Peers.none(L),
        key=np.arange(B, dtype=np.uint64),
        n_keep=L,
        temperature=temperature,
        seed=3,
    )
    return np.bincount(x.ravel(), minlength=9)


@pytest.mark.parametrize("by_cell", [True, False])
@pytest.mark.parametrize("temperature", [0.7, 1.0, 1.5])
def test_draws_follow_the_softmax(temperature: float, by_cell: bool) -> None:
    p = np.exp(LOGITS.astype(np.float64) / temperature)
    p /= p.sum()
    assert chi_square_z(draw_counts(temperature, by_cell).tolist(), p.tolist()) < 4
    for wrong in (0.9, 1.1):  # the same test sees a 10 % error
        assert chi_square_z(draw_counts(temperature * wrong, by_cell).tolist(), p.tolist()) > 4


def test_random_order_takes_every_cell_equally_often() -> None:
    B, L = 20_000, 10
    _, committed, _ = kernels.unmask(
        np.zeros((B, L, 1), np.float32),
        np.full((B, L), -1, np.int32),
        np.ones((B, L), np.uint64),
        Peers.none(L),
        key=np.arange(B, dtype=np.uint64),
        n_keep=1,
        order="random",
    )
    assert chi_square_z(committed.sum(0).tolist(), [1 / L] * L) < 4

"""Normal noise: its law, exactly; that no two numbers hang together; and that reference and native code are equal."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
import torch
from helpers.chi_square import chi_square_z
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve import _native, kernels
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels import reference
from vmdsolve.kernels.normal import MAX_NORMALS, normal
from vmdsolve.sets import MAX_SYMBOLS

N = 20_000
EDGES = [NormalDist().inv_cdf(k / 20) for k in range(1, 20)]


def keys_of(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.uint64)


def law_z(numbers: np.ndarray) -> float:
    """Normal score of the counts in twenty bins that are equally likely."""
    return chi_square_z(np.bincount(np.searchsorted(EDGES, numbers.ravel()), minlength=20).tolist(), [1 / 20] * 20)


def along(axis: str) -> np.ndarray:
    """20,000 numbers that differ in one thing alone."""
    if axis == "place":
        return normal(keys_of(1), N)[0]
    if axis == "key":
        return normal(np.arange(N, dtype=np.uint64), 1)[:, 0]
    if axis == "step":
        return np.concatenate([normal(keys_of(1), 1, step=step)[0] for step in range(N)])
    return np.concatenate([normal(keys_of(1), 1, seed=seed)[0] for seed in range(N)])


@pytest.mark.parametrize("axis", ["place", "key", "step", "seed"])
def test_numbers_are_normal_and_a_scale_wrong_by_a_tenth_shows(axis: str) -> None:
    numbers = along(axis).astype(np.float64)
    assert law_z(numbers) < 4
    for wrong in (numbers * 1.1, numbers * 0.9, numbers + 0.1):
        assert law_z(wrong) > 4
    # Mean, variance, skewness and excess of the tails, each beside its standard error; then tenth parts of the scale.
    errors = np.sqrt(np.array([1, 2, 6, 24]) / N)

    def moments(x: Any) -> Any:
        return np.array([x.mean(), x.var() - 1, (x**3).mean() - 3 * x.mean(), (x**4).mean() - 6 * x.var() + 3])

    assert (np.abs(moments(numbers)) < 4 * errors).all()
    assert np.abs(moments(1.1 * numbers))[1] > 4 * errors[1]


@pytest.mark.parametrize("shift", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("axis", ["place", "key", "step", "seed"])
def test_neighbours_do_not_hang_together(axis: str, shift: int) -> None:
    numbers = along(axis).astype(np.float64)
    a, b = numbers[:-shift], numbers[shift:]
    for f, g in ((a, b), (a**2 - 1, b**2 - 1), (np.abs(a) - math.sqrt(2 / math.pi), b)):
        assert abs((f * g).mean()) < 4.5 * f.std() * g.std() / math.sqrt(len(f))
    assert abs((a * (0.1 * a + b)).mean()) > 4.5 / math.sqrt(len(a))  # a tenth of each other would show


def test_numbers_hang_on_seed_key_step_and_place_alone() -> None:
    whole = normal(keys_of(5, 6, 2**64 - 1), 9, seed=3, step=4)
    np.testing.assert_array_equal(normal(keys_of(6), 9, seed=3, step=4)[0], whole[1])
    np.testing.assert_array_equal(normal(keys_of(5, 6, 2**64 - 1), 3, seed=3, step=4), whole[:, :3])
    others = [(3, 5, 6), (4, 5, 3), (3, 5 + 2**32, 4), (3 + 2**32, 5, 4), (2**64 - 1, 5, 4)]
    assert all((normal(keys_of(key), 9, seed=seed, step=step)[0] != whole[0]).all() for seed, key, step in others)


def test_no_draw_of_another_kernel_has_these_random_bits() -> None:
    """The last word of their counters: all that a draw of a cell can have, and all that noise can have."""
    cells, draws = kernels.checks.MAX_CELLS, reference.DRAW_GUMBEL + MAX_SYMBOLS
    assert cells - 1 + ((draws - 1) // 4 << 16) < reference.NORMAL_COUNTER
    assert reference.NORMAL_COUNTER + (MAX_NORMALS - 1) // 4 < 2**32


@given(
    st.lists(st.integers(0, 2**64 - 1), max_size=3), st.integers(0, 9), st.integers(0, 2**64 - 1),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_reference_and_native_code_are_equal(keys: list[int], n: int, seed: int, step: int) -> None:
    arguments: dict[str, Any] = {"seed": seed, "step": step}
    ours = normal(keys_of(*keys), n, **arguments)
    assert ours.shape == (len(keys), n)
    assert ours.dtype == np.float32
    np.testing.assert_array_equal(ours, normal(keys_of(*keys), n, **arguments, backend="reference"))


def test_these_numbers_stay_what_they_are() -> None:
    """Golden: a changed stream changes every sample that is drawn."""
    found = normal(keys_of(1, 2**63), 5, seed=7, step=2)
    assert found.view(np.uint32).tolist() == [
        [1066028739, 3183369688, 3204620305, 1071519209, 1037291747],
        [3212871721, 3199502103, 3199587765, 1074929072, 3171031872],
    ]


def quantiles() -> tuple[np.ndarray, np.ndarray]:
    """Every uniform that there is below one half, and its quantile as noise takes it."""
    u = (np.arange(2**22, dtype=np.uint32) * 2 + 1).astype(np.float32) * np.float32(2.0**-24)
    return u, _native.normal32(u)


def test_quantiles_are_exact_to_their_error_rise_and_mirror() -> None:
    u, z = quantiles()
    exact = torch.special.ndtri(torch.from_numpy(u.astype(np.float64))).numpy()
    assert np.abs(z / exact - 1).max() < 3e-7
    assert (np.diff(z) >= 0).all()
    assert -5.2948 < z[0] < -5.2947
    np.testing.assert_array_equal(_native.normal32(np.float32(1) - u), -z)


def test_the_reference_has_the_same_quantiles() -> None:
    u, z = quantiles()
    some = np.concatenate([np.arange(0, 4000), np.arange(13_000, 15_000), np.arange(4000, len(u), 2111), [len(u) - 1]])
    assert [reference.normal32(value) for value in u[some]] == z[some].tolist()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"key": np.zeros(2, np.int64)}, "key has dtype int64, wanted uint64"),
        ({"key": np.zeros((2, 1), np.uint64)}, r"key has shape \[2, 1\], wanted \[B\]"),
        ({"n": -1}, "n is -1, wanted an integer from 0 to 16777216"),
        ({"n": 2**24 + 1}, "n is 16777217"),
        ({"seed": -1}, "seed is -1"),
        ({"step": 2**32}, "step is 4294967296"),
        ({"backend": "gpu"}, "backend is 'gpu', wanted one of cpu, reference"),
    ],
)
def test_wrong_arguments_are_refused(change: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        normal(**{"key": np.zeros(2, np.uint64), "n": 3, **change})

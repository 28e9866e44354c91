"""Words of an automaton: the native kernel is its reference, and both follow the exact law."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from helpers.chi_square import chi_square_z
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import _native
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels.regular import Automaton, Words, regular

Floats = npt.NDArray[np.float64]
N = 20_000


def random_automaton(rng: np.random.Generator, Q: int, V: int) -> Automaton:
    step = rng.integers(-1, Q, (Q, V)).astype(np.int32)
    return Automaton(step, rng.random(Q) < 0.5, int(rng.integers(Q)))


def words_of(automaton: Automaton, x: list[int], sets: list[int], V: int) -> list[tuple[int, ...]]:
    """Every accepted word, by trying all."""
    choices = [[h] if h >= 0 else [v for v in range(V) if bits >> v & 1] for h, bits in zip(x, sets, strict=True)]
    out = []
    for word in itertools.product(*choices):
        q = automaton.start
        for v in word:
            q = automaton.step[q, v] if q >= 0 else -1
        if q >= 0 and automaton.accept[q]:
            out.append(word)
    return out


def law_of(automaton: Automaton, logits: Any, x: list[int], sets: list[int], temperature: float = 1.0) -> Any:
    """Accepted words and their probabilities, in float64."""
    words = words_of(automaton, x, sets, logits.shape[1])
    score = np.array([sum(float(logits[i, v]) for i, v in enumerate(word) if x[i] < 0) / temperature for word in words])
    p = np.exp(score - score.max())
    return words, p / p.sum()


def case(seed: int, B: int, Q: int, V: int, n: int, L: int, scale: float = 2.0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    x = rng.integers(-1, V, (B, L)).astype(np.int32)
    x[rng.random((B, L)) < 0.7] = -1
    logits = (scale * rng.standard_normal((B, L, V))).astype(np.float32)
    logits[rng.random((B, L, V)) < 0.1] = -np.inf
    sets = rng.integers(1, 2**V - 1, (B, L), np.uint64, endpoint=True)
    sets[rng.random((B, L)) < 0.5] = 2**V - 1
    return {
        "logits": logits,
        "x": x,
        "candidates": sets,
        "cells": rng.permutation(L)[:n].astype(np.int32),
        "automaton": random_automaton(rng, Q, V),
        "key": rng.integers(0, 2**63, B, np.uint64),
    }


def assert_same(a: Words, b: Words) -> None:
    for one, other in zip(a, b, strict=True):
        np.testing.assert_array_equal(one, other)


@settings(deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(0, 11),
    st.integers(1, 6),
    st.sampled_from([1, 2, 3, 5, 64]),
    st.integers(1, 6),
    st.sampled_from([0.0, 0.3, 1.0, 7.0]),
    st.sampled_from([1e-3, 2.0, 60.0, 1e20, 3e38]),
)
def test_native_words_and_marginals_equal_the_reference_bit_for_bit(
    seed: int, B: int, Q: int, V: int, n: int, temperature: float, scale: float
) -> None:
    with np.errstate(over="ignore"):
        arguments = case(seed, B, Q, V, n, n + 2, scale)
    arguments["logits"][np.isposinf(arguments["logits"])] = 3e38
    turn = {"temperature": temperature, "seed": seed, "step": seed % 7}
    assert_same(regular(**arguments, **turn), regular(**arguments, **turn, backend="reference"))


def test_every_code_path_and_number_of_threads_gives_the_same_bits() -> None:
    a = case(3, 37, 5, 7, 6, 9)
    m = a["automaton"]
    flat = (a["logits"], a["x"], a["candidates"], a["cells"], m.step, m.accept, m.start, 0.7, 1, a["key"], 2)
    outs = [_native.regular(*flat, threads, path) for threads in (1, 3) for path in range(_native.regular_paths())]
    for out in outs:
        assert out is not None
        assert_same(Words(*out), Words(*outs[0]))
    assert outs[0] is not None
    assert 0 < outs[0][2].sum() < 37


def test_a_board_does_not_depend_on_the_batch() -> None:
    a = case(4, 30, 4, 3, 5, 6)
    whole = regular(**a, temperature=1.0)
    rows = [29, 3, 4]
    part = regular(
        **{name: a[name][rows] if name in ("logits", "x", "candidates", "key") else a[name] for name in a},
        temperature=1.0,
    )
    assert_same(part, Words(*(array[rows] for array in whole)))


@pytest.mark.parametrize("seed", range(30))
def test_marginals_and_the_most_probable_word_are_those_of_enumeration(seed: int) -> None:
    a = case(seed, 4, 4, 3, 5, 7)
    got = regular(**a)
    cells = a["cells"]
    for b in range(4):
        x, sets = a["x"][b, cells].tolist(), a["candidates"][b, cells].tolist()
        logits = a["logits"][b, cells]
        sets = [bits & sum(1 << v for v in range(3) if logits[i, v] > -np.inf) for i, bits in enumerate(sets)]
        words, p = law_of(a["automaton"], logits, x, sets) if words_of(a["automaton"], x, sets, 3) else ([], [])
        assert got.found[b] == bool(words)
        if not words:
            assert (got.word[b] == -1).all()
            assert np.isneginf(got.log_p[b]).all()
            continue
        exact = np.zeros((5, 3))
        for word, share in zip(words, p, strict=True):
            exact[np.arange(5), word] += share
        np.testing.assert_allclose(np.exp(got.log_p[b]), exact, atol=2e-6)
        assert tuple(got.word[b]) == words[int(np.argmax(p))]


NO_TWO_ONES = Automaton(np.array([[0, 1, 0], [0, -1, 0]], np.int32), np.array([True, True]), 0)
LOGITS = np.log(np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.3, 0.4, 0.3], [0.25, 0.5, 0.25]]))


def drawn(temperature: float, seed: int = 0) -> list[tuple[int, ...]]:
    logits = np.broadcast_to(LOGITS.astype(np.float32), (N, 4, 3)).copy()
    out = regular(
        logits,
        np.full((N, 4), -1, np.int32),
        np.full((N, 4), 7, np.uint64),
        np.array([2, 0, 3, 1], np.int32),
        NO_TWO_ONES,
        key=np.arange(N, dtype=np.uint64),
        temperature=temperature,
        seed=seed,
    )
    return list(map(tuple, out.word.tolist()))


@pytest.mark.parametrize("temperature", [1.0, 0.5, 0.8])
def test_draws_follow_the_conditioned_law_and_a_temperature_off_by_a_tenth_shows(temperature: float) -> None:
    words, p = law_of(NO_TWO_ONES, LOGITS[[2, 0, 3, 1]], [-1] * 4, [7] * 4, temperature)
    for factor, follows in ((1.0, True), (0.9, False), (1.1, False)):
        found = drawn(temperature * factor)
        kept = [i for i, share in enumerate(p) if share * N >= 5]
        counts = [found.count(words[i]) for i in kept]
        rest, rest_p = N - sum(counts), 1 - float(p[kept].sum())
        if rest_p * N >= 5:
            counts, shares = [*counts, rest], [*p[kept], rest_p]
        else:
            shares = [*(p[kept] / p[kept].sum())]
        assert (chi_square_z(counts, shares) < 4) is follows


def test_draws_of_one_cell_follow_its_marginal() -> None:
    """Committing a subset of a joint draw: what stands there is a draw of the subset's own law."""
    words, p = law_of(NO_TWO_ONES, LOGITS[[2, 0, 3, 1]], [-1] * 4, [7] * 4)
    found = drawn(1.0, seed=5)
    for subset in ([0], [1, 2], [0, 3]):
        law: dict[tuple[int, ...], float] = {}
        for word, share in zip(words, p, strict=True):
            part = tuple(word[i] for i in subset)
            law[part] = law.get(part, 0.0) + float(share)
        seen = [tuple(word[i] for i in subset) for word in found]
        assert chi_square_z([seen.count(part) for part in law], list(law.values())) < 4


def test_a_long_word_of_extreme_logits_is_still_accepted() -> None:
    """Each cell dislikes what the automaton needs by far more than a float32 exponent holds."""
    n, V = 300, 2
    parity = Automaton(np.array([[0, 1], [1, 0]], np.int32), np.array([False, True]), 0)
    logits = np.zeros((2, n, V), np.float32)
    logits[0, :, 1] = -1e4
    logits[1, :, 1] = -3e38
    out = regular(
        logits,
        np.full((2, n), -1, np.int32),
        np.full((2, n), 3, np.uint64),
        np.arange(n, dtype=np.int32),
        parity,
        key=np.arange(2, dtype=np.uint64),
        temperature=1.0,
    )
    assert out.found.all()
    assert out.word.sum(axis=1).tolist() == [1, 1]
    np.testing.assert_allclose(np.exp(out.log_p[0, :, 1].astype(np.float64)), 1 / n, rtol=1e-4)
    assert np.isfinite(out.log_p[1].max(axis=1)).all()  # ln 300 is lost beside 1e30, but not the word


def test_marginals_of_a_long_word_stay_exact() -> None:
    """A thousand cells against the same recursion in float64."""
    rng, n, V = np.random.default_rng(0), 1000, 4
    automaton = random_automaton(rng, 6, V)._replace(accept=np.ones(6, np.bool_))
    logits = (3 * rng.standard_normal((1, n, V))).astype(np.float32)
    weights = np.exp(logits[0].astype(np.float64) - logits[0].max(axis=1, keepdims=True))
    matrices = np.zeros((n, 6, 6))
    for q, v in np.argwhere(automaton.step >= 0):
        matrices[:, q, automaton.step[q, v]] += weights[:, v]
    onward = [np.ones(6)]
    for matrix in matrices[::-1]:
        onward.insert(0, (matrix @ onward[0]) / (matrix @ onward[0]).max())
    here = np.eye(6)[automaton.start]
    exact = np.zeros((n, V))
    for i in range(n):
        for q, v in np.argwhere(automaton.step >= 0):
            exact[i, v] += here[q] * weights[i, v] * onward[i + 1][automaton.step[q, v]]
        exact[i] /= exact[i].sum()
        here = here @ matrices[i]
        here /= here.sum()
    out = regular(
        logits,
        np.full((1, n), -1, np.int32),
        np.full((1, n), 15, np.uint64),
        np.arange(n, dtype=np.int32),
        automaton,
        key=np.zeros(1, np.uint64),
    )
    np.testing.assert_allclose(np.exp(out.log_p[0].astype(np.float64)), exact, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cells": np.array([0, 0], np.int32)}, r"cells\[1\] is 0"),
        ({"cells": np.array([4], np.int32)}, r"cells\[0\] is 4"),
        ({"cells": np.zeros(0, np.int32)}, "cells is empty"),
        ({"automaton": Automaton(np.array([[0, 2]], np.int32), np.array([True]), 0)}, r"step\[0, 1\] is 2"),
        ({"automaton": Automaton(np.zeros((1, 2), np.int32), np.array([True]), 1)}, "start is 1"),
        ({"automaton": Automaton(np.zeros((0, 2), np.int32), np.zeros(0, np.bool_), 0)}, "has 0 states for 2 cells"),
        ({"automaton": Automaton(np.zeros((65537, 2), np.int32), np.ones(65537, np.bool_), 0)}, "has 65537 states"),
        ({"automaton": Automaton(np.zeros((1, 3), np.int32), np.array([True]), 0)}, "V = 2"),
        ({"logits": np.full((1, 4, 2), np.nan, np.float32)}, "board 0, cell 0, symbol 0 is nan"),
        ({"logits": np.full((1, 4, 2), np.inf, np.float32)}, "is inf"),
        ({"x": np.full((1, 4), 2, np.int32)}, r"x\[0, 0\] is 2"),
        ({"temperature": -1.0}, "temperature is -1.0"),
        ({"backend": "gpu"}, "backend is 'gpu'"),
    ],
)
def test_wrong_input_is_refused_in_words(change: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "logits": np.zeros((1, 4, 2), np.float32),
        "x": np.full((1, 4), -1, np.int32),
        "candidates": np.full((1, 4), 3, np.uint64),
        "cells": np.arange(2, dtype=np.int32),
        "automaton": Automaton(np.zeros((1, 2), np.int32), np.array([True]), 0),
        "key": np.zeros(1, np.uint64),
    }
    assert regular(**good).found.all()
    with pytest.raises(InvalidInput, match=message):
        regular(**good | change)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(-3, 4), st.integers(-3, 6))
def test_no_automaton_crashes_the_native_kernel(seed: int, low: int, high: int) -> None:
    a = case(seed, 2, 3, 3, 2, 4)
    rng = np.random.default_rng(seed)
    step = rng.integers(min(low, high), max(low, high) + 1, (3, 3)).astype(np.int32)
    cells = rng.integers(min(low, high), max(low, high) + 1, 2).astype(np.int32)
    out = _native.regular(
        a["logits"], a["x"], a["candidates"], cells, step, a["automaton"].accept, low, 1.0, 0, a["key"], 0, 1
    )
    good = ((step >= -1) & (step < 3)).all() and 0 <= low < 3 and ((cells >= 0) & (cells < 4)).all()
    assert (out is not None) == (good and cells[0] != cells[1])

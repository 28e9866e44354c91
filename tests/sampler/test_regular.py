"""Words of an automaton: their marginals, draws and most probable one are those of an enumeration."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from helpers.chi_square import chi_square_z

from vmdsolve.canvas import Grammar
from vmdsolve.constraints import DFA
from vmdsolve.errors import InvalidInput
from vmdsolve.sampler.regular import Words, fits, grammar_of, regular

Floats = npt.NDArray[np.float64]
N = 20_000
KEYS = np.arange(2, dtype=np.uint64)


def random_automaton(rng: np.random.Generator, Q: int, V: int) -> DFA:
    step = tuple(tuple(row) for row in rng.integers(-1, Q, (Q, V)).tolist())
    return DFA(int(rng.integers(Q)), frozenset(np.flatnonzero(rng.random(Q) < 0.5).tolist()), step)


def words_of(automaton: DFA, x: list[int], sets: list[int], V: int) -> list[tuple[int, ...]]:
    """Every accepted word, by trying all."""
    choices = [[h] if h >= 0 else [v for v in range(V) if bits >> v & 1] for h, bits in zip(x, sets, strict=True)]
    out = []
    for word in itertools.product(*choices):
        q = automaton.start
        for v in word:
            q = automaton.step[q][v] if q >= 0 else -1
        if q in automaton.accept:
            out.append(word)
    return out


def law_of(automaton: DFA, logits: Any, x: list[int], sets: list[int], temperature: float = 1.0) -> Any:
    """Accepted words and their probabilities, in float64."""
    words = words_of(automaton, x, sets, logits.shape[1])
    score = np.array([sum(float(logits[i, v]) for i, v in enumerate(word) if x[i] < 0) / temperature for word in words])
    p = np.exp(score - score.max())
    return words, p / p.sum()


def case(seed: int, B: int, Q: int, V: int, n: int, L: int, scale: float = 2.0) -> tuple[DFA, dict[str, Any]]:
    rng = np.random.default_rng(seed)
    automaton = random_automaton(rng, Q, V)
    x = rng.integers(-1, V, (B, L)).astype(np.int32)
    x[rng.random((B, L)) < 0.7] = -1
    logits = (scale * rng.standard_normal((B, L, V))).astype(np.float32)
    logits[rng.random((B, L, V)) < 0.1] = -np.inf
    sets = rng.integers(1, 2**V - 1, (B, L), np.uint64, endpoint=True)
    sets[rng.random((B, L)) < 0.5] = 2**V - 1
    return automaton, {
        "logits": logits,
        "x": x,
        "legal": sets,
        "cells": rng.permutation(L)[:n].astype(np.int32),
        "grammar": grammar_of(automaton, V),
        "key": rng.integers(0, 2**63, B, np.uint64),
    }


def assert_same(a: Words, b: Words) -> None:
    for one, other in zip(a, b, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_board_does_not_depend_on_the_batch() -> None:
    _, a = case(4, 30, 4, 3, 5, 6)
    whole = regular(**a, temperature=1.0)
    rows = [29, 3, 4]
    part = regular(
        **{name: a[name][rows] if name in ("logits", "x", "legal", "key") else a[name] for name in a},
        temperature=1.0,
    )
    assert_same(part, Words(*(array[rows] for array in whole)))


@pytest.mark.parametrize("seed", range(30))
def test_marginals_and_the_most_probable_word_are_those_of_enumeration(seed: int) -> None:
    automaton, a = case(seed, 4, 4, 3, 5, 7)
    got = regular(**a)
    cells = a["cells"]
    for b in range(4):
        x, sets = a["x"][b, cells].tolist(), a["legal"][b, cells].tolist()
        logits = a["logits"][b, cells]
        sets = [bits & sum(1 << v for v in range(3) if logits[i, v] > -np.inf) for i, bits in enumerate(sets)]
        words, p = law_of(automaton, logits, x, sets) if words_of(automaton, x, sets, 3) else ([], [])
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


NO_TWO_ONES = DFA(0, frozenset({0, 1}), ((0, 1, 0), (0, -1, 0)))
LOGITS = np.log(np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.3, 0.4, 0.3], [0.25, 0.5, 0.25]]))


def drawn(temperature: float, seed: int = 0) -> list[tuple[int, ...]]:
    logits = np.broadcast_to(LOGITS.astype(np.float32), (N, 4, 3)).copy()
    out = regular(
        logits,
        np.full((N, 4), -1, np.int32),
        np.full((N, 4), 7, np.uint64),
        np.array([2, 0, 3, 1], np.int32),
        grammar_of(NO_TWO_ONES, 3),
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
    parity = grammar_of(DFA(0, frozenset({1}), ((0, 1), (1, 0))), 2)
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
    np.testing.assert_allclose(np.exp(out.log_p[0, :, 1].astype(np.float64)), 1 / n, rtol=2e-3)
    assert np.isfinite(out.log_p[1].max(axis=1)).all()  # ln 300 is lost beside a million nats, but not the word


def test_marginals_of_a_long_word_stay_exact() -> None:
    """A thousand cells against the same recursion in float64."""
    rng, n, V = np.random.default_rng(0), 1000, 4
    automaton = replace(random_automaton(rng, 6, V), accept=frozenset(range(6)))
    step = np.array(automaton.step)
    logits = (3 * rng.standard_normal((1, n, V))).astype(np.float32)
    weights = np.exp(logits[0].astype(np.float64) - logits[0].max(axis=1, keepdims=True))
    matrices = np.zeros((n, 6, 6))
    for q, v in np.argwhere(step >= 0):
        matrices[:, q, step[q, v]] += weights[:, v]
    onward = [np.ones(6)]
    for matrix in matrices[::-1]:
        onward.insert(0, (matrix @ onward[0]) / (matrix @ onward[0]).max())
    here = np.eye(6)[automaton.start]
    exact = np.zeros((n, V))
    for i in range(n):
        for q, v in np.argwhere(step >= 0):
            exact[i, v] += here[q] * weights[i, v] * onward[i + 1][step[q, v]]
        exact[i] /= exact[i].sum()
        here = here @ matrices[i]
        here /= here.sum()
    out = regular(
        logits,
        np.full((1, n), -1, np.int32),
        np.full((1, n), 15, np.uint64),
        np.arange(n, dtype=np.int32),
        grammar_of(automaton, V),
        key=np.zeros(1, np.uint64),
    )
    np.testing.assert_allclose(np.exp(out.log_p[0].astype(np.float64)), exact, atol=1e-4)


def test_what_accepts_nothing_is_found_in_no_board() -> None:
    assert grammar_of(DFA(0, frozenset({1}), ((0, 0), (0, 0))), 2) is None
    x, sets = np.full((2, 3), -1, np.int32), np.full((2, 3), 3, np.uint64)
    out = regular(np.zeros((2, 3, 2), np.float32), x, sets, np.arange(3, dtype=np.int32), None, key=KEYS)
    assert (out.found.any(), out.word.max(), out.log_p.max()) == (False, -1, -np.inf)


def test_many_boards_of_a_large_automaton_are_worked_on_in_parts() -> None:
    chain = DFA(0, frozenset({4999}), tuple((q + 1 if q < 4999 else -1, -1) for q in range(5000)))
    grammar = grammar_of(chain, 2)
    assert isinstance(grammar, Grammar)
    assert (grammar.Q, fits(300, 5000), fits(4000, 5000)) == (5000, True, False)
    few = grammar_of(replace(chain, accept=frozenset({3})), 2)
    x, sets, cells = np.full((2, 3), -1, np.int32), np.full((2, 3), 3, np.uint64), np.arange(3, dtype=np.int32)
    x[1, 1] = 1
    out = regular(np.zeros((2, 3, 2), np.float32), x, sets, cells, few, key=KEYS, temperature=1.0)
    assert (out.found.tolist(), out.word.tolist()) == ([True, False], [[0, 0, 0], [-1, -1, -1]])


def test_logits_that_are_none_are_refused() -> None:
    x, sets = np.full((1, 1), -1, np.int32), np.full((1, 1), 3, np.uint64)
    for wrong in (np.nan, np.inf):
        logits = np.array([[[wrong, 0]]], np.float32)
        with pytest.raises(InvalidInput, match=f"board 0, cell 0, symbol 0 is {wrong}"):
            regular(logits, x, sets, np.zeros(1, np.int32), grammar_of(NO_TWO_ONES, 2), key=KEYS[:1])

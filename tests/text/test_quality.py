"""What is said of drawn texts: by hand on small ones, and in its bounds on any; a collapsed sampler is seen."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from helpers.texts import tiny
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.errors import ModelMismatch
from vmdsolve.text.config import ABSENT
from vmdsolve.text.quality import GRAMS, Reference, divergence, grams, quality_of, token_entropy, words_of
from vmdsolve.text.vocabulary import Characters

ABC = Characters(" abc")
ROWS = st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=5).map(np.array)


def by_hand(a: np.ndarray, b: np.ndarray, n: int) -> float:
    """Jensen-Shannon of two counts of n-grams, as it is defined."""
    p, q = (Counter(tuple(row[i : i + n]) for row in rows.tolist() for i in range(len(row) - n + 1)) for rows in (a, b))
    total, at, bt = 0.0, p.total(), q.total()
    for key in {*p, *q}:
        x, y = p[key] / at, q[key] / bt
        total += sum(v * math.log(2 * v / (x + y)) for v in (x, y) if v) / 2
    return total


@given(a=ROWS, b=ROWS, n=st.integers(1, GRAMS))
def test_the_divergence_is_what_its_definition_says(a: np.ndarray, b: np.ndarray, n: int) -> None:
    found = divergence(grams(a, n, 4), grams(b, n, 4))
    assert found == pytest.approx(by_hand(a, b, n), abs=1e-9)
    assert found == pytest.approx(divergence(grams(b, n, 4), grams(a, n, 4)), abs=1e-9)
    assert -1e-9 <= found <= math.log(2) + 1e-9


def test_cells_that_are_none_make_no_grams() -> None:
    codes, counts = grams(np.array([[0, 1, ABSENT], [1, ABSENT, ABSENT]]), 2, 4)
    assert (codes.tolist(), counts.tolist()) == ([1], [1])
    assert len(grams(np.array([[1, 2]]), 3, 4)[0]) == 0
    assert math.isnan(divergence(grams(np.array([[1, 2]]), 3, 4), grams(np.array([[1, 2]]), 1, 4)))
    assert token_entropy(np.array([[0, 1, ABSENT]])) == pytest.approx(math.log(2))


def test_many_symbols_do_not_overflow() -> None:
    rows = np.random.default_rng(0).integers(0, 1 << 18, (4, 30))
    codes, counts = grams(rows, 5, 1 << 18)
    assert len(codes) == counts.sum() == 4 * 26


def test_words_at_the_ends_may_be_cut_and_do_not_count() -> None:
    assert words_of("") == words_of("alone") == words_of("two words") == []
    assert words_of(" one two ") == ["one", "two"]
    assert words_of("a b-c_d e") == ["b", "c", "d"]


def test_a_collapsed_sampler_is_seen_whatever_the_judge_says() -> None:
    rng = np.random.default_rng(0)
    text = rng.integers(0, 4, (200, 8))
    reference, judge = Reference.of([text[:100], text[100:150]], ABC), tiny(V=4, L=8, kind="autoregressive")
    good = quality_of(text[150:], judge, ABC, reference)
    bad = quality_of(np.tile(text[:1, :1], (50, 8)), judge, ABC, reference)
    assert (good.n, len(good.divergences), len(good.distinct)) == (50, GRAMS, GRAMS)
    assert bad.entropy == 0 < good.entropy
    assert all(a > b for a, b in zip(bad.divergences, good.divergences, strict=True))
    assert bad.distinct[4] < good.distinct[4]
    assert math.isnan(bad.words)
    assert 0 < good.words < 1
    same = quality_of(text[:150], judge, ABC, reference)
    assert same.words == 1
    assert max(same.divergences) == pytest.approx(0, abs=1e-12)


def test_a_judge_of_another_kind_is_refused() -> None:
    reference = Reference.of([np.zeros((1, 8), int)], ABC)
    for judge in (tiny(V=4, L=8), tiny(V=3, L=8, kind="autoregressive")):
        with pytest.raises(ModelMismatch, match="wanted an autoregressive model over the 4 of the samples"):
            quality_of(np.zeros((2, 8), int), judge, ABC, reference)

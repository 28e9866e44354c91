"""The posterior of a canvas is that of trying all rows of tokens: sums, marginals, best, draws, masks, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.chi_square import merged_z
from helpers.grammars import by_chance, law, of_table, word
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.canvas.law import posterior
from vmdsolve.canvas.matcher import CanvasMatcher
from vmdsolve.errors import InvalidInput

BACKENDS = ("cpu", "reference")


def exact(texts: dict[tuple[int, ...], float], L: int, V: int) -> tuple[float, Any]:
    """ln Z and the marginals [L, V]."""
    scores = np.array([*texts.values()])
    top = scores.max()
    log_z = float(top + np.log(np.exp(scores - top).sum()))
    p = np.zeros((L, V))
    for row, score in texts.items():
        p[np.arange(L), row] += np.exp(score - log_z)
    return log_z, p


@settings(deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 4),
    st.integers(3, 5),
    st.integers(1, 5),
    st.sampled_from([0.5, 1.0, 3.0]),
    st.booleans(),
    st.integers(0, 2),
)
def test_all_that_is_said_is_what_trying_all_rows_says(
    seed: int, Q: int, V: int, L: int, temperature: float, weights: bool, left: int
) -> None:
    rng = np.random.default_rng(seed)
    grammar = by_chance(rng, Q, V, weights=weights)
    logits = (2 * rng.standard_normal((L, V))).astype(np.float32)
    logits[rng.random((L, V)) < 0.1] = -np.inf
    held = np.where(rng.random(L) < 0.2, rng.integers(0, V, L), -1)
    state = int(rng.integers(grammar.Q))
    texts = law(grammar, logits, held=held.tolist(), state=state, left=left, temperature=temperature)
    for backend in BACKENDS:
        found = posterior(grammar, logits, held=held, state=state, left=left, temperature=temperature, backend=backend)
        assert found.possible == bool(texts)
        if not texts:
            assert found.log_z == -np.inf
            assert 0 <= found.impossible <= L
            continue
        log_z, p = exact(texts, L, V)
        assert found.impossible == -1
        assert abs(found.log_z - log_z) < 1e-6 * max(1, abs(log_z))
        marginals = found.log_marginals()
        np.testing.assert_allclose(np.exp(marginals.astype(np.float64)), p, atol=1e-6)
        np.testing.assert_array_equal(np.isneginf(marginals), p == 0)
        np.testing.assert_allclose(found.entropy, -(p * np.log(np.where(p > 0, p, 1))).sum(axis=1), atol=5e-6)
        assert texts[tuple(found.argmax().tolist())] == pytest.approx(max(texts.values()), abs=1e-5)
        assert tuple(found.draw(seed, step=3).tolist()) in texts


def test_both_back_ends_draw_the_same() -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        V, L, B = 6, 5, 3
        grammar = by_chance(rng, 4, V, weights=seed % 2 == 0)
        logits = (3 * rng.standard_normal((B, L, V))).astype(np.float32)
        ours, theirs = (posterior(grammar, logits, backend=backend) for backend in BACKENDS)
        theirs._sums = ours._sums  # the same sums, to the last bit
        if not np.asarray(ours.possible).all():
            continue
        for step in range(5):
            np.testing.assert_array_equal(ours.draw(seed, step=step), theirs.draw(seed, step=step))
        np.testing.assert_array_equal(ours.argmax(), theirs.argmax())
        np.testing.assert_array_equal(ours.bitmask(), theirs.bitmask())
        np.testing.assert_allclose(ours.log_marginals(), theirs.log_marginals(), atol=1e-5)


N = 20_000
PAIRS = of_table([[1, 1, -1, -1], [-1, 2, 2, -1], [0, -1, 1, -1]], [True, False, True], eos=3)
LOGITS = np.log(np.array([[4, 2, 1, 1], [1, 3, 2, 2], [2, 2, 3, 1], [3, 1, 2, 4]], np.float32))


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_draws_follow_the_law_and_a_temperature_off_by_a_tenth_shows(temperature: float) -> None:
    texts = law(PAIRS, LOGITS, temperature=temperature)
    _, p = list(texts), np.exp(np.array([*texts.values()]) - exact(texts, 4, 4)[0])
    logits = np.broadcast_to(LOGITS, (N, 4, 4)).copy()
    for factor, follows in ((1.0, True), (0.9, False), (1.1, False)):
        found = [*map(tuple, posterior(PAIRS, logits, temperature=temperature * factor).draw(7).tolist())]
        assert (merged_z([found.count(text) for text in texts], p.tolist()) < 4) is follows


def test_any_subset_of_a_draw_follows_its_own_law() -> None:
    """Commit two cells of one draw, then draw the rest anew: the whole still follows the law."""
    texts = law(PAIRS, LOGITS)
    p = np.exp(np.array([*texts.values()]) - exact(texts, 4, 4)[0])
    logits = np.broadcast_to(LOGITS, (N, 4, 4)).copy()
    first = posterior(PAIRS, logits).draw(1)
    held = np.where(np.array([False, True, False, True]), first, -1)
    found = [*map(tuple, posterior(PAIRS, logits, held=held).draw(1, step=1).tolist())]
    assert merged_z([found.count(text) for text in texts], p.tolist()) < 4


def test_a_draw_depends_on_seed_request_canvas_step_and_cell_alone() -> None:
    logits = np.broadcast_to(LOGITS, (64, 4, 4)).copy()
    many = posterior(PAIRS, logits).draw(5, request=np.arange(100, 164), canvas=2, step=3)
    for b in (0, 17, 63):
        one = posterior(PAIRS, LOGITS).draw(5, request=100 + b, canvas=2, step=3)
        np.testing.assert_array_equal(many[b], one)
    for threads in (1, 2, 3):
        np.testing.assert_array_equal(
            many, posterior(PAIRS, logits, threads=threads).draw(5, request=np.arange(100, 164), canvas=2, step=3)
        )
    for other in ({"canvas": 1}, {"step": 4}, {"request": np.arange(64)}):
        arguments = {"request": np.arange(100, 164), "canvas": 2, "step": 3} | other
        assert (many != posterior(PAIRS, logits).draw(5, **arguments)).any()
    assert (many != posterior(PAIRS, logits).draw(6, request=np.arange(100, 164), canvas=2, step=3)).any()


def test_a_mask_holds_the_tokens_of_all_texts_that_fit() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        V, L = 5, 4
        grammar = by_chance(rng, 3, V)
        held = np.where(rng.random(L) < 0.3, rng.integers(0, V, L), -1)
        texts = law(grammar, np.zeros((L, V)), held=held.tolist())
        packed = posterior(grammar, rng.standard_normal((L, V)).astype(np.float32), held=held).bitmask()
        assert packed.shape == (L, 1)
        assert packed.dtype == np.int32
        for i in range(L):
            assert {t for t in range(V) if packed[i, 0] >> t & 1} == {text[i] for text in texts}


def test_a_word_is_forced_whatever_the_logits_and_the_rest_is_closed() -> None:
    grammar = word("cab", 40, eos=39)
    logits = np.full((8, 40), -3e4, np.float32)
    logits[:, 5] = 3e4  # a token of no class, far above all others
    found = posterior(grammar, logits)
    assert found.argmax().tolist() == found.draw(3).tolist() == [2, 0, 1, 39, 39, 39, 39, 39]
    assert found.log_z == pytest.approx(-8 * 3e4)
    assert found.log_marginals(floor=-1e4).min() == -1e4
    assert np.bitwise_count(found.bitmask().view(np.uint32)).sum() == 8
    assert posterior(grammar, logits[:3]).argmax().tolist() == [2, 0, 1]  # full, with no room for an EOS


def test_a_canvas_may_leave_its_text_open_where_more_follows() -> None:
    grammar = word("cab", 5, eos=4)
    logits = np.zeros((2, 5), np.float32)
    matcher = CanvasMatcher(grammar)
    assert not matcher.posterior(logits).possible
    assert matcher.posterior(logits).impossible == 2
    first = matcher.posterior(logits, left=1).draw(0).tolist()
    assert first == [2, 0]
    assert matcher.accept_tokens(first)
    assert matcher.min_tokens_left == 1
    assert matcher.posterior(logits).draw(0).tolist() == [1, 4]
    assert not matcher.accept_tokens([1, 1])
    assert matcher.accept_tokens([1, 4, 4])
    assert matcher.is_terminated()
    matcher.rollback(2)
    assert (matcher.is_accepting, matcher.is_terminated()) == (True, False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"logits": np.zeros((4, 3), np.float32)}, "logits are of 3 tokens and the grammar of 4"),
        ({"logits": np.zeros((4, 4))}, r"logits are float64; wanted float32 or bfloat16: \.astype"),
        ({"logits": [[0.0] * 4] * 4}, r"logits are list; wanted float32 or bfloat16: np\.asarray"),
        ({"logits": np.zeros(4, np.float32)}, r"shape \[4\]"),
        ({"logits": np.full((4, 4), np.nan, np.float32)}, r"logits\[0, 0\] is nan"),
        ({"logits": np.full((2, 4, 4), np.inf, np.float32)}, r"logits\[0, 0, 0\] is inf"),
        ({"held": [0, 0, 0, 4]}, r"held\[3\] is 4"),
        ({"held": [0, 0]}, r"held is int64 \[2\]"),
        ({"state": 4}, "state is 4"),
        ({"left": -1}, "left is -1"),
        ({"temperature": 0.0}, "temperature is 0.0"),
        ({"held": [2, -1, -1, -1]}, "cell 0 has no legal token"),
        ({"backend": "gpu"}, "backend is 'gpu'"),
    ],
)  # fmt: skip
def test_wrong_input_is_refused_in_words(arguments: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {"logits": LOGITS}
    assert posterior(PAIRS, **good).possible
    with pytest.raises(InvalidInput, match=message):
        posterior(PAIRS, **good | arguments).draw(0)


def test_a_text_that_needs_more_tokens_than_are_left_is_refused_by_number() -> None:
    grammar = word("abcdef", 10, eos=9)
    with pytest.raises(InvalidInput, match="needs 6 more tokens and 5 are left"):
        posterior(grammar, np.zeros((3, 10), np.float32), left=2).log_marginals()
    assert posterior(grammar, np.zeros((3, 10), np.float32), left=3).possible

"""Where a text stands, and grammars whose paths are many."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from helpers.chi_square import merged_z
from helpers.grammars import by_chance, ints, word
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.canvas import CanvasMatcher, Grammar, posterior
from vmdsolve.errors import InvalidInput


@settings(deadline=None)
@given(st.integers(0, 2**32), st.lists(st.lists(st.integers(0, 4), max_size=4), max_size=5))
def test_a_matcher_stands_where_the_grammar_leads_and_goes_back(seed: int, pieces: list[list[int]]) -> None:
    grammar = by_chance(np.random.default_rng(seed), 4, 5)
    matcher, taken = CanvasMatcher(grammar), []
    for piece in pieces:
        state = matcher.state
        for token in piece:
            state = grammar.step(state, token) if state >= 0 else -1
        assert matcher.accept_tokens(piece) == (state >= 0)
        taken += piece if state >= 0 else []
        assert matcher.state == (state if state >= 0 else matcher.state)
        assert matcher.is_accepting == grammar.accepts(taken)
        assert matcher.min_tokens_left == grammar.least[matcher.state]
    matcher.rollback(len(taken))
    assert matcher.state == grammar.start
    with pytest.raises(InvalidInput, match=r"n is 1; wanted a whole number"):
        matcher.rollback()


def test_tokens_beyond_the_vocabulary_are_in_no_text() -> None:
    matcher = CanvasMatcher(word("ab", 5, eos=4))
    assert not matcher.accept_tokens([0, 99])
    assert not matcher.accept_tokens([-1])
    with pytest.raises(InvalidInput, match=r"a token is 0\.5"):
        matcher.accept_tokens([0.5])  # type: ignore[list-item]
    with pytest.raises(InvalidInput, match="tokens are 0; wanted a list of them"):
        matcher.accept_tokens(0)  # type: ignore[arg-type]
    assert matcher.accept_tokens([0, 1, 4])
    matcher.reset()
    assert matcher.state == matcher.grammar.start


def hidden(rng: np.random.Generator) -> tuple[Grammar, np.ndarray, np.ndarray]:
    """Two hidden states and three tokens as a grammar, whose states are the hidden ones; weights are all chances."""
    move, say = rng.dirichlet([1, 1], 2), rng.dirichlet([1, 1, 1], 2)
    edges = [(q, to, token) for q in range(2) for to in range(2) for token in range(3)]
    return (
        Grammar(
            token_class=ints([1, 2, 3]), set_first=ints([0, 1, 2, 3]), set_class=ints([1, 2, 3]),
            edge_first=ints([0, 6, 12]), edge_next=ints([to for _, to, _ in edges]),
            edge_set=ints([token for _, _, token in edges]),
            edge_weight=np.log([move[q, to] * say[to, token] for q, to, token in edges]).astype(np.float32),
            accepting=np.array([True, True]), least=ints([0, 0]), start=0, end=-1,
        ),
        move,
        say,
    )  # fmt: skip


def test_a_hidden_markov_model_is_a_grammar_with_weights() -> None:
    grammar, move, say = hidden(np.random.default_rng(3))
    n = 20_000
    law = posterior(grammar, np.zeros((n, 4, 3), np.float32))
    chance = {}
    for row in itertools.product(range(3), repeat=4):
        here = np.array([1.0, 0.0])
        for token in row:
            here = (here @ move) * say[:, token]
        chance[row] = float(here.sum())
    np.testing.assert_allclose(law.log_z, 0, atol=1e-6)
    found = [*map(tuple, law.draw(2).tolist())]
    assert merged_z([found.count(row) for row in chance], [*chance.values()]) < 4
    marginal = np.exp(posterior(grammar, np.zeros((4, 3), np.float32)).log_marginals())
    for cell in range(4):
        for token in range(3):
            exact = sum(p for row, p in chance.items() if row[cell] == token)
            assert marginal[cell, token] == pytest.approx(exact, abs=1e-6)
    with pytest.raises(InvalidInput, match="several states by one token"):
        CanvasMatcher(grammar).accept_tokens([0])

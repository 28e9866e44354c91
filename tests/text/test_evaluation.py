"""Likelihood of documents: by token and by character, in parts or whole, the error over what there is several of."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.texts import tiny

from vmdsolve.errors import InvalidInput
from vmdsolve.text.corpus import Windows, prepare
from vmdsolve.text.evaluation import evaluate
from vmdsolve.text.likelihood import exact, nelbo
from vmdsolve.text.sources import Given
from vmdsolve.text.vocabulary import Bytes, Characters

AB = Characters("ab")


def windows(*documents: str, L: int = 4) -> Windows:
    corpus = prepare(Given(list(documents)), AB)
    return Windows(corpus, L, corpus.stretches())


def test_documents_are_the_sums_of_their_windows() -> None:
    held, model = windows("abbab", "b", "aabb"), tiny(kind="autoregressive")
    [found] = evaluate(model, AB, held)
    each = exact(model, held.disjoint_tokens()).nats
    assert (found.name, found.windows, found.over) == ("exact", 4, "documents")
    np.testing.assert_allclose(found.tokens.nats, [each[0] + each[1], each[2], each[3]])
    assert np.asarray(found.tokens.cells).tolist() == np.asarray(found.characters.cells).tolist() == [5, 1, 4]
    assert found.tokens.count == 10


def test_of_one_document_the_error_is_over_windows() -> None:
    [found] = evaluate(tiny(), AB, windows("abbab" * 9))
    assert (found.over, len(found.tokens.nats), found.windows) == ("windows", 12, 12)
    assert found.bits_error > 0


def test_characters_are_not_tokens() -> None:
    corpus = prepare(Given(["é" * 8, "éé"]), Bytes())
    model = tiny(V=256, L=4, kind="autoregressive")
    [found] = evaluate(model, Bytes(), Windows(corpus, 4, corpus.stretches()))
    assert np.asarray(found.tokens.cells).tolist() == [16, 4]
    assert np.asarray(found.characters.cells).tolist() == [8, 2]
    assert found.characters.per_cell == pytest.approx(2 * found.tokens.per_cell)


def test_many_windows_are_measured_as_if_at_once() -> None:
    held, told = windows("ab" * 300), []
    [bound, close] = evaluate(tiny(latent=1), AB, held, latents=2, most=100, seed=2, watch=told.append)
    assert (bound.name, close.name, sum(told)) == ("NELBO", "importance", 200)
    np.testing.assert_allclose(
        bound.tokens.nats, nelbo(tiny(latent=1), held.disjoint_tokens(100), seed=2).nats, rtol=1e-5
    )


def test_windows_of_another_length_are_refused() -> None:
    with pytest.raises(InvalidInput, match="windows have 3 tokens, those of the model 4"):
        evaluate(tiny(), AB, windows("abab", L=3))

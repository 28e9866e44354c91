"""Texts drawn and completed: what is given stays, a text is a function of its own choices, nothing is called solved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.texts import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.problem import OPEN, Status
from vmdsolve.text.open_tokens import MASK, open_sign, read_open, write_open
from vmdsolve.text.sampling import complete, sample
from vmdsolve.text.vocabulary import Bytes, Characters, Integers, Vocabulary

ABC = Characters("abc")
MODEL = tiny(V=3, L=8, block=4, latent=2)
VOCABULARIES: list[Vocabulary] = [Characters(" .?abcé"), Bytes(), Integers(12)]


def texts(found: Any) -> list[str]:
    return [one.text for one in found]


@given(data=st.data(), which=st.sampled_from(range(3)))
def test_open_tokens_are_read_as_they_are_written(data: st.DataObject, which: int) -> None:
    vocabulary = VOCABULARIES[which]
    most = min(vocabulary.size, 128) - 1  # of bytes, ASCII: others are no text by themselves
    tokens = np.array(data.draw(st.lists(st.integers(-1, most), max_size=12)), np.int32)
    assert read_open(vocabulary, write_open(vocabulary, tokens)).tolist() == tokens.tolist()


def test_the_sign_is_no_symbol() -> None:
    assert [open_sign(vocabulary) for vocabulary in VOCABULARIES] == ["*", MASK, "."]
    assert read_open(ABC, "a##b", "#").tolist() == [0, OPEN, OPEN, 1]
    with pytest.raises(InvalidInput, match="'a', which is a symbol of the vocabulary; name another sign"):
        read_open(ABC, "ab", "a")
    with pytest.raises(InvalidInput, match="which is nothing"):
        read_open(ABC, "ab", "")
    with pytest.raises(InvalidInput, match="text 3, behind open token 1, character 1 is 'x'"):
        read_open(ABC, "a.x", where="text 3")


def test_a_sample_does_not_depend_on_how_many_there_are() -> None:
    many = texts(sample(MODEL, ABC, 70, given="ab", seed=3))
    assert texts(sample(MODEL, ABC, 5, given="ab", seed=3)) == many[:5]
    assert all(text.startswith("ab") and len(text) == 8 for text in many)
    assert len(set(many)) > 20
    assert many[64:] != many[:6]  # they are drawn together by the dozen
    assert texts(sample(MODEL, ABC, 5, given="ab", seed=4)) != many[:5]
    assert texts(sample(MODEL, ABC, 0)) == []


def test_what_comes_back_was_checked_by_nobody() -> None:
    [one] = sample(MODEL, ABC, given="a..c")
    assert one.status is Status.UNCHECKED
    assert bool(one)
    assert (one.nfe, one.method, one.text[0], one.text[3]) == (2, "vmd", "a", "c")
    assert "nothing was checked" in one.outcome
    assert one.render()


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(
    some=st.lists(
        st.text("abc.", min_size=1, max_size=8).filter(lambda t: "." in t), min_size=1, max_size=6, unique=True
    )
)
def test_each_text_is_completed_as_it_would_be_alone(some: list[str]) -> None:
    whole = texts(complete(MODEL, ABC, some, seed=1))
    assert [texts(complete(MODEL, ABC, [text], seed=1)) for text in some] == [[text] for text in whole]
    for asked, found in zip(some, whole, strict=True):
        assert len(asked) == len(found)
        assert all(a in (".", f) for a, f in zip(asked, found, strict=True))


def test_what_cannot_be_completed_says_why_and_the_others_are() -> None:
    found = list(complete(MODEL, ABC, ["a.", "abc", "x.", "." * 9, ".b"]))
    assert [one.status.value for one in found] == ["UNCHECKED", "INVALID", "INVALID", "INVALID", "UNCHECKED"]
    assert "text 2 has no open token; one is written '.'" in found[1].reason
    assert "text 3, character 1 is 'x'" in found[2].reason
    assert "9 tokens are to be filled; a window of this model has 1 to 8" in found[3].reason
    with pytest.raises(InvalidInput, match="text has no rules that clash"):
        list(complete(MODEL, ABC, ["a."], remask="conflicts"))


def test_time_that_runs_out_is_told() -> None:
    found = list(sample(MODEL, ABC, 3, time_limit=0.0))
    assert [one.status for one in found] == [Status.TIMEOUT] * 3
    assert not any(found)


def test_choices_that_cannot_be_are_refused_at_the_call() -> None:
    with pytest.raises(InvalidInput, match="the text has 5 tokens, open ones among them, and length is 4"):
        sample(MODEL, ABC, given="ab...", length=4)
    with pytest.raises(InvalidInput, match="n is -1"):
        sample(MODEL, ABC, -1)
    with pytest.raises(InvalidInput, match="steps is 1; this model fills 8 cells in 2 blocks"):
        sample(MODEL, ABC, steps=1)
    with pytest.raises(ModelMismatch, match="knows 3 symbols, the vocabulary 256"):
        sample(MODEL, Bytes())

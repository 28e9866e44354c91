"""Vocabularies: what is encoded comes back, and what has no symbol is told with its place."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.text.tokenizer import JSON, Tokenizer, vocabulary_from
from vmdsolve.text.vocabulary import Bytes, Characters, Integers, Vocabulary

TEXT = "the cat and the hat, théâtre 漢字 𝄞\n" * 20


def tokenizer() -> Tokenizer:
    pytest.importorskip("tokenizers")
    return Tokenizer.train([TEXT], 300)


@settings(deadline=None)
@given(text=st.text(min_size=1))
def test_characters_come_back(text: str) -> None:
    vocabulary = Characters.of([text])
    tokens = vocabulary.encode(text)
    assert vocabulary.decode(tokens) == text
    assert tokens.min() >= 0
    assert len(tokens) == len(text) == vocabulary.characters(tokens)
    assert len(set(text)) == vocabulary.size > tokens.max()


@settings(deadline=None)
@given(raw=st.binary(), text=st.text(st.characters(exclude_categories=["Cs"])))
def test_bytes_come_back(raw: bytes, text: str) -> None:
    assert Bytes().raw(Bytes().encode(raw)) == raw
    assert Bytes().decode(Bytes().encode(text)) == text


@settings(deadline=None)
@given(numbers=st.lists(st.integers(0, 2**18 - 1)))
def test_numbers_come_back_as_they_are_and_as_text(numbers: list[int]) -> None:
    vocabulary = Integers(2**18)
    tokens = vocabulary.encode(np.array(numbers, np.int64))
    assert tokens.tolist() == numbers
    assert vocabulary.encode(vocabulary.decode(tokens)).tolist() == numbers


def test_a_tokenizer_made_here_gives_any_text_back() -> None:
    made = tokenizer()
    for text in (TEXT, "", " two  blanks\r\n", "never seen: żółw 🐢", "a\0b"):
        assert made.exact(text), text
    assert 256 < made.size <= 300
    assert len(made.encode(TEXT)) < len(TEXT)
    assert made.characters(made.encode(TEXT)) == len(TEXT)


def test_a_tokenizer_that_changes_text_says_so(tmp_path: Path) -> None:
    made = json.loads(tokenizer().json)
    made["normalizer"] = {"type": "Lowercase"}
    (tmp_path / "t.json").write_text(json.dumps(made))
    assert not Tokenizer.load(tmp_path / "t.json").exact("The")


@pytest.mark.parametrize(
    "vocabulary", [Characters("abc"), Characters("a\u20ac\U0001d11e"), Bytes(), Integers(70_000)], ids=lambda v: v.kind
)
def test_what_weights_tell_makes_it_again(vocabulary: Vocabulary, tmp_path: Path) -> None:
    again = vocabulary_from(vocabulary.to_json(), tmp_path, "x")
    assert again.to_json() == vocabulary.to_json()
    assert again.decode([0, 2]) == vocabulary.decode([0, 2])
    with pytest.raises(ModelMismatch, match=f"^token {vocabulary.size} is none of a vocabulary of"):
        again.decode([0, vocabulary.size])


def test_the_tokenizer_beside_weights_must_be_theirs(tmp_path: Path) -> None:
    made = tokenizer()
    (tmp_path / JSON).write_text(made.json)
    assert vocabulary_from(made.to_json(), tmp_path, "w").exact(TEXT)
    (tmp_path / JSON).write_text(Tokenizer.train([TEXT], 260).json)
    with pytest.raises(ModelMismatch, match=r"tokenizer.json is another tokenizer than the one of w; take both along$"):
        vocabulary_from(made.to_json(), tmp_path, "w")
    (tmp_path / JSON).unlink()
    with pytest.raises(ModelMismatch, match=r"^w cannot be read: no such file of a tokenizer"):
        vocabulary_from(made.to_json(), tmp_path, "w")


@pytest.mark.parametrize(
    ("vocabulary", "data", "said"),
    [
        (
            Characters("ab"),
            "aXb",
            r"^f, character 2 is 'X', which is none of the 2 of the vocabulary; leave it out, or take one",
        ),
        (Characters("ab"), "ab\U0001f422", r"^f, character 3 is '🐢', which is none"),
        (Characters("a\U0001f422"), "a\U0001f423", r"^f, character 2 is '🐣', which is none"),
        (Characters("ab"), np.array([1]), r"^f holds ndarray, not text; for numbers, the vocabulary is integers$"),
        (Bytes(), np.array([1]), r"^f holds numbers, not bytes; their vocabulary is integers$"),
        (
            Integers(5),
            np.array([0, 5]),
            r"^f, number 2 is 5, which is none of the vocabulary's 0 to 4; leave it out, or take one",
        ),
        (Integers(5), np.array([-1]), r"^f, number 1 is -1, which is none"),
        (Integers(5), "1 9", r"^f, number 2 from character 1 on, is 9, which is none"),
        (Integers(5), "1 two", r"^f holds 'two'; wanted whole numbers between blanks"),
        (Integers(5), np.array([0.5]), r"^f holds float64; wanted whole numbers from 0 to 4$"),
        (Integers(5), b"1", r"^f holds .*; wanted whole numbers from 0 to 4$"),
    ],
)
def test_what_has_no_symbol_is_told_with_its_place(vocabulary: Vocabulary, data: object, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        vocabulary.encode(data, "f")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "told",
    ["", "[]", "{}", '{"kind": "runes"}', '{"kind": "characters", "symbols": ""}',
     '{"kind": "characters", "symbols": "ba"}',
     '{"kind": "integers", "size": 0}', '{"kind": "integers", "size": 262145}', '{"kind": "integers", "size": "3"}'],
)  # fmt: skip
def test_a_vocabulary_that_cannot_be_is_refused(told: str, tmp_path: Path) -> None:
    with pytest.raises(ModelMismatch, match=r"^w"):
        vocabulary_from(told, tmp_path, "w")


@pytest.mark.parametrize(
    ("text", "said"),
    [("no json", "is no tokenizer that the tokenizers library reads"), ("{}", "is no tokenizer that the tokenizers")],
)
def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path, text: str, said: str) -> None:
    pytest.importorskip("tokenizers")
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(InvalidInput, match=said):
        Tokenizer.load(tmp_path / "t.json")

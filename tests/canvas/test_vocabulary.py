"""Vocabularies by bytes: the three kinds of files, what is no text, sizes, and what is refused."""

from __future__ import annotations

import base64
import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.canvas.vocabulary import Vocabulary
from vmdsolve.errors import InvalidInput


def written(path: Path, **said: Any) -> str:
    path.write_text(json.dumps(said), encoding="utf-8")
    return str(path)


def test_byte_level_letters_are_their_bytes(tmp_path: Path) -> None:
    path = written(
        tmp_path / "tokenizer.json",
        model={"type": "BPE", "vocab": {"a": 0, "Ġthe": 1, "Ã": 2, "Ċ": 3, "<s>": 4}},
        decoder={"type": "ByteLevel"},
        added_tokens=[{"id": 4, "content": "<s>", "special": True}, {"id": 5, "content": "<unused0>", "special": False},
                      {"id": 6, "content": "\n\n", "special": False}],
    )  # fmt: skip
    words = Vocabulary.from_huggingface(path, eos=4)
    assert words.tokens == (b"a", b" the", b"\xc3", b"\n", None, None, b"\n\n")
    assert words.text([0, 1, 4, 2]) == b"a the"


def test_sentencepiece_in_a_fast_tokenizer_is_read_with_its_bytes(tmp_path: Path) -> None:
    path = written(
        tmp_path / "tokenizer.json",
        model={"type": "BPE", "vocab": {"<unk>": 0, "<0x0A>": 1, "▁the": 2, "é": 3}, "unk_token": "<unk>"},
        decoder={"type": "Sequence", "decoders": [{"type": "Replace"}, {"type": "ByteFallback"}, {"type": "Fuse"}]},
    )
    assert Vocabulary.from_huggingface(path).tokens == (None, b"\n", b" the", "é".encode())
    unigram = written(
        tmp_path / "u.json", model={"type": "Unigram", "vocab": [["<unk>", 0.0], ["▁a", -1.5]], "unk_id": 0}
    )
    assert Vocabulary.from_huggingface(unigram).tokens == (None, b" a")


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=8))
def test_tekken_is_base64(tokens: list[bytes]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        entries = [{"rank": i, "token_bytes": base64.b64encode(token).decode()} for i, token in enumerate(tokens)]
        config = {"default_vocab_size": 5 + len(tokens), "default_num_special_tokens": 5}
        words = Vocabulary.from_tekken(written(Path(folder) / "tekken.json", config=config, vocab=entries))
    assert words.tokens[5:] == tuple(token or None for token in tokens)
    assert words.tokens[:5] == (None,) * 5
    assert words.eos == (2,)


def packaged(name: str) -> str:
    """A file of mistral-common, which brings a whole tokenizer of each kind."""
    package = pytest.importorskip("mistral_common", reason="its tokenizers are for tests only")
    return str(Path(package.__file__).parent / "data" / name)


@pytest.mark.slow
def test_real_vocabularies_write_what_their_tokenizers_encode() -> None:
    pieces = pytest.importorskip("sentencepiece", reason="it reads the models that it wrote")
    path = packaged("tokenizer.model.v1")
    words, processor = Vocabulary.from_sentencepiece(path), pieces.SentencePieceProcessor(path)
    assert (words.V, words.eos, sum(token is None for token in words.tokens)) == (32_000, (2,), 4)  # and <s>
    text = 'def f(x):\n\treturn "é 漢字 🙂"'
    assert words.text([*processor.encode(text), 2, 5]) == b" " + text.encode()  # it begins with a space of its own
    assert Vocabulary.from_sentencepiece(processor).digest == words.digest
    tekken = Vocabulary.from_tekken(packaged("tekken_240911.json"))
    assert (tekken.V, tekken.eos, sum(token is None for token in tekken.tokens)) == (131_072, (2,), 1000)


@pytest.mark.slow
def test_a_tokenizer_that_was_trained_here_writes_what_it_encodes(tmp_path: Path) -> None:
    library: Any = pytest.importorskip("tokenizers", reason="it trains the tokenizer that is read")
    trained = library.ByteLevelBPETokenizer()
    trained.train_from_iterator(["the cat é 漢字 sat on the mat"] * 3, vocab_size=300, special_tokens=["<s>", "</s>"])
    trained.save(str(tmp_path / "t.json"))
    words = Vocabulary.from_huggingface(str(tmp_path / "t.json"), vocab_size=320, eos=1)
    assert words.V == 320
    assert words.text(trained.encode("the 漢 mat").ids).decode() == "the 漢 mat"
    assert Vocabulary.from_huggingface(trained._tokenizer, vocab_size=320, eos=1).digest == words.digest


def test_logits_may_be_more_or_fewer_than_tokens() -> None:
    assert Vocabulary.from_bytes([b"a", b"b"], vocab_size=3).tokens == (b"a", b"b", None)
    assert Vocabulary.from_bytes([b"a", b"b", b"c"], vocab_size=2).tokens == (b"a", b"b")
    with pytest.raises(InvalidInput, match="eos is 2; wanted a token that has a logit, 0 to 1"):
        Vocabulary.from_bytes([b"a", b"b", b"c"], vocab_size=2, eos=2)


def test_what_closes_a_text_is_no_text() -> None:
    words = Vocabulary.from_bytes([b"a", b"b", b"c"], eos=[1], pad=2)
    assert words.tokens == (b"a", None, None)
    with pytest.raises(InvalidInput, match="cell 1 holds token 2, which is no text"):
        words.text([0, 2])


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "holds no model with a vocab"),
        ({"model": {"type": "WordPiece", "vocab": {"a": 0}}}, "'WordPiece': its tokens write different bytes"),
        ({"model": {"type": "BPE", "vocab": {"a": -1}}}, "'a' is token -1; wanted text and 0 to"),
        ({"model": {"type": "BPE", "vocab": {"a": 1e9}}}, "is token 1000000000.0"),
        ({"model": {"type": "BPE", "vocab": {"a": 0}}, "added_tokens": [3]}, "an added token is 3; wanted an id"),
    ],
)
def test_files_that_are_no_fast_tokenizer_are_refused(tmp_path: Path, said: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        Vocabulary.from_huggingface(written(tmp_path / "tokenizer.json", **said))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"vocab": []}, "has no config and vocab"),
        ({"vocab": [], "config": {"default_vocab_size": 3}}, "default_vocab_size is 3"),
        (
            {
                "vocab": [{"rank": 0, "token_bytes": "?"}],
                "config": {"default_vocab_size": 9, "default_num_special_tokens": 3},
            },
            "wanted its rank, and its bytes in base64",
        ),
    ],
)
def test_files_that_are_no_tekken_are_refused(tmp_path: Path, said: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        Vocabulary.from_tekken(written(tmp_path / "tekken.json", **said))


def test_what_is_no_vocabulary_is_refused(tmp_path: Path) -> None:
    for call, message in (
        (lambda: Vocabulary.from_bytes([]), "vocab_size is 0"),
        (lambda: Vocabulary.from_bytes(["a"]), "token 0 is 'a'; wanted bytes"),  # type: ignore[list-item]
        (lambda: Vocabulary.from_bytes([b"a"], eos="x"), "names no tokens"),  # type: ignore[arg-type]
        (lambda: Vocabulary.from_huggingface(object()), "object is no fast tokenizer"),
        (lambda: Vocabulary.from_huggingface(str(tmp_path / "none.json")), "cannot be read: No such file"),
    ):
        with pytest.raises(InvalidInput, match=message):
            call()


def test_the_tree_of_a_vocabulary_survives_any_arrays() -> None:
    native = importlib.import_module("vmdsolve._native")
    data, first, usable = np.zeros(3, np.uint8), np.array([0, 1, 3], np.int64), np.ones(2, bool)
    assert native.Trie(data, first, usable).nodes == 3
    for wrong in (first[::-1].copy(), first[:2].copy(), first - 1, first + 1, np.array([0, 4, 3], np.int64)):
        with pytest.raises(ValueError, match="first"):
            native.Trie(data, wrong, usable)

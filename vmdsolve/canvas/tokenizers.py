"""What tokenizers write, token by token: files and objects of Hugging Face, sentencepiece and tekken, as bytes."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import InvalidInput
from ..extras import want
from ..untrusted import read_json

__all__ = ["huggingface", "sentencepiece", "tekken"]

Found = tuple[list[bytes | None], list[int], list[int]]  # tokens, eos, pad
BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
SPACE = "\u2581"  # as sentencepiece writes it
MOST_TOKENS = 1 << 22
LEAST_TEKKEN = 3  # its control tokens begin with <unk> <s> </s>
READ = "BPE or Unigram, byte-level or with byte fallback"


def huggingface(tokenizer: Any) -> Found:
    """Of a path of `tokenizer.json`, of a `tokenizers.Tokenizer`, of a fast tokenizer of `transformers`."""
    eos, pad = (
        [n for n in [getattr(tokenizer, name, None)] if type(n) is int] for name in ("eos_token_id", "pad_token_id")
    )
    if isinstance(tokenizer, (str, PathLike)):
        what, text = str(tokenizer), _bytes_of(tokenizer)
    else:
        what, inner = type(tokenizer).__name__, getattr(tokenizer, "backend_tokenizer", tokenizer)
        if not hasattr(inner, "to_str"):
            raise InvalidInput(
                f"{what} is no fast tokenizer; wanted a tokenizer.json, or from_sentencepiece for a .model"
            )
        text = inner.to_str().encode()
    said = read_json(text, what)
    model = said.get("model") if isinstance(said, dict) else None
    if not isinstance(model, dict) or not isinstance(model.get("vocab"), (dict, list)):
        raise InvalidInput(f"{what} holds no model with a vocab; wanted a tokenizer.json")
    if model.get("type", "BPE") not in ("BPE", "Unigram"):
        why = "its tokens write different bytes in different places"
        raise InvalidInput(f"{what} is {model['type']!r:.20}: {why}; wanted {READ}, or Vocabulary.from_bytes")
    kinds = {kind for part in ("decoder", "pre_tokenizer") for kind in _types(said.get(part), 0)}
    write = _byte_level if "ByteLevel" in kinds else _piece
    tokens: dict[int, bytes | None] = {}
    vocab = model["vocab"]
    for number, piece in enumerate(vocab) if isinstance(vocab, list) else ((n, p) for p, n in vocab.items()):
        piece = piece[0] if isinstance(piece, list) and piece else piece  # Unigram: with its score
        if not (type(number) is int and 0 <= number < MOST_TOKENS and isinstance(piece, str)):
            raise InvalidInput(
                f"{what}: {piece!r:.40} is token {number!r:.20}; wanted text and 0 to {MOST_TOKENS - 1:,}"
            )
        tokens[number] = write(piece)
    for added in said.get("added_tokens") or ():
        number, piece = (added.get("id"), added.get("content")) if isinstance(added, dict) else (None, None)
        if not (type(number) is int and 0 <= number < MOST_TOKENS and isinstance(piece, str)):
            raise InvalidInput(f"{what}: an added token is {added!r:.60}; wanted an id and its content")
        blank = not piece.replace(SPACE, " ").strip() and not added.get("special")
        tokens[number] = piece.replace(SPACE, " ").encode() if blank and piece else None
    if isinstance(model.get("unk_token"), str) and isinstance(vocab, dict) and model["unk_token"] in vocab:
        tokens[vocab[model["unk_token"]]] = None
    elif type(model.get("unk_id")) is int:
        tokens[model["unk_id"]] = None
    return [tokens.get(number) for number in range(max(tokens, default=-1) + 1)], eos, pad


def sentencepiece(model: Any) -> Found:
    """Of the path of a `.model`, or of a `SentencePieceProcessor`."""
    if isinstance(model, (str, PathLike)):
        want("sentencepiece", f"{model}")
        from sentencepiece import SentencePieceProcessor

        data = _bytes_of(model)
        processor = SentencePieceProcessor()
        try:
            processor.LoadFromSerializedProto(data)
        except RuntimeError as error:
            raise InvalidInput(f"{model} is no model of sentencepiece: {error}") from None
        model = processor
    tokens: list[bytes | None] = []
    for number in range(model.vocab_size()):
        piece = model.id_to_piece(number)
        none = model.is_control(number) or model.is_unknown(number) or model.is_unused(number)
        marked = piece.startswith("<") and piece.endswith(">") and not model.is_byte(number) and len(piece) > 2
        tokens.append(None if none or marked else _piece(piece))
    return tokens, [n for n in [model.eos_id()] if n >= 0], [n for n in [model.pad_id()] if n >= 0]


def tekken(path: Any) -> Found:
    """Of the path of a `tekken.json`: control tokens come first, then the others, in base64."""
    said = read_json(_bytes_of(path), str(path))
    config, vocab = (said.get("config"), said.get("vocab")) if isinstance(said, dict) else (None, None)
    if not isinstance(config, dict) or not isinstance(vocab, list):
        raise InvalidInput(f"{path} has no config and vocab; wanted a tekken.json")
    V, control = config.get("default_vocab_size"), config.get("default_num_special_tokens")
    if not (type(V) is int and type(control) is int and LEAST_TEKKEN <= control < V <= MOST_TOKENS):
        raise InvalidInput(f"{path}: default_vocab_size is {V!r:.20}, default_num_special_tokens {control!r:.20}")
    tokens: list[bytes | None] = [None] * V
    for entry in vocab:
        rank, text = (entry.get("rank"), entry.get("token_bytes")) if isinstance(entry, dict) else (None, None)
        try:
            if type(rank) is not int or rank < 0:
                raise ValueError
            if rank + control < V:
                tokens[rank + control] = base64.b64decode(str(text), validate=True)
        except (ValueError, binascii.Error):
            raise InvalidInput(f"{path}: a token is {entry!r:.60}; wanted its rank, and its bytes in base64") from None
    names = {entry["token_str"]: entry["rank"] for entry in said.get("special_tokens") or () if isinstance(entry, dict)}
    return tokens, [int(names.get("</s>", 2))], [int(names[name]) for name in ("<pad>",) if name in names]


def _bytes_of(path: str | PathLike[str]) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None


def _types(part: Any, depth: int) -> Iterator[str]:
    """The types of a decoder or pre-tokenizer, and of those that it is made of."""
    if isinstance(part, dict) and depth < 4:
        yield str(part.get("type"))
        for inner in (*(part.get("decoders") or ()), *(part.get("pretokenizers") or ())):
            yield from _types(inner, depth + 1)


@cache
def _letters() -> dict[str, int]:
    """The letter that stands for each byte in byte-level vocabularies, as GPT-2's: printable bytes for themselves."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + i): byte for i, byte in enumerate(others)}


def _byte_level(piece: str) -> bytes | None:
    letters = _letters()
    return bytes(letters[c] for c in piece) if all(c in letters for c in piece) else None


def _piece(piece: str) -> bytes:
    found = BYTE.fullmatch(piece)
    return bytes([int(found[1], 16)]) if found else piece.replace(SPACE, " ").encode()

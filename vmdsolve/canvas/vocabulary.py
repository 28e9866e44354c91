"""Vocabulary: the bytes that each token of a model writes. Its text is the bytes one after another, never `decode`.

What is text     normal tokens, by bytes: `▁` of sentencepiece as a space, `<0x0A>` as its byte, byte-level letters as
                 the bytes that they stand for
What is none     control tokens, unknown, unused; added tokens whether they are called special or not (`<unused7>`,
                 marks of images), but for those of blanks alone. They are in no text of a grammar.
Size             V is that of the logits, which may be padded beyond the tokens; tokens beyond the logits are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _native
from ..errors import InvalidInput

__all__ = ["Vocabulary"]

MOST_TOKENS, LONGEST = 1 << 22, 1 << 16  # tokens; bytes of one


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Tokens as bytes, and which of them close a text.

    Attributes
    ----------
    tokens
        bytes of each token, None where it is no text
    eos, pad
        tokens that close a text, those that fill what is left of a canvas; none of them is text

    Raises
    ------
    InvalidInput
        A closing token that is no token.

    Examples
    --------
    >>> words = Vocabulary.from_bytes([b"a", b"ab", b" ", None, b"</s>"], vocab_size=8, eos=4)
    >>> words.V, words.eos, words.text([1, 2, 0, 4, 4])
    (8, (4,), b'ab a')
    """

    tokens: tuple[bytes | None, ...]
    eos: tuple[int, ...]
    pad: tuple[int, ...]

    @classmethod
    def from_bytes(
        cls,
        tokens: Iterable[bytes | None],
        *,
        vocab_size: int | None = None,
        eos: int | Iterable[int] = (),
        pad: int | Iterable[int] = (),
    ) -> Vocabulary:
        """A vocabulary of given tokens, in order of their numbers; None: no text.

        Parameters
        ----------
        vocab_size
            V, logits of a cell; None: as many as tokens
        eos, pad
            numbers of tokens

        Raises
        ------
        InvalidInput
        """
        found: list[Any] = list(tokens)
        V = len(found) if vocab_size is None else vocab_size
        if not 1 <= V <= MOST_TOKENS:
            raise InvalidInput(f"vocab_size is {V}; wanted 1 to {MOST_TOKENS:,}, the logits of a cell")
        for i, token in enumerate(found):
            if token is not None and (not isinstance(token, bytes) or len(token) > LONGEST):
                raise InvalidInput(
                    f"token {i} is {token!r:.40}; wanted bytes, at most {LONGEST:,}, or None for no text"
                )
        closing, padding = _numbers(eos), _numbers(pad)
        for name, numbers in (("eos", closing), ("pad", padding)):
            for number in numbers:
                if not 0 <= number < V:
                    raise InvalidInput(f"{name} is {number}; wanted a token that has a logit, 0 to {V - 1}")
        found = (found + [None] * (V - len(found)))[:V]
        for number in (*closing, *padding):
            found[number] = None
        return cls(tuple(token or None for token in found), closing, padding)

    @classmethod
    def from_huggingface(cls, tokenizer: Any, *, vocab_size: int | None = None, **closing: Any) -> Vocabulary:
        """The vocabulary of a fast tokenizer of Hugging Face.

        Parameters
        ----------
        tokenizer
            path of a `tokenizer.json`, a `tokenizers.Tokenizer`, or one of `transformers`, whose EOS is then known
        vocab_size
            V, logits of a cell, which `model.config.vocab_size` says; None: as many as tokens
        closing
            `eos=`, `pad=` as `from_bytes`

        Raises
        ------
        InvalidInput
            What is no such tokenizer, or one whose tokens write different bytes in different places (WordPiece).
        """
        from .tokenizers import huggingface

        return cls._read(huggingface(tokenizer), vocab_size, closing)

    @classmethod
    def from_sentencepiece(cls, model: Any, *, vocab_size: int | None = None, **closing: Any) -> Vocabulary:
        """The vocabulary of a `sentencepiece` model: its path, or a `SentencePieceProcessor`.

        Raises
        ------
        InvalidInput
        MissingExtra
            A path, and sentencepiece is not installed.
        """
        from .tokenizers import sentencepiece

        return cls._read(sentencepiece(model), vocab_size, closing)

    @classmethod
    def from_tekken(cls, path: Any, *, vocab_size: int | None = None, **closing: Any) -> Vocabulary:
        """The vocabulary of a `tekken.json`.

        Raises
        ------
        InvalidInput
        """
        from .tokenizers import tekken

        return cls._read(tekken(path), vocab_size, closing)

    @classmethod
    def _read(
        cls, found: tuple[list[bytes | None], list[int], list[int]], vocab_size: int | None, closing: dict[str, Any]
    ) -> Vocabulary:
        for name in closing.keys() - {"eos", "pad"}:
            raise TypeError(f"{name!r} is no argument; wanted vocab_size, eos or pad")
        tokens, eos, pad = found
        return cls.from_bytes(tokens, vocab_size=vocab_size, **({"eos": eos, "pad": pad} | closing))

    @property
    def V(self) -> int:
        """Logits of a cell."""
        return len(self.tokens)

    @cached_property
    def digest(self) -> str:
        """Of all that the vocabulary says: 64 hexadecimal digits."""
        data, first, usable = self._arrays
        said = sha256(repr((self.eos, self.pad)).encode())
        for array in (first, usable, data):
            said.update(array.tobytes())
        return said.hexdigest()

    def text(self, tokens: Sequence[int]) -> bytes:
        """The bytes that tokens write, up to the first that closes the text.

        Raises
        ------
        InvalidInput
            A token before it that is no text, as a mask is.
        """
        out = []
        for cell, token in enumerate(tokens):
            if token in self.eos:
                break
            piece = self.tokens[token] if 0 <= token < self.V else None
            if piece is None:
                raise InvalidInput(f"cell {cell} holds token {token}, which is no text")
            out.append(piece)
        return b"".join(out)

    @cached_property
    def _arrays(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        data = np.frombuffer(b"".join(token or b"" for token in self.tokens), np.uint8)
        first = np.array([0, *accumulate(len(token or b"") for token in self.tokens)], np.int64)
        return data, first, np.array([token is not None for token in self.tokens])

    @cached_property
    def trie(self) -> _native.Trie:
        """The tokens as a tree, for compiling."""
        return _native.Trie(*self._arrays)


def _numbers(given: int | Iterable[int]) -> tuple[int, ...]:
    try:
        return (given,) if isinstance(given, int) else tuple(dict.fromkeys(int(number) for number in given))
    except (TypeError, ValueError):
        raise InvalidInput(f"{given!r:.60} names no tokens; wanted their numbers") from None

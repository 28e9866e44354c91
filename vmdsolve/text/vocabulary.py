"""Vocabularies: what the numbers of tokens stand for. Characters, bytes, numbers as they are, or a tokenizer's.

What is encoded and decoded again is the same, but for a tokenizer that changes its text, which says so (`exact`).
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..errors import InvalidInput, ModelMismatch
from ..untrusted import read_json
from .config import MOST_SYMBOLS

__all__ = ["Bytes", "Characters", "Data", "Integers", "Tokens", "Vocabulary"]

MOST_DIGITS = 30  # of a number in text; no vocabulary has such

Tokens = npt.NDArray[np.int64]
Data = str | bytes | npt.NDArray[Any]  # what files give: text, its bytes, or whole numbers


class Vocabulary(ABC):
    """V symbols.

    Attributes
    ----------
    kind
        its name, in weights and on the command line
    reads
        "text", "bytes" or "numbers": what it encodes
    size
        V
    """

    kind: ClassVar[str]
    reads: ClassVar[str] = "text"
    size: int

    @abstractmethod
    def encode(self, data: Data, where: str = "the text", before: int = 0) -> Tokens:
        """Tokens int64 [n].

        Parameters
        ----------
        data
            What `reads` says.
        where, before
            Begin the sentence about a mistake, and are added to its place: this is a part of something.

        Raises
        ------
        InvalidInput
            What it has no symbol for.
        """

    @abstractmethod
    def decode(self, tokens: Sequence[int] | npt.NDArray[Any]) -> str:
        """Text; of tokens that are none of its own, ModelMismatch."""

    @abstractmethod
    def pieces(self) -> list[bytes | None]:
        """The bytes that each symbol writes, None where it is no text.

        Raises
        ------
        InvalidInput
            Symbols that are no text by nature: numbers.
        """

    @abstractmethod
    def told(self) -> dict[str, Any]:
        """What makes it again, as JSON has it; see `read`."""

    def to_json(self) -> str:
        """One line, as stored in the weights' metadata."""
        return json.dumps({"kind": self.kind, **self.told()}, sort_keys=True)

    def exact(self, text: str) -> bool:
        """Whether this text comes back as it was."""
        return self.decode(self.encode(text)) == text

    def characters(self, tokens: Sequence[int] | npt.NDArray[Any]) -> int:
        """How many characters these tokens stand for."""
        return len(self.decode(tokens))

    def _checked(self, tokens: Sequence[int] | npt.NDArray[Any]) -> Tokens:
        out = np.asarray(tokens, np.int64).reshape(-1)
        if out.size and (out.min() < 0 or out.max() >= self.size):
            wrong = out[(out < 0) | (out >= self.size)][0]
            raise ModelMismatch(f"token {wrong} is none of a vocabulary of {self.size:,}")
        return out


def _text(data: Data, where: str) -> str:
    if not isinstance(data, str):
        raise InvalidInput(f"{where} holds {type(data).__name__}, not text; for numbers, the vocabulary is integers")
    return data


class Characters(Vocabulary):
    """Unicode characters, by rising number.

    Examples
    --------
    >>> vocabulary = Characters.of(["hello"])
    >>> vocabulary.symbols, vocabulary.encode("hole").tolist(), vocabulary.decode([1, 0])
    ('ehlo', [1, 3, 2, 0], 'he')
    >>> vocabulary.encode("help", "a.txt")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    vmdsolve.errors.InvalidInput: a.txt, character 4 is 'p', which is none of the 4 of the vocabulary; leave it out, ...
    """

    kind = "characters"

    def __init__(self, symbols: str) -> None:
        codes = [ord(c) for c in symbols]
        if not codes or len(codes) > MOST_SYMBOLS or sorted(set(codes)) != codes:
            raise InvalidInput(f"a vocabulary is 1 to {MOST_SYMBOLS:,} different characters by rising number")
        self.symbols, self.size = symbols, len(symbols)
        self._codes = np.array(codes, np.uint32)
        self._table = np.full(min(codes[-1] + 1, 1 << 16), -1, np.int32)
        low = self._codes < 1 << 16
        self._table[self._codes[low]] = np.flatnonzero(low)

    @staticmethod
    def of(texts: Iterable[str]) -> Characters:
        """Of the characters of these texts."""
        found: set[str] = set()
        for text in texts:
            found.update(text)
        if not found:
            raise InvalidInput("there is no character to make a vocabulary of: the text is empty")
        return Characters("".join(sorted(found)))

    def encode(self, data: Data, where: str = "the text", before: int = 0) -> Tokens:
        text = _text(data, where)
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        known = codes < len(self._table)
        out = self._table[np.where(known, codes, 0)].astype(np.int64)
        high = np.flatnonzero(~known)
        place = np.searchsorted(self._codes, codes[high]).clip(max=self.size - 1)
        out[high] = np.where(self._codes[place] == codes[high], place, -1)
        if (wrong := np.flatnonzero(out < 0)).size:
            at = int(wrong[0])
            raise InvalidInput(
                f"{where}, character {before + at + 1:,} is {text[at]!r}, which is none of the {self.size:,} of the "
                "vocabulary; leave it out, or take one that has it"
            )
        return np.asarray(out)

    def decode(self, tokens: Sequence[int] | npt.NDArray[Any]) -> str:
        return self._codes[self._checked(tokens)].astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")

    def pieces(self) -> list[bytes | None]:
        return [None if "\ud800" <= c <= "\udfff" else c.encode() for c in self.symbols]  # half a character is none

    def told(self) -> dict[str, Any]:
        return {"symbols": self.symbols}


class Bytes(Vocabulary):
    """The 256 bytes; text is UTF-8.

    Examples
    --------
    >>> Bytes().encode("é").tolist(), Bytes().decode([104, 105]), Bytes().raw([0, 255])
    ([195, 169], 'hi', b'\\x00\\xff')
    """

    kind, reads, size = "bytes", "bytes", 256

    def encode(self, data: Data, where: str = "the text", before: int = 0) -> Tokens:
        del before  # there is a byte for every byte
        if not isinstance(data, (str, bytes)):
            raise InvalidInput(f"{where} holds numbers, not bytes; their vocabulary is integers")
        raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        return np.frombuffer(raw, np.uint8).astype(np.int64)

    def decode(self, tokens: Sequence[int] | npt.NDArray[Any]) -> str:
        """Text; bytes that are no UTF-8 become U+FFFD, see `raw`."""
        return self.raw(tokens).decode("utf-8", "replace")

    def raw(self, tokens: Sequence[int] | npt.NDArray[Any]) -> bytes:
        """The bytes themselves."""
        return self._checked(tokens).astype(np.uint8).tobytes()

    def pieces(self) -> list[bytes | None]:
        return [bytes([byte]) for byte in range(256)]

    def told(self) -> dict[str, Any]:
        return {}


class Integers(Vocabulary):
    """The numbers 0 .. V - 1; as text, numbers between blanks.

    Examples
    --------
    >>> Integers(5).encode(np.array([3, 4])).tolist(), Integers(5).encode("3 4").tolist(), Integers(5).decode([3, 4])
    ([3, 4], [3, 4], '3 4')
    """

    kind, reads = "integers", "numbers"

    def __init__(self, size: int) -> None:
        if not 1 <= size <= MOST_SYMBOLS:
            raise InvalidInput(f"a vocabulary of {size!r} numbers; wanted 1 to {MOST_SYMBOLS:,}")
        self.size = size

    def encode(self, data: Data, where: str = "the text", before: int = 0) -> Tokens:
        found = np.array([*self._numbers(data, where)], object) if isinstance(data, str) else np.asarray(data)
        if isinstance(data, bytes) or (found.size and found.dtype.kind not in "iuO"):
            raise InvalidInput(f"{where} holds {found.dtype}; wanted whole numbers from 0 to {self.size - 1:,}")
        wrong = np.flatnonzero((found < 0) | (found >= self.size))
        if wrong.size:
            at = int(wrong[0])
            named = f", number {before + at + 1:,} is"
            if isinstance(data, str):  # before which characters are counted
                named = f", number {at + 1:,} from character {before + 1:,} on, is"
            raise InvalidInput(
                f"{where}{named} {found[at]}, which is none of the vocabulary's 0 to {self.size - 1:,}; leave it out, "
                "or take one that has it"
            )
        return found.astype(np.int64)

    def _numbers(self, text: str, where: str) -> Iterator[int]:
        """What stands between blanks; a number far beyond any vocabulary is not worked out."""
        for word in text.split():
            if re.fullmatch(r"[+-]?[0-9]+", word) is None:
                raise InvalidInput(f"{where} holds {word!r:.60}; wanted whole numbers between blanks")
            if len(word) > MOST_DIGITS:
                raise InvalidInput(f"{where} holds a number of {len(word):,} digits; wanted 0 to {self.size - 1:,}")
            yield int(word)

    def decode(self, tokens: Sequence[int] | npt.NDArray[Any]) -> str:
        return " ".join(map(str, self._checked(tokens).tolist()))

    def pieces(self) -> list[bytes | None]:
        raise InvalidInput(
            "the vocabulary is integers, which write no text; a grammar wants characters, bytes or tokens"
        )

    def told(self) -> dict[str, Any]:
        return {"size": self.size}


def read(text: str, what: str) -> dict[str, Any]:
    """What `to_json` wrote, as an object.

    Raises
    ------
    ModelMismatch
        Anything else; `what` begins the sentence.
    """
    told = read_json(text, what, error=ModelMismatch)
    if not isinstance(told, dict) or not isinstance(told.get("kind"), str):
        raise ModelMismatch(f"{what} cannot be read: it is {told!r:.80}, wanted a vocabulary")
    return told

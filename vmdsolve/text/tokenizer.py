"""A vocabulary of the `tokenizers` library: loaded from its JSON, or trained here; and any vocabulary, made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..canvas import Vocabulary as Words
from ..errors import InvalidInput, ModelMismatch
from ..extras import want
from .config import MOST_SYMBOLS
from .vocabulary import Bytes, Characters, Data, Integers, Tokens, Vocabulary, read

__all__ = ["JSON", "Tokenizer", "vocabulary_from"]

JSON = "tokenizer.json"  # what lies beside weights
MOST_BYTES = 1 << 27


class Tokenizer(Vocabulary):
    """A fast tokenizer; no token is added to a text, and none is left out.

    Parameters
    ----------
    json
        What its library writes.
    where
        What a sentence about a mistake calls it.
    """

    kind = "tokenizer"

    def __init__(self, json: str, where: str = "the tokenizer") -> None:
        self._tokenizers()
        self.json = json
        self.digest = hashlib.blake2b(json.encode(), digest_size=16).hexdigest()
        try:
            self._held: Any = self._tokenizers().Tokenizer.from_str(json)
        except Exception as error:  # the library raises nothing narrower
            raise InvalidInput(f"{where} is no tokenizer that the tokenizers library reads: {error!s:.200}") from error
        self._held.no_padding()
        self._held.no_truncation()
        numbers = self._held.get_vocab(with_added_tokens=True).values()
        self.size = max(numbers, default=-1) + 1
        if not 1 <= self.size <= MOST_SYMBOLS:
            raise InvalidInput(f"{where} has {self.size:,} tokens; wanted 1 to {MOST_SYMBOLS:,}")

    @staticmethod
    def load(path: Path | str) -> Tokenizer:
        """From a file.

        Raises
        ------
        InvalidInput
            No such file, or no tokenizer.
        """
        file = Path(path)
        if not file.is_file():
            raise InvalidInput(f"no such file of a tokenizer: {path}")
        if file.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"{path} has over {MOST_BYTES >> 20} MiB; a tokenizer has fewer")
        try:
            json = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{path} is no tokenizer: it is not UTF-8 at byte {error.start}") from error
        return Tokenizer(json, str(path))

    @staticmethod
    def train(texts: Iterable[str], size: int) -> Tokenizer:
        """Byte pairs, so many in all, from texts: every text comes back as it was.

        Examples
        --------
        >>> made = Tokenizer.train(["to be or not to be"] * 9, 260)
        >>> made.size, made.exact("to do?")
        (260, True)
        """
        if not 256 <= size <= MOST_SYMBOLS:
            raise InvalidInput(f"a tokenizer of {size:,} tokens; wanted 256, all bytes, to {MOST_SYMBOLS:,}")
        lib = Tokenizer._tokenizers()
        made = lib.Tokenizer(lib.models.BPE())
        made.pre_tokenizer = lib.pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = lib.decoders.ByteLevel()
        trainer = lib.trainers.BpeTrainer(
            vocab_size=size, initial_alphabet=sorted(lib.pre_tokenizers.ByteLevel.alphabet()), show_progress=False
        )
        made.train_from_iterator((_whole(text, "a text") for text in texts), trainer)
        return Tokenizer(made.to_str())

    @staticmethod
    def _tokenizers() -> Any:
        want("tokenizers", "a tokenizer")
        return import_module("tokenizers")

    def encode(self, data: Data, where: str = "the text", before: int = 0) -> Tokens:
        if not isinstance(data, str):
            raise InvalidInput(f"{where} holds {type(data).__name__}, not text")
        return np.array(self._held.encode(_whole(data, where, before), add_special_tokens=False).ids, np.int64)

    def decode(self, tokens: Sequence[int] | npt.NDArray[Any]) -> str:
        return str(self._held.decode(self._checked(tokens).tolist(), skip_special_tokens=False))

    def pieces(self) -> list[bytes | None]:
        return list(Words.from_huggingface(self._held, vocab_size=self.size).tokens)

    def told(self) -> dict[str, Any]:
        return {"size": self.size, "digest": self.digest}


def vocabulary_from(text: str, beside: Path, what: str) -> Vocabulary:
    """The vocabulary that weights tell of.

    Parameters
    ----------
    text
        What `to_json` wrote.
    beside
        The folder in which a tokenizer's JSON lies.
    what
        What a sentence about a mistake calls it.

    Raises
    ------
    ModelMismatch
        It says nothing that can be, or the tokenizer is another.
    """
    told = read(text, what)
    try:
        match told:
            case {"kind": "characters", "symbols": str(symbols)}:
                return Characters(symbols)
            case {"kind": "bytes"}:
                return Bytes()
            case {"kind": "integers", "size": int(size)}:
                return Integers(size)
            case {"kind": "tokenizer", "digest": str(digest)}:
                found = Tokenizer.load(beside / JSON)
                if found.digest != digest:
                    raise ModelMismatch(f"{beside / JSON} is another tokenizer than the one of {what}; take both along")
                return found
    except ModelMismatch:
        raise
    except InvalidInput as error:
        raise ModelMismatch(f"{what} cannot be read: {error}") from error
    raise ModelMismatch(f"{what} cannot be read: it is of kind {told['kind']!r:.40}; update vmdsolve")


def _whole(text: str, where: str, before: int = 0) -> str:
    """The text; half of a pair, which is no character, is refused."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"{where}, character {before + error.start + 1:,} is half a character; leave it out"
        ) from error
    return text

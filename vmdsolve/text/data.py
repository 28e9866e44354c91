"""What a training of text learns from: files as windows, with a vocabulary that is named, loaded or made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InvalidInput
from .config import MOST_SYMBOLS
from .corpus import Windows, check_length, prepare, split
from .sources import Files, Given, Piece, Source, files_of
from .tokenizer import Tokenizer
from .vocabulary import Bytes, Characters, Integers, Vocabulary

__all__ = ["TextData", "read_data"]

SHARE = 0.05  # of the text is held out, twice
WIKITEXT = ("train", "valid", "test")


@dataclass(frozen=True)
class TextData:
    """Windows to learn from, to watch a training by, and to measure on.

    Attributes
    ----------
    vocabulary
        of their tokens
    train, valid, test
        the windows; None: there are none
    told
        what makes it again, and the digest of the tokens; as JSON has it
    named
        the vocabulary, as it was asked for by name; "": it was given
    """

    vocabulary: Vocabulary
    train: Windows
    valid: Windows | None
    test: Windows | None
    told: dict[str, Any]
    named: str = ""

    @property
    def called(self) -> dict[str, Any]:
        """The same with the names of files alone, as weights tell it to whoever gets them."""
        held: dict[str, Any] = {"files": [Path(path).name for path in self.told["files"]]}
        for part in ("valid", "test"):
            told = self.told[part]
            held[part] = ",".join(Path(path).name for path in told.split(",")) if isinstance(told, str) else told
        return {**self.told, **held}


def read_data(
    data: Sequence[str | Path] | Iterable[Any], length: int, *, vocabulary: str | Vocabulary = "characters",
    valid: str | float = SHARE, test: str | float = SHARE, field: str = "", lines: bool = False, block: int = 0,
    folder: Path | None = None,
) -> TextData:  # fmt: skip
    """Documents as windows of so many tokens.

    Parameters
    ----------
    data
        Names of files and patterns, as strings or paths; or one folder of WikiText's raw layout, `wiki.train.raw` and
        so on. Documents themselves are given as `Given(documents)`.
    length
        L, tokens of a window.
    vocabulary
        "characters": those that there are; "bytes"; "integers"; "bpe:4096": a tokenizer of so many tokens, trained
        here; the name of a tokenizer's JSON; or a Vocabulary.
    valid, test
        A share of the documents, or names of other files, separated by commas.
    field
        Of jsonl and parquet, see `Files`.
    lines
        Every line of a text file is a document.
    block
        Cells of a model's blocks, for which windows must be of use.
    folder
        Where tokens take their room on disk.

    Raises
    ------
    InvalidInput
        What cannot be read, or gives no window.

    Examples
    --------
    >>> read = read_data(Given(["to be or not to be", "that is the question"]), 4)
    >>> read.vocabulary.size, read.train.drawn(np.random.default_rng(0), 2).shape
    (13, (2, 4))
    """
    source = data if isinstance(data, Given) else _files(data, field, lines)
    others: list[Files | None] = [None, None]
    shares = [0.0, 0.0]
    if isinstance(source, Files) and len(source.paths) == 1 and Path(source.paths[0]).is_dir():
        its = _wikitext(source.paths[0])
        for which, asked, own in zip(WIKITEXT[1:], (valid, test), its[1:], strict=True):
            if str(asked) != str(SHARE) and Path(str(asked)).absolute() != Path(own).absolute():
                what = f"{which} is {asked}, and {source.paths[0]} has its own, {Path(own).name}"
                raise InvalidInput(f"{what}: leave {which} out, or name the files themselves")
        parts = [replace(source, paths=(name,)) for name in its]
        source, others = parts[0], [parts[1], parts[2]]
    else:
        for place, (name, value) in enumerate((("valid", valid), ("test", test))):
            shares[place], others[place] = _held_out(name, value, field, lines)
    chosen = _vocabulary(vocabulary, source, [one for one in others if one is not None])
    source, *read = (_reading(one, chosen) for one in (source, *others))
    corpus = prepare(source, chosen, folder)
    train, *held = split(corpus, length, *shares)
    check_length(train, block)
    digests, parts_of = [corpus.digest], []
    for part, own in zip(held, read, strict=True):
        if own is not None:
            found = prepare(own, chosen, folder)
            digests.append(found.digest)
            part = Windows(found, length, found.stretches())
        parts_of.append(part if len(part.stretches) else None)
    told = {
        "files": [str(Path(path).absolute()) for path in source.paths] if isinstance(source, Files) else [],
        "valid": _again(others[0], shares[0]), "test": _again(others[1], shares[1]),
        "field": field, "lines": lines, "digest": "-".join(digests),
    }  # fmt: skip
    return TextData(chosen, train, parts_of[0], parts_of[1], told, vocabulary if isinstance(vocabulary, str) else "")


def _files(data: Any, field: str, lines: bool) -> Files:
    names = [data] if isinstance(data, (str, Path)) else list(data)
    if not all(isinstance(name, (str, Path)) for name in names):
        raise InvalidInput("data are names of files; for documents themselves, give Given(documents)")
    if len(names) == 1 and Path(names[0]).is_dir() and _wikitext(names[0]):
        return Files((str(names[0]),), field, lines)
    return Files(files_of(names), field, lines)


def _wikitext(folder: str | Path) -> list[str]:
    """The three files of WikiText's layout; none where the folder has another."""
    for ending in ("raw", "tokens"):
        found = [Path(folder) / f"wiki.{part}.{ending}" for part in WIKITEXT]
        if all(path.is_file() for path in found):
            return [str(path) for path in found]
    return []


def _held_out(name: str, value: str | float, field: str, lines: bool) -> tuple[float, Files | None]:
    """A share, or files."""
    try:
        share = float(value)
    except ValueError:
        return 0.0, Files(files_of([part.strip() for part in str(value).split(",")]), field, lines)
    if not 0 <= share < 1:
        raise InvalidInput(f"{name} is {value}; wanted a share of 0 or more, less than 1, or names of files")
    return share, None


def _again(files: Files | None, share: float) -> str | float:
    return share if files is None else ",".join(str(Path(path).absolute()) for path in files.paths)


def _reading(source: Any, vocabulary: Vocabulary) -> Any:
    return replace(source, reads=vocabulary.reads) if isinstance(source, Files) else source


def _vocabulary(named: str | Vocabulary, source: Source, held: Sequence[Source]) -> Vocabulary:
    """The vocabulary; characters and integers are those of the text that is held out, too."""
    if isinstance(named, Vocabulary):
        return named
    if named == "bytes":
        return Bytes()
    if named not in ("characters", "integers") and not named.startswith("bpe:"):
        if not Path(named).is_file():
            names = "characters, bytes, integers, bpe: and a number of tokens, or a tokenizer's JSON"
            raise InvalidInput(f"vocabulary is {named!r:.200}; wanted {names}, and there is no such file")
        return Tokenizer.load(named)
    if isinstance(source, Given) and isinstance(source.documents, Iterator):
        raise InvalidInput(
            f"documents can be read once, {named} must be made of them first; give a list, or a Vocabulary"
        )
    if named == "characters":
        return Characters.of(text for one in (source, *held) for text in _texts(one))
    if named == "integers":
        every = (piece for one in (source, *held) for piece in _reading(one, Integers(1)))
        return Integers(1 + max(map(_greatest, every), default=0))
    size = named.removeprefix("bpe:")
    if not size.isascii() or not size.isdigit() or int(size) > MOST_SYMBOLS:
        raise InvalidInput(f"vocabulary is {named!r}; wanted bpe: and how many tokens, as in bpe:4096")
    return Tokenizer.train(_texts(source), int(size))


def _texts(source: Source) -> Iterable[str]:
    for piece in source:
        if not isinstance(piece.data, str):
            what, wanted = ("bytes", "bytes") if isinstance(piece.data, bytes) else ("numbers", "integers")
            raise InvalidInput(f"{piece.where} holds {what}, not text; name the vocabulary {wanted}")
        yield piece.data


def _greatest(piece: Piece) -> int:
    found = Integers(MOST_SYMBOLS).encode(piece.data, piece.where, piece.before)
    return int(np.max(found, initial=0))

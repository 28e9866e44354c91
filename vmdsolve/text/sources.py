"""Where tokens come from: files of text, jsonl, npy and parquet, packed or not, and whatever Python iterates over.

Each gives documents in pieces, so that no file is in memory as a whole. A piece is text, bytes or whole numbers.
"""

from __future__ import annotations

import codecs
import glob
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from json import JSONDecodeError
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..errors import InvalidInput
from ..extras import want
from ..files.opening import PARQUET, STDIN, UNREADABLE, encoding_of, opened
from ..untrusted import loads
from .vocabulary import Data

__all__ = ["Files", "Given", "Piece", "Source", "files_of"]

CHUNK = 1 << 20  # characters, bytes or numbers of a piece
MOST_LINE = 1 << 26  # characters of a line that is a document
LINES = (".jsonl", ".ndjson")


class Piece(NamedTuple):
    """A part of a document.

    Attributes
    ----------
    data
        text, bytes or numbers
    begins
        whether a document begins here
    where
        file, and line or row, as people count
    before
        how many characters, bytes or numbers of the document stand before it
    """

    data: Data
    begins: bool
    where: str
    before: int = 0


Source = Iterable[Piece]


def files_of(names: Sequence[str | Path]) -> tuple[str, ...]:
    """Names of files, patterns such as "data/*.txt" among them, as the files that there are, in this order.

    Raises
    ------
    InvalidInput
        Nothing fits one of them, or a file comes twice.
    """
    out: list[str] = []
    for name in map(str, names):
        if name == STDIN:
            raise InvalidInput("standard input can be read once, and a text is read twice; name a file")
        if Path(name).is_dir():
            raise InvalidInput(f"{name} is a folder; name its files, as in '{name.rstrip('/')}/*.txt'")
        if Path(name).exists():
            if not Path(name).is_file():
                raise InvalidInput(f"{name} is a pipe or a device, and a text is read twice; name a file")
            found = [name]
        elif glob.has_magic(name):
            there = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - as the shell has it
            found = [one for one in there if Path(one).is_file()]
        else:
            raise InvalidInput(f"no such file: {name}")
        if not found:
            raise InvalidInput(f"no file fits {name}")
        out += found
    if not out:
        raise InvalidInput("no file to learn from; name one or more")
    real = [Path(one).resolve() for one in out]
    often = Counter(real)
    if twice := [one for one, own in zip(out, real, strict=True) if often[own] > 1]:
        raise InvalidInput(f"{twice[-1]} is named twice; name each file once")
    return tuple(out)


@dataclass(frozen=True)
class Files:
    """Documents of files, read anew each time.

    Attributes
    ----------
    paths
        of the files
    field
        of jsonl and parquet, which text, or list of numbers, of a line or row is the document; "": "text"
    lines
        every line of a text file is a document; else the whole file is one
    reads
        "text", "bytes" or "numbers", as the vocabulary says

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.jsonl"
    >>> _ = file.write_text('{"text": "one"}\\n{"text": "two"}\\n')
    >>> [piece.data for piece in Files((str(file),))]
    ['one', 'two']
    """

    paths: tuple[str, ...]
    field: str = ""
    lines: bool = False
    reads: str = "text"

    def __iter__(self) -> Iterator[Piece]:
        for path in self.paths:
            empty = True
            try:
                for piece in self._pieces(path):
                    empty = empty and not len(piece.data)
                    yield piece
            except UNREADABLE as error:
                raise InvalidInput(f"{path} cannot be read: {error}") from error
            if empty:
                raise InvalidInput(f"{path} is empty: it holds no text")

    def _pieces(self, path: str) -> Iterator[Piece]:
        if Path(path).suffix.lower() == ".npy":
            yield from _array(path)
            return
        with opened(path) as (raw, suffix):
            if suffix == PARQUET:
                yield from _rows(path, raw, self.field or "text")
            elif suffix in LINES:
                yield from _objects(path, raw, self.field or "text")
            elif self.field:
                raise InvalidInput(f"{path} has no fields; --field is for {', '.join(LINES)} and parquet")
            elif self.lines:
                for number, line in _lines(path, raw):
                    if line:
                        yield Piece(line, True, f"{path}:{number}")
            elif self.reads == "bytes":
                yield from _joined(iter(lambda: raw.read(CHUNK), b""), path)
            else:
                yield from _joined(_at_blanks(_decoded(path, raw)), path)


@dataclass(frozen=True)
class Given:
    """Documents that Python gives: texts, bytes, lists and arrays of numbers, or examples of a torch Dataset.

    Attributes
    ----------
    documents
        what is iterated over, as often as it is read
    field
        of examples that are dicts, which value; "": "text"
    """

    documents: Any
    field: str = ""

    def __iter__(self) -> Iterator[Piece]:
        for number, one in enumerate(_items(self.documents), 1):
            where, value = f"document {number}", one
            if isinstance(one, dict):
                if (self.field or "text") not in one:
                    raise InvalidInput(f"{where} has no {self.field or 'text'!r}; its fields are {sorted(one)!s:.200}")
                value = one[self.field or "text"]
            elif isinstance(one, tuple):
                if not one:
                    raise InvalidInput(f"{where} is an example of nothing, (); wanted text, or a row of whole numbers")
                value = one[0]
            yield Piece(_data(value, where), True, where)


def _items(documents: Any) -> Iterator[Any]:
    if isinstance(documents, (str, bytes)):
        raise InvalidInput("documents are one text; give a list of them, as in [text]")
    if hasattr(documents, "__iter__"):
        return iter(documents)
    if hasattr(documents, "__getitem__") and hasattr(documents, "__len__"):  # a Dataset with numbers alone
        return (documents[i] for i in range(len(documents)))
    raise InvalidInput(f"documents are {type(documents).__name__}; wanted something to iterate over")


def _data(value: Any, where: str) -> Data:
    """Text, bytes or an array of whole numbers."""
    if isinstance(value, (str, bytes)):
        return value
    try:
        found = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:  # of ragged lists, and of torch
        raise InvalidInput(f"{where} is {value!r:.60}; wanted text, or a row of whole numbers") from error
    if found.size == 0:
        return np.empty(0, np.int64)
    if not found.ndim:
        raise InvalidInput(f"{where} is {value!r:.60}; wanted text, or a row of whole numbers")
    if found.ndim != 1 or found.dtype.kind not in "iu":
        shown = f"{found.dtype} {list(found.shape)}" if isinstance(value, np.ndarray) else f"{value!r:.60}"
        raise InvalidInput(f"{where} is {shown}; wanted text, or a row of whole numbers")
    return found


# Files of each kind -----------------------------------------------------------------------------------------


def _array(path: str) -> Iterator[Piece]:
    """A row of numbers, or a matrix whose rows are documents; not in memory as a whole."""
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise InvalidInput(f"{path} is no npy file of numbers; wanted whole ones, as numpy.save writes them") from error
    if found.dtype.kind not in "iu" or found.ndim not in (1, 2):
        raise InvalidInput(
            f"{path} holds {found.dtype} {list(found.shape)}; wanted whole numbers, [n] or [documents, n]"
        )
    if found.ndim == 2:
        for number, row in enumerate(found, 1):
            yield Piece(row, True, f"{path}, row {number}")
        return
    for begin in range(0, len(found), CHUNK):
        yield Piece(found[begin : begin + CHUNK], not begin, path, begin)


def _rows(path: str, raw: Any, field: str) -> Iterator[Piece]:
    want("pyarrow", path)
    parquet, arrow = import_module("pyarrow.parquet"), import_module("pyarrow")
    try:
        file = parquet.ParquetFile(raw)
        names = file.schema_arrow.names
        if field not in names:
            raise InvalidInput(
                f"{path} has no column {field!r}; its columns are {', '.join(names):.200}; name one by --field"
            )
        numbers = arrow.types.is_integer(file.schema_arrow.field(field).type)
        number = 0
        for batch in file.iter_batches(1024, columns=[field]):
            column = batch.column(0)
            if numbers:  # a number a row: all are one document
                if column.null_count:
                    row = number + 1 + column.is_null().to_pylist().index(True)
                    raise InvalidInput(f"{path}, row {row:,} has no {field}; wanted a whole number")
                yield Piece(column.to_numpy(zero_copy_only=False), not number, path, number)
                number += len(column)
                continue
            for value in column.to_pylist():
                number += 1
                if value is None:
                    raise InvalidInput(f"{path}, row {number} has no {field}")
                yield Piece(_data(value, f"{path}, row {number}"), True, f"{path}, row {number}")
    except arrow.ArrowException as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from error


def _objects(path: str, raw: Any, field: str) -> Iterator[Piece]:
    for number, line in _lines(path, raw):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            told = loads(line)
        except ValueError as error:
            said = f"{error.msg}, character {error.colno}" if isinstance(error, JSONDecodeError) else str(error)
            raise InvalidInput(f"{where} is no JSON: {said}") from error
        if not isinstance(told, dict):
            raise InvalidInput(f"{where} is {told!r:.60}, wanted an object with {field!r}")
        if field not in told:
            raise InvalidInput(
                f"{where} has no field {field!r}; its fields are {', '.join(told):.200}; name one by --field"
            )
        yield Piece(_data(told[field], where), True, where)


def _lines(path: str, raw: Any) -> Iterator[tuple[int, str]]:
    """Lines of text with their numbers, without their ends."""
    number, rest = 0, ""
    for text in chain(_decoded(path, raw), [None]):
        whole = rest + (text or "")
        parts = whole.split("\n")
        rest = parts.pop() if text is not None else ""
        for line in parts:
            number += 1
            if text is None and not line:  # behind the last newline
                return
            yield number, line.removesuffix("\r")
        if len(rest) > MOST_LINE:
            raise InvalidInput(f"{path}:{number + 1} has over {MOST_LINE:,} characters; wanted one document a line")


def _decoded(path: str, raw: Any) -> Iterator[str]:
    """The text of a stream, a chunk at a time; what is none is refused, with its place."""
    encoding = encoding_of(raw)
    decoder = codecs.getincrementaldecoder(encoding)()
    place = 0
    while True:
        data = raw.read(CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            at = place - pending + error.start
            named = encoding.removesuffix("-sig").upper()
            raise InvalidInput(
                f"{path} is not {named} at byte {at:,}; save it so, or learn from bytes: --vocabulary bytes"
            ) from error
        if (nul := text.find("\0")) >= 0:
            at = place + nul
            raise InvalidInput(
                f"{path} is no text: NUL near byte {at:,}; take it out, or learn from bytes: --vocabulary bytes"
            )
        place += len(data)
        if text:
            yield text
        if not data:
            return


def _at_blanks(texts: Iterable[str]) -> Iterator[str]:
    """The same text, cut before blanks, so that no word is torn; a run of CHUNK letters is, all the same."""
    rest = ""
    for text in texts:
        whole = rest + text
        cut = next((i for i in range(len(whole) - 1, 0, -1) if whole[i].isspace() and not whole[i - 1].isspace()), 0)
        if not cut and len(whole) > CHUNK:
            cut = len(whole)
        if cut:
            yield whole[:cut]
        rest = whole[cut:]
    if rest:
        yield rest


def _joined(parts: Iterator[Data], path: str) -> Iterator[Piece]:
    """Parts of one document."""
    before = 0
    for data in parts:
        yield Piece(data, not before, path, before)
        before += len(data)

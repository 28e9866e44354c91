"""Puzzle files, read as a stream of records; of a file of any size only a puzzle is held in memory.

Which formats there are, formats/ says, a file each. A name's ending says what the file is, but for .txt; any other, and
standard input, is judged by what it begins with: as a puzzle, if it can be read as one, else as what it looks like.
Blank lines between puzzles are skipped. What is packed is unpacked.

A line that cannot be read becomes a record that says why, and the rest is read; a file that cannot be read, or of which
nothing at the beginning can, is InvalidInput.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from glob import glob, has_magic
from io import TextIOWrapper
from itertools import islice
from math import isqrt
from pathlib import Path

from ..domains import Domain, get, reading
from ..domains.registry import known
from ..errors import InvalidInput
from .formats import recognised
from .formats.base import MAX_LINE, Format, Source
from .formats.json import is_json
from .formats.whole import WholeFile
from .hashes import hash_of, hash_of_file
from .opening import STDIN, UNREADABLE, encoding_of, is_file, opened
from .record import Record
from .skipping import Records
from .texts import Texts

SMALL = 5  # rows of the smallest square that no kind of puzzle is known by its cells alone
LOOK, FEW = 20, 3  # records of a file that are looked at; fewer than FEW are told of one by one
# Words that are no puzzles, which may have dots, and those of clues slashes: with an ending of letters, or in a folder.
FILE_NAME = re.compile(r"(?!.*\.\.\w*\.)\S{1,250}\.[A-Za-z][A-Za-z0-9]{1,10}")
PATH_NAME = re.compile(r"(?=.*[A-Za-z]{2})[\w.~-]*(/[\w.~-]*)+")
# Puzzles have * and ? for open cells: in a pattern without a folder there are letters, too, and an ending.
PATTERN = re.compile(r"(?=.*[A-Za-z])\S{1,250}\.[A-Za-z*?\[][\w*?\[\]!-]{0,30}")

__all__ = ["MAX_LINE", "STDIN", "Record", "expanded", "fingerprint", "is_plain", "open_input", "read", "same_file"]


def open_input(
    argument: str,
    domain: str | Domain | None = None,
    *,
    answers: bool = False,
    format: str | None = None,  # noqa: A002
    column: str | None = None,
) -> Records:
    """The records of a command-line argument: a file if it exists, standard input if "-", or else a puzzle.

    Parameters
    ----------
    domain
        the one asked for, or None: literal puzzles are known by their size
    answers
        True: these are answers; what is no file is left for the problem's board to judge
    format, column
        of the file, where they are asked for; see `read`

    Raises
    ------
    InvalidInput
        At once, for what is neither file nor puzzle; later, as `read` does.

    Examples
    --------
    >>> [record.puzzle for record in open_input("1......44......1")]
    ['1......44......1']
    """
    if argument == STDIN or is_file(argument):
        return read(argument, domain, answers=answers, format=format, column=column)
    try:
        if not answers:
            reading.read(argument, domain)
    except InvalidInput as error:
        if not argument.strip():
            raise InvalidInput("an input is empty text; wanted the name of a file, or a puzzle") from None
        if FILE_NAME.fullmatch(argument) or (domain is None and PATH_NAME.fullmatch(argument)):
            raise InvalidInput(f"no such file: {argument}") from None
        if domain is None and known(argument):
            raise InvalidInput(f"{argument} is a kind of puzzles, and no file or puzzle: name it by --domain") from None
        shown = argument if len(argument) <= 100 else argument[:97] + "..."
        raise InvalidInput(f"there is no file {shown!r}, and it is not a puzzle either: {error}") from error
    return Records([Record("", 0, argument)])


def expanded(arguments: Sequence[str]) -> list[str]:
    """Command-line arguments, with the files that a pattern names in its place, in order: no shell may have done it.

    A pattern has a folder, or letters and an ending; what is a file itself, or names none, stays as it is.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "b.txt").write_text("1..."), (folder / "a.txt").write_text("2...")
    >>> [Path(one).name for one in expanded([f"{folder}/*.t?t", "1......44......1", "*.none"])]
    ['a.txt', 'b.txt', '1......44......1', '*.none']
    """
    out: list[str] = []
    for argument in arguments:
        named = "/" in argument or PATTERN.fullmatch(argument)
        pattern = named and has_magic(argument) and not is_file(argument)
        found = sorted(filter(os.path.isfile, glob(argument, recursive=True))) if pattern else []  # noqa: PTH207
        out += found or [argument]
    return out


def read(
    path: str | Path,
    domain: str | Domain | None = None,
    *,
    answers: bool = False,
    format: str | None = None,  # noqa: A002
    column: str | None = None,
) -> Records:
    """The records of a file, or of standard input ("-"), one at a time.

    Parameters
    ----------
    domain
        the one asked for, or None: tells what a puzzle's lines are, and what is a comment
    answers
        True: these are answers, without clues
    format
        the name of its format, or None: judged as said above
    column
        the name of the column of puzzles, or None: one of the usual names

    Raises
    ------
    InvalidInput
        When the first bad thing is met: no such file, a folder, binary data, a line of absurd length, a csv without a
        column of puzzles, a damaged archive, no puzzle at all, or none among the first.
    """
    name = "standard input" if str(path) == STDIN else str(path)
    source = Source(name, get(domain) if isinstance(domain, str) else domain, answers, column)
    return Records(_read(path, source, format), source)


def _read(path: str | Path, source: Source, form_name: str | None) -> Iterator[Record | Texts]:
    found = 0
    try:
        with opened(path) as (raw, suffix):
            text = TextIOWrapper(raw, encoding=encoding_of(raw))  # any kind of line end is read as a newline
            try:
                source.open(raw, text)
                form = recognised(source, suffix, form_name)
                whole = source.answers or isinstance(form, WholeFile)
                for record in _records(form, source) if whole else _readable(form, source):
                    found += 1
                    yield record
            finally:
                with suppress(ValueError):  # where a command ended before it was read, and the file is closed
                    text.detach()  # standard input is not ours to close, and the others close themselves
    except UnicodeDecodeError as error:
        line = _undecodable(path) if source.at_once else source.number + 1
        what = f"{source.name}: bytes near line {line} are not UTF-8 text"
        raise InvalidInput(f"{what}; save it as UTF-8") from error
    except UNREADABLE as error:
        raise InvalidInput(f"{source.name} cannot be read: {error}") from error
    if not found:
        raise InvalidInput(f"{source.name} holds no puzzle")


def _undecodable(path: str | Path) -> int:
    """The first line of a file that is no text; lines that are read many at a time do not say which it was."""
    with opened(path) as (raw, _):
        encoding = encoding_of(raw)
        for number, line in enumerate(raw, 1):
            try:
                if encoding.startswith("utf-8"):
                    line.decode()
            except UnicodeDecodeError:
                return number
    return 1


def _records(form: Format, source: Source) -> Iterator[Record | Texts]:
    """The records of a file as its format has them; each shows that the file holds more than blank lines."""
    for record in form.read(source):
        source.idle = 0
        yield record


def _readable(form: Format, source: Source) -> Iterator[Record | Texts]:
    """The records of a file. If none of the first is a puzzle, it is looked at as one text, or else refused."""
    records = _begun(_records(form, source), form, source)
    first: list[Record] = []
    why = ""
    for record in islice(records, LOOK):
        assert isinstance(record, Record)  # nothing comes together before this has ended
        first.append(record)
        reason = record.reason or _unreadable(record, source.domain)
        if not reason:
            break
        why = why or f"line {record.line}: {reason}"
    else:
        if found := _in_one(form, source):
            yield from found
            return
        if len(first) >= FEW:
            what = f"none of {'the first ' * (len(first) == LOOK)}{len(first)} puzzles of {source.name} can be read"
            raise InvalidInput(f"{what}, taken for {form.name} (--format names another): {why}")
    yield from first
    yield from records


def _begun(records: Iterator[Record | Texts], form: Format, source: Source) -> Iterator[Record | Texts]:
    """The records; of a file that is refused as it begins, those of its text as one, if that is a puzzle."""
    try:
        first = next(records, None)
    except InvalidInput:
        if found := _in_one(form, source):
            yield from found
            return
        raise
    if first is not None:
        yield first
    yield from records


def _in_one(form: Format, source: Source) -> list[Record]:
    """The puzzles of a text whose lines are none: a board among other text, or a list of another language."""
    text = source.whole() if form.loose and source.column is None else None  # a column is no part of a text
    if text is None or not text.strip() or is_json(text):
        return []
    if source.domain is None:
        _refuse_small(text, source)
    for texts in ([text], reading.puzzles_in(text, source.domain)):
        records = [Record(source.name, 1, each) for each in texts]
        if records and not any(_unreadable(record, source.domain) for record in records):
            return records
    return []


def _refuse_small(text: str, source: Source) -> None:
    """InvalidInput where each line may be a whole square of far fewer symbols, and no row of a large one."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not source.is_comment(line)]
    width = len(lines[0]) if lines else 0
    n, held = isqrt(width), {*"".join(lines)} - {*"._*?0-"}
    square = n * n == width and n >= SMALL and width <= len(lines) and {*map(len, lines)} == {width}
    if square and held and held <= {*"123456789"[:n]}:
        what = f"lines of {width} cells that hold 1 to {n} alone are rows of a board of {width}x{width}, or each one"
        raise InvalidInput(f"{source.name}: {what} of {n}x{n}; say which by -d, as latin-{n}")


def _unreadable(record: Record, domain: Domain | None) -> str:
    try:
        reading.read(record.puzzle, domain or record.domain)
    except InvalidInput as error:
        return str(error)
    return ""


def fingerprint(argument: str) -> str:
    """A hash of what a command-line argument holds, file or literal, to notice that it has changed.

    Of what is no plain file, a pipe for one, it is a hash of the name: to read it would leave nothing to solve.

    Examples
    --------
    >>> fingerprint("1......44......1")
    '665ace85734c0129'
    """
    if not is_plain(argument):
        return hash_of(argument.encode(errors="replace"))
    try:
        return hash_of_file(Path(argument))
    except OSError as error:
        raise InvalidInput(f"{argument} cannot be read: {error}") from error


def is_plain(argument: str) -> bool:
    """True for a file that holds the same when it is read again; a pipe does not."""
    return argument != STDIN and is_file(argument) and (Path(argument).is_file() or Path(argument).is_dir())


def same_file(argument: str, path: Path) -> bool:
    """True if the argument names the very file `path`."""
    return argument != STDIN and path.exists() and is_file(argument) and path.samefile(argument)

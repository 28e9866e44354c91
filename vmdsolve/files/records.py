"""Puzzle files, read as a stream of records; of a file of any size only a puzzle is held in memory.

txt      one puzzle a line; or, if the first line is only a part of one, puzzles of several lines with blank
         lines between them
csv      a header that names a column `puzzle`, perhaps one `solution`; or no header: puzzle[,solution[,...]]
jsonl    one object a line, {"puzzle": ..., "solution": ...}
dzn      and mzn and col: one puzzle, see whole.py
Other blank lines, and lines that begin with '#', are skipped. A name that ends in .csv or .jsonl
says what the file is; any other, and standard input, is judged by its first line. .gz and .xz are unpacked.

A line that cannot be read becomes a record that says why, and the rest is read; a file that cannot be read is
InvalidInput.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import lzma
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from ..domains import Domain, reading
from ..domains.base import plain_line
from ..errors import InvalidInput
from . import whole

__all__ = ["STDIN", "Record", "fingerprint", "open_input", "read", "same_file"]

STDIN = "-"
PUZZLE = ("puzzle", "problem", "puzzles", "problems", "quizzes", "quiz")  # names of the column, in any case
SOLUTION = ("solution", "solutions", "answer")
MAX_LINE = 1 << 18  # characters; the largest problem has 65,536 cells
UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError)


@dataclass(frozen=True, slots=True)
class Record:
    """One puzzle of a file.

    source     the file's name; "" for a puzzle given on the command line
    line       where it stands, from 1 (for a quoted field of several lines: the last of them)
    puzzle     its text, not yet checked against any domain
    solution   what the file says the answer is, or None
    reason     why this line holds no puzzle, in words; "" if it does
    domain     the domain that the format of the file names, for where nobody asks for another
    """

    source: str
    line: int
    puzzle: str
    solution: str | None = None
    reason: str = ""
    domain: str | None = None

    @property
    def where(self) -> str:
        """`hard.txt:12: `, to begin a message with; "" for a puzzle given on the command line."""
        return f"{self.source}:{self.line}: " if self.source else ""


def open_input(argument: str, domain: str | Domain | None = None, *, answers: bool = False) -> Iterator[Record]:
    """The records of a command-line argument: a file if it exists, standard input if "-", or else a puzzle.

    >>> [record.puzzle for record in open_input("1......44......1")]
    ['1......44......1']

    domain     the one asked for, or None: literal puzzles are known by their size
    answers    True: these are answers; what is no file is left for the problem's board to judge

    Raises InvalidInput, at once, for what is neither file nor puzzle; later, as `read` does.
    """
    if argument == STDIN or _exists(argument):
        return read(argument, domain)
    try:
        if not answers:
            reading.read(argument, domain)
    except InvalidInput as error:
        shown = argument if len(argument) <= 100 else argument[:97] + "..."
        raise InvalidInput(f"there is no file {shown!r}, and it is not a puzzle either: {error}") from error
    return iter([Record("", 0, argument)])


def read(path: str | Path, domain: str | Domain | None = None) -> Iterator[Record]:
    """The records of a file, or of standard input ("-"), one at a time.

    domain     the name asked for, or None: tells whether a puzzle has several lines

    Raises InvalidInput when the first bad thing is met: no such file, a folder, binary data, a line of absurd
    length, a csv without a column of puzzles, a damaged archive, no puzzle at all.
    """
    name = "standard input" if str(path) == STDIN else str(path)
    lines = _Lines(name)
    found = 0
    try:
        with _opened(path) as stream:
            for record in _records(lines, stream, _suffix(path), domain):
                found += 1
                yield record
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name}: bytes near line {lines.number + 1} are not UTF-8 text") from error
    except csv.Error as error:
        raise InvalidInput(f"{name}:{lines.number}: not csv: {error}") from error
    except UNREADABLE as error:
        raise InvalidInput(f"{name} cannot be read: {error}") from error
    if not found:
        raise InvalidInput(f"{name} holds no puzzle")


def fingerprint(argument: str) -> str:
    """A hash of what a command-line argument holds, file or literal, to notice that it has changed.

    >>> fingerprint("1......44......1")
    'ceb9b1ee3cf836bf'
    """
    if not _exists(argument):
        return hashlib.blake2b(argument.encode(errors="replace"), digest_size=8).hexdigest()
    try:
        with Path(argument).open("rb") as stream:
            return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=8)).hexdigest()
    except OSError as error:
        raise InvalidInput(f"{argument} cannot be read: {error}") from error


def same_file(argument: str, path: Path) -> bool:
    """True if the argument names the very file `path`."""
    return path.exists() and _exists(argument) and path.samefile(argument)


# Opening ----------------------------------------------------------------------------------------------


def _exists(argument: str) -> bool:
    try:
        return Path(argument).exists()
    except (OSError, ValueError):  # too long, or with a NUL: no name of a file
        return False


def _suffix(path: str | Path) -> str:
    """The ending that says what the file holds: `.csv` for a.csv and a.csv.gz."""
    name = Path(path)
    inner = name.with_suffix("") if name.suffix in (".gz", ".xz") else name
    return inner.suffix.lower()


@contextmanager
def _opened(path: str | Path) -> Iterator[TextIO]:
    """Text of a file or of standard input, unpacked, any kind of line end read as a newline."""
    file = Path(path)
    if str(path) == STDIN:
        text = TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig")
        try:
            yield text
        finally:
            text.detach()  # standard input is not ours to close
        return
    if file.is_dir():
        raise InvalidInput(f"{path} is a folder; wanted a file of puzzles")
    if not file.exists():
        raise InvalidInput(f"no such file: {path}")
    opener: Any = {".gz": gzip.open, ".xz": lzma.open}.get(file.suffix, Path.open)
    with opener(file, "rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig") as text:
        yield text


# Lines, then records --------------------------------------------------------------------------------


class _Lines:
    """The lines of a stream that say something, each checked for being text of sane length."""

    def __init__(self, name: str) -> None:
        self.name, self.number = name, 0

    def of(self, stream: TextIO) -> Iterator[str]:
        while line := stream.readline(MAX_LINE + 1):
            self.number += 1
            if "\0" in line:
                raise InvalidInput(f"{self.name}:{self.number} holds a NUL byte: this is not UTF-8 text")
            if len(line) > MAX_LINE:
                raise InvalidInput(
                    f"{self.name}:{self.number} is over {MAX_LINE:,} characters; wanted one puzzle a line"
                )
            if not line.lstrip().startswith("#"):
                yield line


def _records(lines: _Lines, stream: TextIO, suffix: str, domain: str | Domain | None) -> Iterator[Record]:
    if suffix in whole.WHOLE:
        return iter([_whole(lines, stream, suffix, domain)])
    every = lines.of(stream)
    first = next(filter(str.strip, every), "")
    every = chain([first] if first else [], every)
    source = filter(str.strip, every)
    if suffix == ".jsonl" or (suffix != ".csv" and first.lstrip().startswith("{")):
        return _jsonl(lines, source)
    if suffix == ".csv" or "," in first or first.strip().lower() in PUZZLE:
        return _csv(lines, source)
    if first and reading.is_part(first, domain):
        return _blocks(lines, every)
    return (Record(lines.name, lines.number, line.strip()) for line in source)


def _whole(lines: _Lines, stream: TextIO, suffix: str, domain: str | Domain | None) -> Record:
    text = stream.read(whole.MAX_FILE + 1)
    if len(text) > whole.MAX_FILE:
        raise InvalidInput(f"{lines.name} is over {whole.MAX_FILE:,} characters")
    if suffix == ".col" and domain is None:
        raise InvalidInput(f"{lines.name} is a graph; say in how many colours, as domain colouring-5 does")
    try:
        puzzle, named = whole.WHOLE[suffix](text)
    except InvalidInput as error:
        raise InvalidInput(f"{lines.name}: {error}") from error
    return Record(lines.name, 1, puzzle, domain=named)


def _blocks(lines: _Lines, every: Iterator[str]) -> Iterator[Record]:
    """Lines up to the next blank one, as one puzzle; it stands where its first line does."""
    block: list[str] = []
    begun, size = lines.number, 0
    for line in chain(every, [""]):
        if line.strip():
            begun, size = (begun, size + len(line)) if block else (lines.number, len(line))
            block.append(line)
            if size > MAX_LINE:
                raise InvalidInput(
                    f"{lines.name}:{begun} begins a puzzle of over {MAX_LINE:,} characters; wanted blank lines between"
                )
        elif block:
            yield Record(lines.name, begun, "".join(block).strip())
            block = []


def _csv(lines: _Lines, source: Iterator[str]) -> Iterator[Record]:
    rows: Iterator[list[str]] = csv.reader(source)
    first = next(rows, None)
    if first is None:
        return
    puzzle, solution = _columns(lines.name, first)
    if puzzle is None:  # no header: the row is data
        rows, puzzle, solution = chain([first], rows), 0, 1
    for row in rows:
        if puzzle < len(row):
            answer = row[solution].strip() if solution is not None and solution < len(row) else ""
            yield Record(lines.name, lines.number, row[puzzle].strip(), answer or None)
        else:
            reason = f"the row has {len(row)} fields; the puzzle is field {puzzle + 1}"
            yield Record(lines.name, lines.number, ",".join(row), None, reason)


def _columns(name: str, first: list[str]) -> tuple[int | None, int | None]:
    """Where puzzle and solution stand, by the header; (None, None) if the first row is a puzzle already."""
    titles = [title.strip().lower() for title in first]
    puzzle = next((titles.index(title) for title in PUZZLE if title in titles), None)
    if puzzle is not None:
        return puzzle, next((titles.index(title) for title in SOLUTION if title in titles), None)
    cells = plain_line(first[0])
    if 2 * sum(c.isdigit() or c == "." for c in cells) >= len(cells) > 0:  # words have fewer
        return None, None
    columns = ", ".join(repr(title) for title in first[:20])
    raise InvalidInput(f"{name} has no column 'puzzle'; its columns are {columns}")


def _jsonl(lines: _Lines, source: Iterator[str]) -> Iterator[Record]:
    for line in source:
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            yield Record(lines.name, lines.number, line.strip(), None, f"not JSON: {reason}")
            continue
        fields = {key.lower(): value for key, value in item.items()} if isinstance(item, dict) else {}
        puzzle = next((fields[title] for title in PUZZLE if title in fields), None)
        solution = next((fields[title] for title in SOLUTION if title in fields), None)
        if isinstance(puzzle, str):
            yield Record(lines.name, lines.number, puzzle, solution if isinstance(solution, str) else None)
        else:
            reason = 'wanted an object with a text under "puzzle"'
            yield Record(lines.name, lines.number, line.strip(), None, reason)

"""What a format of files is: endings, how it is known without one, how it is read and how it is written."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import fields
from functools import cache
from io import BufferedReader, BytesIO, FileIO
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO, TextIO

from ...atomic import replacing, written
from ...compact import Even
from ...domains import Domain
from ...errors import InvalidInput
from ..opening import MAX_IDLE
from ..record import Record
from ..texts import Texts

__all__ = ["MAX_LINE", "UNANSWERED", "Format", "Source", "Table", "Tabular", "TextFormat", "Written", "names_of"]

WHOLE = 1 << 16  # characters of a text that is looked at as one
MAX_LINE = 1 << 18  # characters; the largest problem has 65,536 cells
UNANSWERED = "? "  # stands in a file of lines before a problem that has no answer there


def _as_it_stands(text: str) -> str:
    return text.rstrip("\r\n")


def _trimmed(text: str) -> str:
    """Without blanks at the ends, unless there are blanks within: then they may be cells."""
    trimmed = text.strip()
    return text.rstrip("\r\n") if " " in trimmed else trimmed


Table = Mapping[str, Sequence[Any]]  # columns of one length by their names


class Source:
    """An input while it is read.

    Attributes
    ----------
    name
        of the file, for messages
    raw, text
        its bytes, unpacked, and what they say; once it is open
    domain
        the one asked for, or None
    answers
        True: these are answers, without clues
    number
        lines taken so far
    idle
        characters taken since the last puzzle; whoever takes a puzzle sets it back
    column
        the column of puzzles that is asked for, or None
    trimmed
        takes white space off a puzzle's text, where that says nothing
    at_once
        True: lines may be read many at a time, for none of them is waited for
    to_skip
        records to pass over next; whoever reads them counts it down
    together
        True: whoever takes records now takes `Texts` as well
    """

    def __init__(
        self, name: str, domain: Domain | None = None, answers: bool = False, column: str | None = None
    ) -> None:
        self.name, self.domain, self.answers, self.column = name, domain, answers, column
        self.number = self.idle = self.to_skip = 0
        self.at_once = self.together = self._in_bytes = False
        self.trimmed = _as_it_stands if domain is not None and domain.verbatim else _trimmed
        self.again: deque[str] = deque()  # lines that a format looks at a second time, before any other
        self._ahead: deque[str] = deque()
        self._taken: list[str] | None = []  # what was read so far, while that is short
        self._size = 0

    def open(self, raw: Any, text: TextIO) -> None:
        """Where it is read from."""
        self.raw, self.text = raw, text
        with suppress(OSError, AttributeError):
            self.at_once = S_ISREG(os.fstat(raw.fileno()).st_mode)  # a pipe may have no more for a long while
        unpacked = isinstance(raw, BufferedReader) and isinstance(raw.raw, FileIO)
        self._in_bytes = self.at_once and unpacked and text.encoding == "utf-8-sig"

    def lines(self) -> Iterator[str]:
        """The lines that are left, each checked for being text of sane length."""
        while line := self._ahead.popleft() if self._ahead else self.text.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE or "\0" in line:
                self._refuse(line, self.number + 1)
            yield self._passed(line)

    def _passed(self, line: str) -> str:
        self.number += 1
        self.idle += len(line)
        if self.idle > MAX_IDLE:
            where = f"{self.name}:{self.number}"
            raise InvalidInput(
                f"{where}: no puzzle ends in {MAX_IDLE:,} characters up to here; wanted less between them"
            )
        if self._taken is not None:
            self._keep(line)
        return line

    def _keep(self, line: str) -> None:
        self._size += len(line)
        if self._size > WHOLE:
            self._taken = None
        elif self._taken is not None:
            self._taken.append(line)

    def whole(self) -> str | None:
        """All of the text, from its first line on; None if it is long. Nothing is left to read then."""
        for _ in self.lines():
            if self._taken is None:
                return None
        return None if self._taken is None else "".join(self._taken)

    def skip_lines(self) -> None:
        """Pass over the next lines, many at a time, as long as each is a puzzle for certain; no more than `to_skip`."""
        while self.to_skip and not self._ahead and (even := self._even_lines()) is not None:
            n = min(len(even), self.to_skip)
            self.raw.seek((n - len(even)) * (even.width + 1), os.SEEK_CUR)
            self.number, self.to_skip = self.number + n, self.to_skip - n
            self.idle, self._taken = 0, None
        while self.to_skip and not self._ahead and (text := self._block()):
            *lines, rest = text.split("\n", self.to_skip)
            begins = {line[:1] for line in lines}
            if "" in begins or "#" in begins or any(map(str.isspace, begins)) or "\0" in text or len(lines) < 2:
                rest = text  # is looked at line by line
            else:
                self.number, self.to_skip = self.number + len(lines), self.to_skip - len(lines)
                self.idle, self._taken = 0, None
            self.put_back(rest)

    def plain_lines(self) -> Sequence[str]:
        """The next lines, many at a time, if each is nothing but a puzzle for certain; [] if not, or nobody knows."""
        if self._ahead or not self.at_once:
            return []
        if (even := self._even_lines()) is not None:
            return even
        text = self._block()
        lines = text.split("\n")[: -1 if text.endswith("\n") else None]
        if lines != text.split() or "\0" in text:
            lines = []
        if len(lines) < 2 or text[0] == "#" or "\n#" in text:
            self.put_back(text)
            return []
        if self._taken is not None:
            self._keep(text)
        return lines

    def _even_lines(self) -> Even | None:
        """The same of lines of one width, which stay bytes; None if they are not such, and are still to be read."""
        if not self._in_bytes:
            return None
        begin = self.text.tell()
        self.text.seek(begin)  # what it has read ahead is left to the bytes
        block = self.raw.read(MAX_LINE) + self.raw.readline(MAX_LINE + 1)
        even = Even.lines(block)
        if even is None or len(even) < 2 or (even.codes[:, 0] == ord("#")).any():
            self.text.seek(begin)
            return None
        if self._taken is not None:
            self._keep(block.decode("ascii"))
        return even

    def plain_text(self) -> str:
        """The next lines, many at a time, for who looks at them whole, and else puts them back; "" if nobody knows."""
        if self._ahead or not self.at_once:
            return ""
        text, self._taken = self._block(), None
        if text.count("\n", 0, -1) and len(text) - text.rfind("\n", 0, -1) <= MAX_LINE:  # the last alone may be longer
            return text
        self.put_back(text)
        return ""

    def plain_rows(self, delimiter: str, count: int, puzzle: int) -> list[Sequence[str]]:
        """The columns of the next rows, many at a time, if all have so many fields, none of them quoted, and puzzles no
        blanks; [] if not, or nobody knows.
        """
        if self._ahead or self.again or not self.at_once:
            return []
        text = self._block()
        lines = text.split("\n")[: -1 if text.endswith("\n") else None]
        columns: list[Sequence[str]] = list(zip(*(line.split(delimiter) for line in lines), strict=False))
        even = len(columns) == count and text.count(delimiter) == (count - 1) * len(lines)
        puzzles = "".join(columns[puzzle]) if even else ""
        plain = puzzles.split() == [puzzles] and "" not in columns[puzzle] and '"' not in text and "\0" not in text
        if not plain or len(lines) < 2 or max(map(len, lines)) > MAX_LINE:
            self.put_back(text)
            return []
        if self._taken is not None:
            self._keep(text)
        return columns

    def _block(self) -> str:
        """Lines of some hundred thousand characters in all; the last may be longer than it may be."""
        text = self.text.read(MAX_LINE)
        return text + self.text.readline(MAX_LINE + 1) if text else ""

    def put_back(self, text: str) -> None:
        """Lines that were not understood, to be looked at one by one."""
        *lines, last = text.split("\n")
        self._ahead.extend(line + "\n" for line in lines)
        self._ahead.extend([last] * bool(last))  # of a file that ends without a newline

    def _refuse(self, line: str, number: int) -> None:
        where = f"{self.name}:{number}"
        if "\0" in line:
            raise InvalidInput(f"{where} holds a NUL byte: this is not text; save it as UTF-8")
        if len(line) > MAX_LINE:
            raise InvalidInput(f"{where} is over {MAX_LINE:,} characters; wanted one puzzle a line")

    def first(self) -> str:
        """The first line that is neither blank nor a comment, which stays; "" if there is none."""
        while line := next(iter(self.head(1)), ""):
            if line.strip() and not self.is_comment(line):
                break
            self._passed(self._ahead.popleft())
        return line

    def head(self, count: int) -> list[str]:
        """The next lines, up to so many, all of which stay."""
        while len(self._ahead) < count and (line := self.text.readline(MAX_LINE + 1)):
            self._refuse(line, self.number + len(self._ahead) + 1)
            self._ahead.append(line)
        return list(islice(self._ahead, count))

    def rest(self, most: int) -> str:
        """All that is left, at once; then there is no `whole`."""
        self._taken = None
        text = "".join(self._ahead) + self.text.read(most + 1)
        self._ahead.clear()
        if len(text) > most:
            raise InvalidInput(f"{self.name} is over {most:,} characters")
        return text

    def is_comment(self, line: str, begun: bool = False) -> bool:
        """True for a line that begins with '#', unless a puzzle's may; `begun`: others of the puzzle were read."""
        if self.domain is not None:
            return self.domain.is_comment(line, begun)
        return line.lstrip().startswith("#")


class Written(ABC):
    """A row of a file that is written: a dataclass."""

    __slots__ = ()

    @property
    @abstractmethod
    def line(self) -> str:
        """What stands for it in a file of lines."""

    @property
    def columns(self) -> Mapping[str, object]:
        """All that it says, by names of columns."""
        return {name: getattr(self, name) for name in names_of(type(self))}


@cache
def names_of(kind: Any) -> tuple[str, ...]:
    """The names of a row's own columns, in order."""
    return tuple(field.name for field in fields(kind) if field.name != "others")


class Format(ABC):
    """A format of files.

    Attributes
    ----------
    reads
        endings of files that are read as this format; where several formats share one, the first that recognises the
        file has it, or else the last
    writes
        endings of files that are written in it
    loose
        True if a text whose lines are no puzzles may still be one as a whole; False where the format says what all of
        its text means: what it refuses may be rules
    """

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    loose: bool = False

    @property
    def name(self) -> str:
        """What it is called where a format is asked for."""
        return type(self).__name__.lower()

    def recognises(self, source: Source) -> bool:
        """True if what a file begins with is of this format."""
        return self.detects(source.first(), source.domain)

    def detects(self, line: str, domain: Domain | None) -> bool:
        """True if a file whose first line is this is of this format, where one line is enough to tell."""
        del line, domain
        return False

    @abstractmethod
    def read(self, source: Source) -> Iterator[Record | Texts]:
        """The records of a file, one at a time, or together where the source says that they may be."""

    def ready(self) -> None:
        """MissingExtra where a package is missing without which no file is written."""
        return  # most formats need none

    def write(self, rows: Iterable[Written], kind: type[Written], out: Path, others: Sequence[str] = ()) -> None:
        """Write rows, all of them of this kind, to a file that appears when it is complete.

        `others`: names of columns besides the kind's own, for formats that must know them first.
        """
        raise NotImplementedError


class Tabular(Format):
    """A format that is written in tables, many rows at once."""

    @abstractmethod
    def into(self, stream: BinaryIO, names: Sequence[str]) -> AbstractContextManager[Callable[[Table], object]]:
        """What writes table after table to an open file, which is whole at the end; a table may lack some columns."""

    def write_tables(self, tables: Iterable[Table], names: Sequence[str], out: Path) -> None:
        """Write tables with these columns to a file that appears when it is complete."""
        with replacing(out) as stream, self.into(stream, names) as add:
            for table in tables:
                add(table)

    def write_columns(self, columns: Table, out: Path) -> None:
        """The same with many rows at once."""
        self.write_tables([columns], tuple(columns), out)

    def content(self, columns: Table) -> memoryview:
        """What the file would hold."""
        stream = BytesIO()
        with self.into(stream, tuple(columns)) as add:
            add(columns)
        return stream.getbuffer()


class TextFormat(Format):
    """A format of text, which is written line by line."""

    @abstractmethod
    def lines(self, rows: Iterable[Written], kind: type[Written], others: Sequence[str] = ()) -> Iterator[str]:
        """The lines of a file of these rows, each with its newline."""

    def write(self, rows: Iterable[Written], kind: type[Written], out: Path, others: Sequence[str] = ()) -> None:
        with written(out) as stream:
            stream.writelines(self.lines(rows, kind, others))

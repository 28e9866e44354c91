"""What a format of files is: endings, how it is known without one, how it is read and how it is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from ...domains import Domain
from ...errors import InvalidInput
from ..atomic import written
from ..record import Record

__all__ = ["MAX_LINE", "Format", "Source", "TextFormat", "Written", "columns_of", "names_of"]

MAX_LINE = 1 << 18  # characters; the largest problem has 65,536 cells
PUZZLE = ("puzzle", "problem", "puzzles", "problems", "quizzes", "quiz")  # names of the column, in any case
SOLUTION = ("solution", "solutions", "answer")


def columns_of(titles: Iterable[str]) -> tuple[str | None, str | None]:
    """Which of these names of columns stand for the puzzle and for its solution.

    Examples
    --------
    >>> columns_of(["id", "Solution", "Puzzle"])
    ('Puzzle', 'Solution')
    """
    known: dict[str, str] = {}
    for title in titles:
        known.setdefault(title.strip().lower(), title)
    puzzle, solution = (next((known[name] for name in names if name in known), None) for names in (PUZZLE, SOLUTION))
    return puzzle, solution


def _as_it_stands(text: str) -> str:
    return text.rstrip("\r\n")


class Source:
    """An input while it is read.

    Attributes
    ----------
    name
        of the file, for messages
    raw
        its bytes, unpacked
    domain
        the one asked for, or None
    answers
        True: these are answers, without clues
    number
        lines read so far
    trimmed
        takes white space off a puzzle's text, where that says nothing
    """

    def __init__(self, name: str, raw: Any, text: TextIO, domain: Domain | None, answers: bool = False) -> None:
        self.name, self.raw, self.text, self.domain, self.answers = name, raw, text, domain, answers
        self.number = 0
        self.trimmed = _as_it_stands if domain is not None and domain.verbatim else str.strip
        self._ahead: list[str] = []

    def lines(self) -> Iterator[str]:
        """The lines that are left, each checked for being text of sane length."""
        yield from self._ahead
        while line := self.text.readline(MAX_LINE + 1):
            self.number += 1
            if "\0" in line:
                raise InvalidInput(f"{self.name}:{self.number} holds a NUL byte: this is not UTF-8 text")
            if len(line) > MAX_LINE:
                raise InvalidInput(
                    f"{self.name}:{self.number} is over {MAX_LINE:,} characters; wanted one puzzle a line"
                )
            yield line

    def first(self) -> str:
        """The first line that is neither blank nor a comment, which stays; "" if there is none."""
        for line in self.lines():
            if line.strip() and not self.is_comment(line):
                self._ahead = [line]
                return line
        return ""

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


@cache
def names_of(kind: Any) -> tuple[str, ...]:
    """The names of a row's fields, in order."""
    return tuple(field.name for field in fields(kind))


class Format(ABC):
    """A format of files.

    Attributes
    ----------
    reads
        endings of files that are read as this format
    writes
        endings of files that are written in it
    """

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()

    def detects(self, line: str, domain: Domain | None) -> bool:
        """True if a file whose ending says nothing, and whose first line is this, is of this format."""
        del line, domain
        return False

    @abstractmethod
    def read(self, source: Source) -> Iterator[Record]:
        """The records of a file, one at a time."""

    def ready(self) -> None:
        """MissingExtra where a package is missing without which no file is written."""
        return  # most formats need none

    def write(self, rows: Iterable[Written], kind: type[Written], out: Path) -> None:
        """Write rows, all of them of this kind, to a file that appears when it is complete."""
        raise NotImplementedError


class TextFormat(Format):
    """A format of text, which is written line by line."""

    @abstractmethod
    def lines(self, rows: Iterable[Written], kind: type[Written]) -> Iterator[str]:
        """The lines of a file of these rows, each with its newline."""

    def write(self, rows: Iterable[Written], kind: type[Written], out: Path) -> None:
        with written(out) as stream:
            stream.writelines(self.lines(rows, kind))

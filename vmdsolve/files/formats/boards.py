"""boards: puzzles of several lines, parted by blank lines, by titles such as `Grid 01`, or by their number of rows.

Rows may be drawn (`|8..|...|`), or have a delimiter between cells (`8,,3`), perhaps with a header and an index as
pandas writes them. A puzzle stands where its first line does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import dropwhile

from ...domains import Domain
from ...domains.base import DECORATION
from ...domains.clued import Family
from ...domains.reading import is_part, is_problem
from ...errors import InvalidInput
from ..record import Record
from .base import MAX_LINE, Format, Source
from .cells import is_cell, joined, width_of
from .columns import columns_of

__all__ = ["Boards", "boards"]

HEAD = 150  # lines that are looked at: two boards of 64 rows, and what is around them
TITLE = re.compile(r"\s*(?:[A-Za-z][\w .,:()'#-]{0,60}|\d{1,6}\s*[.:)]?)\s*")
WORD = re.compile(r"(?=[A-Za-z]{3})[A-Za-z]*[g-wyz]|[\[{<\"]")  # what no row of cells has
CORNERS = re.compile(r"\s*\*[-*+|=]{3,}\*\s*")  # of a drawing by Simple Sudoku


@dataclass(frozen=True)
class Layout:
    """How the boards of a file are laid out.

    Attributes
    ----------
    width
        cells of a row; 0 where only blank lines part boards
    height
        rows of a board
    delimiter
        between cells; "" for none, " " for any white space
    titled
        True if lines before a board may be titles
    header, index
        True if a first row, a first column is none of cells
    """

    width: int = 0
    height: int = 0
    delimiter: str = ""
    titled: bool = False
    header: bool = False
    index: bool = False

    def fields(self, line: str) -> list[str]:
        return _fields(line, self.delimiter)[self.index :] if self.delimiter else []

    def is_row(self, line: str) -> bool:
        """True if this line is a row of cells, and no border and no title."""
        if self.delimiter:
            return len(fields := self.fields(line)) == self.width and all(map(is_cell, fields))
        return self.width > 0 and _width(line) == self.width and any(c not in DECORATION for c in line.strip())


class Boards(Format):
    loose = True
    reads = (".csv", ".tsv", ".ss", ".sdk", ".sdm")

    def recognises(self, source: Source) -> bool:
        """Strictly: of a family any line may be one of several, so it comes to that when no other format is known."""
        titles = re.split(r"[,;\t|]", source.first())  # of a table, whose letters may be just those of a row
        return columns_of(titles, doubtful=False)[0] is None and layout_of(source, strict=True) is not None

    def read(self, source: Source) -> Iterator[Record]:
        source.first()
        yield from boards(source, source.lines(), layout_of(source) or Layout())


def layout_of(source: Source, strict: bool = False) -> Layout | None:
    """How the boards are laid out with which what is left begins; None if it does not begin with one.

    `strict`: nor where its first line holds what problems of the domain do not.
    """
    lines, domain = source.head(HEAD), source.domain
    lines = [line for line in lines if not source.is_comment(line) and not CORNERS.fullmatch(line)]
    lines = list(dropwhile(str.isspace, lines))
    if not lines:
        return None
    plain = not strict or domain is None or all(domain.has(c) or c.isspace() or c in DECORATION for c in lines[0])
    if source.answers or isinstance(domain, Family) or (domain is not None and domain.verbatim):
        return Layout() if plain and _begins(lines[0], domain, answer=source.answers) else None
    titled = bool(TITLE.fullmatch(lines[0])) and not _begins(lines[0], domain) and not is_problem(lines[0], domain)
    if titled:
        lines = list(dropwhile(str.isspace, lines[1:]))
        if not lines:
            return None
    if found := _delimited(lines, domain, titled):
        return found
    if not ((plain or titled) and _begins(lines[0], domain)):
        return None
    if any("-" in line and re.search(r"\w", line) for line in lines):
        return Layout(titled=titled)  # as open cell or as border: where that is not settled, rows are not counted
    width = next((w for line in lines if (w := _width(line)) and line.strip(DECORATION + "= \t\r\n")), 0)
    if not width_of(width, domain):
        return Layout(titled=titled)
    return Layout(width, width if domain is None else domain.shape[0], titled=titled)


def boards(source: Source, lines: Iterable[str], layout: Layout) -> Iterator[Record]:
    """The boards of these lines."""
    block: list[str] = []
    begun = size = rows = 0
    header = layout.header
    for line in lines:
        row = layout.is_row(line)
        ends = not line.strip() and not (
            block and line != "\n" and len(line) == len(block[0])
        )  # or a row of open cells
        if block and (ends or (row and rows == layout.height)):
            yield _record(source, begun, block, layout)
            block, rows, size = [], 0, 0
        if ends or source.is_comment(line, begun=bool(block)) or CORNERS.fullmatch(line):
            continue
        if (header and not block) or (layout.titled and not row and rows in (0, layout.height) and _is_title(line)):
            header = False
            continue
        begun, size = begun if block else source.number, size + len(line)
        rows += row
        block.append(line)
        if size > MAX_LINE:
            what = f"{source.name}:{begun} begins a puzzle of over {MAX_LINE:,} characters"
            raise InvalidInput(f"{what}; wanted blank lines between")
    if block:
        yield _record(source, begun, block, layout)


def _is_title(line: str) -> bool:
    return TITLE.fullmatch(line) is not None


def _record(source: Source, begun: int, block: list[str], layout: Layout) -> Record:
    text = "".join(block).strip("\r\n")
    if not layout.delimiter:
        return Record(source.name, begun, text.strip() if " " not in text.strip() else text)
    try:
        cells = [field for line in block for field in layout.fields(line)]
        return Record(source.name, begun, joined(cells, layout.width))
    except InvalidInput as error:
        return Record(source.name, begun, text, None, str(error))


def _begins(line: str, domain: Domain | None, answer: bool = False) -> bool:
    """True if this line is the first of several of a puzzle."""
    if not is_part(line, domain, answer=answer):
        return False
    return domain is not None or not WORD.search(line)


def _width(line: str) -> int:
    """Cells of a row without delimiter, borders apart."""
    return sum(not (c.isspace() or c == "|") for c in line)


def _fields(line: str, delimiter: str) -> list[str]:
    if delimiter == " ":
        return line.split()
    text = line.strip("\r\n")
    if delimiter == "|":
        text = text.strip().removeprefix("|").removesuffix("|")
    return [field.strip().strip("\"'") for field in text.split(delimiter)]


def _delimited(lines: list[str], domain: Domain | None, titled: bool) -> Layout | None:
    """The layout of rows with a delimiter between cells; None if there is none in what lies ahead."""
    for delimiter in (",", ";", "\t", "|", " "):
        end = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
        table = [_fields(line, delimiter) for line in lines[:end]]
        count = len(table[0])
        index = count > 2 and table[0][0] == "" and _counts(table[0][1:]) and _counts([row[0] for row in table[1:]])
        width = count - index
        if not width_of(width, domain) or (delimiter == " " and max(len(f) for row in table[:width] for f in row) < 2):
            continue
        height = width if domain is None else domain.shape[0]
        same = 0
        for row in table:
            if len(row) != count or not all(map(is_cell, row)):
                break
            same += 1
        if same >= height:
            header = index or (same == len(table) == height + 1 and _counts(table[0]))
            return Layout(width, height, delimiter, titled, header, index)
    return None


def _counts(fields: list[str]) -> bool:
    """True for 0, 1, 2, ... or 1, 2, 3, ..."""
    return any(fields == [str(i + first) for i in range(len(fields))] for first in (0, 1))

"""csv: a table with any delimiter; a header names the column of puzzles, or else it is seen which one holds them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import StringIO
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from ...compact import Even
from ...domains import Domain
from ...domains.base import plain_line
from ...domains.clued import Family
from ...domains.reading import is_problem
from ...errors import InvalidInput
from ...plain import many
from ..record import Record
from ..texts import Texts
from .base import Source, Table, Written, names_of
from .cells import is_cell, joined
from .columns import Columns, carried, columns_of, domain_of, found_in, shown
from .grows import Grows
from .named import known_domain
from .quotes import quoted_rows
from .spreadsheet import MAY_RUN, guarded, is_ours, unguarded
from .woven import alike, woven

__all__ = ["Csv", "Tsv", "is_header", "quoted", "table_in"]

DELIMITERS = (",", ";", "\t", "|", ":", " ")  # ' ' is any white space; ':' and ' ' only where there is no header
FIRST = itemgetter(slice(1))  # a text's first character
LOOK = 10  # rows in which a column of puzzles is looked for


class _Echo:
    """What csv.writer writes to, and returns."""

    def write(self, line: str) -> str:
        return line


@cache
def _writer(delimiter: str) -> Any:
    return csv.writer(_Echo(), lineterminator="\n", delimiter=delimiter)


def quoted(values: Iterable[object], delimiter: str = ",") -> str:
    """A line of csv; None is an empty field, truth is `true` or `false`, text is none that a spreadsheet would run.

    Examples
    --------
    >>> print(quoted(["12, 3", None, True, "=1+1"]), end="")
    "12, 3",,true,'=1+1
    """
    line: str = _writer(delimiter).writerow(_told(values))
    return line


def _column_told(values: Sequence[Any], delimiter: str) -> str | Sequence[str]:
    """The fields of a column as `quoted` has them, which mostly are as they stand; or the one that all rows have."""
    if alike(values):
        return _field_told(values[0], delimiter)
    if isinstance(values, Even):
        signs = f'{delimiter}"\r\n'.encode()
        if MAY_RUN.isdisjoint(set(values.codes[:, 0].tobytes().decode())) and (
            values.codes.min() > max(signs) or not any(sign in values.bytes() for sign in signs)
        ):
            return values
    kinds = set(map(type, values))
    if kinds <= {int, float}:
        return list(map(repr, values))
    if kinds <= {str, type(None)}:
        plain = ["" if value is None else value for value in values] if len(kinds) > 1 else values
        text = "".join(plain)
        if MAY_RUN.isdisjoint(set(map(FIRST, plain))) and not any(sign in text for sign in f'{delimiter}"\r\n'):
            return plain
    return [_field_told(value, delimiter) for value in values]


def _field_told(value: object, delimiter: str) -> str:
    return quoted([value, ""], delimiter)[: -len(delimiter) - 1]  # of one alone '' is quoted


def _told(values: Iterable[object]) -> list[object]:
    return [
        (guarded(value) if value[:1] in MAY_RUN else value) if isinstance(value, str)
        else "true" if value is True else "false" if value is False else value
        for value in values
    ]  # fmt: skip


def fields_of(line: str, delimiter: str) -> list[str]:
    """The fields of one line."""
    if delimiter in " :":
        return line.split() if delimiter == " " else line.rstrip("\r\n").split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def is_header(line: str) -> bool:
    """Whether a line of several fields names a column of puzzles.

    Examples
    --------
    >>> is_header("problem,solution,status"), is_header("problem"), is_header("4 4 1/1 1 2 2")
    (True, False, False)
    """
    rows = (fields_of(line, delimiter) for delimiter in DELIMITERS[:4])
    return any(columns_of(fields, doubtful=True)[0] for fields in rows if len(fields) > 1)


def table_in(line: str, domain: Domain | None) -> str | None:
    """The delimiter of a line of which one field is a puzzle, and the line is none; None if there is no such."""
    if domain is not None and (domain.verbatim or isinstance(domain, Family)):
        return None  # a puzzle's text may hold any delimiter
    return next((d for d in DELIMITERS if len(parts := fields_of(line, d)) > 1 and found_in(parts, domain)), None)


class Csv(Grows):
    loose = True
    reads = writes = (".csv",)
    delimiter = ","  # of what is written

    def detects(self, line: str, domain: Domain | None) -> bool:
        if any(columns_of(fields_of(line, d), doubtful=len(fields_of(line, d)) > 1)[0] for d in DELIMITERS[:4]):
            return True
        if table_in(line, domain):
            return True
        first = next(iter(fields_of(line, ",")), "")
        return "," in line and (domain is None or not domain.has(",") or is_problem(first, domain))

    def read(self, source: Source) -> Iterator[Record | Texts]:
        if source.first().lower().startswith("sep="):  # for Excel
            next(source.lines())
            source.first()
        lines = [line for line in source.head(LOOK) if line.strip()]
        if not lines:
            return
        delimiter = _delimiter(lines, source)
        table = [fields_of(line, delimiter) for line in lines]
        ours = is_ours(table[0])
        columns, header = _columns(source, [list(map(unguarded, row)) for row in table] if ours else table)
        yield from _records(source, delimiter, columns, header, ours)

    def lines(self, rows: Iterable[Written], kind: type[Written], others: Sequence[str] = ()) -> Iterator[str]:
        names = (*names_of(kind), *others)
        yield quoted(names, self.delimiter)
        yield from (quoted(map(row.columns.get, names), self.delimiter) for row in rows)

    def head(self, names: Sequence[str]) -> bytes:
        return quoted(names, self.delimiter).encode()

    def rows(self, table: Table, names: Sequence[str]) -> bytes:
        n = len(next(iter(table.values())))
        if not n:
            return b""
        if n == 1:  # told as rows are
            return quoted([table[name][0] if name in table else None for name in names], self.delimiter).encode()
        told = [_column_told(table[name], self.delimiter) if name in table else "" for name in names]
        ends = [self.delimiter] * (len(told) - 1) + ["\n"]
        return woven([part for pair in zip(told, ends, strict=True) for part in pair], n)

    def renamed(self, rows: bytes, before: Sequence[str], names: Sequence[str]) -> bytes:
        write = _writer(self.delimiter).writerow
        told = (dict(zip(before, row, strict=True)) for row in self._fields(rows))
        return "".join(write([row.get(name, "") for name in names]) for row in told).encode()

    def solutions(self, rows: bytes, names: Sequence[str]) -> list[str | None]:
        place = names.index("solution")
        return [unguarded(row[place]) or None for row in self._fields(rows)]

    def ends(self, rows: bytes) -> npt.NDArray[np.int64]:
        if b'"' not in rows:
            return super().ends(rows)
        codes = np.frombuffer(rows, np.uint8)
        within = np.cumsum(codes == ord('"')) % 2 == 1  # a quote in a field stands there twice
        return np.flatnonzero((codes == ord("\n")) & ~within) + 1

    def _fields(self, rows: bytes) -> Iterator[list[str]]:
        csv.field_size_limit(max(csv.field_size_limit(), len(rows)))  # of the whole process: only ever raised
        return csv.reader(StringIO(rows.decode(), newline=""), delimiter=self.delimiter)


class Tsv(Csv):
    reads = writes = (".tsv",)
    delimiter = "\t"


def _delimiter(lines: list[str], source: Source) -> str:
    """The one with which the first line names a column of puzzles, or holds a puzzle; or that it has most of."""
    first = lines[0]
    for d in DELIMITERS[:4]:
        if source.column in (fields := fields_of(first, d)) or columns_of(fields, doubtful=False)[0]:
            return d
    return table_in(first, source.domain) or max(DELIMITERS[:4], key=lambda d: len(fields_of(first, d)))


def _columns(source: Source, table: list[list[str]]) -> tuple[Columns | None, bool]:
    """Where what stands, and whether the first row is a header; None where each field is one cell."""
    first, rest = table[0], table[1:]
    if source.column is not None:
        return _asked(source, first)
    puzzle, solution = columns_of(first, doubtful=False)
    domain = domain_of(first)
    domain = domain if domain is not None and rest and known_domain(_field(rest[0], first.index(domain))) else None
    if puzzle is not None:
        return Columns.of(source.name, first, puzzle, solution, domain), True
    if len(first) > 1 and (found := found_in(first, source.domain)):
        return _untitled(len(first), *found), False
    if len(first) > 9 and all(map(is_cell, rest[0] if rest else first)):  # a cell a column
        return None, not all(map(is_cell, first)) or first in ([str(i + k) for i in range(len(first))] for k in (0, 1))
    if _is_data(first, source.domain):
        return _untitled(len(first), 0, 1 if len(first) > 1 else None), False
    places = {found[0] for row in rest if (found := found_in(row, source.domain))}
    places = {place for place in places if place < len(first) and first[place] != solution}
    doubtful = columns_of(first)[0]
    if len(places) == 1:
        puzzle = first[places.pop()]
    elif doubtful is not None and any(is_problem(_field(row, first.index(doubtful)), source.domain) for row in rest):
        puzzle = doubtful
    else:
        what = f"{source.name} has no column 'puzzle'; its columns are {shown(first)}"
        raise InvalidInput(f"{what}; name the one of puzzles with --column")
    return Columns.of(source.name, first, puzzle, solution, domain), True


def _asked(source: Source, first: list[str]) -> tuple[Columns, bool]:
    """By --column: a title, or from 1 the place of a column."""
    wanted = (source.column or "").strip()
    title = next((t for t in first if t.strip() == wanted), None)
    title = title or next((t for t in first if t.strip().lower() == wanted.lower()), None)
    if title is not None:
        solution = columns_of(first)[1]
        solution = None if solution == title else solution
        spelt = title.strip() == wanted
        return Columns.of(source.name, first, title, solution, domain_of(first), asked=spelt), True
    if wanted.isdecimal() and 1 <= int(wanted) <= len(first):
        place = int(wanted) - 1
        return _untitled(len(first), place, None), not is_problem(first[place], source.domain)
    raise InvalidInput(f"{source.name} has no column {wanted[:40]!r}; its columns are {shown(first)}")


def _is_data(first: list[str], domain: Domain | None) -> bool:
    """True if the first row is no header: what is in it looks like cells, or is a puzzle of the domain."""
    cells = plain_line(first[0])
    if 2 * sum(c.isdigit() or c == "." for c in cells) >= len(cells) > 0:  # words have fewer
        return True
    return domain is not None and is_problem(first[0], domain)


def _untitled(count: int, puzzle: int, solution: int | None) -> Columns:
    named = carried(("",) * count)
    others = tuple((i, name) for i, name in enumerate(named) if i not in (puzzle, solution))
    return Columns(puzzle, solution, None, others)


def _field(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


# Rows -------------------------------------------------------------------------------------------------


def _records(
    source: Source, delimiter: str, columns: Columns | None, header: bool, ours: bool
) -> Iterator[Record | Texts]:
    rows = _rows(source, delimiter, columns)
    if ours:
        rows = ((line, list(map(unguarded, row)), why) for line, row, why in rows)
    if header:
        next(rows)
    for line, row, why in rows:
        if len(row) <= 1 and not "".join(row).strip():  # a blank line
            continue
        if source.to_skip:
            source.to_skip, source.idle = source.to_skip - 1, 0
        elif why:
            yield Record(source.name, line, row[0], None, why)
        elif columns is None:
            yield _cells(source, row)
        else:
            yield _record(source, columns, row, delimiter)
            if source.together and not (ours or source.to_skip):
                yield from _plain(source, columns, len(row), delimiter)


def _plain(source: Source, columns: Columns, count: int, delimiter: str) -> Iterator[Texts]:
    """The rows that follow, as long as they are plain: which a csv reader reads as they stand."""
    if delimiter == " " or columns.domain is not None or source.answers:
        return
    while source.together and (found := source.plain_rows(delimiter, count, columns.puzzle)):
        texts, first = found[columns.puzzle], source.number + 1
        source.number += len(texts)
        others = {name: found[i] for i, name in columns.others if i < count}
        yield Texts(Even.of(texts) or texts, [(0, source.name, first)], others)


def _record(source: Source, columns: Columns, row: list[str], delimiter: str) -> Record:
    place, solution, count = columns.puzzle, columns.solution, len(row)
    others = {name: row[i] for i, name in columns.others if i < count}
    if place >= count:
        reason = f"the row has {many(count, 'field')}; the puzzle is field {place + 1}"
        return Record(source.name, source.number, delimiter.join(row), None, reason, None, others)
    puzzle = source.trimmed(row[place])
    answer = source.trimmed(row[solution]) if solution is not None and solution < count else ""
    named = row[columns.domain].strip() or None if columns.domain is not None and columns.domain < count else None
    if source.answers and solution is not None:
        puzzle, answer = answer, ""
    return Record(source.name, source.number, puzzle, answer or None, "", named, others)


def _cells(source: Source, row: list[str]) -> Record:
    try:
        return Record(source.name, source.number, joined(row, len(row)))
    except InvalidInput as error:
        return Record(source.name, source.number, " ".join(row), None, str(error))


def _rows(source: Source, delimiter: str, columns: Columns | None) -> Iterator[tuple[int, list[str], str]]:
    if delimiter in " :":
        return ((source.number, fields_of(line, delimiter), "") for line in source.lines())
    return quoted_rows(source, delimiter, lambda row: _swallowed(row, delimiter, columns, source))


def _swallowed(row: list[str], delimiter: str, columns: Columns | None, source: Source) -> bool:
    """True if rows stand within a quoted field of several lines: not where that is a drawn board, or a text."""
    if columns is None or is_problem(_field(row, columns.puzzle), source.domain):
        lines: Iterable[str] = chain.from_iterable(
            field.split("\n")[1:] for i, field in enumerate(row) if columns is None or i != columns.puzzle
        )
    else:
        lines = chain.from_iterable(field.split("\n")[1:] for field in row)
    place = 0 if columns is None else columns.puzzle
    return any(is_problem(_field(fields_of(line, delimiter), place), source.domain) for line in lines)

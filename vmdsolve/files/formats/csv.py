"""csv: a header that names a column `puzzle`, perhaps one `solution`; or no header: puzzle[,solution[,...]]."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain

from ...domains import Domain
from ...domains.base import plain_line
from ...domains.reading import is_problem
from ...errors import InvalidInput
from ..record import Record
from .base import MAX_LINE, Source, TextFormat, Written, columns_of, names_of

__all__ = ["Csv", "quoted"]


def quoted(values: Iterable[object]) -> str:
    """A line of csv; None is an empty field, truth is `true` or `false`.

    Examples
    --------
    >>> quoted(["12, 3", None, True])
    '"12, 3",,true\\n'
    """
    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(str(v).lower() if isinstance(v, bool) else v for v in values)
    return line.getvalue()


class Csv(TextFormat):
    reads = writes = (".csv",)

    def detects(self, line: str, domain: Domain | None) -> bool:
        first = next(csv.reader([line]), [])
        if columns_of(first)[0] is not None:
            return True
        return "," in line and (domain is None or not domain.has(",") or is_problem(first[0], domain))

    def read(self, source: Source) -> Iterator[Record]:
        csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))  # of the whole process: only ever raised
        source.first()  # comments stand before the first row, and nowhere else
        rows: Iterator[list[str]] = csv.reader(source.lines())
        try:
            yield from _records(source, rows)
        except csv.Error as error:
            raise InvalidInput(f"{source.name}:{source.number}: not csv: {error}") from error

    def lines(self, rows: Iterable[Written], kind: type[Written]) -> Iterator[str]:
        names = names_of(kind)
        yield quoted(names)
        yield from (quoted([getattr(row, name) for name in names]) for row in rows)


def _records(source: Source, rows: Iterator[list[str]]) -> Iterator[Record]:
    first = next(rows, None)
    if first is None:
        return
    puzzle, solution = _columns(source, first)
    if puzzle is None:  # no header: the row is data
        rows, puzzle, solution = chain([first], rows), 0, 1
    for row in rows:
        if len(row) <= 1 and not "".join(row).strip():  # a blank line
            continue
        if puzzle < len(row):
            answer = source.trimmed(row[solution]) if solution is not None and solution < len(row) else ""
            yield Record(source.name, source.number, source.trimmed(row[puzzle]), answer or None)
        else:
            reason = f"the row has {len(row)} fields; the puzzle is field {puzzle + 1}"
            yield Record(source.name, source.number, ",".join(row), None, reason)


def _columns(source: Source, first: list[str]) -> tuple[int | None, int | None]:
    """Where puzzle and solution stand, by the header; (None, None) if the first row is a puzzle already."""
    puzzle, solution = columns_of(first)
    if puzzle is not None:
        return first.index(puzzle), None if solution is None else first.index(solution)
    cells = plain_line(first[0])
    if 2 * sum(c.isdigit() or c == "." for c in cells) >= len(cells) > 0:  # words have fewer
        return None, None
    if source.domain is not None and is_problem(first[0], source.domain):
        return None, None
    columns = ", ".join(repr(title) for title in first[:20])
    raise InvalidInput(f"{source.name} has no column 'puzzle'; its columns are {columns}")

"""Rows of a table in which fields may be quoted: a quote that opens and should not costs one line, and no more."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator

from .base import MAX_LINE, Source

__all__ = ["quoted_rows"]

OPEN = "a quote opens on this line, and closes on none of its own; mend it"
Row = tuple[int, list[str], str]  # the line on which it begins, its fields, and why they are none


def quoted_rows(source: Source, delimiter: str, swallowed: Callable[[list[str]], bool]) -> Iterator[Row]:
    """The rows of what is left.

    A quoted field may have several lines, unless it holds rows itself (`swallowed` tells), never closes, or is longer
    than any line may be: then the line that opens it is no row, and the lines behind it are read as if it were not
    there.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))  # of the whole process: only ever raised
    lines = source.lines()
    again = source.again  # lines behind a quote that should not have opened
    taken: list[str] = []  # by the row that is read

    def feed() -> Iterator[str]:
        while True:
            if again:
                line = again.popleft()
                source.number += 1
            elif not (line := next(lines, "")):
                return
            taken.append(line)
            if len(taken) > 1 and sum(map(len, taken)) > MAX_LINE:
                raise csv.Error("too long")
            yield line

    while True:
        reader = csv.reader(feed(), delimiter=delimiter)
        try:
            row, why = next(reader, None), ""
            while row is not None:
                if len(taken) > 1 and (_unclosed(taken) or swallowed(row)):
                    break
                yield source.number - len(taken) + 1, row, ""
                taken.clear()
                row = next(reader, None)
            else:
                return
            why = OPEN
        except csv.Error as error:
            why = OPEN if len(taken) > 1 else f"not csv: {error}"
        source.number -= len(taken) - 1
        again.extendleft(reversed(taken[1:]))
        yield source.number, [taken[0].rstrip("\r\n")], why
        taken.clear()


def _unclosed(lines: list[str]) -> bool:
    return sum(line.count('"') for line in lines) % 2 == 1

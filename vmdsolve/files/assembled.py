"""The rows of a journal in the order of the input, wherever its lines stand: what an output is made from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .formats.base import Table
from .growing import Growing
from .kept import table_in, told_by
from .lines import Lines
from .places import Places
from .spots import Spot

__all__ = ["rows_of_all", "tables_of"]

HELD = 1 << 22  # bytes of lines that are in memory at once
MANY = 512  # rows that are a table of their own; fewer are put together
WINDOW = 1 << 14  # records whose rows are put in order together


class _Line(NamedTuple):
    size: int
    numbers: Sequence[int]
    table: Table


def tables_of(
    lines: Lines, places: Places, key: bytes, total: int, names: Sequence[str], changed: Callable[[str], Exception]
) -> Iterator[Table]:
    """The rows of all records, 0 to total - 1, in order and many at a time.

    Parameters
    ----------
    places
        Of each record where its line begins.
    key
        See `kept.key_of`.
    names
        The columns of these tables: None where a line has none of that name.
    changed
        Makes what is raised where a line is not what it was.
    """
    held: OrderedDict[int, _Line] = OrderedDict()  # those that were looked at last
    few: dict[str, list[Any]] = {name: [] for name in names}  # rows that wait for more
    number = size = 0  # of what is held: bytes
    while number < total:
        [place] = places.of(number, number + 1)
        line = held.pop(place, None)
        if line is None:
            line = _line(lines, place, key)
            size += 0 if line is None else line.size
        at = None if line is None else _index(line.numbers, number)
        if line is None or at is None:
            raise changed(f"the row of problem {number + 1} is damaged")
        held[place] = line
        while len(held) > 1 and size > HELD:
            size -= held.popitem(last=False)[1].size
        n = min(_run(line.numbers, at), total - number)
        waiting = len(few["problem"])
        if waiting and (n >= MANY or waiting >= MANY):
            yield few
            few = {name: [] for name in names}
        some = {name: line.table[name][at : at + n] if name in line.table else [None] * n for name in names}
        number += n
        if n >= MANY:
            yield some
        else:
            for name, column in few.items():
                column += some[name]
    if few["problem"]:
        yield few


def rows_of_all(
    lines: Lines, places: Places, key: bytes, total: int, names: Sequence[str], changed: Callable[[str], Exception],
    grown: Growing,
) -> Iterator[bytes]:  # fmt: skip
    """The rows of all records, 0 to total - 1, in order and many at a time, where a file of their own holds them.

    Parameters
    ----------
    names
        The columns that they are to have; the others as of `tables_of`.
    grown
        The file.
    """
    held: OrderedDict[int, _Rows] = OrderedDict()  # which go on behind the window
    for begin in range(0, total, WINDOW):
        those = places.of(begin, min(begin + WINDOW, total))
        parts: dict[int, list[slice]] = {}  # of each line the runs of records that it tells of
        for run in _alike(those):
            parts.setdefault(those[run.start], []).append(run)
        out: dict[int, bytes] = {}  # by the first of the records that they are of
        for place, its in parts.items():
            some = held.pop(place, None) or _rows(lines, place, key, names, grown)
            for run in its:
                at = run.start
                while at < run.stop:
                    first = None if some is None else _index(some.numbers, begin + at)
                    if some is None or first is None:
                        raise changed(f"the row of problem {begin + at + 1} is damaged")
                    n = min(_run(some.numbers, first), run.stop - at)
                    out[at] = some.content[some.ends[first] : some.ends[first + n]]
                    at += n
            if some is not None and max(some.numbers) >= begin + len(those):
                held[place] = some
        while len(held) > 1 and sum(len(one.content) for one in held.values()) > HELD:
            held.popitem(last=False)
        yield b"".join(out[at] for at in sorted(out))


class _Rows(NamedTuple):
    numbers: Sequence[int]
    content: bytes
    ends: npt.NDArray[np.int64]  # row i begins at ends[i]


def _rows(lines: Lines, place: int, key: bytes, names: Sequence[str], grown: Growing) -> _Rows | None:
    content = lines.at(place) if place > 0 else b""
    told, spot = told_by(key, content), Spot.of(content)
    rows = None if spot is None else grown.rows(spot)
    if told is None or spot is None or rows is None:
        return None
    if spot.names != tuple(names):
        rows = grown.form.renamed(rows, spot.names, names)
    ends = grown.form.ends(rows)
    if len(ends) != len(told.numbers) or ends[-1] != len(rows):
        return None
    return _Rows(told.numbers, rows, np.concatenate([[0], ends]))


def _alike(places: Sequence[int]) -> list[slice]:
    """Where places that follow each other are the same."""
    breaks = (np.flatnonzero(np.diff(places)) + 1).tolist()
    return list(map(slice, [0, *breaks], [*breaks, len(places)]))


def _line(lines: Lines, place: int, key: bytes) -> _Line | None:
    content = lines.at(place) if place > 0 else b""
    told = told_by(key, content)
    table = None if told is None else table_in(content, len(told.numbers))
    return None if told is None or table is None else _Line(len(content), told.numbers, table)


def _run(numbers: Sequence[int], at: int) -> int:
    """How many numbers follow each other there."""
    if isinstance(numbers, range):
        return len(numbers) - at
    end, away = at + 1, numbers[at] - at
    while end < len(numbers) and numbers[end] - end == away:
        end += 1
    return end - at


def _index(numbers: Sequence[int], number: int) -> int | None:
    try:
        return numbers.index(number)
    except ValueError:
        return None

"""The rows of a journal in the order of the input, wherever its lines stand: what an output is made from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from .formats.base import Table
from .kept import table_in, told_by
from .lines import Lines
from .places import Places

__all__ = ["tables_of"]

HELD = 1 << 22  # bytes of lines that are in memory at once
MANY = 512  # rows that are a table of their own; fewer are put together


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

"""The lines of a journal: a table each, with the numbers of its records, a hash of what they say, and one of the line.

Of a column that says the same of all rows the value stands there once; texts are joined, a line each, and those of one
width stand end to end behind the table, as they are: a row of a puzzle and its answer is hardly more than these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from types import NoneType
from typing import Any, NamedTuple

import numpy as np

from ..compact import DELETE, Even, Same, runs
from ..problem import Status
from ..untrusted import loads
from .formats.base import Table
from .formats.json import is_plain, json_of
from .formats.woven import alike
from .hashes import hash_of
from .record import Record
from .rows import NAMES
from .texts import Texts

__all__ = ["MOST_ROWS", "Kept", "digest_of", "end_of_line", "is_sane", "kept_line", "key_of", "packed"]
__all__ += ["table_in", "told_by", "unpacked"]

MOST_ROWS = 1 << 17  # of a line
BEGIN = re.compile(rb'\{"records": (\[[\d, \[\]]*\]), "puzzles": "([0-9a-f]{0,16})", "rows": ')
TEXTS = b',"texts":"'  # stands before the texts of one width, and nowhere else: what is made of values has blanks there
END = len(b', "check": "0123456789abcdef"}\n')
TYPES: dict[str, tuple[type, ...]] = {
    "problem": (str,), "solution": (str, NoneType), "status": (str,), "method": (str, NoneType),
    "unique": (bool, NoneType), "nfe": (int,), "loops": (int,), "seconds": (int, float), "reason": (str,),
}  # fmt: skip
STATUSES = frozenset(map(str, Status))


class Kept(NamedTuple):
    """What a line says of itself: the numbers of its records, and the hash of what they say."""

    numbers: Sequence[int]
    puzzles: str


def key_of(settings: Mapping[str, Any]) -> bytes:
    """What goes into the hash of every line: a row of a job with other settings is no row of this one."""
    return blake2b(json.dumps(settings, sort_keys=True, default=str).encode(), digest_size=32).digest()


def digest_of(records: Sequence[Record]) -> str:
    """A hash of what records say, wherever they stand.

    Examples
    --------
    >>> digest_of([Record("a.txt", 3, "1...")]) == digest_of(Texts(["1..."], [(0, "b.txt", 4)])) != digest_of([])
    True
    """
    plain = isinstance(records, Texts) and not records.others
    texts = records.texts if isinstance(records, Texts) and plain else list(map(_said, records))
    even = texts if isinstance(texts, Even) else Even.of(texts)
    if even is not None:
        return hash_of(b"\n%d\n" % even.width, even.joined)
    return hash_of("\n".join(texts).encode("utf-8", "backslashreplace"))


def _said(record: Record) -> str:
    told = record.reason, record.domain, record.others
    return record.puzzle if told == ("", None, {}) else repr((record.puzzle, *told))


def kept_line(key: bytes, numbers: Sequence[int], puzzles: str, table: Table) -> list[bytes | memoryview]:
    """The line of a table, in pieces: JSON, and its own hash at the end. `puzzles`: a hash of what its records say."""
    even = {name: one for name, one in table.items() if isinstance(one, Even) and not alike(one) and is_plain(one)}
    rows = {name: {"width": even[name].width} if name in even else packed(column) for name, column in table.items()}
    ranges = [(numbers[run.start], run.stop - run.start) for run in runs(numbers)]
    head = f'{{"records": {json_of(ranges)}, "puzzles": "{puzzles}", "rows": {json_of(rows)}'
    texts: list[bytes | memoryview] = [TEXTS, *(one.joined for one in even.values()), b'"'] if even else []
    return [head.encode(), *texts, end_of_line(hash_of(key, head.encode(), *texts))]


def told_by(key: bytes, line: bytes) -> Kept | None:
    """What a whole line of this job says of itself; None of any other."""
    begin, end = BEGIN.match(line), line[-END:]
    if begin is None or end != end_of_line(hash_of(key, memoryview(line)[:-END])):
        return None
    try:
        told = [range(first, first + n) for first, n in loads(begin[1])]
        if not told or min(map(len, told)) < 1 or sum(map(len, told)) > MOST_ROWS:
            return None
    except (ValueError, TypeError, OverflowError):
        return None
    numbers = told[0] if len(told) == 1 else [number for run in told for number in run]
    return Kept(numbers, begin[2].decode()) if len(told) == 1 or len({*numbers}) == len(numbers) else None


def table_in(line: bytes, n: int) -> dict[str, Sequence[Any]] | None:
    """The table of n rows in a line of this job; None if it holds none."""
    end = line.find(TEXTS)
    begin, head = end + len(TEXTS), line if end < 0 else line[:end] + b"}"
    table: dict[str, Sequence[Any]] = {}
    try:
        for name, column in loads(head, len(head))["rows"].items():
            if isinstance(column, dict) and "width" in column:
                size = n * int(column["width"])
                codes = np.frombuffer(line[begin : begin + max(0, size)], np.uint8)
                if not len(codes) == size > 0 or codes.max() >= DELETE:
                    return None
                table[name], begin = Even(codes.reshape(n, -1)), begin + size
            else:
                table[name] = unpacked(column, n)
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
    return table if table.keys() >= {*NAMES} and all(len(column) == n for column in table.values()) else None


def is_sane(table: Table) -> bool:
    """True if each field of a Row that is there is what it may be, whatever a line's hash says."""
    typed = all(set(map(type, table[name])) <= {*kinds} for name, kinds in TYPES.items() if name in table)
    counts = (n for name in ("nfe", "loops") for n in table.get(name, ()))
    return typed and {*table["status"]} <= STATUSES and all(0 <= n < 1 << 63 for n in counts)


def packed(column: Sequence[Any]) -> object:
    """A column as it stands in a line."""
    if alike(column):
        return {"all": column[0]}
    if set(map(type, column)) == {str} and (joined := "\n".join(column)).count("\n") == len(column) - 1:
        return {"lines": joined}
    return list(column)


def unpacked(told: Any, n: int) -> Sequence[Any]:
    """A column of n values as it stands in a line.

    Examples
    --------
    >>> unpacked({"all": 7}, 2), unpacked({"lines": "a\\nb"}, 2)
    ([7, 7], ['a', 'b'])
    """
    if isinstance(told, list):
        return told
    if "all" in told:
        return Same(told["all"], n)
    return Even.lines(told["lines"] + "\n") or told["lines"].split("\n")


def end_of_line(check: str) -> bytes:
    """What a line ends with: its own hash."""
    return f', "check": "{check}"}}\n'.encode()

"""Spots: lines of a journal whose rows stand elsewhere, in a file that grows. Such a line says where."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from ..compact import runs
from ..untrusted import loads
from .formats.base import Table
from .hashes import hash_of
from .kept import end_of_line, packed, unpacked
from .lines import MOST
from .rows import NAMES

__all__ = ["Spot", "spot_line", "told_in"]

TOLD = ("status", "method")  # columns that the line has itself, for not every format does


class Spot(NamedTuple):
    """Rows in a file.

    Attributes
    ----------
    at, size, check
        where they begin, how many bytes they are, and a hash of these
    others
        their columns besides a Row's own, and the first record that says something in each; None: none of these rows
    """

    at: int
    size: int
    check: str
    others: Mapping[str, int | None]

    @property
    def names(self) -> tuple[str, ...]:
        """All of their columns."""
        return (*NAMES, *self.others)

    @property
    def end(self) -> int:
        """Where they end."""
        return self.at + self.size

    @staticmethod
    def of(line: bytes) -> Spot | None:
        """What a whole line says of it; None if it says nothing of that kind."""
        with suppress(ValueError, TypeError, LookupError, AttributeError):
            told = loads(line, len(line))["rows"]
            others = {str(name): None if n is None else int(n) for name, n in told["others"].items()}
            spot = Spot(int(told["at"]), int(told["size"]), str(told["check"]), others)
            return spot if spot.at >= 0 and 0 <= spot.size <= MOST else None
        return None


def spot_line(key: bytes, numbers: Sequence[int], puzzles: str, spot: Spot, table: Table) -> bytes:
    """The line of rows that stand there; as `kept_line`, whose rows are in it."""
    ranges = [(numbers[run.start], run.stop - run.start) for run in runs(numbers)]
    rows = json.dumps({**spot._asdict(), **{name: packed(table[name]) for name in TOLD}})
    body = f'{{"records": {json.dumps(ranges)}, "puzzles": "{puzzles}", "rows": {rows}'.encode()
    return body + end_of_line(hash_of(key, body))


def told_in(line: bytes, n: int) -> dict[str, Sequence[Any]] | None:
    """The columns of n rows that a line has itself; None if it does not."""
    with suppress(ValueError, TypeError, LookupError, AttributeError):
        told = loads(line, len(line))["rows"]
        out = {name: unpacked(told[name], n) for name in TOLD}
        return out if all(len(column) == n for column in out.values()) else None
    return None

"""The lines of a journal: a row with the number of its record, a hash of its puzzle, and a hash of the line itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from ..problem import Status
from .record import Record
from .rows import NAMES, Row

__all__ = ["digest_of", "is_sane", "kept_line", "key_of", "row_in", "told_by"]

BEGIN = re.compile(rb'\{"record": (\d{1,15}), "puzzle": "([0-9a-f]{0,16})", "problem": ')
END = len(b', "check": "0123456789abcdef"}\n')
TYPES = {
    "problem": str, "solution": str | None, "status": str, "method": str | None, "unique": bool | None, "nfe": int,
    "loops": int, "seconds": int | float, "reason": str, "others": dict,
}  # fmt: skip
FIELDS = (*NAMES, "others")
STATUSES = frozenset(map(str, Status))
DECODER = json.JSONDecoder()
text_of = json.JSONEncoder(default=str).encode  # other files than JSON say dates and the like


def key_of(settings: Mapping[str, Any]) -> bytes:
    """What goes into the hash of every line: a row of a job with other settings is no row of this one."""
    return blake2b(json.dumps(settings, sort_keys=True, default=str).encode(), digest_size=32).digest()


def digest_of(record: Record) -> str:
    """A hash of what a record says, wherever it stands.

    Examples
    --------
    >>> digest_of(Record("a.txt", 3, "1...")) == digest_of(Record("b.txt", 4, "1...")) != digest_of(Record("", 0, ""))
    True
    """
    told = record.puzzle, record.reason, record.domain, record.others
    return _hash(repr(told).encode("utf-8", "backslashreplace"))


def kept_line(key: bytes, number: int, puzzle: str, row: Row) -> bytes:
    """The line of a row: JSON, and its own hash at the end. `puzzle` is the hash of its puzzle."""
    unique = "null" if row.unique is None else "true" if row.unique else "false"
    body = (
        f'{{"record": {number}, "puzzle": "{puzzle}", "problem": {text_of(row.problem)}, '
        f'"solution": {text_of(row.solution)}, "status": {text_of(row.status)}, "method": {text_of(row.method)}, '
        f'"unique": {unique}, "nfe": {row.nfe}, "loops": {row.loops}, "seconds": {row.seconds}, '
        f'"reason": {text_of(row.reason)}, "others": {text_of(row.others) if row.others else "{}"}'
    ).encode()
    return body + _end(_hash(body, key))


def told_by(key: bytes, line: bytes) -> tuple[int, str] | None:
    """The number of its record and the hash of its puzzle, of a whole line of this job; None of any other."""
    begin, end = BEGIN.match(line), line[-END:]
    if begin is None or end != _end(_hash(line[:-END], key)):
        return None
    return int(begin[1]), begin[2].decode()


def row_in(line: bytes) -> Row | None:
    """The row of a line of this job; None if it holds none."""
    try:
        told = DECODER.raw_decode(line.decode())[0]
        return Row(**{name: told[name] for name in FIELDS})
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def is_sane(row: Row) -> bool:
    """True if each field is what it may be, whatever a line's hash says."""
    typed = all(isinstance(getattr(row, name), kind) for name, kind in TYPES.items())
    return typed and row.status in STATUSES and 0 <= row.nfe < 1 << 63 and 0 <= row.loops < 1 << 63


def _end(check: str) -> bytes:
    return f', "check": "{check}"}}\n'.encode()


def _hash(content: bytes, key: bytes = b"") -> str:
    return blake2b(content, digest_size=8, key=key).hexdigest()

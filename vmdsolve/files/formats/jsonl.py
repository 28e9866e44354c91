"""jsonl: one object a line, {"puzzle": ..., "solution": ...}; lines that begin with '#' are comments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from ...domains import Domain
from ..record import Record
from .base import Source, TextFormat, Written, columns_of, names_of

__all__ = ["Jsonl", "json_line"]


def json_line(row: Written) -> str:
    """One row as a line of JSON."""
    return json.dumps({name: getattr(row, name) for name in names_of(type(row))}) + "\n"


class Jsonl(TextFormat):
    reads = writes = (".jsonl",)

    def detects(self, line: str, domain: Domain | None) -> bool:
        if not line.lstrip().startswith("{"):
            return False
        return domain is None or not domain.has("{") or isinstance(_value(line), dict)

    def read(self, source: Source) -> Iterator[Record]:
        for line in source.lines():
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            item = _value(line)
            if isinstance(item, Exception):
                reason = "nested too deeply" if isinstance(item, RecursionError) else str(item)
                yield Record(source.name, source.number, line.strip(), None, f"not JSON: {reason}")
                continue
            fields = item if isinstance(item, dict) else {}
            puzzle, answer = (fields.get(title) for title in columns_of(fields))
            if isinstance(puzzle, str):
                yield Record(source.name, source.number, puzzle, answer if isinstance(answer, str) else None)
            else:
                reason = 'wanted an object with a text under "puzzle"'
                yield Record(source.name, source.number, line.strip(), None, reason)

    def lines(self, rows: Iterable[Written], kind: type[Written]) -> Iterator[str]:
        del kind
        return map(json_line, rows)


def _value(line: str) -> object:
    """What a line of JSON says, or why it is none."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return error

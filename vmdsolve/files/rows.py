"""What a solve of many problems writes: rows, the formats of files, and the tally of how problems ended.

csv, jsonl, parquet    a row a problem with the fields of `Row`, in input order
txt                    line i is the answer to puzzle i; without an answer, the puzzle as it was
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from importlib import import_module
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from ..domains import Domain
from ..domains.reading import find_domain
from ..errors import InvalidInput, MissingExtra
from ..problem import Solution, Status
from .records import Record

__all__ = [
    "CSV_HEADER",
    "Row",
    "Tally",
    "csv_line",
    "json_line",
    "kind_of",
    "quoted",
    "row_of",
    "write_rows",
    "written",
]

KINDS = (".csv", ".jsonl", ".parquet", ".txt")
CHUNK = 10_000  # rows a parquet row group


@dataclass(frozen=True, slots=True)
class Row:
    """One line of output. `solution`, `method` and `unique` are None where there is none."""

    problem: str
    solution: str | None
    status: str
    method: str | None
    unique: bool | None
    nfe: int
    seconds: float
    reason: str


NAMES = tuple(field.name for field in fields(Row))
CSV_HEADER = ",".join(NAMES) + "\n"


def _fields(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in NAMES}  # asdict would copy, five times slower


def row_of(record: Record, solution: Solution, domain: str | Domain | None) -> Row:
    """The row of one solved record; `domain` is the one asked for, or None."""
    if record.reason:
        reason = record.where + record.reason
    else:
        reason = record.where * (solution.status is Status.INVALID) + solution.reason
    problem = record.puzzle
    if solution.status is not Status.INVALID:
        problem = find_domain(problem, domain).one_line(problem)
    return Row(
        problem=_printable(problem),
        solution=solution.text,
        status=str(solution.status),
        method=solution.method,
        unique=solution.unique,
        nfe=solution.nfe,
        seconds=round(solution.seconds, 6),
        reason=_printable(reason),
    )


def _printable(text: str) -> str:
    """One line that every terminal and every encoding takes: anything else in it becomes '?'."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(c if c.isprintable() else "?" for c in line)


# Formats ----------------------------------------------------------------------------------------------


def kind_of(out: Path) -> str:
    """The format that OUT's ending names. Raises before any work: InvalidInput, MissingExtra (parquet)."""
    kind = out.suffix.lower()
    if kind not in KINDS:
        raise InvalidInput(f"cannot write {out}: its ending is {kind!r}; wanted one of {', '.join(KINDS)}")
    if out.is_dir():
        raise InvalidInput(f"cannot write {out}: it is a folder")
    if not out.parent.is_dir():
        raise InvalidInput(f"cannot write {out}: there is no folder {out.parent}")
    if kind == ".parquet":
        _pyarrow()
    return kind


def csv_line(row: Row) -> str:
    """One row as a line of csv; None is an empty field, truth is `true` or `false`."""
    return quoted(str(v).lower() if isinstance(v, bool) else v for v in _fields(row).values())


def quoted(values: Iterable[object]) -> str:
    """A line of csv."""
    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def _txt_line(row: Row) -> str:
    return (row.solution or row.problem or "?") + "\n"  # never a blank line: readers would skip it


def json_line(row: Row) -> str:
    """One row as a line of JSON."""
    return json.dumps(_fields(row)) + "\n"


def write_rows(rows: Iterable[Row], out: Path) -> None:
    """Write rows to OUT in the format of its ending, under a temporary name first."""
    kind = kind_of(out)
    if kind == ".parquet":
        _write_parquet(iter(rows), out)
        return
    line: Callable[[Row], str] = {".csv": csv_line, ".jsonl": json_line, ".txt": _txt_line}[kind]
    with written(out) as stream:
        if kind == ".csv":
            stream.write(CSV_HEADER)
        stream.writelines(map(line, rows))


@contextmanager
def written(out: Path) -> Iterator[TextIO]:
    """A text file that appears as OUT only when it is complete and on disk."""
    partial = out.with_name(out.name + ".partial")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def _write_parquet(rows: Iterator[Row], out: Path) -> None:
    pa = _pyarrow()
    types = {"nfe": pa.int64(), "seconds": pa.float64(), "unique": pa.bool_()}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in NAMES])
    partial = out.with_name(out.name + ".partial")
    try:
        with pa.parquet.ParquetWriter(str(partial), schema) as writer:
            while chunk := list(islice(rows, CHUNK)):
                writer.write_table(pa.Table.from_pylist([_fields(row) for row in chunk], schema))
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def _pyarrow() -> Any:
    try:
        import_module("pyarrow.parquet")
    except ImportError as error:
        raise MissingExtra("parquet files need pyarrow: pip install 'vmdsolve[parquet]'") from error
    return import_module("pyarrow")


# The tally --------------------------------------------------------------------------------------------


class Tally:
    """Counts of how problems ended.

    >>> tally = Tally()
    >>> tally.add(Row("1...", "1221", "SOLVED", "search", None, 0, 0.1, ""))
    >>> str(tally)
    '1 problem: 1 solved (1 by search)'
    """

    def __init__(self) -> None:
        self.solved: Counter[str | None] = Counter({"propagation": 0, "vmd": 0, "search": 0})
        self.others: Counter[str] = Counter()
        self.unchecked = 0  # of the solved: there was no rule to check

    def add(self, row: Row) -> None:
        if Status(row.status).has_solution:
            self.unchecked += row.status == Status.UNCHECKED
            self.solved[row.method] += 1
        else:
            self.others[row.status] += 1

    @property
    def total(self) -> int:
        return self.solved.total() + self.others.total()

    @property
    def all_solved(self) -> bool:
        return not self.others

    def __str__(self) -> str:
        ways = ", ".join(f"{n} by {method}" for method, n in self.solved.items() if n)
        parts = [f"{self.solved.total()} solved" + f" ({ways})" * bool(ways)]
        parts += [f"{self.unchecked} of them not checked, for lack of rules"] * bool(self.unchecked)
        parts += [f"{n} {status}" for status, n in sorted(self.others.items())]
        return f"{self.total} problem{'s' * (self.total != 1)}: {', '.join(parts)}"

"""parquet: columns as in csv; needs pyarrow (the extra `parquet`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from inspect import get_annotations
from itertools import islice
from pathlib import Path
from typing import Any

from ...errors import InvalidInput, MissingExtra
from ..atomic import replacing
from ..record import Record
from .base import MAX_LINE, Format, Source, Written, names_of
from .cells import board_text
from .columns import Columns, columns_of, domain_of, shown
from .named import known_domain

__all__ = ["Parquet"]

CHUNK = 10_000  # rows a group, and rows read at once


class Parquet(Format):
    reads = writes = (".parquet",)

    def ready(self) -> None:
        _pyarrow()

    def read(self, source: Source) -> Iterator[Record]:
        pa = _pyarrow()
        try:
            file = pa.parquet.ParquetFile(source.raw)
            columns = _columns(source, file.schema_arrow.names)
            for batch in file.iter_batches(CHUNK):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    source.number += 1
                    yield _record(source, columns, row)
        except (pa.ArrowException, OSError) as error:
            raise InvalidInput(f"{source.name} cannot be read: {error}") from error

    def write(self, rows: Iterable[Written], kind: type[Written], out: Path, others: Sequence[str] = ()) -> None:
        pa = _pyarrow()
        types = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "str": pa.string()}
        texts = get_annotations(kind)
        own = [(name, types[texts[name].removesuffix(" | None")]) for name in names_of(kind)]
        schema = pa.schema(own + [(name, pa.string()) for name in others])
        source = iter(rows)
        with replacing(out) as stream, pa.parquet.ParquetWriter(stream, schema) as writer:
            while chunk := list(islice(source, CHUNK)):
                table = [dict(row.columns) for row in chunk]
                for row in table:
                    row |= {name: str(row[name]) for name in others if row.get(name) is not None}
                writer.write_table(pa.Table.from_pylist(table, schema))


def _columns(source: Source, titles: list[str]) -> Columns:
    puzzle, solution = columns_of(titles)
    puzzle = puzzle if source.column is None else source.column
    if puzzle not in titles:
        advice = "; name the one of puzzles with --column" if source.column is None else ""
        raise InvalidInput(
            f"{source.name} has no column {puzzle or 'puzzle'!r}; its columns are {shown(titles)}{advice}"
        )
    solution, asked = None if solution == puzzle else solution, source.column is not None
    return Columns.of(source.name, titles, puzzle, solution, domain_of(titles), asked=asked)


def _record(source: Source, columns: Columns, row: tuple[Any, ...]) -> Record:
    others = {name: row[i] for i, name in columns.others}
    solution = None if columns.solution is None else _text(row[columns.solution], source)
    domain = None if columns.domain is None else row[columns.domain]
    if domain is not None and not (isinstance(domain, str) and known_domain(domain)):
        others, domain = {**others, "input_domain": domain}, None
    try:
        puzzle = _text(row[columns.puzzle], source)
    except InvalidInput as error:
        return Record(source.name, source.number, str(row[columns.puzzle])[:100], None, str(error), domain, others)
    if source.answers and columns.solution is not None:
        return Record(source.name, source.number, solution or "", None, "", domain, others)
    if puzzle is None:
        told, reason = str(row[columns.puzzle])[:100], "the puzzle is neither a text nor a board as a list"
        return Record(source.name, source.number, told, None, reason, domain, others)
    if len(puzzle) > MAX_LINE:
        raise InvalidInput(f"{source.name}:{source.number} is over {MAX_LINE:,} characters; wanted one puzzle a row")
    return Record(source.name, source.number, puzzle, solution, "", domain, others)


def _text(value: object, source: Source) -> str | None:
    return value if isinstance(value, str) else board_text(value, source.domain)


def _pyarrow() -> Any:
    try:
        import_module("pyarrow.parquet")
    except ImportError as error:
        raise MissingExtra("parquet files need pyarrow: pip install 'vmdsolve[parquet]'") from error
    return import_module("pyarrow")

"""parquet: columns as in csv; needs pyarrow (the extra `parquet`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from inspect import get_annotations
from itertools import islice
from pathlib import Path
from typing import Any

from ...errors import InvalidInput, MissingExtra
from ..atomic import replacing
from ..record import Record
from .base import MAX_LINE, Format, Source, Written, columns_of, names_of

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
            puzzle, solution = columns_of(file.schema_arrow.names)
            if puzzle is None:
                columns = ", ".join(repr(title) for title in file.schema_arrow.names[:20])
                raise InvalidInput(f"{source.name} has no column 'puzzle'; its columns are {columns}")
            wanted = [column for column in (puzzle, solution) if column is not None]
            for batch in file.iter_batches(CHUNK, columns=wanted):
                for row in batch.select(wanted).to_pylist():
                    source.number += 1
                    yield _record(source, row[puzzle], row[solution] if solution is not None else None)
        except (pa.ArrowException, OSError) as error:
            raise InvalidInput(f"{source.name} cannot be read: {error}") from error

    def write(self, rows: Iterable[Written], kind: type[Written], out: Path) -> None:
        pa = _pyarrow()
        types = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "str": pa.string()}
        names, texts = names_of(kind), get_annotations(kind)
        schema = pa.schema([(name, types[texts[name].removesuffix(" | None")]) for name in names])
        source = iter(rows)
        with replacing(out) as stream, pa.parquet.ParquetWriter(stream, schema) as writer:
            while chunk := list(islice(source, CHUNK)):
                table = [{name: getattr(row, name) for name in names} for row in chunk]
                writer.write_table(pa.Table.from_pylist(table, schema))


def _record(source: Source, puzzle: object, solution: object) -> Record:
    if not isinstance(puzzle, str):
        return Record(source.name, source.number, str(puzzle)[:100], None, "the puzzle is not a text")
    if len(puzzle) > MAX_LINE:
        raise InvalidInput(f"{source.name}:{source.number} is over {MAX_LINE:,} characters; wanted one puzzle a row")
    return Record(source.name, source.number, puzzle, solution if isinstance(solution, str) else None)


def _pyarrow() -> Any:
    try:
        import_module("pyarrow.parquet")
    except ImportError as error:
        raise MissingExtra("parquet files need pyarrow: pip install 'vmdsolve[parquet]'") from error
    return import_module("pyarrow")

"""parquet: columns as in csv; needs pyarrow (the extra `parquet`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from inspect import get_annotations
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ...atomic import replacing
from ...compact import Even, Same
from ...errors import InvalidInput, MissingExtra
from ..record import Record
from ..texts import Texts
from .base import MAX_LINE, Source, Table, Tabular, Written, names_of
from .cells import board_text
from .columns import Columns, columns_of, domain_of, shown
from .named import known_domain
from .woven import alike

__all__ = ["Parquet"]

CHUNK = 10_000  # rows a group, and rows read at once
MOST_ITEMS = 1 << 23  # items of lists in a row group
BOARDS = ("problem", "solution")  # hardly say the same twice; to pack them takes as long as all else of a row
MOST_TEXT = 1 << 31  # bytes of an array of texts


class Parquet(Tabular):
    reads = writes = (".parquet",)

    def ready(self) -> None:
        _pyarrow()

    def read(self, source: Source) -> Iterator[Record | Texts]:
        pa = _pyarrow()
        try:
            file = _opened(source, pa)
            columns = _columns(source, file.schema_arrow.names)
            for group in range(file.metadata.num_row_groups):
                if (rows := file.metadata.row_group(group).num_rows) <= source.to_skip:
                    _pass_over(source, rows)
                    continue
                for batch in file.iter_batches(CHUNK, [group]):
                    yield from _rows(source, batch, columns, pa)
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

    @contextmanager
    def into(self, stream: BinaryIO, names: Sequence[str]) -> Iterator[Callable[[Table], object]]:
        pa = _pyarrow()
        types = {"unique": pa.bool_(), "nfe": pa.int64(), "loops": pa.int64(), "seconds": pa.float64()}  # no text
        schema = pa.schema([(name, types.get(name, pa.string())) for name in names])
        few = [name for name in names if name not in BOARDS]
        packed = {name: "none" if name in BOARDS else "snappy" for name in names}
        group: list[Any] = []
        with pa.parquet.ParquetWriter(
            stream, schema, use_dictionary=few, compression=packed, write_statistics=few, memory_pool=_pool(pa)
        ) as writer:

            def add(table: Table) -> None:
                group.append(_arrow(table, schema, pa))
                if sum(map(len, group)) >= CHUNK:
                    writer.write_table(pa.concat_tables(group))
                    group.clear()

            yield add
            if group:
                writer.write_table(pa.concat_tables(group))


def _arrow(table: Table, schema: Any, pa: Any) -> Any:
    n = len(next(iter(table.values())))
    arrays = [
        _array(table[name], kind, pa) if name in table else pa.nulls(n, kind, _pool(pa))
        for name, kind in zip(schema.names, schema.types, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: Sequence[Any], kind: Any, pa: Any) -> Any:
    if isinstance(values, Even) and kind == pa.string() and values.codes.size < MOST_TEXT:
        return _texts(len(values), values.width, values.joined, pa)
    if isinstance(values, Same):
        value = values.value if kind != pa.string() or values.value is None else str(values.value)
        return _repeated(value, len(values), kind, pa)
    if kind == pa.string() and not set(map(type, values)) <= {str, type(None)}:
        values = [one if one is None or isinstance(one, str) else str(one) for one in values]
    if len(values) and alike(values):
        return _repeated(values[0], len(values), kind, pa)
    return pa.array(values, kind)


def _repeated(value: Any, n: int, kind: Any, pa: Any) -> Any:
    """One value n times, by its bytes: arrow's own way loads pandas, where there is that, and is slow with texts."""
    if value is None:
        return pa.nulls(n, kind, _pool(pa))
    if isinstance(value, str):
        text = value.encode()
        return _texts(n, len(text), text * n, pa) if len(text) * n < MOST_TEXT else pa.array([value] * n, kind)
    each = np.full(n, value, str(kind))
    return pa.Array.from_buffers(
        kind, n, [None, pa.py_buffer(np.packbits(each, bitorder="little") if kind == pa.bool_() else each)]
    )


def _texts(n: int, width: int, joined: bytes | memoryview, pa: Any) -> Any:
    """n texts of so many bytes each."""
    ends = np.arange(n + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(n, pa.py_buffer(ends), pa.py_buffer(joined))


def _pool(pa: Any) -> Any:
    """The memory that this process has anyway: its own pyarrow gives back between two shards, and asks for anew."""
    return pa.system_memory_pool()


def _rows(source: Source, batch: Any, columns: Columns, pa: Any) -> Iterator[Record | Texts]:
    some = batch.slice(min(source.to_skip, len(batch)))
    _pass_over(source, len(batch) - len(some))
    values = [_values(column, source, pa) for column in some.columns]
    plain = columns.domain is None and not source.answers and set(map(type, values[columns.puzzle])) == {str}
    for i, row in enumerate(zip(*values, strict=True)):
        if source.to_skip:
            _pass_over(source, 1)
            continue
        if plain and source.together:
            texts, first = values[columns.puzzle][i:], source.number + 1
            source.number += len(texts)
            others = {name: values[place][i:] for place, name in columns.others}
            yield Texts(Even.of(texts) or texts, [(0, source.name, first)], others)
            return
        source.number += 1
        yield _record(source, columns, row)


def _pass_over(source: Source, rows: int) -> None:
    source.number, source.to_skip = source.number + rows, source.to_skip - rows


def _opened(source: Source, pa: Any) -> Any:
    """The file, of which a text that many rows share is in memory once: a kilobyte may say a million such rows."""
    file = pa.parquet.ParquetFile(source.raw)
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        for place in range(group.num_columns):
            column = file.schema.column(place)
            if column.max_repetition_level and group.column(place).num_values > MOST_ITEMS:
                where = f"{source.name}, column {column.path[:40]!r}"
                raise InvalidInput(f"{where} has over {MOST_ITEMS:,} items of lists in a row group; write smaller ones")
    texts = [field.name for field in file.schema_arrow if _is_text(field.type, pa)]
    source.raw.seek(0)
    return pa.parquet.ParquetFile(source.raw, read_dictionary=texts)


def _is_text(kind: Any, pa: Any) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    told = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(is_kind(kind) for is_kind in told)


def _values(column: Any, source: Source, pa: Any) -> list[Any]:
    """The values of a batch's column."""
    if not (pa.types.is_dictionary(column.type) and _is_text(column.type, pa)):
        found: list[Any] = column.to_pylist()
        return found
    texts = column.dictionary.to_pylist()
    if max((len(text) for text in texts if text is not None), default=0) > MAX_LINE:
        where = f"{source.name}, behind row {source.number}"
        raise InvalidInput(f"{where}: a text of over {MAX_LINE:,} characters; wanted one puzzle a row")
    return [None if place is None else texts[place] for place in column.indices.to_pylist()]


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
    return Record(source.name, source.number, puzzle, solution, "", domain, others)


def _text(value: object, source: Source) -> str | None:
    return value if isinstance(value, str) else board_text(value, source.domain)


def _pyarrow() -> Any:
    try:
        import_module("pyarrow.parquet")
    except ImportError as error:
        raise MissingExtra("parquet files need pyarrow: pip install 'vmdsolve[parquet]'") from error
    return import_module("pyarrow")

"""Columns are written as rows are: what reads one file reads the other, and finds the same."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.files.formats import writer_of
from vmdsolve.files.formats.csv import quoted
from vmdsolve.files.rows import Row, write_rows

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["=1", "-2--1", 'a"b', "1,2", "'"]
)
ROWS = st.lists(
    st.builds(
        Row, TEXT, st.none() | TEXT, st.sampled_from(["SOLVED", "TIMEOUT"]), st.none() | TEXT,
        st.none() | st.booleans(), st.integers(0, 2**40), st.just(0.5), TEXT,
        others=st.builds(lambda one, two: {"id": one, "b": two}, st.integers() | st.none() | TEXT | st.floats(), TEXT),
    ), min_size=1, max_size=5,
)  # fmt: skip


def columns_of(rows: list[Row]) -> dict[str, list[Any]]:
    return {name: [row.columns[name] for row in rows] for name in rows[0].columns}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, st.sampled_from([".csv", ".tsv", ".jsonl", ".ndjson"]))
def test_columns_and_rows_are_one_file(tmp_path: Path, rows: list[Row], ending: str) -> None:
    by_rows, by_columns = tmp_path / f"rows{ending}", tmp_path / f"columns{ending}"
    write_rows(rows, by_rows, others=["id", "b"])
    form = writer_of(ending)
    assert form is not None
    form.write_columns(columns_of(rows), by_columns)
    assert by_columns.read_bytes() == by_rows.read_bytes()


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_parquet_has_the_same_table(tmp_path: Path, rows: list[Row]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (extra parquet)")
    by_rows, by_columns = tmp_path / "rows.parquet", tmp_path / "columns.parquet"
    write_rows(rows, by_rows, others=["id", "b"])
    form = writer_of(".parquet")
    assert form is not None
    columns = columns_of(rows)
    del columns["seconds"]  # which tells of time, and no shard does
    form.write_columns(columns, by_columns)
    assert parquet.read_table(by_columns).equals(parquet.read_table(by_rows).drop_columns(["seconds"]))


def test_a_header_of_any_name_is_one_line(tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    form = writer_of(".csv")
    assert form is not None
    form.write_columns({"=a,b": ["x"], 'c"': [None]}, out)
    with out.open(newline="") as stream:
        assert list(csv.reader(stream)) == [["'=a,b", 'c"'], ["x", ""]]
    assert out.read_text().startswith(quoted(["=a,b", 'c"']))
    form = writer_of(".jsonl")
    assert form is not None
    form.write_columns({"100%": [1], "%s": [True]}, out)
    assert json.loads(out.read_text()) == {"100%": 1, "%s": True}

"""Rows, their formats, and law 8: a killed job resumes without losing or repeating a line."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import run, solve, table

from vmdsolve.atomic import written
from vmdsolve.domains import get, notations
from vmdsolve.errors import InvalidInput, MissingExtra
from vmdsolve.files import rows
from vmdsolve.files.formats import parquet as parquet_format
from vmdsolve.files.records import Record, read
from vmdsolve.files.rows import CSV_HEADER, NAMES, Row, Tally, csv_line, kind_of, row_of, write_rows
from vmdsolve.problem import Solution, Status

P, S = "1......44......1", "1423231441323241"
SOLVED = Row(P, S, "SOLVED", "vmd", True, 17, 0.25, "")
NOTHING = Row('12, or "so"', None, "INVALID", None, None, 0, 0.0, 'a.txt:3: holds "x", not a symbol')
ROWS = [
    SOLVED,
    NOTHING,
    Row(P, None, "TIMEOUT", None, False, 3, 1.0, ""),
    Row("", None, "INVALID", None, None, 0, 0.0, "?"),
]


def test_a_row_says_where_and_why() -> None:
    record = Record("a.txt", 3, P)
    assert row_of(record, Solution(Status.SOLVED, text=S, method="search", seconds=0.123456789), None) == Row(
        P, S, "SOLVED", "search", None, 0, 0.123457, ""
    )
    assert row_of(record, Solution(Status.UNSATISFIABLE, reason="row: both hold 1"), None).reason == "row: both hold 1"
    assert row_of(record, Solution(Status.SOLVED, text=S, nfe=2, loops=40), None).loops == 40
    bad = Solution(Status.INVALID, reason="too short")
    assert row_of(record, bad, None).reason == "a.txt:3: too short"
    assert row_of(Record("a.txt", 3, "x", None, "not JSON"), bad, None).reason == "a.txt:3: not JSON"
    assert row_of(Record("", 0, "x"), bad, None).reason == "too short"


def test_a_row_is_one_printable_line_whatever_came_in() -> None:
    bad = Solution(Status.INVALID, reason="a\nb\x1b[31m")
    row = row_of(Record("a.txt", 1, "1\n2\ud800\x1b]0;title\x07"), bad, None)
    assert row.problem == "1 2??]0;title?"
    assert row.reason == "a.txt:1: a b?[31m"
    drawn = "1 . | . .\n. . | . 4\n----+----\n4 . | . .\n. . | . 1\n"
    assert row_of(Record("", 0, drawn), Solution(Status.SOLVED, text=S), None).problem == P


def test_csv_says_nothing_by_an_empty_field_and_truth_in_lower_case() -> None:
    assert csv_line(SOLVED) == f"{P},{S},SOLVED,vmd,true,17,0,0.25,\n"
    assert csv_line(NOTHING) == '"12, or ""so""",,INVALID,,,0,0,0.0,"a.txt:3: holds ""x"", not a symbol"\n'
    assert CSV_HEADER == "problem,solution,status,method,unique,nfe,loops,seconds,reason\n"


def test_files_hold_what_was_written(tmp_path: Path) -> None:
    for kind in (".csv", ".jsonl", ".txt"):
        write_rows(ROWS, tmp_path / f"out{kind}")
    with (tmp_path / "out.csv").open(newline="") as lines:
        assert [row["problem"] for row in csv.DictReader(lines)] == [row.problem for row in ROWS]
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [Row(**json.loads(line)) for line in lines] == ROWS
    assert (tmp_path / "out.txt").read_text().splitlines() == [S, f"? {NOTHING.problem}", f"? {P}", "?"]
    for kind in (".csv", ".jsonl"):  # and our own reader takes them as problems with solutions
        first = next(read(tmp_path / f"out{kind}"))
        assert (first.puzzle, first.solution) == (P, S)


def test_parquet_holds_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet: Any = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    monkeypatch.setattr(parquet_format, "CHUNK", 3)
    write_rows(ROWS, tmp_path / "out.parquet")
    assert [Row(**row) for row in parquet.read_table(tmp_path / "out.parquet").to_pylist()] == ROWS
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def test_what_json_has_no_word_for_goes_on_as_text(tmp_path: Path) -> None:
    pa: Any = pytest.importorskip("pyarrow", reason="pyarrow is an extra")
    parquet: Any = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    when = datetime(2026, 1, 2, tzinfo=UTC)
    parquet.write_table(pa.table({"puzzle": [P], "made": [when], "key": [b"a"]}), tmp_path / "in.parquet")
    assert json.loads(solve(tmp_path / "in.parquet", "--output-format", "json").stdout)["made"] == str(when)
    for kind in ("csv", "jsonl", "parquet"):
        assert solve(tmp_path / "in.parquet", "-o", tmp_path / f"o.{kind}").exit_code == 0
        assert next(read(tmp_path / f"o.{kind}")).others["made"] == str(when)


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(parquet_format, "import_module", missing)
    with pytest.raises(MissingExtra, match=r"pip install 'vmdsolve\[parquet\]'"):
        kind_of(tmp_path / "out.parquet")


def test_what_cannot_be_written_is_refused_first(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"its ending is '\.xls'; wanted one of \.csv, \.json, "):
        kind_of(tmp_path / "out.xls")
    with pytest.raises(InvalidInput, match=r"there is no folder .*gone"):
        kind_of(tmp_path / "gone" / "out.csv")
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(InvalidInput, match="it is a folder"):
        kind_of(tmp_path / "out.csv")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    out.write_text("old")

    def broken() -> None:
        with written(out) as stream:
            stream.write("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]


def test_a_file_is_replaced_never_written_over(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    out.write_text("old")
    with out.open() as reader:
        write_rows([SOLVED], out)
        assert reader.read() == "old"
    assert out.read_text() == S + "\n"


def test_the_tally_counts_ways_and_failures() -> None:
    tally = Tally()
    assert str(tally) == "0 problems: 0 solved"
    for row in ROWS:
        tally.add(row)
    assert str(tally) == "4 problems: 1 solved (1 by vmd), 2 INVALID, 1 TIMEOUT"
    assert not tally.all_solved


def test_every_field_of_a_row_is_written() -> None:
    assert set(json.loads(rows.json_line(SOLVED))) == set(NAMES) == set(Row.__slots__) - {"others"}


def test_a_link_of_a_kind_that_cells_do_not_tell_names_it(tmp_path: Path) -> None:
    link = notations.write("tatham", get("sudoku-x-9x9").parse("1" + "." * 80))
    out = tmp_path / "o.csv"
    assert solve(link, "-o", out).exit_code == 0
    [row] = table(out.read_text())
    assert (row["problem"], row["domain"]) == ("1" + "." * 80, "sudoku-x-9x9")
    assert run("check", out).stderr == "1 checked: 1 right\n"

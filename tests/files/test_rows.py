"""Rows, their formats, and law 8: a killed job resumes without losing or repeating a line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput, MissingExtra
from vmdsolve.files import rows
from vmdsolve.files.journal import Journal
from vmdsolve.files.records import Record, read
from vmdsolve.files.rows import CSV_HEADER, NAMES, Row, Tally, csv_line, kind_of, row_of, write_rows, written
from vmdsolve.problem import Solution, Status, Violation

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
    clash = (Violation("row", (0, 3), "both hold {}", (0,)), Violation("box", (0, 1), "both hold {}", (1,)))
    row = row_of(record, Solution(Status.UNSATISFIABLE, violations=clash), None)
    assert row.reason == (
        "row: both hold 1 (row 1, column 1 and row 1, column 4); box: both hold 2 (row 1, column 1 and row 1, column 2)"
    )
    bad = Solution(Status.INVALID, violations=(Violation("input", (), "too short"),))
    assert row_of(record, bad, None).reason == "a.txt:3: too short"
    assert row_of(Record("a.txt", 3, "x", None, "not JSON"), bad, None).reason == "a.txt:3: not JSON"
    assert row_of(Record("", 0, "x"), bad, None).reason == "too short"


def test_a_row_is_one_printable_line_whatever_came_in() -> None:
    bad = Solution(Status.INVALID, violations=(Violation("input", (), "a\nb\x1b[31m"),))
    row = row_of(Record("a.txt", 1, "1\n2\ud800\x1b]0;title\x07"), bad, None)
    assert row.problem == "1 2??]0;title?"
    assert row.reason == "a.txt:1: a b?[31m"
    drawn = "1 . | . .\n. . | . 4\n----+----\n4 . | . .\n. . | . 1\n"
    assert row_of(Record("", 0, drawn), Solution(Status.SOLVED, text=S), None).problem == P


def test_csv_says_nothing_by_an_empty_field_and_truth_in_lower_case() -> None:
    assert csv_line(SOLVED) == f"{P},{S},SOLVED,vmd,true,17,0.25,\n"
    assert csv_line(NOTHING) == '"12, or ""so""",,INVALID,,,0,0.0,"a.txt:3: holds ""x"", not a symbol"\n'
    assert CSV_HEADER == "problem,solution,status,method,unique,nfe,seconds,reason\n"


def test_files_hold_what_was_written(tmp_path: Path) -> None:
    for kind in (".csv", ".jsonl", ".txt"):
        write_rows(ROWS, tmp_path / f"out{kind}")
    with (tmp_path / "out.csv").open(newline="") as lines:
        assert [row["problem"] for row in csv.DictReader(lines)] == [row.problem for row in ROWS]
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [Row(**json.loads(line)) for line in lines] == ROWS
    assert (tmp_path / "out.txt").read_text().splitlines() == [S, NOTHING.problem, P, "?"]
    for kind in (".csv", ".jsonl"):  # and our own reader takes them as problems with solutions
        first = next(read(tmp_path / f"out{kind}"))
        assert (first.puzzle, first.solution) == (P, S)


def test_parquet_holds_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet: Any = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    monkeypatch.setattr(rows, "CHUNK", 3)
    write_rows(ROWS, tmp_path / "out.parquet")
    assert [Row(**row) for row in parquet.read_table(tmp_path / "out.parquet").to_pylist()] == ROWS
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(rows, "import_module", missing)
    with pytest.raises(MissingExtra, match=r"pip install 'vmdsolve\[parquet\]'"):
        kind_of(tmp_path / "out.parquet")


def test_what_cannot_be_written_is_refused_first(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"its ending is '\.xls'; wanted one of \.csv, \.jsonl, \.parquet, \.txt"):
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


# Law 8 ------------------------------------------------------------------------------------------------


def journal_of(out: Path, rows: list[Row], settings: dict[str, Any]) -> bytes:
    """The bytes of a journal that was killed just before the end."""
    with Journal(out, settings) as journal:
        for row in rows:
            journal.add(row)
    content = journal.path.read_bytes()
    journal.path.unlink()
    return content


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=9)
ANY_ROW = st.builds(
    Row, TEXT, st.none() | TEXT, st.sampled_from(list(map(str, Status))), st.none() | TEXT,
    st.none() | st.booleans(), st.integers(0, 99), st.floats(0, 9), TEXT,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ANY_ROW, max_size=6), kill=st.floats(0, 1), kind=st.sampled_from([".csv", ".jsonl", ".txt"]))
def test_a_job_killed_at_any_byte_resumes_to_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], kill: float, kind: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    whole, out = folder / f"whole{kind}", folder / f"out{kind}"
    write_rows(rows, whole)
    content = journal_of(out, rows, {"seed": 1})
    path = out.with_name(out.name + ".partial.jsonl")
    path.write_bytes(content[: round(kill * len(content))])
    with Journal(out, {"seed": 1}, resume=True) as journal:
        done = journal.done
        assert journal.tally.total == done <= len(rows)
        for row in rows[done:]:
            journal.add(row)
        journal.finish()
    assert out.read_bytes() == whole.read_bytes()
    assert not path.exists()
    assert journal.tally.total == len(rows)


def test_resuming_keeps_every_whole_line(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    content = journal_of(out, ROWS, {})
    path = tmp_path / "out.csv.partial.jsonl"
    for cut in range(len(content) + 1):
        path.write_bytes(content[:cut])
        with Journal(out, {}, resume=True) as journal:
            assert journal.done == max(0, content[:cut].count(b"\n") - 1)
        path.unlink()


def test_killed_while_the_file_was_made_a_job_resumes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.txt"
    with Journal(out, {}) as journal:
        journal.add(SOLVED)
        with monkeypatch.context() as patch:
            patch.setattr("vmdsolve.files.journal.write_rows", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                journal.finish()
    with Journal(out, {}, resume=True) as journal:
        assert journal.done == 1
        journal.finish()
    assert out.read_text() == S + "\n"


def test_a_journal_with_rows_is_never_thrown_away(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    content = journal_of(out, ROWS, {"seed": 1})
    path = tmp_path / "out.txt.partial.jsonl"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="left of a job that did not finish: continue it with --resume, or delete"):
        Journal(out, {"seed": 1})
    with pytest.raises(InvalidInput, match="it was begun with other settings: order None, now 'margin', seed 1, now 2"):
        Journal(out, {"seed": 2, "order": "margin"}, resume=True)
    assert path.read_bytes() == content


@pytest.mark.parametrize("first", [b"{}\n", b"[]\n", b"\xff\n", b'{"settings": 5}\n', b"puzzle\n"])
def test_a_foreign_file_is_no_journal(tmp_path: Path, first: bytes) -> None:
    (tmp_path / "out.txt.partial.jsonl").write_bytes(first + b"second\n")
    with pytest.raises(InvalidInput, match="is not the journal of a job"):
        Journal(tmp_path / "out.txt", {}, resume=True)


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    content = journal_of(tmp_path / "out.txt", ROWS, {})
    path = tmp_path / "out.txt.partial.jsonl"
    for damage in (b"rubbish\n", b"{}\n", b"\xff\xfe\n"):
        path.write_bytes(content + damage)
        with pytest.raises(InvalidInput, match=rf"partial\.jsonl:{len(ROWS) + 2} is damaged; delete it"):
            Journal(tmp_path / "out.txt", {}, resume=True)


def test_every_field_of_a_row_is_written() -> None:
    assert set(json.loads(rows.json_line(SOLVED))) == set(NAMES) == set(Row.__slots__)

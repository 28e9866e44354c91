"""csv for spreadsheets: nothing in it is run, and all of it is read back as it was."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from helpers.commands import P, S, run, solve, table
from helpers.hostile import hostile
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.files.formats.spreadsheet import guarded, unguarded
from vmdsolve.files.records import read
from vmdsolve.files.rows import Row, write_rows

DASHES = "-" + P[1:].replace(".", "-")
ATTACK = "=cmd|' /C calc'!A0"
RUN = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")

texts = st.text("=+-@＝＋－＠' \t\r\n12.ae|!()", max_size=8) | hostile() | st.text()
lines = texts.map(lambda text: "".join(c if c.isprintable() else "?" for c in text).strip())


@given(texts)
def test_a_text_is_none_to_run_and_comes_back(text: str) -> None:
    written = guarded(text)
    assert unguarded(written) == text
    assert not RUN.match(written) or re.fullmatch(r"[-._\d ]+|[-+]?[\d.]+(e[-+]?\d+)?", written, re.IGNORECASE)
    assert written in (text, "'" + text)


@pytest.mark.parametrize("text", [ATTACK, "@SUM(1)", "+1+1", "-2+3", "-A1", "\t=1", "\r=1", "  =1", "＝1", "'=1"])
def test_what_runs_is_marked(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["-2", "+1.5", "-1e-05", "--1-", "- - 1 -", "1=2", "'tis", "", P])
def test_numbers_and_boards_are_left(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize("ending", [".csv", ".tsv"])
@settings(deadline=None)
@given(puzzle=lines, answer=lines, title=lines, other=lines)
def test_rows_are_read_as_they_were_written(ending: str, puzzle: str, answer: str, title: str, other: str) -> None:
    title = title or "title"
    row = Row(puzzle, answer or None, "INVALID", None, None, 0, 0.0, ATTACK, {title: other})
    with TemporaryDirectory() as folder:
        out = Path(folder) / f"out{ending}"
        write_rows([row, Row(P, S, "SOLVED", "search", None, 0, 0.0, "", {title: other})], out, others=[title])
        with out.open(newline="") as stream:
            fields = [f for line in csv.reader(stream, delimiter="," if ending == ".csv" else "\t") for f in line]
        assert not any(RUN.match(field) and re.search(r"[^-+.\d\se_]", field) for field in fields)
        first, second = read(out)
    assert (first.puzzle, first.solution) == (puzzle, answer or None)
    assert second.puzzle == P
    assert [*second.others.values()][-1] == other
    assert [*second.others][-1].removeprefix("input_") == title.removeprefix("input_")


def test_what_was_written_is_solved_again(tmp_path: Path) -> None:
    file, out, again = tmp_path / "=a.csv", tmp_path / "b.csv", tmp_path / "c.csv"
    file.write_text(f"puzzle,@note\n{P},=1+1\n{ATTACK},'-x\n{DASHES},\n")
    assert solve(file, "-o", out).exit_code == 1
    rows = table(out.read_text())
    assert [row["problem"] for row in rows] == [P, "'" + ATTACK, DASHES]
    assert [row["'@note"] for row in rows] == ["'=1+1", "''-x", ""]
    solve(out, "-o", again)
    assert [row["problem"] for row in table(again.read_text())] == [row["problem"] for row in rows]
    assert [row["'@note"] for row in table(again.read_text())] == ["'=1+1", "''-x", ""]
    assert solve(file).stdout.split("\n")[2].startswith(f"'{ATTACK},,INVALID,")
    assert run("check", out).stderr == "3 checked: 2 right, 1 unreadable\n"


def test_in_a_table_of_others_an_apostrophe_is_one(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"puzzle,note\n{P},'=1\n")
    assert next(read(file)).others == {"note": "'=1"}

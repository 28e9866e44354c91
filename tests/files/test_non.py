""".non files: one nonogram, its picture as the solution; several in a .nonpack; a bad one among them is one bad row."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.commands import run, solve

import vmdsolve
from vmdsolve.domains.notations.non import Non as Notation
from vmdsolve.files.formats.non import Non
from vmdsolve.files.records import read
from vmdsolve.files.rows import Puzzle

ONE = 'title "corner"\nwidth 2\nheight 2\n\nrows\n2\n1\n\ncolumns\n2\n1\n\ngoal "1110"\n'


def test_a_file_is_one_nonogram_with_its_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.non"
    path.write_text(ONE)
    [record] = read(path)
    assert (record.line, record.puzzle, record.solution, record.domain) == (1, "2 2/2/1/2/1", "1110", "nonogram")
    assert vmdsolve.solve(record.puzzle, domain=record.domain, method="search").text == record.solution


def test_several_are_parted_by_lines_of_equals_signs(tmp_path: Path) -> None:
    path = tmp_path / "a.nonpack"
    path.write_text("====\n".join([ONE, ONE.replace("2\n1\n\ng", "2\n1b\n\ng"), ONE]))
    first, second, third = read(path)
    assert first.puzzle == third.puzzle
    assert "has colours ('1b')" in second.reason
    assert second.line == 15


def test_what_is_written_is_read_as_the_same(tmp_path: Path) -> None:
    rows = [Puzzle("2 2/2/1/2/1", "1110"), Puzzle("1 2/0/1/1", "01")]
    path = tmp_path / "a.nonpack"
    path.write_text("".join(Non().lines(rows, Puzzle)))
    assert [(record.puzzle, record.solution) for record in read(path)] == [(row.puzzle, row.solution) for row in rows]


THREE = "width 3\nheight 3\nrows\n{}columns\n{}"


@pytest.mark.parametrize("columns", ["1\n\n1\n", "1\n1\n\n", "1\n0\n1\n\ntitle x\n", "1\n1\n\n\n"])
def test_a_blank_line_is_a_line_in_which_nothing_is_painted(columns: str) -> None:
    found = Notation().read(THREE.format("1\n\n1\n", columns))
    assert sorted(found.layout.columns) == [(), (1,), (1,)]
    assert found.layout.rows == [(1,), (), (1,)]


@pytest.mark.parametrize(
    ("rows", "columns", "said"),
    [
        ("1\n1\n1\n", "1\n1\n", "ends after 2 of 3 columns"),
        ("1\n1\n1\n", "1\n1", "ends after 2 of 3 columns"),
        ("1\n1\n1\n", "", "ends after 0 of 3 columns"),
        ("1\n1\n", "1\n1\n1\n", "line 6: 'columns' among 3 rows"),
        ("1\n1\n1\n1\n", "1\n1\n1\n", "line 7: '1' comes after all 3 rows"),
        ("1\n1\n1\n\n", "1\n1\n1\n\n2\n", "line 13: '2' comes after all 3 columns"),
        ("1\n1\n\n", "1\n1\n1\n", "paints 2 by its rows and 3 by its columns"),
        ("1\n1\n1\n", "1\n1\n\n", "paints 3 by its rows and 2 by its columns"),
        ("1\n1\n1\nwidth 4\n", "1\n1\n1\n", "does not say width and height once"),
    ],
)
def test_a_line_too_few_or_too_many_is_refused(rows: str, columns: str, said: str) -> None:
    with pytest.raises(vmdsolve.InvalidProblem, match=said):
        Notation().read(THREE.format(rows, columns))


def test_jobs_write_it_and_read_it_again(tmp_path: Path) -> None:
    made, solved = tmp_path / "a.non", tmp_path / "b.non"
    assert run("generate", "nonogram", "-n", 3, "--size", 5, "-o", made).exit_code == 0
    assert solve(made, "-o", solved).exit_code == 0
    assert solved.read_text() == made.read_text()
    assert run("check", solved).stderr == "3 checked: 3 right\n"
    refused = run("generate", "sudoku-4x4", "-o", tmp_path / "c.non")
    assert refused.stderr == "vmdsolve: .non holds nonograms alone, and puzzle 1 is none; write .csv\n"

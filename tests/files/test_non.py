""".non files: one nonogram, its picture as the solution; several in a .nonpack; a bad one among them is one bad row."""

from __future__ import annotations

from pathlib import Path

import vmdsolve
from vmdsolve.files.records import read

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

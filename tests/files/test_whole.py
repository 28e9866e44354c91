"""Files that are one puzzle, and puzzles of several lines: read, solved by the commands, refused with the reason."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from helpers.commands import run, table
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.files import records as records_module
from vmdsolve.files.formats import FORMATS, whole
from vmdsolve.files.formats.boards import TITLE
from vmdsolve.files.formats.whole import WholeFile
from vmdsolve.files.records import MAX_LINE, open_input, read

WHOLE = {form.reads[0]: form for form in FORMATS if isinstance(form, WholeFile)}
DZN = "% a square\nN = 3;\nstart = [| 0, 2, 0\n | 0, 0, 0 | 3, 0, 0 |];\n"
ARRAY = "x = array2d(1..n, 1..n, [ % cells\n 1,_,_,_,  _,_,_,4,\n _,_,_,_, _,_,2,_,\n]);\nn = 4;\n"
UNITS = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8]]
MZN = (
    'include "globals.mzn";\n'
    + "".join(f"var {'1 ..  1' if i == 1 else '2..2' if i == 6 else '0 ..  2'} : v_{i};\n" for i in range(9))
    + "".join(f"constraint all_different([{', '.join(f'v_{i}' for i in unit)}]);\n" for unit in UNITS)
    + "solve satisfy;\n"
)
COL = "c a path, see http://path\np edge 3 2\ne 1 2\ne 2 3\n"


def put(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return str(folder / name)


# A whole file ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "puzzle", "named"),
    [
        ("a.dzn", DZN, ".2....3..", "latin-3"),
        ("a.dzn", ARRAY.replace("n = 4", "S = 2").replace("x =", "start ="), "1......4......2.", None),
        ("a.dzn", ARRAY, "1......4......2.", None),
        ("a.mzn", MZN, ".2....3..", "latin-3"),
        ("a.mzn", MZN.replace("all_different", "alldifferent"), ".2....3..", "latin-3"),
        ("A.DZN", DZN, ".2....3..", "latin-3"),
    ],
)
def test_a_file_may_be_one_puzzle(tmp_path: Path, name: str, text: str, puzzle: str, named: str | None) -> None:
    [record] = read(put(tmp_path, name, text))
    assert (record.line, record.puzzle, record.domain, record.solution) == (1, puzzle, named, None)


def test_a_graph_is_read_for_the_domain_that_says_its_colours(tmp_path: Path) -> None:
    path = put(tmp_path, "a.col", COL)
    [record] = read(path, "colouring-2")
    assert vmdsolve.solve(record.puzzle, domain="colouring-2").text in ("121", "212")
    with pytest.raises(InvalidInput, match=r"a\.col: this is a graph in DIMACS form; say in how many colours"):
        list(read(path))


def test_the_commands_take_the_domain_that_the_file_names(tmp_path: Path) -> None:
    paths = [put(tmp_path, "a.dzn", DZN), put(tmp_path, "b.mzn", MZN), put(tmp_path, "c.dzn", ARRAY)]
    rows = table(run("solve", "--method", "search", *paths).stdout)
    assert [row["status"] for row in rows] == ["SOLVED"] * 3
    assert [len(row["solution"]) for row in rows] == [9, 9, 16]
    out = tmp_path / "out.csv"
    assert run("solve", "--method", "search", *paths, "-o", str(out)).exit_code == 0
    assert [row["solution"] for row in table(out.read_text())] == [row["solution"] for row in rows]
    assert run("check", paths[0]).exit_code == 0
    assert "row" in run("hint", put(tmp_path, "d.dzn", DZN.replace("0, 2, 0", "1, 2, 0"))).stdout
    asked = run("solve", "--domain", "sudoku-4x4", paths[0])
    assert "needs 16 cells" in asked.stdout
    graph = put(tmp_path, "a.col", COL)
    assert "SOLVED" in run("solve", "--method", "search", "--domain", "colouring-2", graph).stdout
    assert run("solve", graph).exit_code == 2


REFUSED = [
    (".dzn", "n = 3;", "this .dzn holds n, and is no Sudoku, Latin square, nonogram or kakuro as they are published"),
    (".dzn", "", "this .dzn holds nothing, and is no Sudoku"),
    (".dzn", DZN + DZN, "this .dzn holds N, start, N again, start again, and is no Sudoku"),
    (".dzn", DZN.replace("N = 3", "N = 4"), "N is 4 in this .dzn, but the array start has 3 rows"),
    (".dzn", DZN.replace("N = 3", "S = 3"), "S is 3 in this .dzn, but the array start has 3 rows"),
    (".dzn", DZN.replace("3,", "4,"), "row 3, column 1 of start holds '4'; wanted 1 to 3, or 0 or _ where open"),
    (".dzn", DZN.replace("3,", "-1,"), "holds '-1'"),
    (".dzn", DZN.replace("3,", "9" * 5000 + ","), "holds '9999"),
    (".dzn", DZN.replace("3,", ""), "8 cells in the array start; wanted n x n, n from 2 to 64"),
    (".dzn", "x = [|" + "0," * 65**2 + "|];", "4225 cells in the array x; wanted n x n"),
    (".mzn", "solve satisfy;", "0 variables with a range in this .mzn; wanted n x n"),
    (".mzn", MZN.replace("v_3, v_4", "v_4, v_3", 1), "not a quasigroup to complete, all_different of rows and columns"),
    (".mzn", MZN + "constraint v_0 < v_1;", "not a quasigroup to complete"),
    (".mzn", MZN.replace("2..2", "3..3"), r"variable v_6 is 3 \.\. 3; wanted k \.\. k, or 0 \.\. 2 where open"),
    (".mzn", MZN.replace("2..2", "0..1"), r"variable v_6 is 0 \.\. 1"),
]


@pytest.mark.parametrize(("suffix", "text", "message"), REFUSED)
def test_what_is_no_puzzle_is_refused(tmp_path: Path, suffix: str, text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as refusal:
        list(read(put(tmp_path, f"a{suffix}", text)))
    assert f"a{suffix}: " in str(refusal.value)
    assert len(str(refusal.value)) < 400


def test_a_file_of_absurd_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "MAX_FILE", 50)
    with pytest.raises(InvalidInput, match=r"a\.dzn is over 50 characters"):
        list(read(put(tmp_path, "a.dzn", DZN)))


@settings(deadline=None, max_examples=300)
@given(suffix=st.sampled_from(sorted(WHOLE)), data=st.data())
def test_no_text_does_worse_than_be_refused(suffix: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([DZN, ARRAY, MZN, COL]))
    at, to = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    piece = data.draw(st.text(max_size=8) | st.sampled_from(["x=[|", "[" * 9, "|]", "%", "²", "9" * 5000, text]))
    try:
        puzzle, named = WHOLE[suffix].puzzle_of(text[:at] + piece + text[to:], get("colouring-5"))
    except InvalidInput:
        return
    assert "\n" not in puzzle
    assert named is None or get(named).parse(puzzle).domain == named


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["x=[|", "x=array2d(", "constraint all_different([", "var 1", "a", " ", "x = ", "%"])
def test_a_hostile_file_is_refused_in_linear_time(piece: str) -> None:
    text = piece * (2_000_000 // len(piece))  # hours, were it quadratic
    for suffix in (".dzn", ".mzn"):
        with pytest.raises(InvalidInput):
            WHOLE[suffix].puzzle_of(text, None)


# Several lines --------------------------------------------------------------------------------------

KILLER = "2 2\n3 -\n- -\n1 1\n- -"
BOARD = "1 . | . .\n. . | . 4\n----+----\n. . | . .\n. . | 2 ."


def test_puzzles_of_several_lines_are_parted_by_blank_lines(tmp_path: Path) -> None:
    text = f"# two puzzles\n\n{KILLER}\n\n\n# the second\n{KILLER.replace('3', '4')}\n"
    first, second = read(put(tmp_path, "a.txt", text), "killer")
    assert (first.line, first.puzzle) == (3, KILLER)
    assert (second.line, second.puzzle) == (11, KILLER.replace("3", "4"))
    assert [r.puzzle for r in read(put(tmp_path, "b.txt", KILLER), "killer")] == [KILLER]
    one_line = KILLER.replace("\n", "/")
    assert [r.puzzle for r in read(put(tmp_path, "c.txt", f"{one_line}\n\n{one_line}\n"), "killer")] == [one_line] * 2


@pytest.mark.parametrize("name", [None, "sudoku-4x4", "latin-4"])
def test_drawn_boards_are_parted_by_blank_lines(tmp_path: Path, name: str | None) -> None:
    framed = "+----+\n|1...|\n|...4|\n|....|\n|..2.|\n+----+"
    for drawn in (BOARD, framed, "1...\n...4\n....\n..2."):
        records = list(read(put(tmp_path, "a.txt", f"{drawn}\n\n{drawn}\n"), name))
        problems = [get(name or "sudoku-4x4").parse(record.puzzle) for record in records]
        assert [problem.values.tolist()[:8] for problem in problems] == [[0, *[-1] * 6, 3]] * 2


def test_a_file_of_lines_stays_one(tmp_path: Path) -> None:
    lines = ["1......4......2.", "1...", "", "." * 81, "short", "." * 16]
    path = put(tmp_path, "a.txt", "\n".join(lines))
    assert [r.puzzle for r in read(path)] == [line for line in lines if line]
    rows = table(run("solve", "--method", "search", path).stdout)
    assert [row["status"] for row in rows] == ["SOLVED", "INVALID", "SOLVED", "INVALID", "SOLVED"]
    assert [r.puzzle for r in read(put(tmp_path, "b.txt", "." * 16 + "\n" + "." * 16))] == ["." * 16] * 2


def test_a_drawn_puzzle_is_solved_from_its_file(tmp_path: Path) -> None:
    [row] = table(run("solve", "--method", "search", "--domain", "killer", put(tmp_path, "a.txt", KILLER)).stdout)
    assert (row["status"], row["problem"]) == ("SOLVED", KILLER.replace("\n", "/"))
    [row] = table(run("solve", "--method", "search", put(tmp_path, "b.txt", BOARD)).stdout)
    assert (row["status"], row["problem"]) == ("SOLVED", "1......4......2.")


def test_a_puzzle_without_an_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "1 1\n" * (MAX_LINE // 4 + 1))
    with pytest.raises(InvalidInput, match=r"a\.txt:1 begins a puzzle of over 262,144 characters; wanted blank lines"):
        list(open_input(path, "killer"))


@settings(deadline=None, max_examples=100)
@given(text=st.text("1.4 -|+/\n#", max_size=80), name=st.sampled_from([None, "killer", "sudoku-4x4", "nonogram"]))
def test_no_line_is_lost(tmp_path_factory: pytest.TempPathFactory, text: str, name: str | None) -> None:
    path = put(tmp_path_factory.getbasetemp(), "lost.txt", text)
    kept = [line.strip() for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(records_module, "FEW", 99)
            records = list(read(path, name))
    except InvalidInput:
        assert not kept
        return
    found = iter(line.strip() for record in records for line in record.puzzle.split("\n") if line.strip())
    now = next(found, None)
    for line in kept:  # all are there, in order, but for titles
        if line == now:
            now = next(found, None)
        else:
            assert TITLE.fullmatch(line)
    assert now is None
    assert all(a.line < b.line for a, b in pairwise(records))

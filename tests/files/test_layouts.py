"""Files as others lay them out: boards of several lines, cells by cells, lists, JSON of any shape."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.sudoku import A_SOLVED, A, B, numbers, rows_of

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.files.records import read
from vmdsolve.files.rows import Puzzle, write_rows

ROWS, MORE = rows_of(A), rows_of(B)


def put(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def boards(path: Path, name: str | None = None) -> list[str]:
    domain = get(name or "sudoku-9x9")
    return [domain.format(domain.parse(record.puzzle).values).replace(".", "0") for record in read(path, name)]


def table(rows: list[str], delimiter: str, open_cell: str = "0", after: str = "") -> str:
    return "".join(delimiter.join(open_cell if c == "0" else c + after for c in row) + "\n" for row in rows)


def drawn(rows: list[str]) -> str:
    """As Simple Sudoku does."""
    lines = [" |" + "|".join(rows_of(row.replace("0", "."), 3)) + "|" for row in rows]
    edge, between = " *-----------*", " |---+---+---|"
    return "\n".join([edge, *lines[:3], between, *lines[3:6], between, *lines[6:], edge, ""])


def titled(title: str, *some: list[str]) -> str:
    return "".join(f"{title.format(k)}\n" + "\n".join(rows) + "\n" for k, rows in enumerate(some, 1))


COUNT = ",".join(map(str, range(9)))
INDEXED = f",{COUNT}\n" + "".join(f"{i},{line}\n" for i, line in enumerate(table(ROWS, ",", "").splitlines()))

LAYOUTS: list[tuple[str, str, list[str]]] = [
    ("commas.txt", table(ROWS, ","), [A]),
    ("empty.csv", table(ROWS, ",", ""), [A]),
    ("semicolons.txt", table(ROWS, ";"), [A]),
    ("tabs.tsv", table(ROWS, "\t"), [A]),
    ("quoted.csv", table(ROWS, '","').replace("\n", '"\n"').removesuffix('"').join('""')[:-1], [A]),
    ("pandas.csv", INDEXED, [A]),
    ("nan.csv", f"{COUNT}\n" + table(ROWS, ",", "nan", ".0"), [A]),
    ("minus.csv", table(ROWS, ",", "-1"), [A]),
    ("two.csv", table(ROWS, ",") + table(MORE, ","), [A, B]),
    ("parted.csv", table(ROWS, ",") + "\n" + table(MORE, ","), [A, B]),
    ("flat.csv", table([A, B], ","), [A, B]),
    ("headed.csv", ",".join(f"c{i}" for i in range(81)) + "\n" + table([A, B], ","), [A, B]),
    ("rows.txt", "\n".join(ROWS + MORE), [A, B]),
    ("blanks.txt", table(ROWS, " ") + "\n" + table(MORE, " "), [A, B]),
    ("euler.txt", titled("Grid {:02}", ROWS, MORE, ROWS), [A, B, A]),
    ("hakank.txt", titled("9", ROWS, MORE), [A, B]),
    ("spaced.txt", titled("9", [" ".join(row) for row in ROWS]), [A]),
    ("a.ss", drawn(ROWS), [A]),
    ("drawn.txt", drawn(ROWS) + drawn(MORE), [A, B]),
    ("a.sdk", "#A someone\n#D a puzzle\n[Puzzle]\n" + "\n".join([*ROWS, "[State]", *MORE]), [A]),
    ("plain.sdk", "\n".join(ROWS), [A]),
    ("a.sdm", f"{A}\n{B}\n", [A, B]),
    ("exchange.txt", f"00015097c6c3 {A}  7.2\n0001d2888928 {B}  7.1\n", [A, B]),
    ("rated.txt", f"{A} ; ED=7.2/1.2\n{B} ; ED=3\n", [A, B]),
    ("named.txt", f"{A} # name\n{B} # other\n", [A, B]),
    ("strings.json", json.dumps([A, B]), [A, B]),
    ("pretty.json", json.dumps([{"board": numbers(A)}, {"board": ROWS}], indent=2), [A, A]),
    ("boards.json", json.dumps([numbers(A), numbers(B)]), [A, B]),
    ("flat.json", json.dumps([int(c) for c in A]), [A]),
    ("null.json", json.dumps([[cell or None for cell in row] for row in numbers(A)]), [A]),
    ("folders.json", json.dumps({"easy": [A], "hard": {"more": [B]}}), [A, B]),
    ("key.json", json.dumps({"puzzles": [A, B]}, indent=1), [A, B]),
    ("nested.jsonl", json.dumps({"grid": numbers(A)}) + "\n" + json.dumps(numbers(B)) + "\n", [A, B]),
    ("list.txt", str(numbers(A)), [A]),
    ("a.opensudoku", f'<opensudoku>\n<game data="{A}"/>\n<game data="{B}"/></opensudoku>', [A, B]),
    ("xml.txt", f'<?xml version="1.0"?>\n<opensudoku><folder><game data="{A}"/></folder></opensudoku>', [A]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "puzzles"), LAYOUTS, ids=[layout[0] for layout in LAYOUTS])
def test_every_layout_is_read(tmp_path: Path, name: str, text: str, puzzles: list[str]) -> None:
    assert boards(put(tmp_path, name, text)) == puzzles


def test_numbers_over_9_are_symbols_by_rank(tmp_path: Path) -> None:
    rows = [[(i + j) % 17 for j in range(16)] for i in range(16)]
    wanted = "".join(".123456789ABCDEFG"[cell] for row in rows for cell in row)
    for text in (
        "\n".join(" ".join(map(str, row)) for row in rows),
        "16\n" + "\n".join(",".join(map(str, row)) for row in rows),
    ):
        [record] = read(put(tmp_path, "a.txt", text))
        assert record.puzzle == wanted
    [record] = read(put(tmp_path, "a.json", json.dumps(rows)))
    assert record.puzzle == wanted


def test_two_signs_for_open_cells_are_not_guessed_at(tmp_path: Path) -> None:
    rows = [[12 if i == j else -1 if i < j else 0 for j in range(16)] for i in range(16)]
    [record] = read(put(tmp_path, "a.json", json.dumps(rows)))
    assert "both '-1' and '0' stand for open cells" in record.reason


def test_titles_are_dropped_and_nothing_else(tmp_path: Path) -> None:
    text = titled("Grid {:02}", ROWS, [*MORE[:4], "Grid 02b", *MORE[4:]], ROWS)
    records = list(read(put(tmp_path, "a.txt", text)))
    assert [record.line for record in records] == [2, 12, 23]
    assert "Grid 02b" in records[1].puzzle


def test_a_document_says_which_puzzle_is_none(tmp_path: Path) -> None:
    records = list(
        read(
            put(tmp_path, "a.json", json.dumps([{"puzzle": A, "id": 3}, {"oops": 1}, {"quiz": B, "answer": A_SOLVED}]))
        )
    )
    assert [(r.line, r.solution) for r in records] == [(1, None), (2, None), (3, A_SOLVED)]
    assert dict(records[0].others) == {"id": 3}
    assert records[1].reason.startswith('wanted an object with a text under "puzzle"')


def test_answers_of_web_services_are_read(tmp_path: Path) -> None:
    grid = {"value": numbers(A), "solution": numbers(A_SOLVED), "difficulty": "Hard"}
    [record] = read(put(tmp_path, "a.json", json.dumps({"newboard": {"grids": [grid], "results": 1}})))
    assert (record.puzzle, record.solution, dict(record.others)) == (A, A_SOLVED, {"difficulty": "Hard"})


def test_a_list_that_is_no_json_is_one_text_for_the_reader_of_puzzles(tmp_path: Path) -> None:
    text = "[['8' '.']\n ['.' '2']]"
    assert [record.puzzle for record in read(put(tmp_path, "a.txt", f"{text}\n{text}\n"))] == [text, text]


# What is no file of puzzles ---------------------------------------------------------------------------

STRANGERS = [
    ("a.xml", '<?xml version="1.0"?>\n<a>\n<b/>\n</a>\n', "is XML of <a>; of XML, only files of OpenSudoku are read"),
    ("a.opensudoku", "<?xml version='1.0'?>\n<opensudoku>\n<game", "begins as XML, but is not"),
    ("a.opensudoku", "<!DOCTYPE x>\n<opensudoku/>", "XML with a document type"),
    ("a.html", "<!DOCTYPE html>\n<html>\n<p>\n", "is a web page"),
    ("a.param", "language ESSENCE 1.0\n\nletting n be 3\n", "is an ESSENCE file"),
    ("a.py", "import sys\nprint(3)\n", "is a program"),
    ("a.sav", "SAVEFILE:41:Simon Tatham's\nVERSION :1:1\n", "saved game of Simon Tatham's"),
    ("a.sdk", "[Puzzle]\n" + "\n".join([*ROWS, "[Regions]", *ROWS]), r"a\.sdk:11: section \[Regions\] of this \.sdk"),
    ("a.sdk", "[Puzzle]\n", r"no row of a board follows \[Puzzle\]"),
    ("a.json", f'[\n {{"puzzle": "{A}"}},\n {{"puzzle" "x"}}\n]', r"a\.json:3: read as JSON, which it is not"),
    ("a.json", '{"a": 1}', "is JSON in which no puzzle is found"),
    ("a.txt", "hello world\nthis is\nno puzzle\nat all\n", r"none of 4 puzzles of .*a\.txt can be read, taken for txt"),
    ("a.csv", "id,puzzle\n" + "1,oops\n" * 30, r"none of the first 20 puzzles of .*a\.csv can be read, taken for csv"),
]


@pytest.mark.parametrize(("name", "text", "message"), STRANGERS)
def test_what_is_no_file_of_puzzles_is_told_in_one_sentence(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as refusal:
        list(read(put(tmp_path, name, text)))
    assert name in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_format_may_be_asked_for(tmp_path: Path) -> None:
    path = put(tmp_path, "a.dat", f"{A},{B}\n")
    assert [r.puzzle for r in read(path, format="csv")] == [A]
    assert len(list(read(put(tmp_path, "a.csv", f"{A}\n{B}\n"), format="txt"))) == 2
    with pytest.raises(InvalidInput, match="unknown format 'xls'; wanted one of boards, col, csv"):
        list(read(path, format="xls"))


def test_formats_for_sudoku_are_written_for_sudoku_alone(tmp_path: Path) -> None:
    out = tmp_path / "a.opensudoku"
    write_rows([Puzzle(A.replace("0", "."), A_SOLVED), Puzzle(B, A_SOLVED)], out, Puzzle)
    assert [record.puzzle for record in read(out)] == [A, B]
    write_rows([Puzzle(A.replace("0", "."), A_SOLVED)], tmp_path / "a.sdk", Puzzle)
    assert boards(tmp_path / "a.sdk") == [A]
    for name in ("a.opensudoku", "a.sdk"):
        with pytest.raises(InvalidInput, match="holds Sudoku 9x9 alone"):
            write_rows([Puzzle("1......44......1", "")], tmp_path / name, Puzzle)
    with pytest.raises(InvalidInput, match=r"a file \.sdk holds one Sudoku; write several as \.sdm"):
        write_rows([Puzzle(A, A_SOLVED)] * 2, tmp_path / "a.sdk", Puzzle)

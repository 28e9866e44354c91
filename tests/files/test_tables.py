"""Tables: any delimiter, any usual name of a column, columns that go on to the output, domains that they name."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from helpers.commands import run, solve, table
from helpers.sudoku import A_SOLVED, A, B
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput
from vmdsolve.files.formats.columns import OURS, carried
from vmdsolve.files.records import Record, read
from vmdsolve.files.rows import Row, write_rows

KILLER = "2 2/3 -/- -/1 1/- -"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / name


def only(path: Path, **options: str) -> Record:
    [record] = read(path, **options)
    return record


# Columns ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt", "a"])
def test_any_delimiter_is_seen(tmp_path: Path, delimiter: str, name: str) -> None:
    lines = [["id", "quizzes", "solutions"], ["7", A, A_SOLVED]]
    for text in (lines, [lines[1]]):
        record = only(put(tmp_path, name, "".join(delimiter.join(line) + "\n" for line in text)))
        assert (record.puzzle, record.solution, list(record.others.values())) == (A, A_SOLVED, ["7"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_encoding_with_a_mark_is_read(tmp_path: Path, encoding: str, end: str) -> None:
    text = end.join(["sep=;", "name;puzzle", f"größe;{A}", ""])
    record = only(put(tmp_path, "a.csv", text.encode(encoding)))
    assert (record.line, record.puzzle, record.others) == (3, A, {"name": "größe"})


@pytest.mark.parametrize(
    "title", ["Puzzle", "question", "unsolved", "board", "grid", "clues", "values", "start_position"]
)
def test_the_column_of_puzzles_is_known_by_its_name_or_by_what_it_holds(tmp_path: Path, title: str) -> None:
    record = only(put(tmp_path, "a.csv", f"source,{title},answer,rating\nx,{A},{A_SOLVED},0\n"))
    assert (record.puzzle, record.solution, record.others) == (A, A_SOLVED, {"source": "x", "rating": "0"})


def test_a_column_called_clues_is_no_puzzle_beside_one(tmp_path: Path) -> None:
    assert only(put(tmp_path, "a.csv", f"id,puzzle,solution,clues\n1,{A},{A_SOLVED},27\n")).others["clues"] == "27"
    assert only(put(tmp_path, "a.csv", f"clues,sudoku_string\n27,{A}\n")).puzzle == A


def test_colons_part_a_puzzle_from_its_count_and_answer(tmp_path: Path) -> None:
    record = only(put(tmp_path, "a.txt", f"{A}:1:{A_SOLVED}\n"))
    assert (record.puzzle, record.solution, record.others) == (A, A_SOLVED, {"column_2": "1"})


def test_a_column_may_be_asked_for(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", f"id,mine,theirs\n1,{A},{B}\n")
    with pytest.raises(InvalidInput, match=r"no column 'puzzle'; its columns are 'id', 'mine', 'theirs'; .* --column"):
        only(path)
    assert only(path, column="theirs").puzzle == only(path, column="3").puzzle == B
    with pytest.raises(InvalidInput, match="has no column 'nope'; its columns are"):
        only(path, column="nope")
    assert table(solve(path, "--column", "mine").stdout)[0]["problem"] == A
    lines = json.dumps({"id": 1, "mine": A, "theirs": B})
    assert only(put(tmp_path, "a.jsonl", lines), column="mine").puzzle == A


# Damage -----------------------------------------------------------------------------------------------


OPEN = "a quote opens on this line, and closes on none of its own; mend it"


def test_a_damaged_quote_swallows_no_puzzle(tmp_path: Path) -> None:
    text = f'id,puzzle\n1,{A}\n2,"{A}\n3,{A}\n4,{B}\n5,"{B}"\n6,{B}\n'
    records = list(read(put(tmp_path, "a.csv", text)))
    assert [(record.line, record.puzzle, record.reason) for record in records] == [
        (2, A, ""), (3, f'2,"{A}', OPEN), (4, A, ""), (5, B, ""), (6, B, ""), (7, B, ""),
    ]  # fmt: skip


@pytest.mark.parametrize("rest", ["oops\n", f"{B}\n" * 3, f"{B}\n" * 3300, f'"{B}\n{B}'])
@pytest.mark.parametrize("head", ["puzzle", "puzzle,note"])
def test_what_stands_behind_an_open_quote_is_read_as_without_it(tmp_path: Path, rest: str, head: str) -> None:
    with_quote = list(read(put(tmp_path, "a.csv", f'{head}\n{A}\n"{A},x\n{rest}')))
    without = list(read(put(tmp_path, "b.csv", f"{head}\n{A}\n{A},x\n{rest}")))
    assert with_quote[0].puzzle == A
    assert (with_quote[1].line, with_quote[1].reason) == (3, OPEN)
    told = [(record.line, record.puzzle, record.reason) for record in with_quote]
    assert told[2:] == [(record.line, record.puzzle, record.reason) for record in without[2:]]
    assert len(told) == len(without)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from([A, f'"{A}"', f'"{A}', f'{A}"', "oops", '"', f'{A},"x', f'{A},"x"', f'{A},"x\ny"']), max_size=8
    )
)
def test_every_puzzle_alone_on_a_line_is_read(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "quotes.csv"
    path.write_text("\n".join(["puzzle,note", f"{B},", *lines]))
    found = [record for record in read(path) if not record.reason]
    assert sum(record.puzzle == A for record in found) >= sum(line == A for line in lines)


def test_no_column_is_named_twice(tmp_path: Path) -> None:
    for head in ("Puzzle,puzzle", "puzzle,puzzle", "puzzle,Solution,solution", "puzzle, PUZZLE ,id"):
        path = put(tmp_path, "a.csv", f"{head}\n{A},{B},{A}\n")
        with pytest.raises(InvalidInput, match=r"^\S+a\.csv: '.*' stands there twice, as '.*' and '.*'; rename one"):
            list(read(path))
    path = put(tmp_path, "a.csv", f"Puzzle,puzzle,ID,id\n{A},{B},1,2\n")
    for column, puzzle in (("Puzzle", A), ("puzzle", B), ("2", B)):
        assert only(path, column=column).puzzle == puzzle
    assert list(only(path, column="puzzle").others.values()) == [A, "1", "2"]


@pytest.mark.parametrize(
    "both", ['"Puzzle": 1, "puzzle"', '"puzzle": 1, "puzzle"', '"Domain": 1, "domain": 2, "puzzle"']
)
def test_no_key_is_there_twice(tmp_path: Path, both: str) -> None:
    lines = f'{{"puzzle": "{A}"}}\n{{{both}: "{A}"}}\n{{"puzzle": "{B}"}}\n'
    records = list(read(put(tmp_path, "a.jsonl", lines)))
    assert [bool(record.reason) for record in records] == [False, True, False]
    assert "twice" in records[1].reason
    listed = "[" + ",\n".join(lines.splitlines()) + "]"
    path = put(tmp_path, "a.json", listed)
    if both.startswith('"puzzle"'):
        with pytest.raises(InvalidInput, match=r"a\.json: .* not: an object has the name 'puzzle' twice"):
            list(read(path))
    else:
        assert [bool(record.reason) for record in read(path)] == [False, True, False]


def test_a_note_may_have_several_lines(tmp_path: Path) -> None:
    record = only(put(tmp_path, "a.csv", f'puzzle,note\n{A},"one, two\nthree, four"\n'))
    assert (record.reason, record.others) == ("", {"note": "one, two\nthree, four"})


# What goes on -----------------------------------------------------------------------------------------


def test_columns_of_the_input_go_on_to_the_output(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", f'id,puzzle,status,notes\n7,{A},mine,"a, b"\n8,oops,,\n9,{B},,c\n')
    for out in (None, tmp_path / "o.csv", tmp_path / "o.tsv"):
        told = solve(path, *([] if out is None else ["-o", out]))
        text = told.stdout if out is None else out.read_text()
        rows = table(text.replace("\t", ",") if out is not None and out.suffix == ".tsv" and '"' not in text else text)
        if out is None or out.suffix == ".csv":
            assert [row["id"] for row in rows] == ["7", "8", "9"]
            assert [row["input_status"] for row in rows] == ["mine", "", ""]
            assert [row["status"] for row in rows] == ["SOLVED", "INVALID", "SOLVED"]
    assert [dict(r.others)["id"] for r in read(tmp_path / "o.tsv")] == ["7", "8", "9"]
    solve(path, "-o", tmp_path / "o.jsonl")
    assert [json.loads(line)["notes"] for line in (tmp_path / "o.jsonl").read_text().splitlines()] == ["a, b", "", "c"]
    solve(path, "-o", tmp_path / "o.json")
    assert [row["id"] for row in json.loads((tmp_path / "o.json").read_text())] == ["7", "8", "9"]


def test_columns_of_several_files_are_all_kept(tmp_path: Path) -> None:
    one = put(tmp_path, "a.csv", f"id,puzzle\n7,{A}\n")
    two = put(tmp_path, "b.jsonl", json.dumps({"puzzle": B, "rating": 2.5}))
    told = solve(one, two)
    assert "not in the first file, so not printed: rating" in told.stderr
    solve(one, two, "-o", tmp_path / "o.csv")
    rows = table((tmp_path / "o.csv").read_text())
    assert [(row["id"], row["rating"]) for row in rows] == [("7", ""), ("", "2.5")]


TITLES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=6) | st.sampled_from(OURS)
)


@settings(deadline=None)
@given(titles=TITLES)
def test_no_two_columns_go_on_under_one_name(titles: list[str]) -> None:
    names = carried(tuple(titles))
    assert len({*names, *OURS}) == len(titles) + len(OURS)


@settings(deadline=None, max_examples=60)
@given(
    note=st.text(st.characters(codec="utf-8", exclude_characters="\r\0")),
    suffix=st.sampled_from([".csv", ".tsv", ".jsonl", ".json"]),
)
def test_what_goes_on_is_read_back(tmp_path_factory: pytest.TempPathFactory, note: str, suffix: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"note{suffix}"
    write_rows(
        [Row(A, None, "TIMEOUT", None, None, 0, 0.0, "", {"note": note, "id": "7"})], path, others=["note", "id"]
    )
    [record] = read(path)
    assert (record.puzzle, record.others["note"], record.others["id"]) == (A, note, "7")


# Domains ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".json", ".jsonl"])
def test_a_file_says_which_domain_each_puzzle_is_of(tmp_path: Path, suffix: str) -> None:
    made, out = tmp_path / f"made{suffix}", tmp_path / f"out{suffix}"
    assert run("generate", "killer", "-n", 2, "--size", 4, "-o", made).exit_code == 0
    assert [record.domain for record in read(made)] == ["killer"] * 2
    assert solve(made, "-o", out).exit_code == 0
    for file in (made, out):
        told = run("check", file)
        assert (told.exit_code, told.stderr) == (0, "2 checked: 2 right\n")


def test_puzzles_of_several_domains_may_be_in_one_file(tmp_path: Path) -> None:
    text = f"puzzle,domain\n{KILLER},killer\n1......44......1,sudoku-4x4\noops,killer\n"
    rows = table(solve(put(tmp_path, "a.csv", text)).stdout)
    assert [row["status"] for row in rows] == ["SOLVED", "SOLVED", "INVALID"]
    assert [row["domain"] for row in rows] == ["killer", "sudoku-4x4", "killer"]


def test_a_column_of_domains_of_the_web_is_just_a_column(tmp_path: Path) -> None:
    record = only(put(tmp_path, "a.csv", f"puzzle,domain\n{A},www.example.com\n"))
    assert (record.domain, record.others) == (None, {"input_domain": "www.example.com"})


def test_check_takes_the_answers_of_a_table_of_answers(tmp_path: Path) -> None:
    puzzles, out = put(tmp_path, "a.txt", f"{A}\n{B}\n"), tmp_path / "out.csv"
    solve(puzzles, "-o", out)
    assert run("check", puzzles, out).stderr == "2 checked: 2 right\n"
    out.write_text(out.read_text().replace(A_SOLVED, A_SOLVED[1:] + "1"))
    assert run("check", puzzles, out).exit_code == 1


def test_a_line_without_an_answer_is_none_for_check_either(tmp_path: Path) -> None:
    out = tmp_path / "a.txt"
    write_rows([Row(A, None, "TIMEOUT", None, None, 0, 0.0, "")], out)
    assert out.read_text() == f"? {A}\n"
    assert run("check", put(tmp_path, "p.txt", A), out).stderr == "1 checked: 1 unfinished\n"
    assert [record.puzzle for record in read(out)] == [A]


def test_a_stream_without_peek_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"id;puzzle\n1;{A}\n".encode("utf-16"))))
    assert only(Path("-")).puzzle == A

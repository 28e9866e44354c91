"""Small files that would take endless time or memory are refused in a sentence, and numbers that are none as well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.commands import run

from vmdsolve.errors import InvalidInput
from vmdsolve.files.formats import non, opensudoku, parquet
from vmdsolve.files.formats.columns import carried
from vmdsolve.files.records import read

P = "1......2..4..3.."


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_thousand_columns_of_one_name_have_a_thousand_short_names() -> None:
    names = carried(("a",) * 30_000 + ("input_a_7", "status", "status"))
    assert len({*names}) == 30_003
    assert max(map(len, names)) < 20
    assert names[:3] == ("a", "input_a", "input_a_2")


@pytest.mark.parametrize(
    "text",
    [
        "x = array2d(" + " " * 100_000 + "[1]z;",
        "x = array2d(" + " ," * 50_000 + "[1]z;",
        "x = [1]" + " )" * 50_000 + "z",
    ],
)
def test_an_array_of_blanks_is_read_in_linear_time(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match="is no Sudoku"):
        list(read(put(tmp_path, "a.dzn", text)))


def test_a_digit_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"^\S+a\.dzn: "):
        list(read(put(tmp_path, "a.dzn", "x = array2d(1..²,1..²,[1,2,3,4]);")))


def test_elements_of_xml_are_counted_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    game = '<game data="' + "." * 81 + '"/>'
    path = put(tmp_path, "a.opensudoku", f"<opensudoku>{game * 50}</opensudoku>")
    assert len(list(read(path))) == 50
    monkeypatch.setattr(opensudoku, "MOST", 50)
    with pytest.raises(InvalidInput, match=r"is XML of over 50 elements or attributes; wanted fewer"):
        list(read(path))


def test_lines_of_non_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "a.non", "width 1\nheight 1\nrows\n1\ncolumns\n1\n" + "\n" * 50)
    assert len(list(read(path))) == 1
    monkeypatch.setattr(non, "MOST_LINES", 50)
    with pytest.raises(InvalidInput, match=r"a\.non is over 16,777,216 characters, or 50 lines$"):
        list(read(path))


def test_a_text_that_many_rows_share_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pa = pytest.importorskip("pyarrow")
    writer = pytest.importorskip("pyarrow.parquet")
    for kept in (True, False):
        shared = pa.DictionaryArray.from_arrays(pa.array([0, None] * 50, pa.int32()), pa.array(["x" * 1000]))
        table = pa.table({"puzzle": [P] * 100, "note": shared, "bytes": [b"\xff"] * 100, "number": [*range(100)]})
        writer.write_table(table, tmp_path / "a.parquet", store_schema=kept)
        found = list(read(tmp_path / "a.parquet"))
        assert [one.others for one in found[:2]] == [
            {"note": "x" * 1000, "bytes": b"\xff", "number": 0}, {"note": None, "bytes": b"\xff", "number": 1},
        ]  # fmt: skip
        assert len({id(one.others["note"]) for one in found}) == 2
    monkeypatch.setattr(parquet, "MAX_LINE", 999)
    with pytest.raises(InvalidInput, match=r"a\.parquet, behind row 0: a text of over 999 characters"):
        list(read(tmp_path / "a.parquet"))


def test_items_of_lists_are_counted_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pa = pytest.importorskip("pyarrow")
    writer = pytest.importorskip("pyarrow.parquet")
    table = pa.table({"puzzle": [P], "note": [[None] * 1000]})
    writer.write_table(table, tmp_path / "a.parquet")
    assert len(next(read(tmp_path / "a.parquet")).others["note"]) == 1000
    monkeypatch.setattr(parquet, "MOST_ITEMS", 999)
    with pytest.raises(InvalidInput, match=r"column 'note\.list\.element' has over 999 items of lists in a row group"):
        list(read(tmp_path / "a.parquet"))


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999", '"\\ud83d"', '["\\ud83d"]', "9" * 5000])
def test_what_json_has_not_makes_a_line_invalid(tmp_path: Path, value: str) -> None:
    bad, good = f'{{"puzzle": "{P}", "x": {value}}}', f'{{"puzzle": "{P}", "x": 1}}'
    for lines in ([bad], [good, bad, good]):
        reasons = [one.reason for one in read(put(tmp_path, "a.jsonl", "\n".join(lines)))]
        assert [bool(reason) for reason in reasons] == [line == bad for line in lines]
        assert reasons[len(lines) // 2].startswith("not JSON: ")


def test_what_is_written_is_json_whatever_was_read(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    writer = pytest.importorskip("pyarrow.parquet")
    nan = float("nan")
    table = pa.table({"puzzle": [P], "a": [nan], "b": [{"c": [-float("inf"), 1.5]}]})
    writer.write_table(table, tmp_path / "a.parquet")
    for ending in ("json", "jsonl"):
        out = tmp_path / f"b.{ending}"
        assert run("solve", tmp_path / "a.parquet", "--method", "search", "-o", out).exit_code == 0

        def none(name: str) -> None:
            raise AssertionError(f"{name} is not JSON")

        told = json.loads(out.read_text(), parse_constant=none)
        row = told[0] if ending == "json" else told
        assert (row["a"], row["b"]) == ("nan", {"c": ["-inf", 1.5]})


def test_more_puzzles_than_anyone_has_are_asked_for() -> None:
    assert run("show", P, "-n", 10**30).exit_code == 0

"""Files that people have, each with its right answer: field/formats of the data that tests may be given."""

from __future__ import annotations

import pytest
from helpers.commands import solve, table
from helpers.data import DATA
from helpers.sudoku import A_SOLVED

FORMATS = DATA / "field" / "formats"
ANSWERED = {
    "array.json": 1,
    "commas.txt": 1,
    "commas_empty.csv": 1,
    "kaggle.csv.zip": 1,
    "nested.jsonl": 1,
    "pylist1.txt": 1,
    "question.jsonl": 1,
    "rows_noblank.txt": 2,
    "sdk.sdk": 1,
    "sudoku_extreme.csv": 1,
    "tab.tsv": 1,
    "unsolved.csv": 1,
}
OPEN_SIGNS = (
    "blank.txt",
    "dash.txt",
    "quest.txt",
    "star.txt",
    "under.txt",
    "x.txt",
)  # settled by the reader of puzzles


@pytest.fixture(autouse=True)
def field() -> None:
    if not FORMATS.is_dir():
        pytest.skip(f"no {FORMATS.name} in {DATA}; set VMDSOLVE_DATA to a folder that has field/")


@pytest.mark.parametrize("name", ANSWERED)
def test_a_file_from_the_field_gives_its_answer(name: str) -> None:
    rows = table(solve(FORMATS / name).stdout)
    assert [row["solution"] for row in rows] == [A_SOLVED] * ANSWERED[name]


@pytest.mark.parametrize("name", OPEN_SIGNS)
def test_any_sign_for_open_cells_gives_the_answer_or_one_sentence(name: str) -> None:
    [row] = table(solve(FORMATS / name).stdout)
    assert row["solution"] == A_SOLVED or (row["status"] == "INVALID" and row["reason"])


def test_answers_behind_colons_are_found() -> None:
    lines = (FORMATS / "tdoku-colon.txt").read_text().splitlines()
    rows = table(solve(FORMATS / "tdoku-colon.txt").stdout)
    assert [row["solution"] for row in rows] == [line.split(":")[2] for line in lines]


def test_a_hash_and_a_rating_go_on_beside_the_answers() -> None:
    rows = table(solve(FORMATS / "diabolical.txt").stdout)
    assert rows[0]["solution"] == A_SOLVED
    assert [row["status"] for row in rows] == ["SOLVED"] * 2
    assert [(row["column_1"], row["column_3"]) for row in rows] == [("00015097c6c3", "7.2"), ("0001d2888928", "7.1")]


def test_every_file_from_the_field_is_answered_or_told_of_in_one_sentence() -> None:
    for path in sorted(FORMATS.iterdir()):
        told = solve(path)
        assert told.exit_code in (0, 1, 2), path
        if told.exit_code == 2:
            assert told.stderr.startswith("vmdsolve: ")
            assert told.stderr.count("\n") == 1
            assert path.name in told.stderr

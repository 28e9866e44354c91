"""Texts whose lines are no puzzles, and which are one as a whole: lists of programs, boards among other text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vmdsolve.domains import get, layout_of, reading
from vmdsolve.errors import InvalidInput
from vmdsolve.files import records

P = "1......44......1"
ROWS = [P[i : i + 4] for i in range(0, 16, 4)]
NUMBERS = [[0 if cell == "." else int(cell) for cell in row] for row in ROWS]
IN_CODE = "board = [\n" + ",\n".join(str([*row]) for row in ROWS) + "\n]"
IN_C = "{" + ",".join("{" + ",".join(map(str, row)) + "}" for row in NUMBERS) + "}"

TEXTS = {
    "a list in code": ("a.txt", IN_CODE),
    "a list of C": ("a.txt", IN_C),
    "fenced": ("a.md", "```\n" + "\n".join(ROWS) + "\n```\n"),
    "letters over columns": ("a.txt", "A\tB\tC\tD\n" + "\n".join("\t".join(row).replace(".", "") for row in ROWS)),
    "null for open": ("a.txt", "\n".join(",".join(row).replace(".", "null") for row in ROWS)),
    "its size above": ("a.txt", "4 4\n" + "\n".join(" ".join(row) for row in ROWS)),
    "JSON of objects": ("a.json", json.dumps({"puzzles": [{"id": 1, "cells": NUMBERS}]})),
}


@pytest.mark.parametrize(("name", "text"), TEXTS.values(), ids=list(TEXTS))
def test_the_puzzle_of_a_text_is_found(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    [record] = records.read(path)
    problem = reading.read(record.puzzle)
    assert layout_of(problem).format(problem.values) == P


def test_what_another_format_forbids_is_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "a.sdk"
    path.write_text("[Puzzle]\n" + "\n".join(ROWS) + "\n[Regions]\n1122\n1122\n3344\n3344\n")
    with pytest.raises(InvalidInput, match=r"section \[Regions\]"):
        list(records.read(path))


def test_a_long_text_is_refused_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("words and words\n" * 9_000)
    with pytest.raises(InvalidInput, match="none of the first 20 puzzles of"):
        list(records.read(path))


@pytest.mark.parametrize("n", [5, 7])
def test_lines_that_may_be_small_squares_are_no_rows_of_large_ones(tmp_path: Path, n: int) -> None:
    """A wrong reading is a wrong answer: as rows of a Sudoku these have none."""
    path = tmp_path / "in.txt"
    rows = ["".join("123456789"[(row + column) % n] for column in range(n)) for row in range(n)]
    path.write_text(f"{'.' + ''.join(rows)[1:]}\n" * n * n)
    with pytest.raises(
        InvalidInput, match=rf"lines of {n * n} cells .* or each one of {n}x{n}; say which by -d, as latin"
    ):
        list(records.read(path))
    assert [one.puzzle for one in records.read(path, get(f"latin-{n}"))] == ["." + "".join(rows)[1:]] * n * n
    large = get(f"sudoku-{n * n}x{n * n}") if n == 5 else None
    assert large is None or len(list(records.read(path, large))) == 1

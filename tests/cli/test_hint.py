"""The commands `hint` and `explain`, as a person sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.commands import CLASH, P, run

from vmdsolve.domains import get
from vmdsolve.search import generate_values


def test_hint_names_a_cell_and_says_why() -> None:
    result = run("hint", "1......2..4..3..")
    assert result.stdout.splitlines() == [
        "row 1, column 2 is 2: in row 1 only this cell can be 2 (box 2 keeps it out of the rest) [hidden single]",
        "+-----+-----+",
        "| 1*2 | . . |",
        "| . . | . 2 |",
        "+-----+-----+",
        "| . . | 4 . |",
        "| . 3 | . . |",
        "+-----+-----+",
    ]
    assert result.exit_code == 0


def test_all_hints_solve_the_puzzle() -> None:
    puzzle, answer = "1......2..4..3..", "1234341221434321"
    result = run("hint", puzzle, "--all")
    lines = result.stdout.splitlines()
    assert len(lines) == puzzle.count(".") + 1
    assert lines[-1] == "nothing is open, and no rule is broken [solved]"
    assert result.exit_code == 0
    board = list(puzzle)
    for line in lines[:-1]:
        row, column, symbol = (int(c) for c in (line[4], line[14], line[19]))
        board[4 * row + column - 5] = str(symbol)
    assert "".join(board) == answer


def test_what_a_reason_rests_on_is_indented() -> None:
    domain = get("sudoku-9x9")
    puzzles = generate_values(domain.rules, 12, seed=2)[0]
    outputs = [run("hint", domain.format(puzzle), "--all").stdout for puzzle in puzzles]
    assert any("\n    since " in output for output in outputs)


@pytest.mark.parametrize(
    ("puzzle", "said"),
    [
        (CLASH, "row 1, column 1 is 1 and row 1, column 2 is 1, but row 1 holds no symbol twice [conflict]\n"),
        ("." * 16, "no cell is forced: there is more than one solution"),
    ],
)
def test_hint_without_a_cell_exits_with_1(puzzle: str, said: str) -> None:
    result = run("hint", puzzle)
    assert result.stdout.startswith(said)
    assert result.exit_code == 1


def test_explain_names_the_conflict_and_its_steps() -> None:
    result = run("explain", "12..3....4......")
    assert result.stdout.splitlines() == [
        "row 1, column 1 is 1, row 2, column 1 is 3 and row 3, column 2 is 4, but column 2 holds no symbol twice and "
        "box 1 holds no symbol twice",
        "    row 4, column 2 is 1: in column 2 only this cell can be 1 (box 1 keeps it out of the rest)",
        "    column 2 has no place left for 3 (box 1 keeps it out of the rest)",
        "+-----+-----+",
        "|!1 2 | . . |",
        "|!3 . | . . |",
        "+-----+-----+",
        "| .!4 | . . |",
        "| . . | . . |",
        "+-----+-----+",
    ]
    assert result.exit_code == 1


def test_explain_says_if_there_is_a_solution() -> None:
    result = run("explain", P)
    assert result.stdout.startswith(
        "it has more than one solution; two of them differ in 4 cells: row 2, column 1 is 2"
    )
    assert result.exit_code == 0
    assert run("explain", "1......2..4..3..").stdout.startswith("it has one solution\n+-----+-----+\n| 1 2 | 3 4 |")


def test_a_file_is_worked_through_and_lines_are_named(tmp_path: Path) -> None:
    file = tmp_path / "two.txt"
    file.write_text(f"{P}\n{CLASH}\n")
    for command in ("hint", "explain"):
        result = run(command, file)
        first, second = result.stdout.splitlines()
        assert first.startswith(f"{file}:1: ")
        assert second.startswith(f"{file}:2: row 1, column 1 is 1")
        assert result.exit_code == 1


def test_a_puzzle_that_cannot_be_read_is_refused() -> None:
    result = run("hint", "1......x..4..3..")
    assert result.exit_code == 2
    assert "row 2, column 4 (character 8) holds 'x'" in result.stderr
    assert run("explain", P, "--domain", "sudoko").exit_code == 2

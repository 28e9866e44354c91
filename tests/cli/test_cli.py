"""The commands: help, versions, and those that are neither `solve` nor need a model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.commands import CLASH, EASY, PUZZLES, P, S, run, solve, table

import vmdsolve

UNIQUE = "1......2..4..3.."


def test_help_needs_neither_numpy_nor_torch_nor_rich() -> None:
    code = (
        "import sys, vmdsolve.cli\n"
        "try: vmdsolve.cli.app(['solve', '--help'], prog_name='vmdsolve')\n"
        "except SystemExit: pass\n"
        "sys.exit(str(sorted({'numpy', 'torch', 'rich'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
    assert "--time-limit" in done.stdout


@pytest.mark.parametrize(
    "command", ["solve", "check", "count", "hint", "explain", "generate", "sample", "train", "eval", "info", "domains"]
)
def test_every_command_explains_itself(command: str) -> None:
    assert command in run("--help").stdout
    result = run(command, "-h")
    assert result.exit_code == 0
    assert f"vmdsolve {command}" in result.stdout


def test_version() -> None:
    assert run("--version").stdout == f"vmdsolve {vmdsolve.__version__}\n"


def test_bad_usage_is_exit_2() -> None:
    assert run("nonsense").exit_code == 2
    assert solve(P, "--steps", "many").exit_code == 2
    assert solve().exit_code == 2
    assert "Traceback" not in run("nonsense").output


@pytest.mark.parametrize(
    ("arguments", "code", "told", "summary"),
    [
        ([P, S], 0, "", "1 checked: 1 right\n"),
        ([P], 0, "", "1 checked: 1 unfinished\n"),
        ([P, P], 0, "", "1 checked: 1 unfinished\n"),
        ([CLASH], 1, "row: both hold 1 (row 1, column 1 and row 1, column 2)\n", "1 checked: 1 broken\n"),
        ([UNIQUE, "14" + UNIQUE[2:]], 1, "solution: no solution has 4 here (row 1, column 2)", "1 checked: 1 wrong\n"),
        ([UNIQUE, "12.....2..4..3.."], 0, "", "1 checked: 1 unfinished\n"),
        ([P, "2" + S[1:]], 1, "given: row 1, column 1 is given as 1, not 2\n", "1 checked: 1 broken\n"),
        ([PUZZLES / "sudoku/sudoku16.csv"], 0, "", "10 checked: 10 right\n"),
        ([EASY], 0, "", "100 checked: 100 unfinished\n"),
    ],
)
def test_check_says_what_is_broken(arguments: list[object], code: int, told: str, summary: str) -> None:
    result = run("check", *arguments)
    assert (result.exit_code, result.stderr) == (code, summary)
    assert result.stdout.startswith(told)
    assert bool(result.stdout) == bool(told)


def test_check_names_the_line_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"puzzle,solution\n{P},{S}\n{P},{S[:-1]}\n{P},{'2' + S[1:]}\n")
    result = run("check", path)
    assert result.exit_code == 2
    lines = result.stdout.splitlines()
    assert lines[0] == f"{path}:3: unreadable: sudoku-4x4 needs 16 cells, got 15 characters"
    assert lines[1] == f"{path}:4: given: row 1, column 1 is given as 1, not 2"
    assert result.stderr == "3 checked: 1 right, 1 broken, 1 unreadable\n"


def test_many_answers_are_judged_as_each_of_them_alone(tmp_path: Path) -> None:
    right = "1234341221434321"
    answers = [right, right[:-1] + ".", "14.....2..4..3..", "2" + right[1:], "1" * 16, "oops", "", "." * 16, right]
    path = tmp_path / "a.csv"
    path.write_text("puzzle,solution\n" + "".join(f"{UNIQUE},{answer}\n" for answer in answers * 9))
    result = run("check", path)
    alone = [run("check", UNIQUE, answer or UNIQUE) for answer in answers]
    kinds = [one.stderr.split()[-1] for one in alone]
    assert kinds == ["right", "unfinished", "wrong", "broken", "broken", "unreadable", *["unfinished"] * 2, "right"]
    assert result.stderr == "81 checked: 18 right, 27 unfinished, 18 broken, 9 wrong, 9 unreadable\n"
    said = [line.partition(": ")[2] for line in result.stdout.splitlines()]
    sentences = [line for one in alone for line in one.stdout.splitlines() if line[0].isalpha()]  # no boards
    assert said == sentences * 9


def test_what_is_not_settled_in_time_is_said() -> None:
    result = run("check", "." * 625, "1" + "." * 624, "--time-limit", 0)
    assert (result.exit_code, result.stderr) == (1, "1 checked: 1 unsettled\n")
    assert "allow more" in result.stdout


def test_check_takes_a_file_of_answers(tmp_path: Path) -> None:
    puzzles, answers = tmp_path / "p.txt", tmp_path / "a.txt"
    puzzles.write_text(f"{P}\n{P}\n")
    solve(puzzles, "-o", answers)
    assert run("check", puzzles, answers).stderr == "2 checked: 2 right\n"
    answers.write_text(S)
    result = run("check", puzzles, answers)
    assert result.exit_code == 2
    assert "vmdsolve: there are not as many solutions as puzzles\n" in result.stderr


def test_check_refuses_an_unknown_domain() -> None:
    assert "unknown domain 'chess'" in run("check", P, "--domain", "chess").stderr


def test_generated_puzzles_have_the_solutions_they_claim(tmp_path: Path) -> None:
    result = run("generate", "sudoku-6x6", "-n", 20, "--seed", 3)
    assert result.exit_code == 0
    assert result.stdout.startswith("puzzle,solution,domain\n")
    (tmp_path / "a.csv").write_text(result.stdout)
    assert run("check", tmp_path / "a.csv").stderr == "20 checked: 20 right\n"
    rows = table(solve(tmp_path / "a.csv", "--unique").stdout)
    assert {row["unique"] for row in rows} == {"true"}
    assert len({row["problem"] for row in rows}) == 20


def test_generated_files_agree_whatever_their_format(tmp_path: Path) -> None:
    outs = [tmp_path / f"a{kind}" for kind in (".csv", ".jsonl", ".txt")]
    for out in outs:
        assert run("generate", "sudoku-9x9", "-n", 60, "--clues", 30, "-o", out).stdout == ""
    rows = table(outs[0].read_text())
    assert [json.loads(line) for line in outs[1].read_text().splitlines()] == rows
    assert outs[2].read_text().splitlines() == [row["puzzle"] for row in rows]
    assert {81 - row["puzzle"].count(".") for row in rows} == {30}
    assert len({row["puzzle"] for row in rows}) == 60  # made in several chunks


def test_generate_refuses_what_it_cannot_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "a.parquet"
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert "parquet files need pyarrow" in run("generate", "latin-4", "-o", out).stderr
    assert run("generate", "latin-4", "-n", 0).exit_code == 2
    assert "seed is -1; wanted a whole number" in run("generate", "latin-4", "--seed", -1).stderr

    def stuck(*_: object, **__: object) -> None:
        raise RuntimeError("found no solution in time")

    monkeypatch.setattr("vmdsolve.search.generate_values", stuck)
    result = run("generate", "latin-4", "-o", tmp_path / "a.txt")
    assert (result.exit_code, result.stderr) == (2, "vmdsolve: found no solution in time\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("empty", ["", " "])
@pytest.mark.parametrize("command", ["solve", "show", "hint", "check", "count", "convert", "explain"])
def test_empty_text_is_no_folder(command: str, empty: str) -> None:
    result = run(command, empty)
    assert result.exit_code == 2
    assert result.stderr == "vmdsolve: an input is empty text; wanted the name of a file, or a puzzle\n"

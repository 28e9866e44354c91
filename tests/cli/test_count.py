"""`vmdsolve count`, and `solve --all N`: as many as there are, as far as asked for, honestly told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.commands import CLASH, P, run, solve, table

FREE = "." * 16
TWO = "12..34..2143...."


def test_counts_are_a_line_a_puzzle(tmp_path: Path) -> None:
    result = run("count", FREE, TWO, CLASH)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "288\n2\n0\n", "")
    path = tmp_path / "a.txt"
    path.write_text(f"{FREE}\n{TWO}\n")
    assert run("count", path).stdout == f"{path}:1: 288\n{path}:2: 2\n"
    assert run("count", FREE, "--cells", "r1").stdout == "24\n"
    assert run("count", FREE, "--limit", 5).stdout == "5 or more\n"
    assert run("count", FREE, "--limit", 5).exit_code == 0


def test_counts_may_be_read_by_programs() -> None:
    rows = table(run("count", FREE, TWO, "--output-format", "csv").stdout)
    assert rows == [
        {"problem": FREE, "n": "288", "complete": "true"},
        {"problem": TWO, "n": "2", "complete": "true"},
    ]
    assert json.loads(run("count", TWO, "--limit", 1, "--output-format", "json").stdout) == {
        "problem": TWO, "n": 1, "complete": False,
    }  # fmt: skip


def test_a_count_that_time_cut_short_says_so() -> None:
    result = run("count", "." * 81, "--time-limit", 0.2)
    assert result.exit_code == 1
    assert result.stdout.endswith(" or more, time ran out\n")
    assert int(result.stdout.split()[0]) > 0


def test_an_estimate_is_called_one() -> None:
    result = run("count", "." * 81, "--estimate", "--samples", 20, "--seed", 3)
    assert result.exit_code == 0
    assert result.stdout.startswith("about ")
    assert "with a standard error of " in result.stdout
    assert result.stdout.endswith(" (20 samples)\n")
    row = json.loads(run("count", FREE, "--estimate", "--output-format", "json").stdout)
    assert abs(row["n"] - 288) < 4 * row["error"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["z" * 16], "holds 'z'"),
        ([FREE, "--cells", "r9"], "cells has 'r9', which sudoku-4x4 does not know"),
        ([FREE, "--cells", "r1", "--estimate"], "--estimate is for whole boards"),
        ([FREE, "--limit", 0], "limit is 0"),
        ([FREE, "--output-format", "xml"], "--output-format is 'xml'; wanted one of text, csv, json"),
        (["gone.txt"], "no such file: gone.txt"),
    ],
)
def test_what_cannot_be_counted_is_one_line(arguments: list[object], text: str) -> None:
    result = run("count", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert text in result.stderr
    assert result.stderr.count("\n") == 1


# solve --all ------------------------------------------------------------------------------------------


def test_all_answers_are_rows_of_their_puzzle(tmp_path: Path) -> None:
    result = solve(TWO, P, CLASH, "hello.", "--all", 5)
    assert result.exit_code == 2  # what is no puzzle on the command line is refused at once
    path = tmp_path / "a.txt"
    path.write_text("\n".join([TWO, "1......2..4..3..", CLASH, "hello", FREE]))
    result = solve(path, "--all", 5)
    rows = table(result.stdout)
    assert [(row["status"], row["unique"]) for row in rows] == [
        ("SOLVED", "false"), ("SOLVED", "false"), ("SOLVED", "true"), ("UNSATISFIABLE", ""), ("INVALID", ""),
        *[("SOLVED", "false")] * 5,
    ]  # fmt: skip
    assert len({row["solution"] for row in rows if row["problem"] == TWO}) == 2
    assert rows[4]["reason"].startswith(f"{path}:4: no domain goes by 5 cells")
    assert result.exit_code == 1
    assert result.stderr.startswith("8 answers in ")


def test_all_answers_go_to_a_file_too(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert solve(FREE, "--all", 1000, "-o", out).exit_code == 0
    assert len({row["solution"] for row in table(out.read_text())}) == 288
    assert "leave out --all" in solve(FREE, "--all", 3, "-o", tmp_path / "b.csv", "--resume").stderr


# Forms of output --------------------------------------------------------------------------------------


def test_a_drawing_may_be_asked_for_in_a_pipe() -> None:
    result = solve("1......2..4..3..", "--output-format", "text")
    rim = "+-----+-----+\n"
    assert result.stdout == f"{rim}| 1 2 | 3 4 |\n| 3 4 | 1 2 |\n{rim}| 2 1 | 4 3 |\n| 4 3 | 2 1 |\n{rim}"
    assert result.stderr.startswith("solved by search; ")
    several = solve(P, CLASH, "--output-format", "text").stdout
    assert several.startswith("solved by search; ")
    assert "\n\nUNSATISFIABLE: proved that there is no answer; " in several
    assert "row: both hold 1" in several


def test_json_is_an_object_a_line() -> None:
    lines = solve(P, CLASH, "--output-format", "json").stdout.splitlines()
    assert [json.loads(line)["status"] for line in lines] == ["SOLVED", "UNSATISFIABLE"]


def test_a_dash_prints(tmp_path: Path) -> None:
    assert table(solve(P, "-o", "-").stdout)[0]["status"] == "SOLVED"
    assert solve(P, "-o", "-", "--output-format", "json").stdout.startswith('{"problem"')
    assert "name it with -o" in solve(P, "-o", "-", "--resume").stderr
    refused = solve(P, "-o", tmp_path / "a.csv", "--output-format", "json")
    assert "--output-format is for what is printed" in refused.stderr
    assert run("sample", "latin-3", "-o", "-", "-m", "search").stdout.count("\n") == 1


def test_facts_may_be_json() -> None:
    facts = json.loads(run("info", "--json").stdout)
    assert {"vmdsolve", "python", "numpy", "torch", "weights"} <= facts.keys()
    assert "sudoku-4x4" in facts["weights"]


@pytest.mark.slow
def test_measures_may_be_json() -> None:
    result = json.loads(run("eval", "sudoku-4x4", "-n", 8, "--json").stdout)
    assert (result["domain"], result["problems"], result["latents"]) == ("sudoku-4x4", 8, 1)
    assert 0 <= result["solved"] <= 8
    assert result["nfe"] > 0

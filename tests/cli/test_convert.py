"""The command `convert`, and proofs by `solve --prove` and `check --proof`."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.commands import CLASH, EASY, run

import vmdsolve

P, S = "1......2..4..3..", "1234341221434321"


def test_clauses_are_printed_or_written(tmp_path: Path) -> None:
    printed = run("convert", P, "--to", "dimacs")
    assert (printed.stdout, printed.exit_code) == (vmdsolve.to_dimacs(P).text, 0)
    file = tmp_path / "a.cnf"
    assert "wrote" in run("convert", P, "-o", file).stderr
    assert file.read_text() == vmdsolve.to_dimacs(P).text
    assert "wrote" in run("convert", P, "-o", file, "--but", S).stderr
    assert file.read_text() == vmdsolve.to_dimacs(P, but=S).text
    assert run("convert", P, "--but", S).stdout == file.read_text()
    named = run("convert", "latin-2", "1...", "--to", "dimacs")
    assert named.stdout == vmdsolve.to_dimacs("1...", domain="latin-2").text


def test_other_forms_are_printed_or_written(tmp_path: Path) -> None:
    printed = run("convert", P, "--to", "f-puzzles")
    assert (printed.stdout, printed.exit_code) == (vmdsolve.convert(P, "f-puzzles") + "\n", 0)
    assert S in run("solve", printed.stdout.strip()).stdout  # it is read again
    for texts in ([P], ["latin-2", "1..."]):
        assert run("convert", *texts).stdout == texts[-1] + "\n"  # a line, as in Python
    clues = tmp_path / "a.non"
    assert "wrote" in run("convert", "nonogram", "2 2/1/1/1/1", "-o", clues).stderr
    assert clues.read_text() == vmdsolve.convert("2 2/1/1/1/1", "non", domain="nonogram") + "\n"
    file = tmp_path / "a.txt"
    assert run("convert", P, "-o", file).exit_code == 0
    assert file.read_text() == P + "\n"
    assert "wrote" in run("convert", P, "--to", "tatham", "-o", file).stderr
    assert file.read_text() == vmdsolve.convert(P, "tatham") + "\n"


def test_the_answer_of_a_solver_is_read(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("v " + " ".join(str(4 * cell + int(symbol)) for cell, symbol in enumerate(S)) + " 0\n")
    assert run("convert", P, "--model", out).stdout == S + "\n"
    out.write_text("s UNSATISFIABLE\n")
    assert run("convert", P, "--model", out).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([P, "--to", "dimacs", "-o", "a.txt"], "clauses want a name that ends in .cnf"),
        ([P, "--model", "x", "--but", S], "leave out -o and --but"),
        ([P, "--to", "line", "--but", S], "--model and --but are of clauses"),
        ([P, "--to", "paper"], "wanted one of line, board, cells, f-puzzles"),
        ([P, "--to", "non"], "cannot be written as a .non"),
        ([P, S], "convert takes one puzzle, got several"),
        (["1x" + P[2:]], "row 1, column 2"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], wanted: str) -> None:
    result = run("convert", *arguments)
    assert result.exit_code == 2
    assert wanted in result.stderr


def test_a_proof_is_written_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "a.lrat"
    solved = run("solve", P, "--prove", file)
    assert (solved.stdout, solved.exit_code) == (S + "\n", 0)
    assert "wrote" in solved.stderr
    good = run("check", P, S, "--proof", file)
    assert (good.stdout, good.exit_code) == (f"proved: {S} is the only answer\n", 0)
    file.write_text("\n".join(file.read_text().splitlines()[:-1]))
    bad = run("check", P, S, "--proof", file)
    assert bad.exit_code == 1
    assert bad.stdout.startswith(f"not proved that {S} is the only answer: ")


def test_that_there_is_no_answer_is_proved(tmp_path: Path) -> None:
    file = tmp_path / "a.lrat"
    assert run("solve", CLASH, "--prove", file).exit_code == 0
    assert run("check", CLASH, "--proof", file).stdout == "proved: there is no answer\n"
    several = run("solve", "." * 16, "--prove", tmp_path / "none")
    assert several.exit_code == 1
    assert "no proof is written: there are several answers" in several.stderr
    assert not (tmp_path / "none").exists()


def test_proofs_are_of_one_puzzle(tmp_path: Path) -> None:
    many = run("solve", EASY, "--prove", tmp_path / "a")
    assert (many.exit_code, "--prove takes one puzzle, got several" in many.stderr) == (2, True)
    both = run("solve", P, "--prove", tmp_path / "a", "-o", tmp_path / "b.csv")
    assert (both.exit_code, "--prove solves one puzzle" in both.stderr) == (2, True)
    late = run("check", P, S, "--proof", _written(tmp_path), "--time-limit", 0)
    assert (late.exit_code, "not settled in time" in late.stderr) == (1, True)


def _written(folder: Path) -> Path:
    run("solve", P, "--prove", folder / "a.lrat")
    return folder / "a.lrat"

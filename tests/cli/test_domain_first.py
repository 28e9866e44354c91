"""A domain that is named before the puzzles."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.commands import run


@pytest.mark.parametrize("words", [("cryptarithm", "SEND+MORE=MONEY"), ("-d", "cryptarithm", "SEND+MORE=MONEY")])
def test_solve_takes_the_domain_first(words: tuple[str, ...]) -> None:
    result = run("solve", *words, "--method", "search")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].startswith("SEND+MORE=MONEY,95671082,SOLVED,search")


def test_count_takes_the_domain_first() -> None:
    assert run("count", "cryptarithm", "TWO+TWO=FOUR", "A+B=C").stdout.split() == ["7", "32"]


def test_every_command_that_reads_puzzles_takes_the_domain_first(tmp_path: Path) -> None:
    kind, puzzle = "akari", "2 2/1 -/- -"
    file = tmp_path / "some.txt"
    file.write_text("2 2\n1 -\n- -\n", encoding="utf-8")
    for words in (["hint"], ["hint", "--all"], ["explain"], ["show"], ["check"], ["count"], ["convert"]):
        named, first = run(*words, "-d", kind, puzzle), run(*words, kind, puzzle)
        assert (first.stdout, first.stderr) == (named.stdout, named.stderr) != ("", ""), words
        assert first.exit_code == named.exit_code < 2, words
        assert run(*words, kind, file).exit_code == first.exit_code, words


def test_check_takes_the_domain_before_a_puzzle_and_its_answer() -> None:
    assert "1 checked: 1 right" in run("check", "cryptarithm", "SEND+MORE=MONEY", "95671082").stderr
    assert run("check", "latin-4", "1...", "1...", "1...").exit_code == 2


def test_watch_and_eval_take_the_domain_first(tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    file.write_text("1......2..4..3..\n", encoding="utf-8")
    for words in (["watch", "-n", "1"], ["eval"]):
        assert run(*words, "sudoku-4x4", file).exit_code == 0
        assert "unknown domain" not in run(*words, "sudoku-4x4", file).stderr
        assert "got" in run(*words, file, file).stderr


def test_a_file_of_that_name_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin").write_text("1......2..4..3..\n", encoding="utf-8")
    assert run("count", "latin", "................").exit_code == 0

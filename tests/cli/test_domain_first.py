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


def test_a_file_of_that_name_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin").write_text("1......2..4..3..\n", encoding="utf-8")
    assert run("count", "latin", "................").exit_code == 0

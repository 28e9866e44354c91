"""`watch`, `show -o` and `generate -o x.pdf`: what is printed, and what is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.commands import P, run

import vmdsolve


def test_a_line_for_each_stop_and_the_last_boards() -> None:
    said = run("watch", P, "-n", 2)
    seen = vmdsolve.watch(P, 2)
    lines = said.stdout.splitlines()
    assert [int(line.split()[0]) for line in lines if "loops:" in line] == seen.loops.tolist()
    assert f"{int(seen.right[-1].sum())} of 2 are answers" in lines[len(seen.loops) - 1]
    assert said.exit_code == 0


@pytest.mark.parametrize("ending", ["html", "svg"])
def test_all_of_it_is_drawn(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"loops.{ending}"
    assert run("watch", P, "-n", 2, "-o", path).exit_code == 0
    assert path.read_text().count("an answer") >= 2


def test_a_puzzle_is_drawn_into_a_file_or_the_file_is_refused(tmp_path: Path) -> None:
    assert run("show", P, "-o", tmp_path / "a.svg").exit_code == 0
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    refused = run("show", P, "-o", tmp_path / "a.txt")
    assert refused.exit_code == 2
    assert "wanted a name that ends in" in refused.stderr
    assert not (tmp_path / "a.txt").exists()


def test_what_has_no_weights_is_said() -> None:
    refused = run("watch", "fox dog", "--domain", "text:7")
    assert refused.exit_code == 2
    assert "no weights" in refused.stderr


def test_puzzles_are_printed(tmp_path: Path) -> None:
    path = tmp_path / "p.pdf"
    said = run("generate", "sudoku:4", "-n", 3, "-o", path, "--paper", "letter", "--each", 2)
    assert said.exit_code == 0, said.stderr
    assert path.read_bytes().startswith(b"%PDF")
    assert run("generate", "sudoku:4", "-o", path, "--paper", "a9").exit_code == 2

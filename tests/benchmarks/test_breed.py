"""The file of bred puzzles: the same from parts, by other threads, and without what it must not hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.study import breed as command
from benchmarks.study.walks import MADE_BY, Walk
from vmdsolve.domains import get
from vmdsolve.problem import Board
from vmdsolve.search import generate_values, solve_values
from vmdsolve.search.breed import breed

DOMAIN = get("sudoku-9x9")


def short(seed: int, number: int) -> Walk:
    """A walk that stands still: a few puzzles of the generator."""
    puzzles, answers = generate_values(DOMAIN.rules, 3, seed=seed, first=3 * number)
    return Walk(puzzles, answers, breed(DOMAIN.rules, puzzles, answers, rounds=0)[2], 1)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "walk", short)
    monkeypatch.setattr(command, "HELD_OUT", 5)
    monkeypatch.setattr(command, "DATA", Path("nowhere"))


def made(folder: Path, name: str, n: int = 20, threads: int = 1, without: list[Path] | None = None) -> list[str]:
    file = folder / name
    command.run(file, n, 4, folder / "parts", without, threads, folder)
    return file.read_text().splitlines()


def boards(lines: list[str]) -> Board:
    return np.stack([DOMAIN.parse(line.split(",")[0]).values for line in lines[1:]])


def test_a_file_is_the_same_from_parts_and_by_other_threads(tmp_path: Path) -> None:
    first = made(tmp_path, "first.csv")
    (tmp_path / "parts" / MADE_BY / "4-2.npz").unlink()
    (tmp_path / "other").mkdir()
    assert first == made(tmp_path, "again.csv") == made(tmp_path / "other", "more.csv", threads=2)
    assert first[0] == "puzzle,nodes"
    answers = solve_values(DOMAIN.rules, boards(first)).values
    nodes = breed(DOMAIN.rules, boards(first), answers, rounds=0)[2]
    assert [int(line.split(",")[1]) for line in first[1:]] == nodes.tolist()
    assert len(set(first)) == 21


def test_what_is_of_a_class_to_leave_out_is_not_in_the_file(tmp_path: Path) -> None:
    turned = np.ascontiguousarray(boards(made(tmp_path, "first.csv"))[:5].reshape(5, 9, 9).transpose(0, 2, 1))
    (tmp_path / "known.txt").write_text("\n".join(DOMAIN.format_many(turned.reshape(5, 81))))
    lines = made(tmp_path, "rest.csv", without=[tmp_path / "known.txt"])
    known = {DOMAIN.format(board.reshape(9, 9).T.reshape(81)) for board in turned}
    assert len(lines) == 21
    assert not known & {line.split(",")[0] for line in lines}

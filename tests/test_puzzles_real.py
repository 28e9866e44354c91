"""Real puzzles that nobody here made: read, solved, and the same as the printed answer where it is the only one."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import DATA

import vmdsolve
from vmdsolve import checker
from vmdsolve.domains import board_of, get
from vmdsolve.domains.grids import SYMBOLS


class Printed(NamedTuple):
    """A puzzle with its printed answer as symbols, one a cell."""

    puzzle: str
    answer: str


def folder(name: str) -> Path:
    path = DATA / "puzzles" / name
    if not path.exists():
        pytest.skip(f"no real puzzles at {path}; set VMDSOLVE_DATA to a folder that has puzzles/{name}")
    return path


def puzzlekit(name: str, symbols: dict[str, str], cell: str | None = None) -> list[Printed]:
    """Puzzles of a json file; `symbols` says how a token of the answer is written here.

    cell    how the puzzle writes a cell, if some squares are none; the answer is taken from those only
    """
    printed = []
    for entry in json.loads(folder(f"{name}.json").read_text())["data"].values():
        squares, answer = (entry[key].split("\n", 1)[1].split() for key in ("problem", "solution"))
        held = [token for i, token in enumerate(answer) if cell is None or squares[i] == cell]
        printed.append(Printed(entry["problem"], "".join(symbols[token] for token in held)))
    return printed


NUMBERS = {str(number): symbol for number, symbol in enumerate(SYMBOLS, 1)}


def assert_solved(domain: str, printed: list[Printed], *, most_several: int = 0) -> None:
    """All are solved; the answer is the printed one, or both are answers and at most so many puzzles have several."""
    family, several = get(domain), 0
    problems = [family.parse(p.puzzle) for p in printed]
    solutions = vmdsolve.solve_batch(problems, method="search", unique=True, time_limit=10)
    for problem, p, solution in zip(problems, printed, solutions, strict=True):
        assert solution.status.has_solution, p.puzzle
        board = board_of(problem)
        assert not checker.violations(problem.rules, board.parse(p.answer).values), p.puzzle
        assert solution.unique is not None
        assert solution.text == p.answer or not solution.unique, p.puzzle
        several += not solution.unique
    assert several <= most_several


# Name here, file there, symbols of the answers, how a cell is written, every k-th, with several solutions at most.
HEIGHTS = {"0": "0"} | NUMBERS
SAMPLES = [
    ("jigsaw", "JigsawSudoku", NUMBERS, None, 4, 5),
    ("kenken", "KenKen", NUMBERS, None, 4, 0),
    ("skyscrapers", "Skyscraper", HEIGHTS, None, 4, 0),
    ("endview", "ABCEndView", {"-": "0"} | {letter: letter for letter in "abcdef"}, None, 4, 5),
    ("takuzu", "Binairo", {"1": "1", "2": "0"}, None, 4, 0),
    ("kakuro", "Kakuro", NUMBERS, "0", 8, 0),
    ("akari", "Akari", {"-": "0", "o": "1"}, "-", 8, 0),
    ("starbattle", "Starbattle", {"-": "0", "x": "1"}, None, 5, 0),
]


@pytest.mark.parametrize(("domain", "name", "symbols", "cell", "step", "several"), SAMPLES)
def test_a_sample_of_puzzlekit(
    domain: str, name: str, symbols: dict[str, str], cell: str | None, step: int, several: int
) -> None:
    printed = puzzlekit(name, symbols, cell)[::step]
    assert len(printed) > 30
    assert_solved(domain, printed, most_several=several)


def test_killers_of_puzzlekit() -> None:
    printed = puzzlekit("KillerSudoku", NUMBERS)
    assert len(printed) > 400
    assert_solved("killer", printed, most_several=10)


def test_nonograms_of_puzzlekit() -> None:
    printed = [p for p in puzzlekit("Nonogram", {"x": "1", "-": "0"}) if len(p.answer) <= 400][::4]
    assert len(printed) > 100
    assert_solved("nonogram", printed, most_several=10)


def test_small_nonograms_without_a_size() -> None:
    with folder("nonograms_7.csv").open(newline="") as lines:
        printed = [Printed(*row) for row in csv.reader(lines)][::10]
    assert len(printed) == 300
    assert_solved("nonogram", printed, most_several=10)


def test_futoshiki_drawn_without_line_ends() -> None:
    printed = []
    for path in sorted(folder("futoshiki-bkoelman").glob("*.txt")):
        text = path.read_text().strip()
        puzzle, answer = text[: len(text) // 2], text[len(text) // 2 :]
        side = int(len(puzzle) ** 0.5)
        printed.append(Printed(puzzle, "".join(answer[i * side : (i + 1) * side : 2] for i in range(0, side, 2))))
    assert_solved("futoshiki", printed)


def test_futoshiki_of_pairs() -> None:
    paths = sorted(folder("futoshiki-connorcam-4x4").glob("*.txt"))
    solutions = vmdsolve.solve_batch([path.read_text() for path in paths], domain="futoshiki", unique=True)
    assert [(s.status.has_solution, s.unique) for s in solutions] == [(True, True)] * 5

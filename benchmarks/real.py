"""Real instances: sets of problems that nobody here wrote, each read as a Problem with what is printed of its answer.

They lie in $VMDSOLVE_DATA (default ../shared/data) and are not part of this repository.
"""

from __future__ import annotations

import csv
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vmdsolve.domains import get, layout_of
from vmdsolve.domains.base import SYMBOLS
from vmdsolve.domains.reading import read
from vmdsolve.domains.zebra import Zebra
from vmdsolve.files.records import open_input
from vmdsolve.problem import OPEN, Board, Problem

from .driver import ROOT
from .english import Ambiguous, in_our_clues

__all__ = ["DATA", "SETS", "Instance", "Puzzlekit", "RealSet", "problem_of"]

DATA = Path(os.environ.get("VMDSOLVE_DATA", ROOT / ".." / "shared" / "data"))
NUMBERS = {str(number): symbol for number, symbol in enumerate(SYMBOLS, 1)}
HEIGHTS = {"0": "0"} | NUMBERS
FILLED = {"x": "1", "-": "0", ".": "0"}
TENNER = {str(number): str(number % 10) for number in range(400)}  # of totals, which are cut off, whatever
LETTERS = {"-": "0"} | {letter: letter for letter in "abcdefgh"}


class Instance(NamedTuple):
    """A problem of a set.

    name       as its source calls it, or where it stands there
    printed    int32 [L] the printed answer, OPEN in cells of which nothing is printed; None: no answer is printed
    """

    name: str
    problem: Problem
    printed: Board | None = None


class RealSet(NamedTuple):
    """A set of instances. `read` takes the folder of all data; `source` is what must lie there."""

    source: str
    read: Callable[[Path], Iterator[Instance]]

    def instances(self, data: Path = DATA) -> list[Instance] | None:
        """All instances, or None where they are not at hand."""
        return list(self.read(data / self.source)) if (data / self.source).exists() else None


def problem_of(path: Path, domain: str | None = None) -> Problem:
    """The one problem of a file."""
    [record] = open_input(str(path), domain)
    return read(record.puzzle, domain or record.domain)


@dataclass(frozen=True)
class Puzzlekit:
    """Puzzles of a json file in the texts of the collection puzzlekit.

    symbols    how a token of an answer is written here
    cell       an expression for how the puzzle writes a cell, if some squares are none; the answer is of those only
    """

    domain: str
    symbols: dict[str, str]
    cell: str | None = None

    def texts(self, path: Path) -> Iterator[tuple[str, str, str]]:
        """Each puzzle's name, its text and that of its answer."""
        for name, entry in json.loads(path.read_text())["data"].items():
            yield name, entry["problem"], entry["solution"]

    def answer(self, problem: Problem, text: str, answer: str) -> str:
        """An answer to a puzzle's text as we write it."""
        squares, tokens = (said.split("\n", 1)[1].split() for said in (text, answer))
        held = (t for i, t in enumerate(tokens) if self.cell is None or re.fullmatch(self.cell, squares[i]))
        return "".join(self.symbols[token] for token in held)[: problem.rules.L]

    def __call__(self, path: Path) -> Iterator[Instance]:
        for name, text, answer in self.texts(path):
            problem = get(self.domain).parse(text)
            yield _printed(name, problem, self.answer(problem, text, answer))


def _printed(name: str, problem: Problem, answer: str) -> Instance:
    return Instance(name, problem, layout_of(problem).parse(answer).values)


def _sudoku(path: Path) -> Iterator[Instance]:
    for name, entry in json.loads(path.read_text())["data"].items():
        cells, answer = (entry[key].split("\n", 1)[1].split() for key in ("problem", "solution"))
        n = round(len(cells) ** 0.5)
        puzzle, solution = ("".join(NUMBERS.get(token, ".") for token in tokens) for tokens in (cells, answer))
        yield _printed(name, get(f"sudoku-{n}x{n}").parse(puzzle), solution)


def _small_nonograms(path: Path) -> Iterator[Instance]:
    with path.open(newline="") as lines:
        for number, (puzzle, answer) in enumerate(csv.reader(lines), 1):
            yield _printed(f"line {number}", get("nonogram").parse(puzzle), answer)


def _drawn_futoshiki(path: Path) -> Iterator[Instance]:
    """Drawings without line ends, of the puzzle and then of the answer; cells stand in every other row and column."""
    for file in sorted(path.glob("*.txt")):
        text = file.read_text().strip()
        puzzle, answer = text[: len(text) // 2], text[len(text) // 2 :]
        side = round(len(puzzle) ** 0.5)
        digits = "".join(answer[i * side : (i + 1) * side : 2] for i in range(0, side, 2))
        yield _printed(file.stem, get("futoshiki").parse(puzzle), digits)


def _files(domain: str | None, pattern: str, path: Path) -> Iterator[Instance]:
    """One problem a file, without its answer."""
    for file in sorted(path.glob(pattern)):
        yield Instance(file.stem, problem_of(file, domain))


def _colourings(colours: dict[str, list[int]], path: Path) -> Iterator[Instance]:
    for graph, ks in colours.items():
        for k in ks:
            yield Instance(f"{graph} in {k}", problem_of(path / f"{graph}.col", f"colouring-{k}"))


def _queens(n: int, path: Path) -> Iterator[Instance]:
    """Boards on which queens may not stand on some diagonals; some have no solution."""
    row, column = np.indices((n, n))
    with tarfile.open(path) as archive:
        for member in sorted((m for m in archive.getmembers() if m.isfile()), key=lambda m: m.name):
            stream = archive.extractfile(member)
            assert stream is not None
            board = np.full((n, n), ".")
            for number, falls in json.loads(stream.read().decode().split("\ndiags =")[1]):
                board[(row - column + n - 1 if falls else row + column) == number] = "_"
            yield Instance(Path(member.name).stem, get(f"queens-{n}").parse("".join(board.ravel())))


def _zebras(path: Path) -> Iterator[Instance]:
    """Those that our clues can say; printed is the house of one item."""
    for number, example in enumerate(json.loads(path.read_text())["examples"]):
        try:
            text, item = in_our_clues(example["input"])
        except Ambiguous:  # a name, such as Honda, stands in two attributes
            continue
        problem = get("zebra").parse(text)
        board = problem.layout
        assert isinstance(board, Zebra)
        printed = np.full(problem.rules.L, OPEN, np.int32)
        printed[board.cell[item]] = int(example["target"]) - 1
        yield Instance(f"example {number}", problem, printed)


# Chromatic numbers, as published; that of DSJC250.1 is open, 8 colours are the fewest known.
CHROMATIC = {"queen7_7": 7, "queen11_11": 11, "DSJC125.1": 5, "DSJC125.5": 17, "DSJC250.1": 8, "le450_5b": 5}
FEWEST = {graph: [k] for graph, k in CHROMATIC.items()}
MORE = {"queen11_11": [12, 13], "DSJC125.1": [6], "DSJC125.5": [18, 19, 20], "DSJC250.1": [9, 10]}

SETS = {
    "takuzu": RealSet("puzzles/Binairo.json", Puzzlekit("takuzu", {"1": "1", "2": "0"})),
    "futoshiki": RealSet("puzzles/futoshiki-bkoelman", _drawn_futoshiki),
    "futoshiki-4x4": RealSet("puzzles/futoshiki-connorcam-4x4", partial(_files, "futoshiki", "*.txt")),
    "jigsaw": RealSet("puzzles/JigsawSudoku.json", Puzzlekit("jigsaw", NUMBERS)),
    "kakuro": RealSet("puzzles/Kakuro.json", Puzzlekit("kakuro", NUMBERS, cell="0")),
    "kenken": RealSet("puzzles/KenKen.json", Puzzlekit("kenken", NUMBERS)),
    "killer": RealSet("puzzles/KillerSudoku.json", Puzzlekit("killer", NUMBERS)),
    "nonogram": RealSet("puzzles/Nonogram.json", Puzzlekit("nonogram", {"x": "1", "-": "0"})),
    "nonogram-7x7": RealSet("puzzles/nonograms_7.csv", _small_nonograms),
    "skyscrapers": RealSet("puzzles/Skyscraper.json", Puzzlekit("skyscrapers", HEIGHTS)),
    "endview": RealSet("puzzles/ABCEndView.json", Puzzlekit("endview", LETTERS)),
    "akari": RealSet("puzzles/Akari.json", Puzzlekit("akari", {"-": "0", "o": "1"}, cell="-")),
    "starbattle": RealSet("puzzles/Starbattle.json", Puzzlekit("starbattle", {"-": "0", "x": "1"})),
    "consecutive": RealSet("puzzles/ConsecutiveSudoku.json", Puzzlekit("consecutive", NUMBERS)),
    "even-odd": RealSet("puzzles/EvenOddSudoku.json", Puzzlekit("even-odd", NUMBERS)),
    "hitori": RealSet("puzzles/Hitori.json", Puzzlekit("hitori", FILLED)),
    "kakurasu": RealSet("puzzles/Kakurasu.json", Puzzlekit("kakurasu", FILLED)),
    "mathrax": RealSet("puzzles/Mathrax.json", Puzzlekit("mathrax", NUMBERS)),
    "minesweeper": RealSet("puzzles/Minesweeper.json", Puzzlekit("minesweeper", FILLED, cell="-")),
    "renban": RealSet("puzzles/Renban.json", Puzzlekit("renban", NUMBERS)),
    "str8ts": RealSet("puzzles/Str8t.json", Puzzlekit("str8ts", NUMBERS, cell="[^x]+")),
    "suguru": RealSet("puzzles/Suguru.json", Puzzlekit("suguru", NUMBERS)),
    "tenner": RealSet("puzzles/TennerGrid.json", Puzzlekit("tenner", TENNER)),
    "thermometers": RealSet("puzzles/Thermometer.json", Puzzlekit("thermometers", FILLED)),
    "trinairo": RealSet("puzzles/Trinairo.json", Puzzlekit("trinairo", NUMBERS)),
    "sudoku": RealSet("puzzles/Sudoku.json", _sudoku),
    "sudoku-dzn": RealSet("sudoku/dzn", partial(_files, None, "*.dzn")),
    "zebra": RealSet("puzzles/zebra_bbeh.json", _zebras),
    "queens-8": RealSet("puzzles/queens-excluded-diagonals/diag-8.tar.gz", partial(_queens, 8)),
    "queens-12": RealSet("puzzles/queens-excluded-diagonals/diag-12.tar.gz", partial(_queens, 12)),
    "queens-16": RealSet("puzzles/queens-excluded-diagonals/diag-16.tar.gz", partial(_queens, 16)),
    "qcp-10": RealSet("puzzles/QCP", partial(_files, None, "qcp-10-*.mzn")),
    "qcp-15": RealSet("puzzles/QCP", partial(_files, None, "qcp-15-*.mzn")),
    "qwh-30": RealSet("puzzles/QWH30", partial(_files, None, "*.dzn")),
    "colouring": RealSet("puzzles/dimacs", partial(_colourings, FEWEST)),
    "colouring, more": RealSet("puzzles/dimacs", partial(_colourings, MORE)),
}

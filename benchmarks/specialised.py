"""`specialised`: one kind of puzzle at a time, beside the fastest solvers for it that a user can install.

A peer is a function of a puzzle's text that gives its answer's text, each called as its manual shows it.
"""

from __future__ import annotations

import csv
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Annotated, NamedTuple

import numpy as np
from typer import Option

from vmdsolve import generate, solve
from vmdsolve.checker import accepts
from vmdsolve.domains import get, layout_of
from vmdsolve.domains.killer import Killer
from vmdsolve.domains.samurai import Samurai
from vmdsolve.problem import Problem

from .driver import RESULTS, Row, Run, summary, table
from .real import DATA, SETS, Puzzlekit

__all__ = ["Puzzle", "Solver", "compared", "run", "shown"]

METHOD = (
    "the same puzzles, text in and answer out, the solvers by turns, one thread; milliseconds of the processor a call, "
    "of as many calls as make 50 ms, after a warm-up. Solvers that prove that an answer is the only one are beside "
    "ours with unique=True. Every answer is judged by vmdsolve.checker. `late`: stopped after the limit, which counts "
    "as its time. puzzlekit is given one worker, and its puzzles are those of its own collection."
)
AGAIN = 0.05  # seconds after which a solver that catches all that is raised is told again
SEEN = 0.05  # seconds of the processor of one measurement; its clock may tick in hundredths
OURS, OURS_ALONE = "vmdsolve", "vmdsolve, unique"
SUDOKU_SETS = ("17_clue", "top1465", "11+")
KINDS = {  # of puzzlekit
    "akari": "akari", "endview": "abc_end_view", "even-odd": "even_odd_sudoku", "jigsaw": "jigsaw_sudoku",
    "kakurasu": "kakurasu", "kakuro": "kakuro", "kenken": "ken_ken", "killer": "killer_sudoku", "mathrax": "mathrax",
    "minesweeper": "minesweeper", "nonogram": "nonogram", "renban": "renban", "skyscrapers": "skyscraper",
    "starbattle": "starbattle", "str8ts": "str8t", "suguru": "suguru", "takuzu": "binairo", "tenner": "tenner_grid",
    "thermometers": "thermometer", "trinairo": "trinairo",
}  # fmt: skip
PACKAGES = ("dokusan", "lib-sudoku", "ortools", "pencilmark", "picross-solver", "puzzlekit", "py-sudoku")


class Late(Exception):
    """The time that a call may take is over."""


class Puzzle(NamedTuple):
    """A puzzle's text, as its set writes it, what it means, and how an answer in the set's own form is written here."""

    text: str
    problem: Problem
    answer: Callable[[str], str] = str


@dataclass(frozen=True)
class Solver:
    """A solver of one set.

    module    that is there where it is installed
    solve     a puzzle's text to that of its answer; what else it may give is none
    proves    True if it says that the answer is the only one
    ours      True if the answer is written as ours are, whatever the form of the set
    """

    name: str
    module: str
    solve: Callable[[Puzzle], str | None]
    proves: bool = False
    ours: bool = False


@dataclass
class _Done:
    each: list[float] = field(default_factory=list)
    right: int = 0
    wrong: int = 0
    late: int = 0


def run(
    sets: Annotated[str, Option(help="Sets, separated by commas.")] = ",".join((*SUDOKU_SETS, *KINDS, "samurai")),
    n: Annotated[int, Option(min=1, help="Puzzles a set, evenly spread over it.")] = 15,
    seconds: Annotated[float, Option(help="Of the processor that one call may take.")] = 10.0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """One kind of puzzle at a time, beside solvers for it from the package index."""
    with Run("specialised", METHOD, {"sets": sets, "n": n, "seconds": seconds}, PACKAGES, out) as this:
        for name in sets.split(","):
            puzzles = list(islice(_puzzles(name, n), n))
            if not puzzles:
                this.note(f"{name}: no puzzles at hand")
                continue
            this.rows += [{"set": name, **row} for row in compared(_solvers(name), puzzles, seconds)]
            this.keep()
            print(f"{name}: done", flush=True)
        print(f"\n{shown(this.rows)}")


def compared(solvers: list[Solver], puzzles: list[Puzzle], seconds: float) -> Iterator[Row]:
    """A row a solver: how many answers were right, and how long each took."""
    here = [solver for solver in solvers if find_spec(solver.module) is not None]
    done = {solver.name: _Done() for solver in here}
    for solver in here:
        _called(solver, puzzles[0], seconds)  # warm-up
    for puzzle in puzzles:
        for solver in here:
            one, (text, taken) = done[solver.name], _called(solver, puzzle, seconds)
            right = text is not None and _is_right(puzzle, text if solver.ours else puzzle.answer(text))
            one.each.append(taken)
            one.late += taken >= seconds
            one.right += right
            one.wrong += text is not None and not right
    for solver in solvers:
        row: Row = {"solver": solver.name, "proves": solver.proves, "n": len(puzzles)}
        if solver.name not in done:
            yield {**row, "ms": None, "note": "not installed"}
            continue
        one = done[solver.name]
        counts = {"right": one.right, "wrong": one.wrong, "late": one.late}
        base = done.get(OURS_ALONE if solver.proves else OURS)
        ratios = None if base is None else summary(np.divide(one.each, base.each))
        yield {**row, **counts, "ms": summary(1000 * t for t in one.each), "times_ours": ratios}


def _called(solver: Solver, puzzle: Puzzle, seconds: float) -> tuple[str | None, float]:
    """Its answer, and the seconds that one call takes: of many calls; the limit where it is late."""
    began, calls, taken = time.process_time(), 0, 0.0
    text = None
    while taken < SEEN:
        calls += 1
        try:
            with _Limit(seconds):
                text = solver.solve(puzzle)
        except Late:
            return None, seconds
        except Exception:  # what other packages raise where they find nothing is their own
            text = None
        taken = time.process_time() - began
    return text, min(taken / calls, seconds)


class _Limit:
    """Raises Late after so many seconds of the processor; Python hears it between two of its steps."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        self.before = signal.signal(signal.SIGPROF, self._over)
        signal.setitimer(signal.ITIMER_PROF, self.seconds, AGAIN)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self.before)

    @staticmethod
    def _over(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise Late


def _is_right(puzzle: Puzzle, text: str) -> bool:
    try:
        board = layout_of(puzzle.problem).parse(text).values
    except ValueError:  # no board at all
        return False
    return bool(accepts(puzzle.problem.rules, puzzle.problem.values, board[None]).all())


# Puzzles ------------------------------------------------------------------------------------------------


def _puzzles(name: str, n: int) -> Iterator[Puzzle]:
    if name in SUDOKU_SETS and (path := DATA / "sudoku" / "sudoku9.csv").exists():
        with path.open(newline="") as lines:
            found = [
                row["puzzle"] for row in csv.DictReader(lines) if name in row["source"] and row["solutions"] == "1"
            ]
        for text in found[:: max(1, len(found) // n)]:
            yield Puzzle(text, get("sudoku").parse(text))
    elif name == "samurai":  # of our own: there are no others at hand
        for problem, _ in generate("samurai", n, seed=11, clues=130):
            yield Puzzle(layout_of(problem).format(problem.values), problem)
    elif name in KINDS and (DATA / SETS[name].source).exists():
        read = SETS[name].read
        assert isinstance(read, Puzzlekit)
        found_texts = [(text, get(name).parse(text)) for _, text, _ in read.texts(DATA / SETS[name].source)]
        for text, problem in found_texts[:: max(1, len(found_texts) // n)]:
            yield Puzzle(text, problem, partial(read.answer, problem, text))


# Solvers ------------------------------------------------------------------------------------------------


def _solvers(name: str) -> list[Solver]:
    domain = "sudoku" if name in SUDOKU_SETS else name
    ours = [
        Solver(OURS, "vmdsolve", partial(_ours, domain, unique=False), ours=True),
        Solver(OURS_ALONE, "vmdsolve", partial(_ours, domain, unique=True), proves=True, ours=True),
    ]
    proving = Solver("pencilmark", "pencilmark", partial(_pencilmark, name), proves=True)
    if name in SUDOKU_SETS:
        rust = Solver("lib-sudoku", "lib_sudoku", _lib_sudoku)
        return [*ours, rust, proving, Solver("dokusan", "dokusan", _dokusan), Solver("py-sudoku", "sudoku", _py_sudoku)]
    if name == "samurai":
        return [*ours, proving]
    more = [Solver("picross-solver", "picross_solver", _picross)] if name == "nonogram" else []
    more += [proving] if name == "killer" else []
    return [*ours, Solver("puzzlekit", "puzzlekit", partial(_puzzlekit, KINDS[name])), *more]


def _ours(domain: str, puzzle: Puzzle, *, unique: bool) -> str | None:
    return solve(puzzle.text, domain=domain, method="search", unique=unique, threads=1).text


def _puzzlekit(kind: str, puzzle: Puzzle) -> str | None:
    options = {"time_limit_sec": 60.0, "num_search_workers": 1}
    found = import_module("puzzlekit").solve(puzzle.text, kind, solver_options=options)
    return str(found.solution_data["solution_grid"]) if found.is_solved else None


def _numbers(text: str) -> list[int]:
    return [int(c) if c.isdigit() else 0 for c in text]


def _lib_sudoku(puzzle: Puzzle) -> str:
    return "".join(map(str, import_module("lib_sudoku").solve(bytearray(_numbers(puzzle.text)))))


def _rows(text: str) -> list[list[int]]:
    return [_numbers(text[i : i + 9]) for i in range(0, 81, 9)]


def _dokusan(puzzle: Puzzle) -> str:
    boards, solvers = import_module("dokusan.boards"), import_module("dokusan.solvers")
    board = boards.Sudoku.from_list(_rows(puzzle.text), box_size=boards.BoxSize(3, 3))
    return str(solvers.backtrack(board))


def _py_sudoku(puzzle: Puzzle) -> str:
    board = import_module("sudoku").Sudoku(3, 3, board=_rows(puzzle.text)).solve().board
    return "".join(str(v) for row in board for v in row)


def _picross(puzzle: Puzzle) -> str | None:
    size, *lines = puzzle.text.strip().split("\n")
    rows, columns = map(int, size.split())
    runs = [[int(run) for run in line.split() if run != "0"] for line in lines]
    picture = np.full((rows, columns), -1)
    found = import_module("picross_solver.picross_solver").solve(runs[columns:], runs[:columns], picture)
    return f"{size}\n" + " ".join("-x"[int(v == 1)] for v in picture.ravel()) if found else None


def _pencilmark(name: str, puzzle: Puzzle) -> str:
    """Its answers are in an order of its own, which the puzzle that it has read tells."""
    pencilmark, board = import_module("pencilmark"), layout_of(puzzle.problem)
    if name in SUDOKU_SETS:
        return "".join(map(str, pencilmark.solve(puzzle.text)))
    if isinstance(board, Samurai):
        held = iter(puzzle.text)
        squares = (next(held) if square else "#" for row in board.squares for square in row)
        read = pencilmark.api.load({"layout": "samurai", "numbers": "".join(squares)})
        found = dict(zip(read.coords, pencilmark.solve(read), strict=True))
        return "".join(str(found[at]) for at in sorted(found))
    assert isinstance(board, Killer)
    n = board.shape[0]
    names = [f"r{cell // n + 1}c{cell % n + 1}" for cell in range(n * n)]
    units = [c for c in board.constraints if c.relation in ("row", "column", "box")]
    regions: list[Row] = [{"kind": c.relation[:3], "cells": [names[cell] for cell in c.cells]} for c in units]
    regions += [
        {"kind": "cage", "sum": total, "cells": [names[cell] for cell in cells]} for total, cells in board.cages
    ]
    asked = {"digits": n, "numbers": board.format(puzzle.problem.values), "regions": regions}
    return f"{n} {n}\n" + " ".join(map(str, pencilmark.solve(asked)))


# The table ----------------------------------------------------------------------------------------------


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    header = ["set", "n", "solver", "right", "wrong", "late", "ms, median", "25% to 75%", "times ours, median"]
    return table(header, [_line(row) for row in rows])


def _line(row: Row) -> list[str]:
    about = [row["set"], str(row["n"]), row["solver"]]
    if row["ms"] is None:
        return [*about, "-", "-", "-", row["note"], "-", "-"]
    ms, ratio = row["ms"], row["times_ours"]
    counts = [str(row[key]) for key in ("right", "wrong", "late")]
    own = row["solver"] in (OURS, OURS_ALONE) or ratio is None
    spread = f"{ms['q1']:.3g} to {ms['q3']:.3g}"
    return [*about, *counts, f"{ms['median']:.3g}", spread, "-" if own else f"{ratio['median']:.3g}"]

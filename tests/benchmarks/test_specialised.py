"""Solvers of one kind beside ours: answers are judged, and what finds none, raises or takes too long is told apart."""

from __future__ import annotations

import time
from functools import partial

import pytest
from helpers.data import DATA

from benchmarks.real import SETS, Puzzlekit
from benchmarks.specialised import KINDS, OURS, Puzzle, Solver, compared, shown
from vmdsolve import solve
from vmdsolve.domains import get

TEXT = "1......2..4..3.."
PUZZLE = Puzzle(TEXT, get("sudoku:4").parse(TEXT))


def broken(puzzle: Puzzle) -> str:
    raise KeyError(puzzle.text)


def endless(puzzle: Puzzle) -> str:
    while puzzle.text:
        time.process_time()
    return ""


def test_answers_are_judged_and_failures_told_apart() -> None:
    solvers = [
        Solver(OURS, "vmdsolve", lambda puzzle: solve(puzzle.text).text, ours=True),
        Solver("wrong", "vmdsolve", lambda puzzle: puzzle.text.replace(".", "1")),
        Solver("no board", "vmdsolve", lambda _: "none"),
        Solver("silent", "vmdsolve", lambda _: None),
        Solver("broken", "vmdsolve", broken),
        Solver("endless", "vmdsolve", endless),
        Solver("absent", "no_such_module", broken),
    ]
    rows = {row["solver"]: row for row in compared(solvers, [PUZZLE], 0.1)}
    told = {name: (row["right"], row["wrong"], row["late"]) for name, row in rows.items() if name != "absent"}
    assert told == {
        OURS: (1, 0, 0), "wrong": (0, 1, 0), "no board": (0, 1, 0), "silent": (0, 0, 0), "broken": (0, 0, 0),
        "endless": (0, 0, 1),
    }  # fmt: skip
    assert rows["absent"]["note"] == "not installed"
    assert rows["endless"]["ms"]["median"] == pytest.approx(100)
    assert "| endless  |" in shown([{"set": "toy", **row} for row in rows.values()])


@pytest.mark.parametrize("name", KINDS)
def test_the_printed_answer_of_a_set_is_right_in_its_own_form(name: str) -> None:
    read = SETS[name].read
    assert isinstance(read, Puzzlekit)
    if not (DATA / SETS[name].source).exists():
        pytest.skip(f"no {SETS[name].source} in {DATA}; set VMDSOLVE_DATA to a folder that has it")
    _, text, answer = next(read.texts(DATA / SETS[name].source))
    problem = get(name).parse(text)
    printed = Solver("printed", "vmdsolve", lambda _: answer)
    [row] = compared([printed], [Puzzle(text, problem, partial(read.answer, problem, text))], 10.0)
    assert (row["right"], row["wrong"]) == (1, 0)

"""generate: puzzles of a wanted difficulty, symmetric ones, large ones; what cannot be reached is refused, or said."""

from __future__ import annotations

import pickle
from typing import Any, get_args

import numpy as np
import pytest
from helpers.commands import run, table

from vmdsolve import InvalidInput, count_solutions, generate, grade
from vmdsolve.api import graded
from vmdsolve.api.options import Difficulty
from vmdsolve.problem import OPEN

DIFFICULTIES = get_args(Difficulty)


@pytest.mark.slow
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
@pytest.mark.parametrize("symmetric", [False, True])
def test_puzzles_are_as_hard_as_asked_for_and_have_one_answer(difficulty: Difficulty, symmetric: bool) -> None:
    made = list(generate("sudoku-9x9", 4, seed=3, difficulty=difficulty, symmetric=symmetric))
    for one in made:
        assert one.grade == grade(one.problem)
        assert one.grade.difficulty == difficulty
        assert count_solutions(one.problem) == (1, True)
        given = one.problem.values != OPEN
        assert not symmetric or (given == given[::-1]).all()
    [again] = generate("sudoku-9x9", seed=3, first=2, difficulty=difficulty, symmetric=symmetric, threads=1)
    assert again.problem == made[2].problem


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "difficulty"), [("killer", "easy"), ("killer", "medium"), ("akari", "expert"), ("kenken", "easy")]
)
def test_kinds_with_clues_take_a_difficulty_too(name: str, difficulty: Difficulty) -> None:
    [made] = generate(name, seed=2, difficulty=difficulty, size=6)
    assert made.grade.difficulty == difficulty
    assert count_solutions(made.problem) == (1, True)


def test_symmetric_givens_are_minimal_in_pairs_and_stop_at_what_is_asked_for() -> None:
    for problem, answer in generate("sudoku-6x6", 5, seed=1, symmetric=True):
        given = problem.values != OPEN
        assert (given == given[::-1]).all()
        assert count_solutions(problem) == (1, True)
        for cell in np.flatnonzero(given[:18]):
            values = problem.values.copy()
            values[[cell, 35 - cell]] = OPEN
            assert count_solutions(np.where(values == OPEN, 0, values + 1)) != (1, True)
        assert (answer[given] == problem.values[given]).all()
    [(problem, _)] = generate("sudoku-9x9", seed=1, symmetric=True, clues=31)
    assert (problem.values != OPEN).sum() == 31


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sudoku-25x25", "latin-32"])
def test_large_boards_are_made_with_one_answer(name: str) -> None:
    problem, answer = next(generate(name, seed=13, time_limit=300))
    assert (problem.values == OPEN).mean() > 0.3
    assert (problem.values == answer)[problem.values != OPEN].all()
    assert count_solutions(problem) == (1, True)


def test_a_generated_pair_is_a_pair_that_knows_its_grade() -> None:
    made = next(generate("latin-4", seed=2))
    problem, answer = made
    assert (made.problem, made[1] is answer, len(made)) == (problem, True, 2)
    again = pickle.loads(pickle.dumps(made))
    assert (again.problem, again.grade) == (problem, made.grade)


# What cannot be reached ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options", "why"),
    [
        ("sudoku-9x9", {"clues": 90}, "clues is 90; this board of sudoku-9x9 has 81 cells: wanted at most 80"),
        ("sudoku-9x9", {"clues": 81}, "clues is 81; .* wanted at most 80"),
        ("sudoku-9x9", {"clues": 10}, "clues is 10; .* has 17 or more .McGuire"),
        ("sudoku-9x9", {"clues": 10, "difficulty": "easy"}, "has 17 or more"),
        ("sudoku-4x4", {"clues": 3}, "has 4 or more"),
        ("sudoku-4x4", {"clues": 7, "symmetric": True}, "symmetric givens of 16 cells come in pairs: wanted an even"),
        ("text-16", {}, "text-16 has no rules, so nothing settles an open cell"),
        ("killer", {"symmetric": True}, "symmetric is for domains with one board"),
        ("killer", {"harder": 2, "difficulty": "easy"}, "harder is 2; wanted 0, unless"),
        ("sudoku-9x9", {"harder": 2, "difficulty": "easy"}, "harder is 2; wanted 0, unless"),
        ("sudoku-9x9", {"harder": 2, "symmetric": True}, "harder is 2; wanted 0, unless"),
        (
            "sudoku-9x9",
            {"difficulty": "fiendish"},
            "difficulty is 'fiendish'; wanted one of easy, medium",
        ),
        ("latin-4", {"first": 2**63 - 1, "n": 1}, "n is 1; wanted fewer"),
    ],
)
def test_what_cannot_be_is_refused_at_the_call(name: str, options: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        generate(name, **options)


def test_what_is_not_found_is_said_with_what_was() -> None:
    with pytest.raises(RuntimeError, match="of latin-4 with 2 clues was found: the fewest are 4, in 2,000 tries"):
        list(generate("latin-4", clues=2))
    with pytest.raises(InvalidInput, match="clues is 90; this board of killer has 16 cells"):
        list(generate("killer", size=4, clues=90))
    with pytest.raises(RuntimeError, match=r"no puzzle of regex.* was found: no cell follows from the others"):
        list(generate("regex:3:[ab]+"))


def test_a_difficulty_that_is_not_found_is_said_with_what_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graded, "MOST_TRIED", 5)
    with pytest.raises(RuntimeError, match=r"no expert puzzle of latin-4 was found, but 5 easy ones$"):
        list(generate("latin-4", difficulty="expert"))
    with pytest.raises(TimeoutError, match="no expert puzzle of latin-4 was made in 0 s; allow more"):
        list(generate("latin-4", difficulty="expert", time_limit=0))


# The command --------------------------------------------------------------------------------------------


def test_the_command_says_how_hard_each_puzzle_is() -> None:
    rows = table(run("generate", "sudoku-6x6", "-n", 3, "--difficulty", "easy", "--symmetric").stdout)
    assert [list(row) for row in rows] == [["puzzle", "solution", "domain", "difficulty", "technique", "rating"]] * 3
    for row in rows:
        assert (row["difficulty"], row["technique"], row["rating"]) == tuple(map(str, grade(row["puzzle"])))


@pytest.mark.parametrize("options", [("sudoku-9x9", "--clues", 90), ("latin-4", "--clues", 2), ("text-16",)])
def test_what_cannot_be_made_is_refused_before_any_line(options: tuple[object, ...]) -> None:
    result = run("generate", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("vmdsolve: ")

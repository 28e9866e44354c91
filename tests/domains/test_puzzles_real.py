"""Real puzzles that nobody here made: read, solved, and the same as the printed answer where it is the only one."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.data import instances

import vmdsolve
from vmdsolve import checker
from vmdsolve.domains import layout_of
from vmdsolve.problem import OPEN

# Set, how many at least, every k-th of them, with several solutions at most.
SAMPLES = [
    ("jigsaw", 80, 4, 5),
    ("kenken", 50, 4, 0),
    ("killer", 400, 1, 10),
    ("skyscrapers", 50, 4, 0),
    ("endview", 70, 4, 5),
    ("takuzu", 40, 4, 0),
    ("kakuro", 50, 8, 0),
    ("akari", 50, 8, 0),
    ("starbattle", 30, 5, 0),
    ("nonogram", 100, 4, 10),
    ("nonogram-7x7", 300, 10, 10),
    ("futoshiki", 4, 1, 0),
    ("consecutive", 25, 4, 0),
    ("even-odd", 15, 4, 0),
    ("hitori", 118, 4, 0),
    ("kakurasu", 35, 4, 0),
    ("mathrax", 24, 4, 0),
    ("minesweeper", 45, 4, 0),
    ("renban", 16, 4, 0),
    ("str8ts", 35, 8, 0),
    ("suguru", 26, 4, 0),
    ("tenner", 43, 4, 0),
    ("thermometers", 33, 4, 0),
    ("trinairo", 30, 1, 0),
    ("sudoku", 50, 1, 0),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "least", "step", "most_several"), SAMPLES)
def test_a_sample_has_the_printed_answers(name: str, least: int, step: int, most_several: int) -> None:
    """All are solved; the answer is the printed one, or both are answers and at most so many puzzles have several."""
    sample = [i for i in instances(name) if name != "nonogram" or i.problem.rules.L <= 400][::step]
    assert len(sample) >= least
    problems = [instance.problem for instance in sample]
    solutions = vmdsolve.solve_batch(problems, method="search", unique=True, time_limit=10)
    several = 0
    for (puzzle, problem, printed), solution in zip(sample, solutions, strict=True):
        assert solution.status.has_solution, puzzle
        assert printed is not None
        assert checker.accepts(problem.rules, problem.values, printed[None]).all(), puzzle
        assert solution.unique is not None
        assert solution.text == layout_of(problem).format(printed) or not solution.unique, puzzle
        several += not solution.unique
    assert several <= most_several


def test_futoshiki_of_pairs() -> None:
    solutions = vmdsolve.solve_batch([i.problem for i in instances("futoshiki-4x4")], method="search", unique=True)
    assert [(s.status.has_solution, s.unique) for s in solutions] == [(True, True)] * 5


def test_zebras_in_english_have_the_printed_answer() -> None:
    answered = instances("zebra")
    assert len(answered) == 32  # in the other 16 a name, such as Honda, stands in two attributes
    for name, problem, printed in answered:
        assert printed is not None
        asked = printed != OPEN
        assert asked.sum() == 1
        values = vmdsolve.solve(problem, method="search").grid.ravel() - 1
        np.testing.assert_array_equal(values[asked], printed[asked], err_msg=name)

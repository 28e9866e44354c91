""".non: the example of its own specification, colours, blank lines, and what is refused."""

from __future__ import annotations

import pytest

import vmdsolve
from vmdsolve.domains import get, notations
from vmdsolve.domains.notations.non import Non, goal_of
from vmdsolve.errors import InvalidProblem

# mikix/nonogram-db, FORMAT.md; puzzle 1 of webpbn.com by Jan Wolter, CC-BY-3.0
DANCER = """catalogue "webpbn.com #1"
title "Demo Puzzle from Front Page"
by "Jan Wolter"
copyright "&copy; Copyright 2004 by Jan Wolter"
license CC-BY-3.0
width 5
height 10

rows
2
2,1
1,1
3
1,1
1,1
2
1,1
1,2
2

columns
2,1
2,1,3
7
1,3
2,1

goal "01100011010010101110101001010000110010100101111000"
"""


def test_the_example_has_its_goal_as_its_one_answer() -> None:
    notation = notations.find(DANCER)
    assert isinstance(notation, Non)
    problem = notation.read(DANCER)
    assert problem.layout.shape == (10, 5)
    solution = vmdsolve.solve(problem, method="search", unique=True)
    assert solution.unique
    assert solution.text == goal_of(DANCER)
    assert notation.read(notations.write("non", problem)).rules.digest == problem.rules.digest
    assert notation.read(DANCER.replace("\n", "\r\n")).rules.digest == problem.rules.digest


def test_blank_lines_and_zeros_stand_for_lines_without_a_run() -> None:
    for empty in ("", "0"):
        problem = Non().read(f"height 2\nwidth 2\nrows\n2\n{empty}\ncolumns\n1\n1\n")
        assert problem.layout.write(problem.values) == "2 2/1/1/2/0"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("width 2\nheight 1\nrows\n1b\ncolumns\n1b\n0\n", "has colours"),
        ("color a #808080\nwidth 2\nheight 1\nrows\n1\ncolumns\n1\n0\n", "has colours"),
        ("width 2\nheight 1\nrows\n3\ncolumns\n1\n0\n", "3"),
        ("width 2\nheight 1\nrows\n1\n", "0 lines 'columns'"),
        ("width 2\nheight 1\nrows\ncolumns\n1\n0\n", "'columns' among 1 rows"),
        ("width 2\nrows\n1\ncolumns\n1\n", "does not say width and height"),
        ("width 999\nheight 1\nrows\n1\ncolumns\n1\n", "999 wide and 1 high; wanted 1 to 100"),
    ],
)
def test_what_is_no_such_nonogram_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        Non().read(text)


def test_only_nonograms_without_givens_are_written() -> None:
    with pytest.raises(InvalidProblem, match=r"latin-3 cannot be written as a \.non: it holds nonograms"):
        notations.write("non", get("latin-3").problem())
    with pytest.raises(InvalidProblem, match="no place for given cells"):
        notations.write("non", get("nonogram").parse("1 2/1/0/1/10"))

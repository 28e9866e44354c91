"""What people are told of each kind: its example is read, drawn and has an answer; what the registry makes of sizes."""

from __future__ import annotations

import pytest

import vmdsolve
from vmdsolve import domains
from vmdsolve.domains import Family, get
from vmdsolve.domains.base import CELL

KINDS = list(domains.families())
FREE = {"brackets", "colouring", "equation", "regex", "text", "chains", "follow", "hidden-markov"}
FREE |= {"list-permute", "list-choice"}


def shown(kind: str) -> domains.Domain:
    size = domains.families()[kind].shown
    return get(f"{kind}:{size}" if size and domains.families()[kind].sizes else kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_is_read_drawn_and_solved(kind: str) -> None:
    domain = shown(kind)
    assert domain.about.endswith(".")
    assert len(domain.about) < 120
    assert domain.text_form
    problem = domain.parse(domain.example)
    board = domains.layout_of(problem)
    assert domain.parse(board.write(problem.values)).values.tolist() == problem.values.tolist()
    picture = board.render(problem.values)
    assert CELL not in picture
    assert max(map(len, picture.split("\n"))) <= 80
    solution = vmdsolve.solve(problem, method="search", unique=True)
    assert solution.status.has_solution
    assert solution.unique is (kind not in FREE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_its_sizes_and_takes_them(kind: str) -> None:
    of = domains.families()[kind]
    for name, size in of.named.items():
        assert of.make(size).name == name
    for alias, size in of.aliases.items():
        if of.default is not None or size:
            assert domains.find(alias) == (kind, size)
    assert of.default is not None or of.shown


def test_families_say_the_parameters_of_their_problems() -> None:
    for kind in KINDS:
        domain = shown(kind)
        if isinstance(domain, Family):
            assert domain.parameters
            assert domain.kind.lines_of.__doc__
            assert ">>>" in domain.kind.lines_of.__doc__


def test_a_sudoku_says_which_boxes_its_size_was_taken_to_mean() -> None:
    assert get("sudoku:6").assumes == "boxes of 2 rows by 3 columns"
    words, other = get("sudoku:6").otherwise() or ("", None)
    assert words == "boxes of 3 rows by 2 columns (domain sudoku:3x2)"
    assert other is not None
    assert other.rules.constraints == get("sudoku:3x2").rules.constraints
    for name in ("sudoku:9", "sudoku:3x2", "latin:6", "windoku"):
        assert (get(name).assumes, get(name).otherwise()) == ("", None)

"""Reading: many grids at once, of any kinds, with what cannot be read among them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve.domains import Domain, get
from vmdsolve.domains.reading import FEW, is_part, is_problem, one_line, read, read_each
from vmdsolve.domains.sequence import TokenSequence
from vmdsolve.errors import InvalidInput

P = "1......44......1"
GRIDS: list[Any] = [
    P, "." * 81, P[:-1], P.replace("4", "x", 1), "1 . | . .\n. . | . 4\n----+----\n4 . | . .\n. . | . 1", "", "😀" * 16,
    [[1, 0], [0, 0]], np.ones((4, 4), int), [[1, 2], [3]], get("latin-2").parse("1..."), None, [[9] * 4] * 4,
]  # fmt: skip


def one_by_one(grids: list[Any], name: str | None) -> list[tuple[str, Any]]:
    out: list[tuple[str, Any]] = []
    for grid in grids:
        try:
            problem = read(grid, name)
            out.append((problem.domain, problem.values.tolist()))
        except InvalidInput as error:
            out.append((type(error).__name__, str(error)))
    return out


@settings(deadline=None, max_examples=60)
@given(
    grids=st.lists(st.integers(-30, len(GRIDS) - 1).map(lambda i: GRIDS[max(i, 0)]), max_size=40),
    name=st.sampled_from([None, "sudoku-4x4", "latin-2", "killer"]),
)
def test_reading_each_is_reading_one_after_another(grids: list[Any], name: str | None) -> None:
    found = [
        (type(each).__name__, str(each)) if isinstance(each, InvalidInput) else (each.domain, each.values.tolist())
        for each in read_each(grids, name)
    ]
    assert found == one_by_one(grids, name)


def test_a_bad_line_does_not_slow_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [P] * 1024
    lines[700] = "oops"
    slow, parse = [], Domain.parse
    monkeypatch.setattr(Domain, "parse", lambda self, text: slow.append(text) or parse(self, text))
    solutions = list(vmdsolve.solve_batch(lines, domain="sudoku-4x4", method="search", invalid="report"))
    assert len(slow) <= 2 * FEW
    assert [index for index, solution in enumerate(solutions) if solution.status.name == "INVALID"] == [700]
    assert {solution.text for solution in solutions if solution.status.has_solution} == {"1423231441323241"}
    with pytest.raises(InvalidInput, match="needs 16 cells, got 4"):
        list(vmdsolve.solve_batch(lines, domain="sudoku-4x4", method="search"))


def test_parts_of_puzzles_are_told_from_puzzles() -> None:
    for line in ("---", "+-|", "a-b", ""):  # a row of tokens is never one of several
        assert not is_part(line, TokenSequence("row", "+-|", 3))
    assert is_part("----+----", "sudoku-4x4")
    assert is_part("1 1/2 2", "killer") is False
    assert is_part("2 2", "killer")
    assert not is_part("1221", "killer", answer=True)
    assert is_part("1 2", "killer", answer=True)

    class Signs(Domain):
        name, symbols, shape, constraints = "signs", "-+", (2, 2), ()

    assert not is_part("-+-+", Signs())
    assert is_part("-+", Signs())
    assert is_problem(P)
    assert not is_problem(P, "killer")


@pytest.mark.parametrize(
    ("text", "name"),
    [("12..\n....\n....\n..21", None), ("7 12..........21.. hard", None), ("1---\n----\n----\n--21", None),
     ("1___________2_21", None), ("[[1,0,0,0],[0,0,0,4],[0,0,0,0],[0,0,2,0]]", None), (".0.1.2..........", "latin-4"),
     ("_ _ Q _\n_ _ _ _\n_ _ _ _\n_ _ _ _", "queens-4")],
)  # fmt: skip
def test_a_puzzle_on_one_line_is_the_same_puzzle(text: str, name: str | None) -> None:
    line = one_line(text, name)
    assert "\n" not in line
    again, problem = read(line, name), read(text, name)
    assert again.values.tolist() == problem.values.tolist()

"""convert: each form holds the puzzle, or is refused."""

from __future__ import annotations

import pytest

import vmdsolve
from vmdsolve.api.convert import endings, forms_of
from vmdsolve.domains.reading import read

P = "1......2..4..3.."


def test_text_is_what_the_layout_writes() -> None:
    problem = read(P)
    assert vmdsolve.convert(P) == vmdsolve.convert(P, "cells") == P
    assert vmdsolve.convert(P, "board") == problem.layout.render(problem.values)
    assert vmdsolve.convert([[1, 0], [0, 0]], domain="latin-2") == "1..."
    assert vmdsolve.convert(P, "dimacs") == vmdsolve.to_dimacs(P).text


@pytest.mark.parametrize("to", ["f-puzzles", "sudokupad", "puzz.link", "tatham"])
def test_what_others_read_is_the_same_puzzle(to: str) -> None:
    assert vmdsolve.solve(vmdsolve.convert(P, to)).text == vmdsolve.solve(P).text


def test_only_forms_that_hold_a_puzzle_are_offered() -> None:
    names = forms_of(read(P))
    assert {*names} == {*endings()} - {"non"}
    for name in names:
        assert vmdsolve.convert(P, name)
    with pytest.raises(vmdsolve.InvalidInput, match="it holds nonograms"):
        vmdsolve.convert(P, "non")


def test_another_form_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(vmdsolve.InvalidInput, match="nothing is written as 'paper'; wanted one of line, board, cells"):
        vmdsolve.convert(P, "paper")
    with pytest.raises(vmdsolve.InvalidInput, match="latin-4"):
        vmdsolve.convert("1...", domain="latin-4")

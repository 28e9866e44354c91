"""Laws of all notations: what is written reads back as the same problem; no text does worse than be refused."""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.api.exact import enumerate_solutions
from vmdsolve.api.generate import generate
from vmdsolve.api.kinds import told_of
from vmdsolve.constraints import Less
from vmdsolve.domains import families, get, notations
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Problem
from vmdsolve.testing import partial, problems

DOMAINS = [
    "sudoku-4x4", "sudoku-6x6", "sudoku-9x9", "sudoku-12x12", "sudoku-x-4x4", "sudoku-x-9x9", "windoku-9x9", "latin-4",
    "latin-12", "jigsaw", "killer", "kenken", "futoshiki", "skyscrapers", "endview", "akari", "starbattle", "nonogram",
    "kakuro", "takuzu", "zebra", "queens-6", "colouring-3", "brackets-8",
]  # fmt: skip
HELD = {
    "f-puzzles": set(DOMAINS[:11]),
    "sudokupad": set(DOMAINS[:11]),
    "puzz.link": {
        "sudoku-4x4", "sudoku-6x6", "sudoku-9x9", "skyscrapers", "endview", "akari", "starbattle", "nonogram", "kakuro",
        "futoshiki",
    },
    "tatham": {
        "sudoku-4x4", "sudoku-6x6", "sudoku-9x9", "sudoku-12x12", "sudoku-x-4x4", "sudoku-x-9x9", "jigsaw", "killer",
        "kenken", "futoshiki", "skyscrapers", "akari", "nonogram", "takuzu",
    },
    "non": {"nonogram"},
}  # fmt: skip
BESIDE = {"thermo", "arrow", "sandwich", "even-odd", "anti-knight", "anti-king"}  # of f-puzzles, by a rule each
BARE = {"akari", "starbattle", "nonogram", "kakuro", "kenken", "endview", "futoshiki"}  # without given cells


def same(a: Problem, b: Problem) -> bool:
    """A jigsaw of boxes may come back as the Sudoku that it is."""
    return (a.rules.L, a.rules.V, a.rules.digest) == (b.rules.L, b.rules.V, b.rules.digest) and np.array_equal(
        a.values, b.values
    )


def back(name: str, problem: Problem) -> Problem:
    text = notations.write(name, problem)
    found = notations.find(text)
    assert found is not None
    assert found.name == name, text
    return found.read(text)


@pytest.mark.parametrize("name", sorted(HELD))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_written_reads_back_as_the_same_problem(name: str, data: st.DataObject) -> None:
    domain = data.draw(st.sampled_from(DOMAINS))
    problem = data.draw(partial(domain) | problems(domain))
    bare = replace(problem, values=np.full(problem.rules.L, OPEN, np.int32))
    written = 0
    for one in (problem, bare):
        with suppress(InvalidInput):
            assert same(back(name, one), one), notations.write(name, one)
            written += 1
    if domain in HELD[name]:
        assert written == 2 or (written == 1 and domain in BARE)
    else:
        assert not written


@pytest.mark.parametrize("kind", sorted(name for name in families() if told_of(name).get("example")))
def test_no_rule_is_lost_on_the_way(kind: str) -> None:
    problem = get(told_of(kind)["said"]).parse(told_of(kind)["example"])
    for name in notations.names():
        try:
            there = back(name, problem)
        except InvalidInput:
            assert not (kind in BESIDE and name in ("f-puzzles", "sudokupad"))
            continue
        answers = [{answer.text for answer in enumerate_solutions(one, limit=60)} for one in (problem, there)]
        assert answers[0] == answers[1], name


@pytest.mark.parametrize("name", notations.names())
def test_a_rule_that_a_notation_does_not_know_is_not_left_out(name: str) -> None:
    class Mine(Sudoku):
        """A Sudoku of one's own."""

    layout = Mine(2, 2)
    layout.constraints = (*layout.constraints, Less(0, 1, "rising"))
    with pytest.raises(InvalidInput, match="cannot be written"):
        notations.write(name, layout.problem())


@cache
def texts() -> list[str]:
    """A text of each notation and domain."""
    out = []
    for name, held in sorted(HELD.items()):
        for domain in sorted(held - {"sudoku-12x12", "latin-12"}):
            problem = next(generate(domain, seed=1))[0]
            with suppress(InvalidInput):
                problem = replace(
                    problem, values=np.full(problem.rules.L, OPEN, np.int32) if domain in BARE else problem.values
                )
                out.append(notations.write(name, problem))
    extra = ",odd:[{cell:'R1C1'}]"
    out.append(
        '{"size":2,"grid":[[{"value":1,"given":true},{}],[{},{}]],"killercage":[{"cells":["R1C1"],"value":"1"}]}'
    )
    out.append("{ce:[[{v:1},],[,]],re:[[[0,0],[0,1]],[[1,0],[1,1]]],ca:[{v:2,ce:[[1,1]],unique:t}]" + extra + "}")
    return out


PIECES = [
    "",
    "/",
    ":",
    ",",
    "z" * 50,
    "0",
    "9" * 30,
    "%",
    "[[[[",
    "{",
    "}",
    "²",
    "\0",
    "é",
    "-1",
    "N4Ig",
    "R9C9",
    "null",
    "\n",
    "1e999",
]


@pytest.mark.slow
@settings(deadline=None, max_examples=3000, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_changed_text_does_worse_than_be_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(texts()))
    for _ in range(data.draw(st.integers(1, 3))):
        at, to = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        to = min(to, at + data.draw(st.integers(0, 8)))
        text = text[:at] + data.draw(st.sampled_from(PIECES) | st.text(max_size=4)) + text[to:]
    hold(text)


@settings(deadline=None)
@given(st.text(max_size=200) | st.text("0123456789abcz/:,._-{}[]'\"xjkN4 \n", max_size=200))
def test_no_text_at_all_does_worse_than_be_refused(text: str) -> None:
    hold(text)


def hold(text: str) -> None:
    found = notations.find(text)
    for notation in [found] if found else map(notations.get, notations.names()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                said, cells = "", notation.read(text).rules.L
            except InvalidInput as error:
                said, cells = str(error), 1
        assert len(said) < 500
        assert "\n" not in said
        assert 1 <= cells <= 10_000


NONE = """
53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79
1.../...4/..../..2.
5 3 . | . 7 .
[[0, 1], [1, 0]]
{"puzzle": "1..."}
{"grid": [[5, 3], [0, 1]], "size": 2}
a:b
x=y
#comment
puzzle,solution
2 2/9 -/- -
12:30
12:30:45
((..))
0000000001CE:......:1.2
:0000:x:....................:::
"""


@pytest.mark.parametrize("text", [*NONE.split("\n"), " "])
def test_what_is_no_notation_is_none(text: str) -> None:
    assert notations.find(text) is None


def test_names_that_are_none_are_refused_with_those_that_are() -> None:
    assert notations.get("F-Puzzles").name == "f-puzzles"
    with pytest.raises(
        InvalidInput, match=r"unknown notation 'penpa'; there are f-puzzles, sudokupad, puzz.link, tatham, non$"
    ):
        notations.write("penpa", get("latin-3").problem())

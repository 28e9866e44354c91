"""grade: the hardest technique that hint after hint needs, whatever the order; never higher with more givens."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import Problem, grade
from vmdsolve.api.options import Difficulty
from vmdsolve.domains import get
from vmdsolve.hints.climb import RANKS
from vmdsolve.hints.hint import walkthrough
from vmdsolve.problem import OPEN
from vmdsolve.search import generate_values

KINDS = {
    "sudoku-4x4": {}, "sudoku-6x6": {}, "latin-5": {}, "queens-6": {}, "takuzu": {"size": 6}, "futoshiki": {"size": 4},
    "killer": {"size": 4}, "kenken": {"size": 4}, "nonogram": {"size": 5}, "akari": {}, "skyscrapers": {"size": 4},
    "jigsaw": {"size": 5}, "zebra": {"size": 3},
}  # fmt: skip
DANCE = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."


def by_hints(problem: Problem) -> str:
    """The hardest technique of all hints."""
    used = [hint.technique for hint in walkthrough(problem, time_limit=None)]
    return max((technique for technique in used if technique in RANKS), key=RANKS.index, default="solved")


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_the_grade_is_the_hardest_technique_of_all_hints(name: str) -> None:
    for problem, _ in vmdsolve.generate(name, 4, seed=4, **KINDS[name]):
        assert grade(problem).technique == by_hints(problem)


@pytest.mark.slow
def test_the_grade_of_sudoku_is_the_hardest_technique_of_all_hints() -> None:
    domain = get("sudoku-9x9")
    boards, _ = generate_values(domain.rules, 12, seed=5)
    seen = [grade(Problem(domain.name, domain.rules, board, domain)).technique for board in boards]
    assert seen == [by_hints(Problem(domain.name, domain.rules, board, domain)) for board in boards]
    assert len(set(seen)) > 3


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32), st.data())
def test_more_givens_make_nothing_harder(seed: int, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["sudoku-6x6", "latin-5", "queens-6"]))
    problem, answer = next(vmdsolve.generate(name, seed=seed))
    more = np.array(data.draw(st.lists(st.booleans(), min_size=answer.size, max_size=answer.size)))
    easier = replace(problem, values=np.where(more, answer, problem.values))
    if (easier.values == OPEN).any():
        assert RANKS.index(grade(easier).technique) <= RANKS.index(grade(problem).technique)


def test_known_puzzles_have_their_grades() -> None:
    assert grade("1......2..4..3..") == ("easy", "hidden single", 3.0)
    assert grade(DANCE).difficulty == "expert"
    assert grade("1234341221434321") == ("easy", "solved", 0.0)
    assert grade("12343412214343.1") == ("easy", "last cell", 1.0)


@pytest.mark.parametrize(
    ("text", "why"),
    [("." * 16, "more than one answer"), ("11" + "." * 14, "no answer"), ("123........4....", "no answer")],
)
def test_what_has_not_one_answer_has_no_grade(text: str, why: str) -> None:
    with pytest.raises(vmdsolve.InvalidInput, match=f"the problem of sudoku-4x4 has {why}; only one with one answer"):
        grade(text)


def test_the_time_limit_is_kept_and_checked() -> None:
    with pytest.raises(TimeoutError, match="the grade was not settled in 0 s; allow more"):
        grade(DANCE, time_limit=0)
    with pytest.raises(vmdsolve.InvalidInput, match="time_limit is -1"):
        grade(DANCE, time_limit=-1)


def test_the_difficulties_that_types_name_are_those_of_the_grade() -> None:
    from vmdsolve.hints.grade import DIFFICULTIES

    assert get_args(Difficulty) == DIFFICULTIES

"""Lists and their answers: every task against what it means in plain Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from math import factorial, perm

import numpy as np
import pytest

import vmdsolve
from vmdsolve import count_solutions
from vmdsolve.checker import accepts
from vmdsolve.domains import get
from vmdsolve.domains.lists import TASKS, ListTask
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN

MEANT: dict[str, Callable[[str, str], bool]] = {
    "copy": lambda given, answer: answer == given,
    "reverse": lambda given, answer: answer == given[::-1],
    "permute": lambda given, answer: len(set(given)) == len(given) and sorted(answer) == sorted(given),
    "choice": lambda given, answer: len(set(given)) == len(given) and answer in [c * len(given) for c in given],
}


@pytest.mark.parametrize("task", TASKS)
def test_the_checker_takes_what_the_task_means(task: str) -> None:
    domain = ListTask(task, 2)
    every = ["".join(row) for row in itertools.product("abcdefgh", repeat=4)]
    boards = np.stack([domain.parse(row).values for row in every])
    good = accepts(domain.rules, np.full(4, OPEN, np.int32), boards)
    assert [MEANT[task](row[:2], row[2:]) for row in every] == good.tolist()


@pytest.mark.parametrize(
    ("task", "count"),
    [("copy", 8**3), ("reverse", 8**3), ("permute", perm(8, 3) * factorial(3)), ("choice", perm(8, 3) * 3)],
)
def test_there_are_as_many_answers_as_are_written_down(task: str, count: int) -> None:
    assert count_solutions("." * 6, domain=f"list-{task}:3", limit=None) == (count, True)


def test_a_list_is_drawn_above_its_answer_and_spoken_of() -> None:
    problem = get("list-reverse:3").parse("abc...")
    assert problem.render() == "a b c\n. . ."
    assert vmdsolve.solve(problem).text == "abccba"
    assert problem.layout.cell_name(4) == "item 2 of the answer"
    assert problem.layout.rule_text(problem.rules.constraints[0]).endswith("are the same")
    permute = get("list-permute:3")
    said = [permute.rule_text(constraint) for constraint in permute.constraints]
    assert said[:3] == [
        "the list holds no item twice",
        "the answer holds no item twice",
        "item 1 of the answer is one of the list",
    ]


@pytest.mark.parametrize("size", ["1", "9"])
def test_other_sizes_are_refused(size: str) -> None:
    with pytest.raises(InvalidInput, match="has 2 to 8 items, got"):
        get(f"list-copy:{size}")
    with pytest.raises(InvalidInput, match="wanted one of copy"):
        ListTask("sort", 3)

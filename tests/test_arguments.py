"""Arguments of public calls: what is taken, and in which words the rest is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vmdsolve.arguments import choice, flag, number, seconds, whole
from vmdsolve.errors import InvalidInput


@pytest.mark.parametrize("value", [7, np.int64(7), np.uint8(7)])
def test_whole_numbers_of_any_kind_are_taken(value: Any) -> None:
    assert whole(value, "n", 7, 7) == 7
    assert type(whole(value, "n")) is int


@pytest.mark.parametrize("value", [7.0, "7", True, None, np.float64(7), np.bool_(True), [7]])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^n is .*; wanted a whole number$"):
        whole(value, "n")


def test_a_whole_number_out_of_reach_is_told_the_reach() -> None:
    cases = ((0, 1, None, ", 1 or more"), (9, 1, 8, " from 1 to 8"), (-1, 0, 9, " from 0 to 9"))
    for value, least, most, text in cases:
        with pytest.raises(InvalidInput) as refused:
            whole(value, "steps", least, most)
        assert str(refused.value) == f"steps is {value}; wanted a whole number{text}"


def test_seconds_are_numbers_or_none() -> None:
    assert [seconds(s) for s in (0, 1.5, np.float32(2), np.int8(3), 10**400)] == [0.0, 1.5, 2.0, 3.0, None]
    assert seconds(None) is seconds(float("inf")) is None
    for wrong in (-1, float("nan"), "3", True, [1.0], 1j):
        with pytest.raises(InvalidInput, match=r"^time_limit is .*; wanted seconds, 0 or more, or None$"):
            seconds(wrong)


def test_numbers_have_ends_that_belong_to_them_or_not() -> None:
    assert number(0, "temperature", least=0) == 0.0
    assert number(np.float32(1), "density", above=0, most=1) == 1.0
    for value in (0, 1.1, -1, float("nan"), float("inf"), "1", True, None):
        with pytest.raises(InvalidInput, match=r"^density is .*; wanted a number above 0, at most 1$"):
            number(value, "density", above=0, most=1)
    with pytest.raises(InvalidInput, match=r"^temperature is inf; wanted a number, 0 or more$"):
        number(float("inf"), "temperature", least=0)


def test_names_and_truths_are_those_alone() -> None:
    assert choice("a", "method", ("a", "b")) == "a"
    for wrong in ("c", None, 1, ["a"]):
        with pytest.raises(InvalidInput, match=r"^method is .*; wanted one of a, b$"):
            choice(wrong, "method", ("a", "b"))
    assert flag(np.bool_(True), "unique") is True
    for no_truth in (1, 0, "yes", None):
        with pytest.raises(InvalidInput, match=r"^unique is .*; wanted True or False$"):
            flag(no_truth, "unique")

"""The clock of a problem, and of several side by side."""

from __future__ import annotations

import pytest

from vmdsolve import deadline
from vmdsolve.deadline import Deadline


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the clock on the wall shows; set item 0 to change it."""
    time = [100.0]
    monkeypatch.setattr(deadline, "perf_counter", lambda: time[0])
    return time


def test_one_problem_is_charged_all_the_time(now: list[float]) -> None:
    clock = Deadline(10.0, spent=2.0)
    now[0] += 3
    assert (clock.spent, clock.left(), clock.left(0.5), clock.wall(), clock.limit) == (5.0, 5.0, 0.0, 5.0, 5.0)
    now[0] += 6
    assert clock.over
    assert (clock.left(), clock.limit) == (0.0, 0.0)


def test_problems_side_by_side_share_the_time_and_those_that_stay_pay_for_what_follows(now: list[float]) -> None:
    clock = Deadline(10.0, n=4)
    now[0] += 8
    assert (clock.spent, clock.left(), clock.wall()) == (2.0, 8.0, 32.0)
    clock.among(1)
    now[0] += 3
    assert (clock.spent, clock.left(), clock.wall()) == (5.0, 5.0, 5.0)
    clock.among(0)  # all are settled
    assert clock.left() == 5.0


def test_a_pause_is_charged_to_nobody(now: list[float]) -> None:
    clock = Deadline(10.0, spent=1.0, n=2)
    now[0] += 4
    with clock.paused():
        now[0] += 1e6
    assert (clock.spent, clock.left()) == (3.0, 7.0)
    now[0] += 4
    assert clock.spent == 5.0


def test_without_a_limit_nothing_runs_out(now: list[float]) -> None:
    clock = Deadline(None)
    now[0] += 1e9
    assert clock.limit is None
    assert not clock.over
    assert clock.left(0.5) == clock.wall() == float("inf")

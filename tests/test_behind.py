"""Calls beside what else is done: in order, one at a time, and what they raise is not lost."""

from __future__ import annotations

from threading import Event, get_ident

import pytest

from vmdsolve.behind import Behind


def test_calls_are_made_in_order_by_one_thread_that_is_another() -> None:
    made: list[tuple[int, int]] = []
    with Behind[None]() as behind:
        for i in range(50):
            behind.do(lambda i=i: made.append((i, get_ident())))
    assert [i for i, _ in made] == [*range(50)]
    assert len({thread for _, thread in made} | {get_ident()}) == 2


def test_a_call_waits_for_the_one_before_and_hands_on_what_it_gave() -> None:
    begun = Event()
    with Behind[bool]() as behind:
        assert [*behind.do(begun.wait)] == []  # does not wait for itself
        begun.set()
        assert [*behind.do(int, 3)] == [True]
        assert [*behind.done()] == [3]
        assert [*behind.done()] == []


def refused() -> None:
    raise ValueError("no")


def test_what_a_call_raises_comes_with_the_next_or_at_the_end() -> None:
    with Behind[None]() as behind:
        behind.do(refused)
        with pytest.raises(ValueError, match="no"):
            behind.do(refused)
    with pytest.raises(ValueError, match="no"), Behind[None]() as behind:
        behind.do(refused)


def test_an_error_of_the_block_goes_first_and_the_call_is_still_made() -> None:
    made: list[int] = []
    with pytest.raises(KeyError), Behind[None]() as behind:
        {}[behind.do(lambda: made.append(1))]
    assert made == [1]

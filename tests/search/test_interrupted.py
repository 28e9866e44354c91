"""Law: whatever interrupts an enumeration, and wherever, it goes on with the solution after the last one taken."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from vmdsolve import enumerate_solutions
from vmdsolve.constraints import AllDifferent, Predicate
from vmdsolve.problem import OPEN, Rules
from vmdsolve.search import Projection, enumerate_values

FAR = 1_000_000
RULES = Rules(4, 3, (AllDifferent([0, 1, 2]), Predicate([2, 3], lambda held: held[0] != held[1], "odd")))
WAYS: dict[str, Callable[[], Iterator[Any]]] = {
    "values": lambda: enumerate_values(RULES, [OPEN] * 4),
    "a few": lambda: enumerate_values(RULES, [OPEN] * 4, limit=5),
    "projection": lambda: Projection(Rules(3, 3, (AllDifferent([0, 1, 2]),)), [OPEN] * 3, [0, 2]),
    "solutions": lambda: enumerate_solutions("12..34..2143....", cells="r4"),
    "all solutions": lambda: enumerate_solutions("12..34..2143...."),
}


class Interrupting:
    """Raises KeyboardInterrupt at the n-th place from 0 where Python would hear a signal: after calls, and in them."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, _: FrameType, event: str, __: object) -> None:
        if event in ("call", "c_return"):
            self.left -= 1
            if self.left == -1:
                raise KeyboardInterrupt


def taken(boards: Iterator[Any], interrupting: Interrupting) -> list[str]:
    """All that it has, although it is interrupted once."""
    out: list[str] = []
    while True:
        try:
            if interrupting.left >= 0:
                sys.setprofile(interrupting)
            board = boards.__next__()
            sys.setprofile(None)
            out.append(getattr(board, "text", None) or str(board))
        except StopIteration:
            sys.setprofile(None)
            return out
        except KeyboardInterrupt:
            sys.setprofile(None)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # some places are where generators end
@pytest.mark.parametrize("way", WAYS)
def test_none_is_lost_and_none_comes_twice(way: str) -> None:
    counting = Interrupting(FAR)
    whole = taken(boards := WAYS[way](), counting)
    complete = boards.complete
    assert len(whole) > 1
    assert complete == (way != "a few")
    places = FAR - counting.left
    for n in range(0, places, places // 60):
        assert taken(again := WAYS[way](), Interrupting(n)) == whole, n
        assert again.complete == complete

"""Automata made by exploring: say where each state leads, and the table of a `DFA` is built from what is reached."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from itertools import combinations
from typing import TypeVar

from ...constraints import DFA

__all__ = ["different_with_total", "explore", "sandwich", "with_product"]

State = TypeVar("State", bound=Hashable)


def explore(start: State, V: int, step: Callable[[State, int], State | None], accept: Callable[[State], bool]) -> DFA:
    """The automaton over values 0 .. V-1 from `start`; `step` says the next state, None for a dead end.

    Examples
    --------
    >>> explore(0, 2, lambda ones, v: ones + v if ones + v < 3 else None, lambda ones: ones == 2).step  # two ones
    ((0, 1), (1, 2), (2, -1))
    """
    number, order, rows = {start: 0}, [start], []
    for state in order:  # grows on the way
        row = []
        for v in range(V):
            following = step(state, v)
            if following is None:
                row.append(-1)
                continue
            if following not in number:
                number[following] = len(order)
                order.append(following)
            row.append(number[following])
        rows.append(tuple(row))
    return DFA(0, frozenset(i for i, state in enumerate(order) if accept(state)), tuple(rows))


@lru_cache(maxsize=4096)
def different_with_total(V: int, length: int, total: int) -> DFA:
    """Accepts words of `length` different numbers, 1 to V, that add up to `total`; a state is the set of them so far.

    Examples
    --------
    >>> different_with_total(9, 2, 3).step[0]
    (1, 2, -1, -1, -1, -1, -1, -1, -1)
    """
    whole = [frozenset(numbers) for numbers in combinations(range(V), length) if sum(numbers) + length == total]

    def step(held: frozenset[int], v: int) -> frozenset[int] | None:
        return held | {v} if v not in held and any(held | {v} <= numbers for numbers in whole) else None

    return explore(frozenset[int](), V, step, lambda held: held in whole)


@lru_cache(maxsize=512)  # each has up to a thousand states
def with_product(V: int, total: int) -> DFA:
    """Accepts words of numbers from 1 to V whose product is `total`; a state is the product so far.

    Examples
    --------
    >>> with_product(3, 4).step  # 1, 2 and 4
    ((0, 1, -1), (1, 2, -1), (2, -1, -1))
    """

    def step(product: int, v: int) -> int | None:
        return None if total % (product * (v + 1)) else product * (v + 1)

    return explore(1, V, step, total.__eq__)


@lru_cache(maxsize=256)
def sandwich(n: int, total: int) -> DFA:
    """Accepts the words whose numbers between the first and the last, 1 and n, add up to a total."""
    inside = range(1, total + 2)  # state 1 + what has been added; 0 before, total + 2 after
    after = total + 2
    step = [tuple(1 if v in (0, n - 1) else 0 for v in range(n))]
    for state in inside:
        added = state - 1
        row = [state + v + 1 if added + v + 1 <= total else -1 for v in range(n)]
        row[0] = row[n - 1] = after if added == total else -1
        step.append(tuple(row))
    step.append(tuple(-1 if v in (0, n - 1) else after for v in range(n)))
    return DFA(0, frozenset({after}), tuple(step))

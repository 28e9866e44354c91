"""Shared by the tests: constraints of every kind, small problems made of them, and each kind's rule said once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from vmdsolve.constraints import DFA, AllDifferent, Connected, Count, Less, Linear, Predicate, Regular, Sum, Table
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Board, Constraint, Rules
from vmdsolve.search import solve_values


class Sample(NamedTuple):
    """How the tests know a kind of constraint."""

    draw: Callable[[st.DrawFn, list[int], int], Constraint]  # on these cells, of V values
    obeys: Callable[[Any, tuple[int, ...]], bool]  # is the rule obeyed by its cells' values?
    least: int = 1  # cells


def _sum(draw: st.DrawFn, cells: list[int], V: int) -> Sum:
    first = draw(st.integers(-2, 2))
    return Sum(cells, draw(st.integers(-1, len(cells) * (V - 1) + 1)) + first * len(cells), "r", first=first)


def _linear(draw: st.DrawFn, cells: list[int], V: int) -> Linear:
    small = st.integers(-3, 3)
    coefficients = draw(st.tuples(*[small] * len(cells)))
    numbers = draw(st.none() | st.tuples(*[small] * V))
    comparison = draw(st.sampled_from(["==", "!=", "<=", ">=", "<", ">"]))
    total, first = draw(st.integers(-12, 12)), draw(small)
    return Linear(cells, coefficients, comparison, total, "r", first=first, numbers=numbers)


def _reached(rule: Linear, held: tuple[int, ...]) -> bool:
    told = [v + rule.first if rule.numbers is None else rule.numbers[v] for v in held]
    return bool(
        eval(f"{sum(a * b for a, b in zip(rule.coefficients, told, strict=True))} {rule.comparison} {rule.total}")
    )


def _count(draw: st.DrawFn, cells: list[int], V: int) -> Count:
    times = st.integers(-1, len(cells) + 1)
    low, high = sorted(draw(st.tuples(times, times)))
    return Count(cells, draw(st.integers(0, V - 1)), low, high, "r")


def _rows(cells: list[int], V: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.tuples(*[st.integers(0, V - 1)] * len(cells))


def _regular(draw: st.DrawFn, cells: list[int], V: int) -> Regular:
    states = draw(st.integers(1, 3))
    step = draw(st.lists(st.tuples(*[st.integers(-1, states - 1)] * V), min_size=states, max_size=states))
    accept = draw(st.frozensets(st.integers(0, states - 1)))
    return Regular(cells, DFA(draw(st.integers(0, states - 1)), accept, tuple(step)), "r")


def _accepted(rule: Regular, held: tuple[int, ...]) -> bool:
    state = rule.dfa.start
    for value in held:
        state = rule.dfa.step[state][value] if state >= 0 else -1
    return state in rule.dfa.accept


def _connected(draw: st.DrawFn, cells: list[int], V: int) -> Connected:
    pairs = [(a, b) for a in cells for b in cells if a != b]
    edges = draw(st.lists(st.sampled_from(pairs), max_size=6)) if pairs else []
    return Connected(cells, draw(st.frozensets(st.integers(0, V - 1))), edges, "r")


def _joined(rule: Connected, held: tuple[int, ...]) -> bool:
    """Parts grow together edge by edge."""
    part = {cell: cell for cell, value in zip(rule.cells, held, strict=True) if value in rule.symbols}
    for a, b in rule.edges:
        if a in part and b in part:
            old, new = part[a], part[b]
            part = {cell: new if name == old else name for cell, name in part.items()}
    return len({*part.values()}) < 2


SAMPLES: dict[type[Constraint], Sample] = {
    AllDifferent: Sample(lambda _, cells, _V: AllDifferent(cells, "r"), lambda _, held: len({*held}) == len(held)),
    Sum: Sample(_sum, lambda rule, held: sum(value + rule.first for value in held) == rule.total),
    Linear: Sample(_linear, _reached),
    Less: Sample(lambda _, cells, _V: Less(*cells[:2], "r"), lambda _, held: held[0] < held[1], least=2),
    Count: Sample(_count, lambda rule, held: rule.low <= held.count(rule.symbol) <= rule.high),
    Connected: Sample(_connected, _joined),
    Table: Sample(
        lambda draw, cells, V: Table(cells, draw(st.lists(_rows(cells, V), max_size=8)), "r"),
        lambda rule, held: held in rule.tuples,
    ),
    Regular: Sample(_regular, _accepted),
    Predicate: Sample(
        lambda draw, cells, V: Predicate(cells, draw(st.frozensets(_rows(cells, V), max_size=6)).__contains__, "r"),
        lambda rule, held: rule.fn(held),
    ),
}


@st.composite
def constraints(draw: st.DrawFn, L: int, V: int, kind: type[Constraint] | None = None) -> Constraint:
    """A constraint on some of L cells, in any order: of this kind, or of any that search knows."""
    fitting = [k for k, sample in SAMPLES.items() if k is not Predicate and sample.least <= L]
    sample = SAMPLES[kind or draw(st.sampled_from(fitting))]
    cells = draw(st.permutations(range(L)))[: draw(st.integers(sample.least, L))]
    return sample.draw(draw, cells, V)


def obeys(rule: Constraint, board: list[int]) -> bool:
    """The rule for a full board, said as shortly as it can be said."""
    return SAMPLES[type(rule)].obeys(rule, tuple(board[cell] for cell in rule.cells))


@st.composite
def instances(draw: st.DrawFn) -> tuple[Rules, np.ndarray]:
    L, V = draw(st.sampled_from([(1, 3), (2, 4), (3, 4), (4, 3), (5, 3), (6, 2), (4, 4)]))
    rules = Rules(L, V, tuple(draw(st.lists(constraints(L, V), max_size=4))))
    cell = st.one_of(st.just(OPEN), st.just(OPEN), st.integers(0, V - 1))
    return rules, np.array(draw(st.lists(cell, min_size=L, max_size=L)), np.int32)


def some_solution(rules: Rules) -> Board:
    """A solution of rules under which nothing is given, or the word of the generator that there is none."""
    found = solve_values(rules, np.full((1, rules.L), OPEN, np.int32))
    if not found.counts[0]:
        raise InvalidInput("no answer")
    return found.values[0]

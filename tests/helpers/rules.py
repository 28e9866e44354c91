"""Shared by the tests: constraints of every kind and small problems made of them, as hypothesis strategies."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from vmdsolve.constraints import DFA, AllDifferent, Count, Less, Regular, Sum, Table
from vmdsolve.problem import OPEN, Constraint, Rules


@st.composite
def constraints(draw: st.DrawFn, L: int, V: int) -> Constraint:
    k = draw(st.integers(1, L))
    cells = draw(st.permutations(range(L)))[:k]
    value = st.integers(0, V - 1)
    kind = draw(st.sampled_from(["different", "sum", "less", "count", "table", "regular"]))
    if kind == "less" and L > 1:
        return Less(*draw(st.permutations(range(L)))[:2])
    if kind == "sum":
        first = draw(st.integers(-1, 1))
        return Sum(cells, draw(st.integers(0, k * (V - 1))) + first * k, first=first)
    if kind == "count":
        low, high = sorted(draw(st.tuples(st.integers(0, k), st.integers(0, k))))
        return Count(cells, draw(value), low, high)
    if kind == "table":
        return Table(cells, draw(st.lists(st.tuples(*[value] * k), max_size=8)))
    if kind == "regular":
        Q = draw(st.integers(1, 3))
        step = draw(st.lists(st.tuples(*[st.integers(-1, Q - 1)] * V), min_size=Q, max_size=Q))
        accept = draw(st.frozensets(st.integers(0, Q - 1)))
        return Regular(cells, DFA(draw(st.integers(0, Q - 1)), accept, tuple(step)))
    return AllDifferent(cells)


@st.composite
def instances(draw: st.DrawFn) -> tuple[Rules, np.ndarray]:
    L, V = draw(st.sampled_from([(1, 3), (2, 4), (3, 4), (4, 3), (5, 3), (6, 2), (4, 4)]))
    rules = Rules(L, V, tuple(draw(st.lists(constraints(L, V), max_size=4))))
    cell = st.one_of(st.just(OPEN), st.just(OPEN), st.integers(0, V - 1))
    return rules, np.array(draw(st.lists(cell, min_size=L, max_size=L)), np.int32)

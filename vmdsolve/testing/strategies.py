"""Hypothesis strategies over one domain's problems. They draw seeds and counts, never symbols one by one: whatever
hypothesis shrinks to is still a solution, or a problem with one, and has more givens.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from ..domains import Domain, Family, get, layout_of
from ..errors import MissingExtra
from ..problem import OPEN, Board, Problem
from . import specimens
from .cases import Case, cases

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise MissingExtra("the strategies of vmdsolve.testing need hypothesis: pip install hypothesis") from error

__all__ = ["hostile", "partial", "problems", "solutions"]

SEEDS = 255
_problem = lru_cache(maxsize=4096)(specimens.problem)
_solution = lru_cache(maxsize=4096)(specimens.solution)


def problems(domain: Domain | str) -> st.SearchStrategy[Problem]:
    """Problems with exactly one solution; shrinks towards more givens, and to problem 0 of the generator.

    Examples
    --------
    >>> from vmdsolve.testing import problems
    >>> problems("sudoku-4x4").example().domain  # doctest: +SKIP
    'sudoku-4x4'
    """
    return _problems(_domain(domain))


def solutions(domain: Domain | str) -> st.SearchStrategy[Problem]:
    """Full boards that obey all rules, as problems with nothing open; shrinks towards the first one."""
    return _solutions(_domain(domain))


def partial(domain: Domain | str) -> st.SearchStrategy[Problem]:
    """Boards with any number of open cells, some with symbols that fit no solution; shrinks towards a solution."""
    return _partial(_domain(domain))


def hostile(domain: Domain | str) -> st.SearchStrategy[Case]:
    """Text and arrays that must be refused with a clear error or read correctly: call `assert_met()` on each."""
    return _hostile(_domain(domain))


def _domain(domain: Domain | str) -> Domain:
    return get(domain) if isinstance(domain, str) else domain


@st.composite
def _problems(draw: st.DrawFn, domain: Domain) -> Problem:
    given, answer = _problem(domain, draw(st.integers(0, SEEDS)))
    open_cells = np.flatnonzero(given.values == OPEN)
    still_open = _some(draw, open_cells)
    values = answer.copy()
    values[still_open] = OPEN
    return replace(given, values=values)


@st.composite
def _solutions(draw: st.DrawFn, domain: Domain) -> Problem:
    seed = draw(st.integers(0, SEEDS))
    if isinstance(domain, Family):
        given, answer = _problem(domain, seed)
        return replace(given, values=answer)
    found = _solution(domain.rules, seed)
    if found is None:
        raise ValueError(f"no solution of {domain.name} was found")
    return Problem(domain.name, domain.rules, found, domain)


@st.composite
def _partial(draw: st.DrawFn, domain: Domain) -> Problem:
    solved = draw(_solutions(domain))
    L, V = solved.rules.L, solved.rules.V
    values: Board = solved.values.copy()
    for cell, value in draw(st.lists(st.tuples(st.integers(0, L - 1), st.integers(0, V - 1)), max_size=3)):
        values[cell] = value
    values[_some(draw, np.arange(L))] = OPEN
    return replace(solved, values=values)


@st.composite
def _hostile(draw: st.DrawFn, domain: Domain) -> Case:
    problem = draw(_partial(domain))
    cell = draw(st.integers(0, problem.rules.L - 1))
    return draw(st.sampled_from(list(cases(domain, layout_of(problem), problem.values, cell))))


def _some(draw: st.DrawFn, cells: np.ndarray) -> np.ndarray:
    """Any number of the cells, none in the simplest case."""
    n = draw(st.integers(0, len(cells)))
    return np.random.default_rng(draw(st.integers(0, SEEDS))).permutation(cells)[:n]

"""Plain boards beside Sudoku and Latin squares: known counts, and the same number of answers by another solver."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
import pytest

import vmdsolve
from vmdsolve import checker
from vmdsolve.api.generate import generate
from vmdsolve.domains import get
from vmdsolve.domains.queens import Queens
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Rules
from vmdsolve.search import generate_values, solve_values
from vmdsolve.testing.oracles import cp_sat

COUNTS = [(4, 2), (5, 10), (6, 4), (7, 40), (8, 92), (9, 352)]  # OEIS A000170


@pytest.mark.parametrize(("n", "boards"), COUNTS)
def test_queens_stand_in_as_many_ways_as_known(n: int, boards: int) -> None:
    assert vmdsolve.count_solutions("." * n * n, domain=f"queens-{n}", limit=None) == (boards, True)


@pytest.mark.parametrize(("N", "grids"), [(4, 48), (6, 8640)])
def test_grids_with_two_diagonals_are_as_many_as_two_solvers_count(N: int, grids: int) -> None:
    rules = get(f"sudoku-x-{N}x{N}").rules
    first = np.array([*range(N), *[OPEN] * (N * N - N)], np.int32)
    assert solve_values(rules, first[None], limit=None).counts[0] * factorial(N) == grids
    assert len(cp_sat(rules, first)) * factorial(N) == grids


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sudoku-x-6x6", "sudoku-x-9x9", "windoku-9x9", "queens-8", "queens-10"])
def test_partial_boards_have_the_same_completions_by_another_solver(name: str) -> None:
    rules, several = get(name).rules, 0
    puzzles, _ = generate_values(rules, 8, seed=3)
    for number, puzzle in enumerate(puzzles):
        kept = puzzle.copy()
        kept[np.flatnonzero(puzzle != OPEN)[: number % 3]] = OPEN
        wanted = cp_sat(rules, kept)
        several += len(wanted) > 1
        assert solve_values(rules, kept[None], limit=None).counts[0] == len(wanted)
    assert several


@pytest.mark.parametrize("name", ["sudoku-x-9x9", "windoku-9x9"])
def test_the_further_units_are_those_of_the_rules(name: str) -> None:
    domain, N = get(name), 9
    drawn = {
        "diagonal": [{(i, i) for i in range(N)}, {(i, N - 1 - i) for i in range(N)}],
        "window": [{(r + i, c + j) for i in range(3) for j in range(3)} for r in (1, 5) for c in (1, 5)],
    }
    for relation in {"diagonal", "window"} & set(domain.rules.relations):
        units = [{divmod(cell, N) for cell in c.cells} for c in domain.constraints if c.relation == relation]
        assert units == drawn[relation]
    assert set(domain.rules.relations) - {"row", "column", "box"} <= {"diagonal", "window", "hidden window"}
    assert not domain.by_shape


def test_hidden_windows_follow_from_the_rules() -> None:
    rules = get("windoku-9x9").rules
    plain = Rules(81, 9, tuple(c for c in rules.constraints if c.relation != "hidden window"))
    boards = np.concatenate([generate_values(plain, 1, seed=seed, clues=81)[1] for seed in range(20)])
    assert checker.accepts(rules, np.full(81, OPEN, np.int32), boards).all()


@pytest.mark.parametrize("n", [4, 7])
def test_diagonals_join_the_squares_that_queens_attack_aslant(n: int) -> None:
    units = [c.cells for c in get(f"queens-{n}").constraints if c.relation == "diagonal"]
    pairs = [pair for unit in units for pair in combinations(sorted(unit), 2)]
    at = [divmod(cell, n) for cell in range(n * n)]
    squares = combinations(range(n * n), 2)
    assert sorted(pairs) == [(a, b) for a, b in squares if abs(at[a][0] - at[b][0]) == abs(at[a][1] - at[b][1])]


def test_a_board_of_queens_is_drawn_and_read_back() -> None:
    problem, answer = next(generate("queens-6"))
    domain = get("queens-6")
    drawn = domain.render(answer)
    assert drawn.splitlines()[0].split() == ["_Q"[v] for v in answer[:6]]
    again = vmdsolve.solve(drawn, domain="queens-6", unique=True)
    assert (again.text, again.unique) == (domain.format(answer), True)
    assert vmdsolve.solve(problem, unique=True, method="search").unique


@pytest.mark.parametrize("n", [-1, 3, 65])
def test_boards_of_queens_of_absurd_size_are_refused(n: int) -> None:
    with pytest.raises(InvalidInput, match=f"boards have 4 to 64 rows, got {n}"):
        Queens(n)


def test_orders_that_need_every_symbol_tell_case_apart() -> None:
    domain = get("latin-64")
    rows = (np.arange(64)[:, None] + np.arange(64)) % 64
    text = domain.format(rows.ravel())
    assert set(text) == set(domain.symbols)
    assert domain.parse(text).values.tolist() == rows.ravel().tolist()
    assert not checker.violations(domain.rules, domain.parse(domain.render(rows.ravel())).values)

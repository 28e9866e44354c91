"""Hints are true: what they name is in every solution, and following them solves what propagation solves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from helpers.rules import constraints, instances
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import domains
from vmdsolve.api.generate import generate
from vmdsolve.constraints import DFA, AllDifferent, Connected, Count, Less, Predicate, Regular, Sum, Table
from vmdsolve.domains import Domain
from vmdsolve.errors import InvalidInput, InvalidProblem
from vmdsolve.hints import hint, walkthrough
from vmdsolve.hints.deduction import deduce
from vmdsolve.hints.filtering import supported
from vmdsolve.hints.phrases import Phrases
from vmdsolve.hints.result import BY_STEPS, DIRECT, PLACES_NOTHING, TECHNIQUES, Hint
from vmdsolve.problem import OPEN, Constraint, Problem, Rules
from vmdsolve.search import generate_values, solve_values
from vmdsolve.sets import listed
from vmdsolve.testing.oracles import brute_force, cp_sat


class Free(Domain):
    """A row of cells under any rules."""

    def __init__(self, L: int, V: int, *constraints: Constraint) -> None:
        self.name, self.shape, self.symbols, self.constraints = "free", (1, L), "123456789"[:V], constraints

    def cell_name(self, cell: int) -> str:
        return f"cell {'abcdef'[cell]}"


def steps(domain: Domain, values: np.ndarray) -> Iterator[Hint]:
    """`walkthrough` on a board of its own."""
    return walkthrough(Problem(domain.name, domain.rules, values, domain), time_limit=None)


# One constraint ---------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(deadline=None, max_examples=400)
@given(data=st.data())
def test_a_constraint_leaves_what_occurs_in_a_way_to_obey_it(data: st.DataObject) -> None:
    L, V = data.draw(st.sampled_from([(1, 3), (2, 4), (3, 4), (4, 3)]))
    rule = data.draw(constraints(L, V))
    sets = data.draw(st.lists(st.integers(1, (1 << V) - 1), min_size=len(rule.cells), max_size=len(rule.cells)))
    left = [0] * len(sets)
    for word in product(*map(listed, sets)):
        board = [OPEN] * L
        for cell, value in zip(rule.cells, word, strict=True):
            board[cell] = value
        if not rule.violations(board):
            left = [mask | 1 << v for mask, v in zip(left, word, strict=True)]
    got = supported(rule, sets)
    if isinstance(rule, AllDifferent):  # it reasons about decided cells only
        assert all(g & ~s == 0 and g & x == x for g, s, x in zip(got, sets, left, strict=True))
        assert all(g or not any(got) for g in got)
    else:
        assert got == left


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(1, 15), min_size=1, max_size=4), st.integers(-2, 12), st.integers(-1, 2))
def test_a_sum_of_different_numbers_leaves_what_occurs(sets: list[int], total: int, first: int) -> None:
    rule = Sum(range(len(sets)), total, first=first)
    words = [w for w in product(*map(listed, sets)) if len(set(w)) == len(w) and not rule.violations(w)]
    left = [sum(1 << v for v in {w[i] for w in words}) for i in range(len(sets))]
    assert supported(rule, sets, distinct=True) == left


def test_a_predicate_says_something_about_its_last_open_cell() -> None:
    rule = Predicate([0, 1], lambda held: held[0] * held[1] == 2)
    assert supported(rule, [0b111, 0b111]) == [0b111, 0b111]
    assert supported(rule, [0b010, 0b111]) == [0b010, 0b100]
    assert supported(rule, [0b001, 0b111]) == [0, 0]
    assert supported(rule, [0b010, 0b100]) == [0b010, 0b100]
    assert supported(rule, [0b010, 0b010]) == [0, 0]


# The laws ---------------------------------------------------------------------------------------------


def assert_true(found: Hint, values: np.ndarray, solutions: list[tuple[int, ...]]) -> None:
    """The hint says of these solutions what is so."""
    assert found.technique in TECHNIQUES
    assert found.difficulty == TECHNIQUES.index(found.technique)
    if found.cell is not None:
        assert found.technique not in PLACES_NOTHING
        assert values[found.cell] == OPEN
        assert solutions, found
        assert {s[found.cell] for s in solutions} == {found.value}, found
        return
    open_cells = np.flatnonzero(values == OPEN)
    if found.technique == "conflict":
        assert not solutions
    elif found.technique == "solved":
        assert not len(open_cells)
        assert solutions == [tuple(values.tolist())]
    else:
        assert found.technique == "choice"
        assert all(len({s[cell] for s in solutions}) > 1 for cell in open_cells)


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(instance=instances())
def test_a_hint_is_in_every_solution_of_any_problem(instance: tuple[Rules, np.ndarray]) -> None:
    rules, values = instance
    solutions = brute_force(rules, values)
    assert sorted(solutions) == sorted(cp_sat(rules, values))
    domain = Free(rules.L, rules.V, *rules.constraints)
    board = values.copy()
    for found in steps(domain, values):
        assert_true(found, board, solutions)
        if found.cell is not None:
            board[found.cell] = found.value
    assert found.cell is None


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(instance=instances())
def test_deduction_alone_is_sound(instance: tuple[Rules, np.ndarray]) -> None:
    """Also on boards that have no solution, where `hint` would not ask it."""
    rules, values = instance
    domain = Free(rules.L, rules.V, *rules.constraints)
    found = deduce(values.tolist(), rules.V, rules.constraints, Phrases(domain))
    if found is None:
        return
    assert found.technique in (*DIRECT, *BY_STEPS, "conflict")
    assert {s[found.cell] for s in brute_force(rules, values)} <= ({found.value} if found.cell is not None else set())


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(
    name=st.sampled_from(["sudoku-4x4", "sudoku-6x6", "sudoku-9x9", "latin-4", "latin-7", "sudoku-16x16"]),
    seed=st.integers(0, 10**6),
    opened=st.integers(0, 12),
)
def test_a_hint_agrees_with_cp_sat_on_puzzles(name: str, seed: int, opened: int) -> None:
    """Problems with one solution, and with several once some givens are taken away."""
    domain = domains.get(name)
    values = generate_values(domain.rules, 1, seed=seed)[0][0].copy()
    rng = np.random.default_rng(seed)
    filled = np.flatnonzero(values != OPEN)
    assume(opened < len(filled))
    values[rng.permutation(filled)[:opened]] = OPEN
    found = hint(Problem(name, domain.rules, values))
    if found.cell is None:
        assert found.technique == "choice"
        return
    assert found.value is not None
    there = values.copy()
    there[found.cell] = found.value
    assert len(cp_sat(domain.rules, there, limit=1)) == 1
    for other in set(range(domain.rules.V)) - {found.value}:
        there[found.cell] = other
        assert cp_sat(domain.rules, there, limit=1) == []


@pytest.mark.parametrize("name", ["sudoku-4x4", "sudoku-9x9", "latin-6"])
def test_hints_solve_every_puzzle(name: str) -> None:
    domain = domains.get(name)
    puzzles, answers = generate_values(domain.rules, 3, seed=5)
    for puzzle, answer in zip(puzzles, answers, strict=True):
        board = puzzle.copy()
        for found in walkthrough(domain.format(puzzle), domain=name, time_limit=None):
            if found.cell is not None:
                board[found.cell] = found.value
        assert found.technique == "solved"
        assert board.tolist() == answer.tolist()


# Each technique ---------------------------------------------------------------------------------------

NO_TWO = DFA(0, frozenset({0, 1}), ((0, 1), (0, -1)))  # no two neighbours hold value 1
FAR = DFA(0, frozenset({2}), ((1, 0, 0), (1, 2, 0), (2, 2, 2)))  # value 0, then at once value 1, somewhere


# Domain, board, technique, reason.
ROW = AllDifferent([0, 1, 2], "row")
AB, BC, BD, CD = (AllDifferent(cells, "different") for cells in ([0, 1], [1, 2], [1, 3], [2, 3]))
CASES = [
    (Free(3, 3, ROW), "1.3", "last cell", "cell b is 2: it is the last open cell of the row"),
    (Free(3, 3, Sum(range(3), 8)), "3.3", "one constraint",
     "cell b is 2: the sum adds up to 8, and cell a is 3 and cell c is 3"),
    (Free(2, 3, Less(0, 1)), ".2", "one constraint", "cell a is 1: cell a is smaller than cell b, and cell b is 2"),
    (Free(2, 3, Less(0, 1), Less(1, 0)), "..", "conflict",
     "no board obeys all of this: cell a is smaller than cell b and cell b is smaller than cell a"),
    (Free(3, 2, Count(range(3), 1, 2, 2)), "1..", "one constraint",
     "cell b is 2: 2 stands twice in the count, and cell a is 1"),
    (Free(3, 2, Count(range(3), 1, 2, 3)), "1..", "one constraint",
     "cell b is 2: 2 stands 2 to 3 times in the count, and cell a is 1"),
    (Free(3, 2, Count(range(3), 1, 1, 1)), "2..", "one constraint",
     "cell b is 1: 2 stands once in the count, and cell a is 2"),
    (Free(4, 2, Connected(range(4), [1], [(0, 1), (1, 2), (2, 3), (3, 0)])), "212.", "one constraint",
     "cell d is 2: the cells of the connected that are 2 are one group, joined side by side, and cell b is 1"),
    (Free(4, 2, Connected(range(4), [1], [(0, 1), (1, 2), (2, 3)])), "21.2", "conflict",
     "cell a is 2, cell b is 1 and cell d is 2, but the cells of the connected that are 2 are one group, joined "
     "side by side"),
    (Free(3, 3, Table(range(3), [(0, 1, 2), (1, 2, 2)])), "...", "one constraint",
     "cell c is 3: the table is one of its 2 allowed rows"),
    (Free(3, 2, Regular(range(3), NO_TWO)), ".2.", "one constraint",
     "cell a is 1: the regular follows its pattern, and cell b is 2"),
    (Free(2, 3, Predicate([0, 1], lambda h: h[0] == h[1], "twins")), "2.", "one constraint",
     "cell b is 2: twins (cell a and cell b) obeys its rule, and cell a is 2"),
    (Free(4, 3, ROW, BD, CD), "...2", "hidden single",
     "cell a is 2: in the row only this cell can be 2 (different (cell b and cell d) and different (cell c and cell d) "
     "keep it out of the rest)"),
    (Free(3, 3, AB, BC), "1.2", "naked single",
     "cell b is 3: 1 stands in different (cell a and cell b) and 2 stands in different (cell b and cell c)"),
    (Free(3, 4, Sum([0, 1], 3), Less(0, 2), BC), ".21", "conflict", "cell c is 1, but cell a is smaller than cell c"),
    (Free(3, 3, AB, Sum([0, 1], 4), Less(0, 1)), "...", "naked single",
     "cell a is 1: sum (cell a and cell b) adds up to 4 without repeats, which leaves no 2 and cell a is smaller than "
     "cell b, which leaves no 3"),
    (Free(4, 4, Less(0, 1), Less(1, 2), Less(2, 3)), "....", "narrowing",
     "cell b is 2: cell a is smaller than cell b, which leaves no 1, cell b is smaller than cell c, which leaves no 4 "
     "and 3 went before"),
]  # fmt: skip


@pytest.mark.parametrize(("domain", "text", "technique", "reason"), CASES)
def test_the_reason_is_the_easiest_and_in_words(domain: Free, text: str, technique: str, reason: str) -> None:
    found = next(steps(domain, domain.parse(text).values))
    assert (found.technique, found.reason) == (technique, reason)


def test_only_the_eliminations_that_matter_are_listed() -> None:
    chain = Free(4, 4, Less(0, 1), Less(1, 2), Less(2, 3))
    found = next(steps(chain, chain.parse("....").values))
    assert found.because == ("cell b is smaller than cell c: no 3 in cell b and no 2 in cell c",)  # not what a loses
    assert found.steps == (*found.because, found.reason)


@pytest.mark.slow
def test_eliminations_are_listed_where_a_reason_rests_on_them() -> None:
    domain = domains.get("sudoku-9x9")
    techniques: dict[str, Hint] = {}
    for puzzle in generate_values(domain.rules, 40, seed=2)[0]:
        for found in walkthrough(domain.format(puzzle)):
            techniques.setdefault(found.technique, found)
    assert {"last cell", "hidden single", "naked single", "locked candidates", "pair", "trial"} <= set(techniques)
    for name, found in techniques.items():
        assert bool(found.because) == (name in BY_STEPS)
        told = " ".join(str(found).split())
        assert all(line in told for line in (found.reason, *found.because))
        if name in DIRECT:
            assert found.constraints
            assert any(found.cell in c.cells for c in found.constraints)


def test_what_only_search_can_tell_is_told() -> None:
    """Three cells, two symbols and pairwise different but hidden in tables: no propagator sees it at once."""
    pairs = [(0, 1), (1, 0)]
    cycle = [Table([a, b], pairs) for a, b in ((0, 1), (1, 2), (2, 3), (3, 4))]
    apart = Table([4, 0, 5], [(0, 0, 0), (1, 1, 0), (0, 1, 1), (1, 0, 1)])
    found = next(steps(Free(6, 2, *cycle, apart), np.full(6, OPEN)))
    assert (found.cell, found.value) == (5, 0)
    assert found.technique in ("trial", "search")


def test_a_choice_is_shown() -> None:
    found = hint("." * 16)
    assert (found.cell, found.technique) == (None, "choice")
    assert "no cell is forced: there is more than one solution, and in them row 1, column 1 may be 1 or" in found.reason


def test_a_conflict_is_explained_rather_than_followed() -> None:
    for puzzle in ("11..............", "12..3....4......"):
        found, why = hint(puzzle), vmdsolve.explain(puzzle)
        assert (found.technique, found.cell, found.symbol) == ("conflict", None, None)
        assert (found.reason, found.because, found.constraints) == (why.reason, why.because, why.constraints)


def test_a_full_board_needs_no_hint() -> None:
    assert hint("1234341221434321").technique == "solved"
    assert hint("1234341221434322").technique == "conflict"


def test_time_runs_out_as_a_technique() -> None:
    rules = Rules(3, 2, (Predicate([0, 1, 2], lambda h: sum(h) == 1),))
    problem = Problem("free", rules, np.full(3, OPEN), Free(3, 2, *rules.constraints))
    assert hint(problem, time_limit=0.0).technique == "timeout"
    assert hint(problem, time_limit=None).technique == "choice"


def test_bad_input_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="row 2, column 4"):
        hint("1......x..4..3..")
    with pytest.raises(InvalidInput, match="unknown domain"):
        hint("." * 16, domain="sudoko")


def test_the_problem_is_not_changed() -> None:
    grid = np.array([[1, 0, 0, 0], [0, 0, 0, 2], [0, 0, 4, 0], [0, 3, 0, 0]])
    before = grid.copy()
    assert hint(grid).cell is not None
    assert (grid == before).all()


def test_hints_of_nine_by_nine_need_no_search() -> None:
    """What propagation solves is solved by steps and trials: no hint of these says `search`."""
    domain = domains.get("sudoku-9x9")
    puzzles = [
        p for p in generate_values(domain.rules, 12, seed=9)[0] if solve_values(domain.rules, p[None]).nodes[0] == 1
    ]
    assert len(puzzles) > 3
    for puzzle in puzzles:
        assert [h.technique for h in walkthrough(domain.format(puzzle))].count("search") == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in domains.names() if isinstance(domains.get(n), domains.Family)])
def test_hints_solve_problems_with_clues(name: str) -> None:
    for problem, answer in generate(name, 3, seed=1, size=domains.get(name).kind.sizes[:3][-1]):
        board = problem.values.copy()
        for found in walkthrough(problem):
            if found.cell is not None:
                assert found.value == answer[found.cell], found
                board[found.cell] = found.value
        assert found.technique == "solved"
        assert board.tolist() == answer.tolist()


def test_a_hint_speaks_of_the_rules_with_clues() -> None:
    killer = "4 4/9 - 8 3/- 7 - -/4 - - 9/- - - -/2 2 4 1/2 3 4 1/6 3 4 5/6 3 5 5"
    told = " ".join(" ".join(found.steps) for found in walkthrough(killer, domain="killer"))
    assert "only this cell can be 3 (the cage of 7 at row 2, column 2 keeps it out of the rest)" in told
    assert "every other symbol leads to a contradiction" not in told

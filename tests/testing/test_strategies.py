"""The strategies draw what they promise, and shrink to what is simple and still valid."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from vmdsolve import checker
from vmdsolve.constraints import Predicate
from vmdsolve.domains import Domain, get, layout_of, names
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.errors import InvalidProblem
from vmdsolve.problem import OPEN, Problem
from vmdsolve.search import solve_values
from vmdsolve.testing import Case, LawBroken, hostile, partial, problems, solutions

DOMAINS = ["latin-3", "sudoku-4x4", "sudoku-9x9", "pair", "killer", "futoshiki", "nonogram"]
QUICK = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
NO_TIME = settings(deadline=None, database=None, max_examples=300)


@pytest.mark.parametrize("name", DOMAINS)
@QUICK
@given(data=st.data())
def test_a_problem_has_one_solution(name: str, data: st.DataObject) -> None:
    problem = data.draw(problems(name))
    result = solve_values(problem.rules, problem.values[None], limit=2)
    assert result.counts.tolist() == [1]
    assert problem.domain == name
    written = layout_of(problem).write(problem.values)
    assert get(name).parse(written).values.tolist() == problem.values.tolist()


@pytest.mark.parametrize("name", DOMAINS)
@QUICK
@given(data=st.data())
def test_a_solution_is_full_and_breaks_no_rule(name: str, data: st.DataObject) -> None:
    problem = data.draw(solutions(name))
    assert (problem.values >= 0).all()
    assert checker.violations(problem.rules, problem.values) == []


@pytest.mark.parametrize("name", DOMAINS)
@QUICK
@given(data=st.data())
def test_hostile_input_is_met_by_our_domains(name: str, data: st.DataObject) -> None:
    case = data.draw(hostile(name))
    assert case.wanted in ("read", "refused", "either")
    case.assert_met()


def test_partial_boards_are_of_all_sorts() -> None:
    """Open, full and in between; with a solution and without; with symbols that clash and without."""
    seen: set[tuple[bool, bool, bool]] = set()

    @settings(NO_TIME)
    @given(problem=partial("sudoku-4x4"))
    def look(problem: Problem) -> None:
        solvable = solve_values(problem.rules, problem.values[None]).counts[0] > 0
        clash = bool(checker.violations(problem.rules, problem.values))
        seen.add((bool((problem.values == OPEN).any()), bool(solvable), clash))

    look()
    assert seen >= {(True, True, False), (False, True, False), (True, False, True), (False, False, True)}


# Shrinking --------------------------------------------------------------------------------------------


def test_shrinking_leads_to_the_first_problem_and_more_givens() -> None:
    simplest = find(problems("sudoku-4x4"), lambda _: True, settings=NO_TIME)
    assert (simplest.values != OPEN).all()
    assert simplest.values.tolist() == find(problems("sudoku-4x4"), lambda _: True, settings=NO_TIME).values.tolist()
    few = find(problems("sudoku-4x4"), lambda p: (p.values == OPEN).sum() >= 5, settings=NO_TIME)
    assert (few.values == OPEN).sum() == 5
    assert solve_values(few.rules, few.values[None], limit=2).counts.tolist() == [1]


def test_what_shrinking_finds_is_still_a_solution() -> None:
    found = find(solutions("latin-5"), lambda p: p.values[0] == 3, settings=NO_TIME)
    assert checker.violations(found.rules, found.values) == []


def test_partial_boards_shrink_to_a_solution() -> None:
    board = find(partial("sudoku-4x4"), lambda p: bool((p.values == OPEN).any()), settings=NO_TIME)
    assert (board.values == OPEN).sum() == 1
    assert solve_values(board.rules, board.values[None]).counts.tolist() == [1]
    clash = find(partial("sudoku-4x4"), lambda p: bool(checker.violations(p.rules, p.values)), settings=NO_TIME)
    assert (clash.values != OPEN).all()


def test_a_broken_parser_is_found_and_shown_simply() -> None:
    class Pads(Sudoku):
        def parse(self, text: str) -> Problem:
            return super().parse("".join(text.split())[:4].ljust(4, "."))

    with pytest.raises(LawBroken, match=r"law `hostile input`: .* is read as .* Refuse it"):
        find(hostile(Pads(1, 2)), lambda case: bool(case.assert_met()), settings=settings(NO_TIME, max_examples=2000))


def test_a_case_is_shown_with_what_it_is() -> None:
    case = Case(get("sudoku-4x4"), "a cell too few", "1" * 15, "refused")
    assert repr(case) == "<a cell too few, to be refused by <domain sudoku-4x4>: '111111111111111'>"
    case.assert_met()
    for wanted, text, message in (
        ("read", "1" * 15, "is refused: sudoku-4x4 needs 16 cells, got 15 characters. It must be read"),
        ("refused", "1" * 16, r"is read as '1{16}'. Refuse it"),
    ):
        with pytest.raises(LawBroken, match=message):
            Case(get("sudoku-4x4"), "text", text, wanted).assert_met()


# Hypothesis -------------------------------------------------------------------------------------------


@QUICK
@given(problem=..., domain=...)
def test_hypothesis_knows_our_types(problem: Problem, domain: Domain) -> None:
    assert isinstance(layout_of(problem), Domain)
    assert domain.name in names()


def test_the_entry_point_registers_them_without_torch_or_search() -> None:
    assert [point.value for point in entry_points(group="hypothesis") if point.name == "vmdsolve"] == [
        "vmdsolve.testing.plugin:register"
    ]
    code = (
        "import sys\nfrom hypothesis import strategies as st\n"
        "print(sorted({'torch', 'vmdsolve.search', 'vmdsolve.testing.strategies'} & set(sys.modules)))\n"
        "from vmdsolve import Problem\nprint(st.from_type(Problem))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "[]"
    assert "latin-3" in done.stdout


def test_without_hypothesis_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['hypothesis'] = None\nfrom vmdsolve import testing\n"
        "try: testing.problems\nexcept ImportError as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ("MissingExtra the strategies of vmdsolve.testing need hypothesis: pip install hypothesis\n")


def test_a_domain_without_solutions_in_reach_is_refused() -> None:
    class Never(Domain):
        name, symbols, shape = "never", "12", (1, 2)
        constraints = (Predicate([0, 1], lambda held: sum(held) > 9),)

    with pytest.raises(ValueError, match="no solution of never was found"):
        find(solutions(Never()), lambda _: True, settings=NO_TIME)


def test_problems_and_domains_have_short_names() -> None:
    problem = get("latin-2").parse("1...")
    assert repr(problem) == "Problem('latin-2', '1...')"
    assert repr(get("latin-2")) == "<domain latin-2>"
    with pytest.raises(InvalidProblem):
        get("latin-2").parse("1")
    assert np.array_equal(problem.values, [0, OPEN, OPEN, OPEN])

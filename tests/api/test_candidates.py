"""candidates, projections and check of unfinished answers, each held to all solutions, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import InvalidInput, Status, candidates, check, count_solutions, domains, enumerate_solutions
from vmdsolve.api import candidates as module
from vmdsolve.constraints import Predicate
from vmdsolve.domains.sequence import TokenSequence

FEW = "12..34..2......."  # 8 answers
TWO = "12..34..2143...."  # '1234341221434321' and '1234342121434312'
KINDS = ("sudoku-4x4", "latin-3", "queens-5")


@st.composite
def boards(draw: st.DrawFn) -> vmdsolve.Problem:
    """A small problem with some cells given, perhaps without an answer."""
    domain = domains.get(draw(st.sampled_from(KINDS)))
    values = np.full(domain.rules.L, -1, np.int32)
    for cell in draw(st.sets(st.integers(0, domain.rules.L - 1), max_size=5)):
        values[cell] = draw(st.integers(0, domain.rules.V - 1))
    return vmdsolve.Problem(domain.name, domain.rules, values, domain)


def answers(problem: vmdsolve.Problem) -> np.ndarray:
    """All solutions [n, L], by plain enumeration."""
    found = vmdsolve.search.enumerate_values(problem.rules, problem.values)
    return np.array(list(found), np.int32).reshape(-1, problem.rules.L)


@settings(deadline=None)
@given(boards())
def test_candidates_are_what_all_solutions_together_have(problem: vmdsolve.Problem) -> None:
    found, every = candidates(problem), answers(problem)
    wanted = [[bool((every[:, cell] == v).any()) for v in range(problem.rules.V)] for cell in range(problem.rules.L)]
    assert found.possible.tolist() == wanted
    assert not found.unknown.any()
    assert found.status is (Status.SOLVED if len(every) else Status.UNSATISFIABLE)


@pytest.mark.slow
@settings(deadline=None)
@given(boards(), st.data())
def test_projections_have_each_filling_of_the_named_cells_once(problem: vmdsolve.Problem, data: st.DataObject) -> None:
    cells = data.draw(st.lists(st.integers(0, problem.rules.L - 1), min_size=1, max_size=5, unique=True))
    every = {tuple(row) for row in answers(problem)[:, cells].tolist()}
    found = enumerate_solutions(problem, cells=cells)
    layout = domains.get(problem.domain)
    got = [tuple(layout.parse(solution.text).values[cells].tolist()) for solution in found if solution.text]
    assert sorted(got) == sorted(every)
    assert found.complete
    assert count_solutions(problem, cells=cells, limit=None) == (len(every), True)
    some = count_solutions(problem, cells=cells, limit=2)
    assert some.n == min(2, len(every))
    assert some.complete <= (some.n == len(every))


@settings(deadline=None)
@given(boards(), st.data())
def test_an_unfinished_answer_is_fine_only_if_a_solution_has_all_of_it(
    problem: vmdsolve.Problem, data: st.DataObject
) -> None:
    every, held = answers(problem), problem.values.copy()
    for cell in data.draw(st.sets(st.integers(0, problem.rules.L - 2), max_size=4)):
        if held[cell] < 0:
            held[cell] = data.draw(st.integers(0, problem.rules.V - 1))
    filled = np.flatnonzero((held >= 0) & (problem.values < 0))
    proposed = vmdsolve.Problem(problem.domain, problem.rules, held, problem.layout)
    wrong = check(problem, proposed)
    if not len(filled) or (held >= 0).all():
        return
    goes_on = (every[:, filled] == held[filled]).all(axis=1).any()
    assert bool(wrong) == (not goes_on)
    for violation in wrong:
        if violation.relation == "solution":
            cells = list(violation.cells)
            assert not (every[:, cells] == held[cells]).all(axis=1).any()
            if len(cells) > 1:  # none of them can be spared
                for cell in cells:
                    fewer = [one for one in cells if one != cell]
                    assert (every[:, fewer] == held[fewer]).all(axis=1).any()


def test_a_wrong_cell_is_named_by_the_only_solution() -> None:
    [wrong] = check("1......2..4..3..", "14.....2..4..3..")
    assert (wrong.relation, wrong.cells) == ("solution", (1,))
    assert wrong.reason == "no solution has 4 here"
    assert check("1......2..4..3..", "12.....2..4..3..") == []
    assert check("1......2..4..3..", "1......2..4..3..") == []


def test_cells_that_go_wrong_only_together_are_named_together() -> None:
    mixed = "12..341.2143...2"  # the first belongs to one of two solutions, the last to the other
    wrong = check(TWO, mixed)
    assert [(v.relation, v.cells, v.reason) for v in wrong] == [("solution", (6, 15), "no solution has all of these")]


def test_without_any_solution_no_cell_is_blamed() -> None:
    hopeless = "123....4........"  # row 1 needs a 4, and column 4 has it
    assert count_solutions(hopeless) == (0, True)
    [wrong] = check(hopeless, "123....4......1.")
    assert (wrong.cells, wrong.reason) == ((), "the problem has no solution, whatever is filled in")


def test_candidates_of_an_easy_problem_are_its_answer() -> None:
    found = candidates("1......2..4..3..")
    assert "".join(symbol for (symbol,) in found.symbols) == "1234341221434321"


def test_when_time_runs_out_what_is_unknown_is_said() -> None:
    found = candidates("." * 625, time_limit=0.0)
    assert found.status is Status.TIMEOUT
    assert found.unknown.any()
    assert not (found.unknown & found.possible).any()
    with pytest.raises(TimeoutError, match="allow more"):
        check("." * 625, "1" + "." * 624, time_limit=0.0)


def test_rules_that_are_only_checked_count_too() -> None:
    even = TokenSequence("even", "01", 3, [Predicate(range(3), lambda values: sum(values) % 2 == 0)])
    assert candidates("11.", domain=even).symbols[2] == ("0",)
    assert count_solutions("...", domain=even, cells=[0, 1], limit=None) == (4, True)


def test_what_the_checker_rejects_is_never_a_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "accepts", lambda *_: np.array([False]))
    with pytest.raises(RuntimeError, match="a bug in vmdsolve"):
        candidates("." * 16)


# Cells by name ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", ["r1", "row 1", "row 1, column 1; r1c2,r1c3, R1C4", [0, 1, 2, 3], ["r1c1", 1, "r1"]])
def test_cells_have_names_and_numbers(cells: object) -> None:
    assert count_solutions("." * 16, cells=cells, limit=None) == (24, True)


def test_cells_of_every_kind_are_named_as_messages_name_them() -> None:
    from vmdsolve.api.cells import cells_named

    for name in ("sudoku-9x9", "queens-8", "brackets-6", "colouring-3"):
        domain = domains.get(name)
        if not hasattr(domain, "parse_many"):
            continue
        try:
            L = domain.rules.L
        except (AttributeError, InvalidInput):
            continue
        assert [cells_named(domain, domain.cell_name(cell)) for cell in range(L)] == [[cell] for cell in range(L)]


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ("r5c1", "cells has 'r5c1', which sudoku-4x4 does not know; its cells are 'row 1, column 1' to"),
        ("nowhere", "cells has 'nowhere'"),
        ([16], "a cell is 16; wanted a whole number from 0 to 15"),
        ([True], "a cell is True"),
        ([], "cells names none"),
        ("", "cells names none"),
    ],
)
def test_cells_that_are_none_are_refused(cells: object, text: str) -> None:
    for call in (count_solutions, enumerate_solutions):
        with pytest.raises(InvalidInput, match=text.replace("(", r"\(")):
            call("." * 16, cells=cells)

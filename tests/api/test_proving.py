"""solve(prove=True), check_proof and to_dimacs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers.sat import models

import vmdsolve
from vmdsolve import Certificate, InvalidInput, Status, check_proof, solve, to_dimacs
from vmdsolve.constraints import Predicate
from vmdsolve.domains import get
from vmdsolve.problem import Problem, Rules

P, S = "1......2..4..3..", "1234341221434321"
HARD = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."


@pytest.mark.parametrize("text", [P, HARD])
def test_a_unique_answer_is_proved_and_the_proof_accepted(text: str, tmp_path: Path) -> None:
    solution = solve(text, unique=True, prove=True)
    assert solution == solve(text)
    assert solution.unique
    verdict = check_proof(text, solution.proof)
    assert (bool(verdict), verdict.claim) == (True, f"{solution.text} is the only answer")
    saved = solution.proof.save(tmp_path / "a.lrat")
    assert check_proof(text, saved, solution.text)
    assert check_proof(text, str(saved), solution.grid)
    assert not check_proof(text, saved)  # that there is none at all
    assert check_proof(text, saved.read_text(), solution.text)


def test_a_proof_in_which_anything_is_changed_is_rejected() -> None:
    solution = solve(HARD, unique=True, prove=True)
    lines = solution.proof.lines
    first = lines[0].split()
    flipped = " ".join([first[0], str(-int(first[1])), *first[2:]])
    for broken in (lines[:-1], lines[1:], lines[::-1], (flipped, *lines[1:]), ("x y", *lines), ()):
        verdict = check_proof(HARD, replace(solution.proof, lines=broken))
        assert not verdict
        assert verdict.reason


def test_a_picture_of_what_saves_something_else_is_a_picture(tmp_path: Path) -> None:
    for what in (solve(P, unique=True, prove=True).proof, vmdsolve.to_dimacs(P)):
        assert vmdsolve.save_picture(what, tmp_path / "a.svg").read_text().startswith("<svg")


def test_no_answer_is_proved() -> None:
    for text in ("11" + "." * 14, "1234" + "..12" + "." * 7 + "2"):
        solution = solve(text, prove=True, method="search")
        assert solution.status is Status.UNSATISFIABLE
        assert solution.proof.answer is None
        assert check_proof(text, solution.proof).claim == "there is no answer"
        assert check_proof(text, solution.proof)


def test_nothing_is_proved_where_there_is_nothing_to_prove() -> None:
    several = solve("." * 16, unique=True, prove=True)
    assert (several.unique, several.proof) == (False, None)
    assert solve(P, unique=True).proof is None


def test_a_proof_of_another_problem_or_another_answer_is_rejected() -> None:
    proof = solve(P, unique=True, prove=True).proof
    other = next(vmdsolve.generate("sudoku-4x4", seed=3))[0]
    assert not check_proof(other, proof, solve(other).text)
    assert not check_proof("1" + "." * 15, proof)
    wrong = check_proof(P, replace(proof, answer="1423231441323241"))
    assert (bool(wrong), wrong.reason) == (False, "it is no answer")
    for at in range(len(proof.lines)):
        assert not check_proof(P, Certificate(S, proof.lines[:at] + proof.lines[at + 1 :]))
    none = solve("11" + "." * 14, prove=True).proof
    assert not check_proof(P, none)
    assert not check_proof(P, replace(none, answer=S))


def test_other_kinds_are_proved_too() -> None:
    for name in ("kakuro", "nonogram", "skyscrapers", "cryptarithm", "takuzu"):
        problem, _ = next(vmdsolve.generate(name, seed=2))
        solution = solve(problem, unique=True, prove=True)
        assert check_proof(problem, solution.proof), name


@pytest.mark.parametrize("form", [list, tuple, np.array, iter])
def test_the_grid_keeps_its_kind(form: type) -> None:
    rows = [[1, 0, 0, 0], [0, 0, 0, 2], [0, 0, 4, 0], [0, 3, 0, 0]]
    assert np.array_equal(solve(form(rows), unique=True, prove=True).grid, solve(form(rows)).grid)


def test_what_time_does_not_suffice_to_prove_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("vmdsolve.proofs.refute.Refutation.model", late)
    found = solve(P, unique=True, prove=True)
    assert (found.status, found.text, found.unique, found.proof) == (Status.SOLVED, S, None, None)
    assert found.reason == "time did not suffice for a proof"
    none = solve("11" + "." * 14, prove=True)
    assert (none.status, none.proof) == (Status.TIMEOUT, None)
    monkeypatch.undo()
    assert solve("11" + "." * 14, prove=True, time_limit=0.0).status is Status.TIMEOUT
    with pytest.raises(TimeoutError):
        check_proof(HARD, solve(HARD, unique=True, prove=True).proof, time_limit=0.0)


def test_what_cannot_be_proved_is_refused_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmdsolve.api.proving.MOST_PROVED", 400)
    with pytest.raises(InvalidInput, match="a proof would be over 452 clauses; wanted at most 400: leave out prove"):
        solve(P, prove=True)
    monkeypatch.undo()
    rules = Rules(20, 3, (Predicate(range(20), lambda _: True, "odd"),))
    with pytest.raises(InvalidInput, match=r"Predicate .odd. has 3..20 fillings"):
        solve(Problem("latin-3", rules, np.full(20, -1), get("latin-3")), prove=True)
    with pytest.raises(InvalidInput, match="the answer has open cells"):
        check_proof(P, solve(P, unique=True, prove=True).proof, P)
    with pytest.raises(TypeError, match="there is no option 'prove'"):
        next(iter(vmdsolve.solve_batch([P], prove=True)))  # type: ignore[call-arg]


def test_clauses_are_written_and_an_answer_is_read(tmp_path: Path) -> None:
    dimacs = to_dimacs([[1, 0], [0, 0]], domain="latin-2")
    assert dimacs.text.splitlines()[:4] == [
        "c latin-2: 2 cells of 2 symbols 12".replace("2 cells", "4 cells"),
        "c cell c holds symbol s, both from 0: variable 2 * c + s + 1",
        "p cnf 8 25",
        "1 2 0",
    ]
    assert dimacs.save(tmp_path / "a.cnf").read_text() == dimacs.text
    out = tmp_path / "out"
    out.write_text("c said by a solver\ns SATISFIABLE\nv 1 -2 -3 4\nv -5 6 7 -8 0\n")
    assert dimacs.values_in(out).tolist() == [0, 1, 1, 0]
    assert dimacs.answer([1, 4, 6, 7]) == [[1, 2], [2, 1]]
    out.write_text("s UNSATISFIABLE\n")
    assert dimacs.values_in(out) is None
    out.write_text("UNSAT\n")
    assert dimacs.values_in(out) is None
    out.write_text("SAT\n1 -2 -3 4 -5 6 7 -8 0\n")
    assert dimacs.values_in(out).tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("s UNKNOWN\n", "it found no answer"),
        ("hello\n", "wanted 's', 'v' or literals"),
        ("c nothing\n", "has no literals"),
        ("v 1 2 0\n", "gives cell 0 the values 0 and 1; wanted one"),
        ("v 1 4 0\n", "gives cell 2 no value"),
        ("v 1 3 6 7 0\n", "breaks a rule of the problem, or changes a given"),
    ],
)
def test_what_is_no_answer_of_a_solver_is_refused(said: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "out").write_text(said)
    with pytest.raises(InvalidInput, match=wanted):
        to_dimacs("1...", domain="latin-2").values_in(tmp_path / "out")


def test_one_clause_more_forbids_an_answer() -> None:
    assert [*models(to_dimacs(P).cnf, 5)] == [tuple(int(c) - 1 for c in S)]
    assert [*models(to_dimacs(P, but=S).cnf, 5)] == []

"""The checker of proofs accepts what is proved, and nothing else: by hand, by damage, and by a judge that tries all."""

from __future__ import annotations

import ast
import random
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysat.solvers import Solver

import vmdsolve
from vmdsolve.bridges.encode import encoded
from vmdsolve.deadline import Deadline, within
from vmdsolve.domains import get
from vmdsolve.proofs import lrat
from vmdsolve.proofs.lrat import fault_of
from vmdsolve.proofs.refute import Refutation

ALL_OF_TWO = [[1, 2], [-1, 2], [1, -2], [-1, -2]]
PROOF = ["5 1 0 1 3 0", "6 0 5 2 4 0"]
VARIABLES = 5
literals = st.integers(1, VARIABLES).flatmap(lambda v: st.sampled_from([v, -v]))
formulas = st.lists(st.lists(literals, min_size=1, max_size=3), min_size=1, max_size=30)


def satisfiable(clauses: list[list[int]]) -> bool:
    """By trying all."""
    return any(
        all(any((literal > 0) == signs[abs(literal) - 1] for literal in clause) for clause in clauses)
        for signs in product([False, True], repeat=VARIABLES)
    )


@settings(deadline=None)
@given(clauses=formulas)
def test_what_has_no_model_is_proved_and_what_has_one_gets_it(clauses: list[list[int]]) -> None:
    refutation = Refutation(VARIABLES, clauses, VARIABLES)
    model = refutation.model()
    assert (model is not None) == satisfiable(clauses)
    if model is None:
        assert fault_of(clauses, refutation.proof()) is None
    else:
        assert all(set(clause) & set(model) for clause in clauses)


def hard(n: int, seed: int) -> tuple[int, list[list[int]]]:
    """Random clauses of three, so many that hardly any has a model."""
    rng = random.Random(seed)
    clauses = [[v * rng.choice([-1, 1]) for v in rng.sample(range(1, n + 1), 3)] for _ in range(5 * n)]
    return n, clauses


@pytest.mark.parametrize("seed", range(6))
def test_formulas_that_take_many_conflicts_agree_with_a_solver_of_others(seed: int) -> None:
    n, clauses = hard(50, seed)
    refutation = Refutation(n, clauses, n)
    model = refutation.model()
    with Solver("cadical153", bootstrap_with=clauses) as solver:
        assert solver.solve() == (model is not None)
    assert refutation.conflicts > 30
    assert model is not None or fault_of(clauses, refutation.proof()) is None


@settings(deadline=None)
@given(clauses=formulas, data=st.data())
def test_a_damaged_proof_is_never_accepted_of_what_has_a_model(clauses: list[list[int]], data: st.DataObject) -> None:
    """The proof of more clauses, damaged in any way, of those among them that have a model."""
    refutation = Refutation(VARIABLES, clauses + ALL_OF_TWO, VARIABLES)
    assert refutation.model() is None
    lines = [[int(word) for word in line.split()] for line in refutation.proof()]
    for _ in range(data.draw(st.integers(0, 3))):
        line = data.draw(st.sampled_from(lines))
        line[data.draw(st.integers(0, len(line) - 1))] = data.draw(st.integers(-6, 40))
    data.draw(st.randoms()).shuffle(lines) if data.draw(st.booleans()) else None
    proof = [" ".join(map(str, line)) for line in lines]
    assert fault_of(clauses, proof) is not None or not satisfiable(clauses)


def test_every_damage_of_a_proof_is_seen() -> None:
    assert fault_of(ALL_OF_TWO, PROOF) is None
    damaged = {
        "dropped": PROOF[1:],
        "permuted": PROOF[::-1],
        "cut off": PROOF[:1],
        "empty": [],
        "cut within a line": [PROOF[0], "6 0 5 2"],
        "another clause": ["5 -1 0 1 3 0", PROOF[1]],
        "another hint": ["5 1 0 2 3 0", PROOF[1]],
        "a hint too few": ["5 1 0 1 0", PROOF[1]],
        "a clause that is not there": [PROOF[0], "6 0 5 9 4 0"],
        "an old number": ["4 1 0 1 3 0", "6 0 4 2 4 0"],
        "forgotten before it is used": [PROOF[0], "5 d 2 0", PROOF[1]],
        "a step of another kind": [PROOF[0], "6 0 -5 2 4 0"],
        "no numbers": ["5 one 0 1 3 0", PROOF[1]],
    }
    for how, lines in damaged.items():
        assert fault_of(ALL_OF_TWO, lines), how
    for clause in range(4):
        assert fault_of([*ALL_OF_TWO[:clause], [1, 2, 3], *ALL_OF_TWO[clause + 1 :]], PROOF)


def test_what_may_be_in_a_proof_besides() -> None:
    assert fault_of(ALL_OF_TWO, ["5 1 0 1 3 0", "5 d 1 3 0", "", "9 0 5 2 4 0", "and so on"]) is None
    assert fault_of([[1], []], []) is None
    assert (
        fault_of(ALL_OF_TWO, ["5 1 -1 0 0", *PROOF]) == "line 2: clause 5 is numbered no higher than 5, one before it"
    )


def test_a_real_proof_breaks_wherever_it_is_cut() -> None:
    problem = get("sudoku-4x4").parse("1......2..4..3..")
    cnf = encoded(problem).without(get("sudoku-4x4").parse("1234341221434321").values)
    refutation = Refutation(cnf.variables, cnf.clauses(), cnf.L * cnf.V)
    assert refutation.model() is None
    proof = refutation.proof()
    clauses = list(cnf.clauses())
    assert fault_of(clauses, proof) is None
    for at in range(len(proof)):
        assert fault_of(clauses, proof[:at] + proof[at + 1 :]), at
    other = encoded(get("sudoku-4x4").parse("1.........4..3.."))
    assert fault_of(other.clauses(), proof)


def test_each_step_follows_by_the_unit_propagation_of_others() -> None:
    """The proof without its hints is one in the format DRUP, which programs of others check."""
    for problem, answer in vmdsolve.generate("kakuro", 2, seed=4):
        cnf = encoded(problem).without(answer)
        refutation = Refutation(cnf.variables, cnf.clauses(), cnf.L * cnf.V)
        assert refutation.model() is None
        with Solver("minisat22", bootstrap_with=cnf.clauses()) as solver:
            for line in refutation.proof():
                clause = [int(word) for word in line.partition(" 0 ")[0].split()[1:]]
                assert not solver.propagate(assumptions=[-literal for literal in clause])[0]
                solver.add_clause(clause)
        assert clause == []


def test_the_clock_is_heeded() -> None:
    n, clauses = hard(60, 1)
    with pytest.raises(TimeoutError), within(Deadline(0.0)):
        Refutation(n, clauses, n).model()
    with pytest.raises(TimeoutError), within(Deadline(0.0)):
        fault_of(ALL_OF_TWO, ["5 1 0 1 3 0"] + [""] * 1000)


def test_the_checker_imports_nothing_but_the_clock() -> None:
    tree = ast.parse(Path(lrat.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"__future__", "collections.abc", "deadline"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]

"""Our certificates before checkers that others wrote, each run where it is installed.

drup      DRUP and DRAT, extracted from Why3 with a proof that it is right (PyPI)
dratify   DRUP and DRAT, plain Python (PyPI)
acl2      LRAT with hints, verified in ACL2: Heule, Hunt, Kaufmann, Wetzler (Debian: acl2 and acl2-books-source)
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import pytest

from vmdsolve import generate, solve, to_dimacs

ACL2_BOOKS = [*Path("/usr/share").glob("acl2-*/books/projects/sat/lrat/list-based/lrat-checker.lisp")]
HARD = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."
Clauses = list[list[int]]
Step = tuple[int, list[int], list[int]]  # number, clause, hints
Steps = list[Step]


def by_drup(clauses: Clauses, steps: Steps) -> bool:
    drup = pytest.importorskip("drup", reason="drup is not installed")
    return bool(drup.check_proof(clauses, [clause for _, clause, _ in steps]).outcome is drup.Outcome.VALID)


def by_dratify(clauses: Clauses, steps: Steps) -> bool:
    dratify = pytest.importorskip("dratify", reason="dratify is not installed")
    most = max(abs(literal) for clause in clauses for literal in clause)
    lines = ["".join(f"{literal} " for literal in clause) + "0" for clause in clauses]
    formula = dratify.parse_dimacs("\n".join([f"p cnf {most} {len(clauses)}", *lines]))
    result = dratify.check_proof(formula, "\n".join(f"{' '.join(map(str, [*step[1], 0]))}" for step in steps))
    return bool(result.ok and result.reached_empty)


def by_acl2(clauses: Clauses, steps: Steps) -> bool:
    """Its readers of files need books that Debian has only compiled; the checker itself takes lists."""
    if which("acl2") is None or not ACL2_BOOKS:
        pytest.skip("acl2 and acl2-books-source are not installed")
    numbered = " ".join(f"({number} {_words(clause)})" for number, clause in [*enumerate(clauses, 1)][::-1])
    told = " ".join(f"(({number} {_words(clause)}) ({_words(hints)}))" for number, clause, hints in steps)
    lrat = ACL2_BOOKS[0].parents[1]
    script = f"""
        (set-ld-skip-proofsp 'include-book state)
        (include-book "{lrat / "portcullis"}" :uncertified-okp t)
        (ld "{lrat / "portcullis.acl2"}")
        (include-book "{ACL2_BOOKS[0].with_suffix("")}" :uncertified-okp t)
        (in-package "LRAT")
        {"(acl2::comp t)" if len(clauses) > 2000 else ""}
        (defconst *formula* '({numbered}))
        (defconst *proof* '({told}))
        (cw "verdict ~x0 ~x1~%" (formula-p *formula*) (refutation-p *proof* (acl2::make-fast-alist *formula*)))
    """
    with TemporaryDirectory() as folder:  # it compiles there, which takes long; without, it recurs no deeper than so
        run = subprocess.run(
            ["acl2"], input=script, cwd=folder, capture_output=True, text=True, timeout=300, check=True
        )
    assert "verdict T" in run.stdout or "has failed" in run.stdout, run.stdout[-2000:]
    return "verdict T T" in run.stdout


def _words(numbers: list[int]) -> str:
    return " ".join(map(str, numbers))


CHECKERS: dict[str, Callable[[Clauses, Steps], bool]] = {"drup": by_drup, "dratify": by_dratify, "acl2": by_acl2}
MOST = {"drup": 2000}  # clauses; it is quadratic in them
each_checker = pytest.mark.parametrize("checker", CHECKERS)


def told(problem: str, domain: str) -> tuple[Clauses, Steps]:
    """The clauses of a problem, but for its answer if it has one, and our proof that they have no model."""
    proof = solve(problem, domain=domain, unique=True, prove=True).proof
    assert proof is not None
    text = to_dimacs(problem, but=proof.answer, domain=domain).text
    clauses = [[*map(int, line.split()[:-1])] for line in text.splitlines() if line[0] not in "cp"]
    steps: Steps = []
    for line in proof.lines:
        number, *rest = map(int, line.split())
        middle = rest.index(0)
        steps.append((number, rest[:middle], rest[middle + 1 : -1]))
    return clauses, steps


PROBLEMS = {
    "sudoku-4x4, two alike in a row": ("sudoku-4x4", "11.............."),
    "sudoku-4x4, one answer": ("sudoku-4x4", "1......2..4..3.."),
    "sudoku-9x9, one answer": ("sudoku-9x9", HARD),
    "latin-4, no room for a symbol": ("latin-4", "12....3....3...."),
    "latin-4, one answer": ("latin-4", "......13.2....3."),
    "queens-4, none with one in a corner": ("queens-4", "Q..............."),
    "killer, a sum that two cells cannot reach": (
        "killer",
        "4 4/8 - - -/- - - -/- - - -/- - - -/1 1 - -/- - - -/- - - -/- - - -",
    ),
}
MADE = ["queens-5", "tango", "minesweeper", "cryptarithm", "thermo"]


def named(name: str) -> tuple[str, str]:
    if name in PROBLEMS:
        return PROBLEMS[name]
    return name, next(iter(generate(name, 1, seed=1)))[0]


@each_checker
@pytest.mark.parametrize("name", [*PROBLEMS, *MADE])
def test_others_accept_our_proofs(name: str, checker: str) -> None:
    domain, problem = named(name)
    clauses, steps = told(problem, domain)
    if len(clauses) > MOST.get(checker, len(clauses)):
        pytest.skip(f"{checker} takes minutes for {len(clauses):,} clauses")
    assert CHECKERS[checker](clauses, steps)


@each_checker
def test_others_reject_what_does_not_follow(checker: str) -> None:
    """Without the clause that forbids the answer there is a model, so that no proof can be right."""
    clauses, steps = told("1......2..4..3..", "sudoku-4x4")
    assert CHECKERS[checker](clauses, steps)
    number, _, hints = steps[-1]
    for wrong in (steps, steps[:1], [(number, [], hints)], [(number, [-1], hints), (number + 1, [1], hints)]):
        assert not CHECKERS[checker](clauses[:-1], wrong)


def test_a_checker_that_reads_hints_rejects_wrong_ones() -> None:
    clauses, steps = told("1......2..4..3..", "sudoku-4x4")
    number, clause, hints = steps[0]
    assert not by_acl2(clauses, [(number, clause, hints[1:]), *steps[1:]])

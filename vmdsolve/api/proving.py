"""Certificates: that a problem has no answer, or no other, as a proof that anybody can check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Unpack

from ..atomic import write_lines
from ..bridges.clauses import Cnf
from ..checker import accepts
from ..deadline import Deadline, stop_point, within
from ..domains import layout_of
from ..domains.reading import Grid, read
from ..drawing import Picture, Said, Shown
from ..errors import InvalidInput
from ..plain import many
from ..problem import Board, Problem, Solution, Status
from ..proofs.lrat import fault_of
from ..proofs.refute import Refutation
from .dimacs import answer_of, clauses_of, opened
from .option import takes
from .options import Options, TimedOptions

__all__ = ["Certificate", "Prover", "Verdict", "check_proof"]

MOST_PROVED = 2**20  # clauses of a problem that is proved here


@dataclass(frozen=True, repr=False)
class Certificate(Shown):
    """A proof in the format LRAT over the clauses that `to_dimacs` makes of a problem.

    Attributes
    ----------
    answer
        The only answer, on one line, which the clauses forbid; None: there is no answer at all.
    lines
        The steps of the proof, each a clause and the clauses that it follows from.
    """

    answer: str | None
    lines: tuple[str, ...]

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the proof as LRAT; whoever checks it names the answer besides.

        Raises
        ------
        OSError, InvalidInput
            It cannot be written.
        """
        return write_lines(path, self.lines)

    def __repr__(self) -> str:
        return f"<{self._words}>"

    @property
    def _words(self) -> str:
        what = "there is no answer" if self.answer is None else f"{self.answer} is the only answer"
        return f"proof in {many(len(self.lines), 'step')} that {what}"

    def picture(self) -> Picture:
        return Picture((Said(self._words),))


@dataclass(frozen=True)
class Verdict(Shown):
    """What the checker says of a proof; true where it accepts it.

    Attributes
    ----------
    claim
        What is proved, or would be.
    reason
        Why not; "" where it is.
    """

    claim: str
    reason: str = ""

    def __bool__(self) -> bool:
        return not self.reason

    def picture(self) -> Picture:
        return Picture(
            (Said(f"not proved that {self.claim}: {self.reason}" if self.reason else f"proved: {self.claim}"),)
        )


@takes(TimedOptions)
def check_proof(
    problem: Grid,
    proof: Certificate | str | PathLike[str],
    answer: Grid | None = None,
    **options: Unpack[TimedOptions],
) -> Verdict:
    """Check a proof that a problem has no answer, or, with `answer`, that it has no other.

    The clauses are made anew from the problem, and each step is looked at by `vmdsolve.proofs.lrat`, a page of plain
    Python that shares nothing with search. Trusted are that page, the rules and `vmdsolve.bridges.encode`.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    proof
        A certificate, the file of an LRAT proof of any solver, or its text of several lines. Of proofs with other steps
        (RAT) none is accepted.
    answer
        The answer that is said to be the only one; by default the certificate's own.
    {options}

    Returns
    -------
    Verdict
        True if the proof is accepted; else it says why not.

    Raises
    ------
    InvalidInput
        As `to_dimacs` does, or where the file is larger than 256 MiB.
    TimeoutError
        The time limit ran out: nothing is known.

    Examples
    --------
    >>> import vmdsolve
    >>> solution = vmdsolve.solve("1......2..4..3..", unique=True, prove=True)
    >>> print(check_proof("1......2..4..3..", solution.proof))
    proved: 1234341221434321 is the only answer
    >>> bool(check_proof("1.........4..3..", solution.proof))
    False
    """
    checked = Options(TimedOptions, **options)
    given = read(problem, checked.domain)
    if answer is None and isinstance(proof, Certificate):
        answer = proof.answer
    but = None if answer is None else answer_of(answer, given)
    claim = "there is no answer" if but is None else f"{layout_of(given).format(but)} is the only answer"
    with within(Deadline(checked.time_limit)), _lines(proof) as lines:
        if but is not None and not accepts(given.rules, given.values, but[None])[0]:
            return Verdict(claim, "it is no answer")
        return Verdict(claim, fault_of(clauses_of(given, but).clauses(), lines) or "")


@contextmanager
def _lines(proof: Certificate | str | PathLike[str]) -> Iterator[Iterable[str]]:
    if isinstance(proof, Certificate):
        yield proof.lines
        return
    if isinstance(proof, str) and "\n" in proof:  # no name of a file
        yield proof.splitlines()
        return
    with opened(proof) as file:
        yield file


class Prover:
    """The clauses of a problem, made before it is solved: what cannot be proved is refused before any work.

    Raises
    ------
    InvalidInput
        There are too many clauses, or a constraint cannot be said in clauses.
    """

    def __init__(self, given: Problem, clock: Deadline) -> None:
        self._layout, self._clock = layout_of(given), clock
        self._cnf: Cnf | None = None
        with suppress(TimeoutError), within(clock):
            self._cnf = clauses_of(given, None)
        if self._cnf is not None and self._cnf.count > MOST_PROVED:
            raise InvalidInput(
                f"a proof would be over {self._cnf.count:,} clauses; wanted at most {MOST_PROVED:,}: leave out prove, "
                "or write them by to_dimacs for a SAT solver"
            )

    def certified(self, solution: Solution) -> Solution:
        """The solution with its proof; what time does not suffice to prove is not claimed, and `reason` says so."""
        if solution.status is not Status.UNSATISFIABLE and not (solution and solution.unique):
            return solution
        try:
            with within(self._clock):
                stop_point()
                lines = self._lines(None if solution.text is None else self._layout.parse(solution.text).values)
        except TimeoutError:
            reason = "; ".join(filter(None, [solution.reason, "time did not suffice for a proof"]))
            if solution:
                return replace(solution, reason=reason, unique=None)
            return replace(solution, reason=reason, status=Status.TIMEOUT, method=None)
        return replace(solution, proof=Certificate(solution.text, tuple(lines)))

    def _lines(self, but: Board | None) -> list[str]:
        if self._cnf is None:
            raise TimeoutError
        cnf = self._cnf if but is None else self._cnf.without(but)
        refutation = Refutation(cnf.variables, cnf.clauses(), cnf.L * cnf.V)
        if refutation.model() is not None:
            raise RuntimeError("search and the clauses disagree: a bug in vmdsolve; please report it")
        return refutation.proof()

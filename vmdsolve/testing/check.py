"""check_domain: all laws on one adapter."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from ..arguments import seconds
from ..deadline import Deadline, stop_point, within
from ..domains import Domain, Family, get
from ..errors import InvalidInput
from . import laws_board, laws_rules, laws_text
from .broken import LawBroken, Skipped
from .specimens import Specimens

__all__ = ["LAWS", "Result", "check_domain", "run_laws"]

Law = Callable[[Specimens], str]
PER_BOARD: dict[str, Law] = {
    "declaration": lambda specimens: laws_board.declaration(specimens.domain),
    "solvable": laws_rules.solvable,
    "statements": laws_rules.statements,
    "native": laws_rules.native,
    "masks": laws_rules.masks,
    "count": laws_rules.counts,
    "cp-sat": laws_rules.cp_sat_agrees,
    "symmetry": laws_board.symmetry,
    "weight": laws_board.weight,
    "answers": laws_rules.answers,
    "generation": laws_board.problems_have_one_solution,
    "repeatable": laws_board.repeatable,
    "text": laws_text.text,
    "numbers": laws_text.numbers,
    "drawing": laws_text.drawing,
    "hostile input": laws_text.hostile_input,
}
LAWS = tuple(PER_BOARD)
NEEDED = ("declaration", "solvable")  # where one of these is broken, nothing further can be asked


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one law.

    Attributes
    ----------
    law
        its name
    broken
        the failure, or None
    note
        how much was looked at, or why the law was skipped
    skipped
        True if it could not be asked
    seconds
        it took
    late
        True if it was skipped because time ran out
    """

    law: str
    broken: LawBroken | None = None
    note: str = ""
    skipped: bool = False
    seconds: float = 0.0
    late: bool = False

    def __str__(self) -> str:
        state = "FAILED" if self.broken else "skipped" if self.skipped else "ok"
        words = f"{self.broken.counterexample}. {self.broken.advice}" if self.broken else self.note
        return f"{state:8}{self.law:15}{words} ({self.seconds:.1f} s)"


def check_domain(
    domain: Domain | str, *, count: int | None = None, examples: Sequence[tuple[str, str]] = (), seed: int = 0,
    time_limit: float | None = None,
) -> list[Result]:  # fmt: skip
    """Hold an adapter to every law; raise on the first that it breaks.

    Parameters
    ----------
    domain
        a Domain, or the name of an installed one
    count
        how many solutions the empty board has, if you know: a rule that is missing everywhere contradicts nothing, and
        only a known count or answer shows it
    examples
        (problem, answer) texts, each with that one answer
    seed
        of everything that is drawn
    time_limit
        seconds for all laws together; None: no limit. What an adapter itself does is not interrupted

    Returns
    -------
    A Result a law, in the order of LAWS; those that could not be asked say why

    Raises
    ------
    LawBroken
        Names the law, the counterexample and what to do.

    Examples
    --------
    >>> from vmdsolve.domains.TEMPLATE import Pairs
    >>> results = check_domain(Pairs(5), count=26, examples=[("1.1..", "12132")])
    Traceback (most recent call last):
        ...
    vmdsolve.testing.broken.LawBroken: law `count`: '1.1..' has the one solution '12132', but search finds 2: '12123'.
    A rule is missing or wrong, or the text is read wrongly
    >>> len([r for r in check_domain(Pairs(5), count=26) if r.broken])
    0
    """
    results = []
    for result in run_laws(domain, count=count, examples=examples, seed=seed, time_limit=time_limit):
        if result.broken:
            raise result.broken
        results.append(result)
    return results


def run_laws(
    domain: Domain | str, *, count: int | None = None, examples: Sequence[tuple[str, str]] = (), seed: int = 0,
    time_limit: float | None = None,
) -> Iterator[Result]:  # fmt: skip
    """The Result of every law as it comes; those after a broken `declaration` or `solvable` cannot be asked.

    Where time runs out, a law that is not settled is skipped, and so are all after it.
    """
    clock = Deadline(seconds(time_limit))
    where = get(domain) if isinstance(domain, str) else domain
    if count is not None and isinstance(where, Family):
        raise InvalidInput(f"every problem of {where.name} has a board of its own; give examples, not a count")
    laws: dict[str, Law] = {**PER_BOARD, "count": partial(laws_rules.counts, known=count, examples=examples)}
    boards: list[Specimens] = []
    for name, law in laws.items():
        result = _result(name, law, where, boards, seed, clock)
        yield result
        if result.broken and name in NEEDED:
            return


def _result(
    name: str, law: Law, domain: Domain, boards: list[Specimens], seed: int, clock: Deadline
) -> Result:  # fmt: skip
    """One law on all boards; it is the first one that makes them."""
    begun = time.perf_counter()
    note, broken, skipped, late = "", None, False, False
    try:
        with within(clock):
            stop_point()
            boards[:] = boards or Specimens.of(domain, seed)
            notes = [law(board) for board in boards]
            stop_point()  # a law that looks at what time suffices for has not been kept yet
        note = notes[0] + (f"; {len(notes) - 1} more boards" if len(notes) > 1 else "")
    except Skipped as reason:
        note, skipped = str(reason), True
    except LawBroken as error:
        broken = error
    except Exception as error:  # the adapter under test may raise anything
        skipped = late = clock.over and isinstance(error, TimeoutError)
        if late:
            note = f"not settled in {clock.seconds:g} s for all laws; allow more"
        else:
            advice = "The adapter raised this where it had no reason to"
            broken = LawBroken(name, f"{type(error).__name__}: {error}", advice)
            broken.__cause__ = error
    return Result(name, broken, note, skipped, time.perf_counter() - begun, late)

"""The command `check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument

from ..errors import InvalidInput
from .shared import DomainName

if TYPE_CHECKING:
    from ..files.records import Record

__all__ = ["check"]


def check(
    puzzle: Annotated[str, Argument(help="A puzzle, or a file, best with a column `solution`.")],
    solution: Annotated[str | None, Argument(help="The proposed answer, or a file of them.")] = None,
    domain: DomainName = None,
) -> None:
    """Say which rules an answer breaks and which givens it changes; without an answer, if givens clash."""
    from .. import domains
    from ..api.check import check as check_one
    from ..domains.reading import read, read_answer
    from ..domains.show import words
    from ..files.records import open_input
    from ..problem import OPEN

    if domain is not None:
        domains.get(domain)
    records = open_input(puzzle, domain)
    answers = None if solution is None else open_input(solution, domain, answers=True)
    counts: Counter[str] = Counter()
    for record, text in _with_answers(records, answers):
        try:
            if record.reason:
                raise InvalidInput(record.reason)
            given = read(record.puzzle, domain or record.domain)
            held = read_answer(text, given) if text else given
        except InvalidInput as error:
            counts["unreadable"] += 1
            typer.echo(f"{record.where}unreadable: {error}")
            continue
        wrong = check_one(given, held)
        for violation in wrong:
            typer.echo(record.where + words(domains.layout_of(given), violation))
        counts["broken" if wrong else "unfinished" if (held.values == OPEN).any() else "right"] += 1
    kinds = ("right", "unfinished", "broken", "unreadable")
    summary = ", ".join(f"{counts[kind]} {kind}" for kind in kinds if counts[kind])
    typer.echo(f"{counts.total()} checked: {summary}", err=True)
    raise typer.Exit(2 if counts["unreadable"] else 1 if counts["broken"] else 0)


def _with_answers(records: Iterator[Record], answers: Iterator[Record] | None) -> Iterator[tuple[Record, str | None]]:
    """Each record with the answer to check: its own, or that of the same rank among `answers`."""
    if answers is None:
        yield from ((record, record.solution) for record in records)
        return
    for record, answer in zip_longest(records, answers):
        if record is None or answer is None:
            raise InvalidInput("there are not as many solutions as puzzles")
        yield record, answer.puzzle

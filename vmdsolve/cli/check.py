"""The command `check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument

from ..api.options import CheckOptions, Options
from ..errors import InvalidInput
from .shared import Column, Format, options_from

if TYPE_CHECKING:
    from ..files.records import Record

__all__ = ["check"]

KINDS = ("right", "unfinished", "broken", "unreadable")


@options_from(CheckOptions)
def check(
    puzzle: Annotated[str, Argument(help="A puzzle, or a file, best with a column `solution`.")],
    solution: Annotated[str | None, Argument(help="The proposed answer, or a file of them.")] = None,
    format: Format = None,  # noqa: A002
    column: Column = None,
    **options: Any,
) -> None:
    """Say which rules an answer breaks and which givens it changes; without an answer, if givens clash."""
    from ..api.progress import counted
    from ..files.records import open_input

    domain = Options(CheckOptions, **options).domain
    records = open_input(puzzle, domain, format=format, column=column)
    answers = None if solution is None else open_input(solution, domain, answers=True, format=format)
    counts: Counter[str] = Counter()
    try:
        for record, text in counted(_with_answers(records, answers), "checked"):
            counts[_checked(record, text, options)] += 1
    finally:  # at Ctrl-C, too
        summary = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind])
        if counts:
            typer.echo(f"{counts.total()} checked: {summary}", err=True)
    raise typer.Exit(2 if counts["unreadable"] else 1 if counts["broken"] else 0)


def _checked(record: Record, text: str | None, options: dict[str, Any]) -> str:
    """One of KINDS, when all that is wrong has been said."""
    from ..api.check import check as check_one
    from ..domains import layout_of
    from ..domains.reading import read, read_answer
    from ..problem import OPEN
    from . import screen

    try:
        if record.reason:
            raise InvalidInput(record.reason)
        given = read(record.puzzle, options["domain"] or record.domain)
        held = read_answer(text, given) if text else given
    except InvalidInput as error:
        screen.say(f"{record.where}unreadable: {error}")
        return "unreadable"
    wrong = check_one(given, held, time_limit=options["time_limit"])
    board = layout_of(given)
    for violation in wrong:
        screen.say(record.where + board.violation_text(violation), indent="  ")
    if wrong and not record.where:
        looks = {cell: "broken" for violation in wrong for cell in violation.cells}
        screen.show(board.picture(held.values, givens=given.values, looks=looks))
    return "broken" if wrong else "unfinished" if (held.values == OPEN).any() else "right"


def _with_answers(records: Iterator[Record], answers: Iterator[Record] | None) -> Iterator[tuple[Record, str | None]]:
    """Each record with the answer to check: its own, or that of the same rank among `answers`."""
    if answers is None:
        yield from ((record, record.solution) for record in records)
        return
    for record, answer in zip_longest(records, answers):
        if record is None or answer is None:
            raise InvalidInput("there are not as many solutions as puzzles")
        yield record, answer.puzzle

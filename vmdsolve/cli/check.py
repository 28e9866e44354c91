"""The command `check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby, islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import CheckOptions, Options
from ..errors import InvalidInput
from .problems import domain_first, problem_of, records_of
from .shared import Column, Format, count_of, options_from
from .single import check_one_proof
from .streams import refuse_own_input

if TYPE_CHECKING:
    from ..domains import Domain
    from ..files.records import Record

__all__ = ["check"]

KINDS = ("right", "unfinished", "broken", "wrong", "unsettled", "unreadable")
AT_ONCE = 512  # answers that are looked at together
FEW = 8  # answers that are looked at one by one rather than halved again

Item = tuple["Record", str | None]


@options_from(CheckOptions)
def check(
    inputs: Annotated[
        list[str],
        Argument(
            metavar="PUZZLE [SOLUTION]",
            help="A puzzle, or a file, best with a column `solution`; and the proposed answer, or a file of them.",
        ),
    ],
    format: Format = None,  # noqa: A002
    column: Column = None,
    proof: Annotated[
        Path | None,
        Option("--proof", metavar="FILE", help="Check this proof (LRAT) that there is no other answer, or none."),
    ] = None,
    **options: Any,
) -> None:
    """Say what is wrong with an answer: changed givens, broken rules, and cells that no solution has.

    An unfinished answer is judged, too: `wrong` are filled cells that no solution has, be no rule broken yet.
    Without an answer, it is said whether givens clash.

    With --proof FILE it is not looked at the answer, but at a proof that it is the only one, or, where none is named,
    that there is none at all.
    """
    from ..api.progress import counted
    from ..files.records import open_input

    inputs, options["domain"] = domain_first(inputs, options["domain"])
    domain = Options(CheckOptions, **options).domain
    if len(inputs) > 2:
        raise InvalidInput(f"check takes a puzzle and an answer, or a file of each; got {len(inputs)} of them")
    puzzle, solution = [*inputs, None][:2]
    assert puzzle is not None
    refuse_own_input(inputs)
    if proof is not None:
        check_one_proof(puzzle, solution, proof, {**options, "domain": domain})
    records = records_of([puzzle], domain, format, column)
    answers = None if solution is None else open_input(solution, domain, answers=True, format=format)
    counts: Counter[str] = Counter()
    try:
        kinds, total = _all(_with_answers(records, answers), options), count_of([puzzle], domain, format, column)
        with closing(counted(kinds, "checked", total)) as watched:
            for kind in watched:
                counts[kind] += 1
    finally:  # at Ctrl-C, too
        summary = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind])
        if counts:
            typer.echo(f"{counts.total()} checked: {summary}", err=True)
    bad = counts["broken"] + counts["wrong"] + counts["unsettled"]
    raise typer.Exit(2 if counts["unreadable"] else 1 if bad else 0)


def _all(items: Iterator[Item], options: dict[str, Any]) -> Iterator[str]:
    """One of KINDS for each, in order; those of one domain that stand together are looked at together."""
    for name, group in groupby(items, lambda item: options["domain"] or item[0].domain):
        while batch := list(islice(group, AT_ONCE)):
            yield from _several(batch, name, options)


def _several(batch: list[Item], name: str | Domain | None, options: dict[str, Any]) -> Iterator[str]:
    """As `_one`, faster: only what is not right, or not plain, is looked at alone."""
    from ..api.check import nothing_wrong
    from ..domains.reading import read_many

    if len(batch) <= FEW:
        yield from (_one(record, text, options) for record, text in batch)
        return
    whole = not any(record.reason for record, _ in batch)
    plain = read_many([record.puzzle for record, _ in batch], name) if whole else None
    held = None if plain is None else plain[0].parse_many([text or record.puzzle for record, text in batch])
    if plain is None or held is None:
        yield from _several(batch[: len(batch) // 2], name, options)
        yield from _several(batch[len(batch) // 2 :], name, options)
        return
    right, going = nothing_wrong(plain[0].rules, plain[1], held, time_limit=options["time_limit"])
    for (record, text), fine, unfinished in zip(batch, right.tolist(), going.tolist(), strict=True):
        yield "right" if fine else "unfinished" if unfinished else _one(record, text, options)


def _one(record: Record, text: str | None, options: dict[str, Any]) -> str:
    """One of KINDS, when all that is wrong has been said."""
    from ..api.check import check as check_one
    from ..domains import layout_of
    from ..domains.reading import read_answer
    from ..problem import OPEN
    from . import screen

    try:
        given = problem_of(record, options["domain"])
        held = read_answer(text, given) if text else given
    except InvalidInput as error:
        screen.say(f"{record.where}unreadable: {error}")
        return "unreadable"
    try:
        wrong = check_one(given, held, time_limit=options["time_limit"])
    except TimeoutError as error:
        screen.say(f"{record.where}{error}")
        return "unsettled"
    board = layout_of(given)
    for violation in wrong:
        screen.say(record.where + board.violation_text(violation), indent="  ")
    if wrong and not record.where:
        looks = {cell: "broken" for violation in wrong for cell in violation.cells}
        screen.show(board.picture(held.values, givens=given.values, looks=looks))
    if wrong:
        return "wrong" if wrong[0].relation == "solution" else "broken"
    return "unfinished" if (held.values == OPEN).any() else "right"


def _with_answers(records: Iterator[Record], answers: Iterator[Record] | None) -> Iterator[Item]:
    """Each record with the answer to check: its own, or that of the same rank among `answers`."""
    if answers is None:
        yield from ((record, record.solution) for record in records)
        return
    for record, answer in zip_longest(records, answers):
        if record is None or answer is None:
            raise InvalidInput("there are not as many solutions as puzzles")
        yield record, answer.puzzle

"""The commands `hint` and `explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import HintOptions, Options
from ..errors import InvalidInput
from .shared import Column, Format, options_from
from .streams import refuse_own_input

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..domains import Domain
    from ..problem import Problem

__all__ = ["explain", "hint"]

Puzzle = Annotated[str, Argument(help="A puzzle, or a file of puzzles.")]


@options_from(HintOptions)
def hint(
    puzzle: Puzzle,
    every: Annotated[bool, Option("--all", help="Hint after hint, until nothing more is forced.")] = False,
    format: Format = None,  # noqa: A002
    column: Column = None,
    candidates: Annotated[bool, Option("--candidates", help="Draw what no single rule excludes, too.")] = False,
    **options: Any,
) -> None:
    """Name the next forced cell, and say why it is forced.

    The board is drawn with that cell marked; of files, and with --all, only on a terminal.
    """
    from ..hints import walkthrough
    from . import screen

    stuck, checked = False, Options(HintOptions, **options)
    for where, given in _problems(puzzle, checked.domain, format, column):
        for found in walkthrough(given, time_limit=checked.time_limit):
            screen.say(f"{where}{found.reason} [{found.technique}]", indent="  ")
            for line in found.because:
                since = "" if found.technique == "conflict" else "since "
                screen.say(f"{where}    {since}{line}", indent="      ")
            if not every:
                break
        if candidates or screen.on_terminal() or not (where or every):
            screen.show(found.board(candidates=candidates))
        stuck |= found.cell is None and found.technique != "solved"
    raise typer.Exit(1 if stuck else 0)


@options_from(HintOptions)
def explain(
    puzzle: Puzzle,
    format: Format = None,  # noqa: A002
    column: Column = None,
    **options: Any,
) -> None:
    """Say why a puzzle has no solution: givens and rules that clash, none of which can be spared.

    Of a puzzle with several solutions, say where two of them differ. The board is drawn; of files only on a terminal.
    """
    from ..hints import explain as why
    from ..problem import Status
    from . import screen

    unsolvable, checked = False, Options(HintOptions, **options)
    for where, given in _problems(puzzle, checked.domain, format, column):
        found = why(given, time_limit=checked.time_limit)
        screen.say(f"{where}{found.reason}", indent="  ")
        for line in (*found.facts, *found.rules) if found.long else ():
            screen.say(f"{where}    - {line}", indent="      ")
        for line in found.because:
            screen.say(f"{where}    {line}", indent="      ")
        if found.status is Status.UNSATISFIABLE and not found.minimal:
            screen.say(f"{where}time ran out: perhaps not all of this is needed", err=True)
        if screen.on_terminal() or not where:
            screen.show(found.board())
        unsolvable |= found.status is not Status.SOLVED
    raise typer.Exit(1 if unsolvable else 0)


def _problems(
    puzzle: str, domain: Domain | None, form: str | None, column: str | None
) -> Iterator[tuple[str, Problem]]:
    """Where it stands, and what it says, of every puzzle of the input."""
    from ..domains.reading import read
    from ..files.records import open_input

    refuse_own_input([puzzle])
    for record in open_input(puzzle, domain, format=form, column=column):
        try:
            if record.reason:
                raise InvalidInput(record.reason)
            given = read(record.puzzle, domain or record.domain)
        except InvalidInput as error:
            raise InvalidInput(f"{record.where}{error}") from error
        yield record.where, given

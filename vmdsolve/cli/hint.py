"""The commands `hint` and `explain`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import HintOptions, Options
from .problems import domain_first, each_problem, records_of
from .shared import Column, Format, options_from

__all__ = ["explain", "hint"]

Puzzles = Annotated[list[str], Argument(metavar="INPUT", help="Files, - for standard input, or puzzles.")]


@options_from(HintOptions)
def hint(
    inputs: Puzzles,
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

    inputs, options["domain"] = domain_first(inputs, options["domain"])
    stuck, checked = False, Options(HintOptions, **options)
    for record, given in each_problem(records_of(inputs, checked.domain, format, column), checked.domain):
        where = record.where
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
    inputs: Puzzles,
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

    inputs, options["domain"] = domain_first(inputs, options["domain"])
    unsolvable, checked = False, Options(HintOptions, **options)
    for record, given in each_problem(records_of(inputs, checked.domain, format, column), checked.domain):
        where = record.where
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

"""The commands `hint` and `explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import HintOptions, Options
from ..errors import InvalidInput
from .shared import Column, Format, options_from

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
    **options: Any,
) -> None:
    """Name the next forced cell, and say why it is forced."""
    from ..hints import walkthrough

    stuck, checked = False, Options(HintOptions, **options)
    for where, given in _problems(puzzle, checked.domain, format, column):
        for found in walkthrough(given, time_limit=checked.time_limit):
            typer.echo(f"{where}{found.reason} [{found.technique}]")
            for line in found.because:
                typer.echo(f"{where}    {'' if found.technique == 'conflict' else 'since '}{line}")
            if not every:
                break
        stuck |= found.cell is None and found.technique != "solved"
    raise typer.Exit(1 if stuck else 0)


@options_from(HintOptions)
def explain(
    puzzle: Puzzle,
    format: Format = None,  # noqa: A002
    column: Column = None,
    **options: Any,
) -> None:
    """Say why a puzzle has no solution: givens and rules that clash, none of which can be spared."""
    from ..hints import explain as why
    from ..problem import Status

    unsolvable, checked = False, Options(HintOptions, **options)
    for where, given in _problems(puzzle, checked.domain, format, column):
        found = why(given, time_limit=checked.time_limit)
        typer.echo(f"{where}{found.reason}")
        for line in found.because:
            typer.echo(f"{where}    {line}")
        if found.status is Status.UNSATISFIABLE and not found.minimal:
            typer.echo(f"{where}time ran out: perhaps not all of this is needed", err=True)
        unsolvable |= found.status is not Status.SOLVED
    raise typer.Exit(1 if unsolvable else 0)


def _problems(
    puzzle: str, domain: Domain | None, form: str | None, column: str | None
) -> Iterator[tuple[str, Problem]]:
    """Where it stands, and what it says, of every puzzle of the input."""
    from ..domains.reading import read
    from ..files.records import open_input

    for record in open_input(puzzle, domain, format=form, column=column):
        if record.reason:
            raise InvalidInput(f"{record.where}{record.reason}")
        yield record.where, read(record.puzzle, domain or record.domain)

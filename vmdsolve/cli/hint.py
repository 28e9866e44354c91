"""The commands `hint` and `explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from ..errors import InvalidInput
from .shared import DomainName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..problem import Problem

__all__ = ["explain", "hint"]

Puzzle = Annotated[str, Argument(help="A puzzle, or a file of puzzles.")]
Seconds = Annotated[float | None, Option(help="Seconds a puzzle may take.")]


def hint(
    puzzle: Puzzle,
    every: Annotated[bool, Option("--all", help="Hint after hint, until nothing more is forced.")] = False,
    domain: DomainName = None,
    time_limit: Seconds = 10.0,
) -> None:
    """Name the next forced cell, and say why it is forced."""
    from ..hints import walkthrough

    stuck = False
    for where, given in _problems(puzzle, domain):
        for found in walkthrough(given, time_limit=time_limit):
            typer.echo(f"{where}{found.reason} [{found.technique}]")
            for line in found.because:
                typer.echo(f"{where}    {'' if found.technique == 'conflict' else 'since '}{line}")
            if not every:
                break
        stuck |= found.cell is None and found.technique != "solved"
    raise typer.Exit(1 if stuck else 0)


def explain(puzzle: Puzzle, domain: DomainName = None, time_limit: Seconds = 10.0) -> None:
    """Say why a puzzle has no solution: givens and rules that clash, none of which can be spared."""
    from ..hints import explain as why
    from ..problem import Status

    unsolvable = False
    for where, given in _problems(puzzle, domain):
        found = why(given, time_limit=time_limit)
        typer.echo(f"{where}{found.reason}")
        for line in found.because:
            typer.echo(f"{where}    {line}")
        if found.status is Status.UNSATISFIABLE and not found.minimal:
            typer.echo(f"{where}time ran out: perhaps not all of this is needed", err=True)
        unsolvable |= found.status is not Status.SOLVED
    raise typer.Exit(1 if unsolvable else 0)


def _problems(puzzle: str, domain: str | None) -> Iterator[tuple[str, Problem]]:
    """Where it stands, and what it says, of every puzzle of the input."""
    from .. import domains
    from ..domains.reading import read
    from ..files.records import open_input

    if domain is not None:
        domains.get(domain)
    for record in open_input(puzzle, domain):
        if record.reason:
            raise InvalidInput(f"{record.where}{record.reason}")
        yield record.where, read(record.puzzle, domain or record.domain)

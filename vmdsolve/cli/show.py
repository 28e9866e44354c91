"""The command `show`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..api.option import table_of
from ..api.options import CheckOptions, Options
from ..errors import InvalidInput
from .problems import domain_first, problem_of, records_of
from .shared import options_from

if TYPE_CHECKING:
    from ..domains import Domain
    from ..problem import Problem

__all__ = ["show"]


@options_from(CheckOptions, without=[name for name in table_of(CheckOptions) if name != "domain"])
def show(
    inputs: Annotated[list[str], Argument(metavar="INPUT", help="Files, - for standard input, or puzzles.")],
    n: Annotated[int | None, Option("-n", min=1, help="Draw only so many, the first ones.")] = None,
    output: Annotated[
        Path | None, Option("-o", "--output", help="Draw the first one here: .svg, .html, .png or .pdf.")
    ] = None,
    candidates: Annotated[bool, Option("--candidates", help="Show what no single rule excludes.")] = False,
    **options: Any,
) -> None:
    """Draw puzzles as they are, unsolved: the board, its clues and givens.

    On a terminal with box-drawing characters and colours, elsewhere in plain text. Of several inputs those that can be
    read are drawn, and of the others is said why not.
    """
    from . import screen

    inputs, options["domain"] = domain_first(inputs, options["domain"])
    domain = Options(CheckOptions, **options).domain
    unreadable, several, drawn = False, n != 1, 0
    for where, problem in islice(_each(inputs, domain), n and min(n, sys.maxsize)):
        if isinstance(problem, InvalidInput):
            screen.say(f"{where}unreadable: {problem}" if where else str(problem), err=True)
            unreadable = True
            continue
        if output is not None:
            from ..api.pictures import save_picture

            typer.echo(f"wrote {save_picture(problem, output)}", err=True)
            break
        typer.echo("\n" * (drawn > 0), nl=False)
        if several and where:
            screen.say(where.rstrip(": "))
        screen.show(problem.picture(candidates=candidates))
        drawn += 1
    raise typer.Exit(2 if unreadable else 0)


def _each(inputs: Sequence[str], domain: str | Domain | None) -> Iterator[tuple[str, Problem | InvalidInput]]:
    """All problems with where they stand, or why one, or an input among several, cannot be read."""
    for argument in inputs:
        try:
            for record in records_of([argument], domain):
                try:
                    yield record.where, problem_of(record, domain)
                except InvalidInput as error:
                    yield record.where, error
        except InvalidInput as error:
            if len(inputs) == 1:
                raise
            yield "", error

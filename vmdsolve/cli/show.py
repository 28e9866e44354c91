"""The command `show`."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from ..api.option import table_of
from ..api.options import CheckOptions, Options
from .problems import domain_first, problem_of, records_of
from .shared import options_from

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

    On a terminal with box-drawing characters and colours, elsewhere in plain text.
    """
    from ..errors import InvalidInput
    from . import screen

    inputs, options["domain"] = domain_first(inputs, options["domain"])
    domain = Options(CheckOptions, **options).domain
    records = records_of(inputs, domain)
    unreadable, several = False, n != 1
    for number, record in enumerate(islice(records, n and min(n, sys.maxsize))):
        if number:
            typer.echo()
        try:
            problem = problem_of(record, domain)
        except InvalidInput as error:
            screen.say(f"{record.where}unreadable: {error}", err=True)
            unreadable = True
            continue
        if several and record.where:
            screen.say(record.where.rstrip(": "))
        if output is not None:
            from ..api.pictures import save_picture

            typer.echo(f"wrote {save_picture(problem, output)}", err=True)
            break
        screen.show(problem.picture(candidates=candidates))
    raise typer.Exit(2 if unreadable else 0)

"""The command `generate`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import GenerateOptions
from ..errors import VmdsolveError
from ..files import WRITTEN
from .shared import kept, options_from

__all__ = ["generate"]


@options_from(GenerateOptions)
def generate(
    domain: Annotated[str, Argument(help="The kind of puzzle, see `vmdsolve domains`.")],
    n: Annotated[int, Option("-n", min=1, help="How many.")] = 1,
    output: Annotated[Path | None, Option("-o", "--output", help=f"Write here: {', '.join(WRITTEN)}.")] = None,
    **options: Any,
) -> None:
    """Make puzzles with exactly one solution: csv `puzzle,solution,domain`; into a .txt file puzzles alone.

    (To draw solutions, see `vmdsolve sample`.)
    """
    from ..api.generate import generate as made
    from ..api.progress import counted
    from ..domains import layout_of
    from ..files.formats import CSV
    from ..files.rows import Puzzle, format_of, write_rows

    if output is not None:
        format_of(output)  # refuse what cannot be written before any work
    problems = counted(made(domain, n, **options), "puzzles", n)

    def puzzles() -> Iterator[Puzzle]:
        try:
            for problem, values in problems:
                board = layout_of(problem)
                yield Puzzle(board.write(problem.values), board.format(values), problem.domain)
        except RuntimeError as error:  # random search found no solution to start from
            raise VmdsolveError(str(error)) from error

    if output is None:
        for line in CSV.lines(puzzles(), Puzzle):
            typer.echo(line, nl=False)
    else:
        with kept(puzzles(), "puzzles") as done:
            write_rows(done, output, Puzzle)

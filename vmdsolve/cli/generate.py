"""The command `generate`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
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
    output: Annotated[
        Path | None, Option("-o", "--output", help=f"Write here: {', '.join(WRITTEN)}; or .pdf, to print.")
    ] = None,
    paper: Annotated[str, Option(help="Of a .pdf: a4 or letter.")] = "a4",
    each: Annotated[int, Option("--each", min=1, max=30, help="Of a .pdf: puzzles a page.")] = 4,
    **options: Any,
) -> None:
    """Make puzzles with exactly one solution: csv `puzzle,solution,domain`; into a .txt file puzzles alone.

    With --difficulty, csv also says how hard each is: difficulty,technique,rating. (To draw solutions, see `vmdsolve
    sample`.)
    """
    from ..api.generate import generate as made
    from ..api.progress import counted
    from ..domains import layout_of
    from ..files.formats import CSV
    from ..files.rows import Graded, Puzzle, alone, write_rows

    problems = counted(made(domain, n, **options), "puzzles", n)
    kind = Puzzle if options["difficulty"] is None else Graded
    if output is not None and output.suffix.lower() == ".pdf":
        from ..api.pictures import print_puzzles

        print_puzzles(problems, output, paper=paper, each=each, graded=kind is Graded)
        typer.echo(f"wrote {output}: {n} puzzles, their answers behind", err=True)
        return

    def puzzles() -> Iterator[Puzzle]:
        try:
            for one in problems:
                board = layout_of(one.problem)
                grade = () if kind is Puzzle else one.grade
                yield kind(board.write(one.problem.values), board.format(one.answer), one.problem.domain, *grade)
        except RuntimeError as error:  # what was asked for was not found
            raise VmdsolveError(str(error)) from error

    if output is None:
        rows = puzzles()
        for line in CSV.lines(chain([next(rows)], rows), kind):  # what cannot be made is refused before any line
            typer.echo(line, nl=False)
    else:
        with alone(output), kept(puzzles(), "puzzles") as done:
            write_rows(done, output, kind)

"""The command `generate`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from ..errors import VmdsolveError
from ..files import WRITTEN

__all__ = ["generate"]


def generate(
    domain: Annotated[str, Argument(help="The kind of puzzle, see `vmdsolve domains`.")],
    n: Annotated[int, Option("-n", min=1, help="How many.")] = 1,
    seed: Annotated[int, Option(help="The same seed gives the same puzzles.")] = 0,
    clues: Annotated[int | None, Option(help="Givens to leave; by default none can be spared.")] = None,
    size: Annotated[int | None, Option(help="Of the board, where puzzles have boards of their own.")] = None,
    density: Annotated[float | None, Option(help="Clues besides the givens, 0 to 1, where there are such.")] = None,
    harder: Annotated[int, Option(min=0, help="Rounds of breeding: 100 make a Sudoku much harder.")] = 0,
    output: Annotated[Path | None, Option("-o", "--output", help=f"Write here: {', '.join(WRITTEN)}.")] = None,
) -> None:
    """Make puzzles with exactly one solution: csv `puzzle,solution`; into a .txt file puzzles alone.

    (To draw solutions, see `vmdsolve sample`.)
    """
    from ..api.generate import generate as made
    from ..domains import layout_of
    from ..files.formats import CSV
    from ..files.rows import Puzzle, format_of, write_rows

    if output is not None:
        format_of(output)  # refuse what cannot be written before any work
    problems = made(domain, n, seed=seed, clues=clues, size=size, density=density, harder=harder)

    def puzzles() -> Iterator[Puzzle]:
        try:
            for problem, values in problems:
                board = layout_of(problem)
                yield Puzzle(board.write(problem.values), board.format(values))
        except RuntimeError as error:  # random search found no solution to start from
            raise VmdsolveError(str(error)) from error

    if output is None:
        for line in CSV.lines(puzzles(), Puzzle):
            typer.echo(line, nl=False)
    else:
        write_rows(puzzles(), output, Puzzle)

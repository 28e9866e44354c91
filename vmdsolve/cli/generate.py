"""The command `generate`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from ..errors import InvalidInput, VmdsolveError

__all__ = ["generate"]


def generate(
    domain: Annotated[str, Argument(help="The kind of puzzle, see `vmdsolve domains`.")],
    n: Annotated[int, Option("-n", min=1, help="How many.")] = 1,
    seed: Annotated[int, Option(help="The same seed gives the same puzzles.")] = 0,
    clues: Annotated[int | None, Option(help="Givens to leave; by default none can be spared.")] = None,
    size: Annotated[int | None, Option(help="Of the board, where puzzles have boards of their own.")] = None,
    density: Annotated[float | None, Option(help="Clues besides the givens, 0 to 1, where there are such.")] = None,
    harder: Annotated[int, Option(min=0, help="Rounds of breeding: 100 make a Sudoku much harder.")] = 0,
    output: Annotated[Path | None, Option("-o", "--output", help="Write here: .csv, .jsonl or .txt.")] = None,
) -> None:
    """Make puzzles with exactly one solution: csv `puzzle,solution`; into a .txt file puzzles alone.

    (To draw solutions, see `vmdsolve sample`.)
    """
    from ..api.generate import generate as made
    from ..domains import layout_of
    from ..files.rows import kind_of, quoted, written

    kind = ".csv" if output is None else kind_of(output)
    if kind == ".parquet":
        raise InvalidInput("puzzles are written as .csv, .jsonl or .txt")
    problems = made(domain, n, seed=seed, clues=clues, size=size, density=density, harder=harder)

    def lines() -> Iterator[str]:
        if kind == ".csv":
            yield "puzzle,solution\n"
        try:
            for problem, values in problems:
                board = layout_of(problem)
                puzzle, answer = board.write(problem.values), board.format(values)
                if kind == ".jsonl":
                    yield json.dumps({"puzzle": puzzle, "solution": answer}) + "\n"
                else:
                    yield quoted((puzzle, answer)) if kind == ".csv" else f"{puzzle}\n"
        except RuntimeError as error:  # random search found no solution to start from
            raise VmdsolveError(str(error)) from error

    if output is None:
        for line in lines():
            typer.echo(line, nl=False)
    else:
        with written(output) as stream:
            stream.writelines(lines())

"""The command `generate`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import GenerateOptions
from ..errors import InvalidInput, VmdsolveError
from .shared import kept, options_from

__all__ = ["generate"]


@options_from(GenerateOptions)
def generate(
    domain: Annotated[str, Argument(help="The kind of puzzle, see `vmdsolve domains`.")],
    n: Annotated[int, Option("-n", min=1, help="How many.")] = 1,
    output: Annotated[Path | None, Option("-o", "--output", help="Write here: .csv, .jsonl or .txt.")] = None,
    **options: Any,
) -> None:
    """Make puzzles with exactly one solution: csv `puzzle,solution`; into a .txt file puzzles alone.

    (To draw solutions, see `vmdsolve sample`.)
    """
    from ..api.generate import generate as made
    from ..api.progress import counted
    from ..domains import layout_of
    from ..files.rows import kind_of, quoted, written

    kind = ".csv" if output is None else kind_of(output)
    if kind == ".parquet":
        raise InvalidInput("puzzles are written as .csv, .jsonl or .txt")
    problems = counted(made(domain, n, **options), "puzzles", n)

    def lines() -> Iterator[str]:
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

    header = "puzzle,solution\n" if kind == ".csv" else ""
    if output is None:
        for line in chain([header], lines()):
            typer.echo(line, nl=False)
    else:
        with kept(lines(), "puzzles") as done, written(output) as stream:
            stream.write(header)
            stream.writelines(done)

"""The command `convert`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import CheckOptions, Options
from ..errors import InvalidInput
from .shared import domain_first, options_from
from .single import only_problem
from .streams import refuse_own_input

__all__ = ["convert"]


@options_from(CheckOptions)
def convert(
    inputs: Annotated[
        list[str], Argument(metavar="INPUT", help="A puzzle, or a file of one, or - for standard input.")
    ],
    output: Annotated[Path | None, Option("-o", "--output", help="Write here, .cnf; by default it is printed.")] = None,
    but: Annotated[str | None, Option("--but", metavar="ANSWER", help="Forbid this answer by one clause more.")] = None,
    model: Annotated[
        Path | None, Option("--model", help="What a SAT solver printed of the clauses: print its answer as a board.")
    ] = None,
    **options: Any,
) -> None:
    """Write a puzzle as clauses in the format DIMACS, for SAT solvers and model counters.

    Models of the clauses are the puzzle's solutions, one for one. With --but they are those that differ from an answer:
    none, where it is the only one. With --model the answer that a solver found is checked and printed.
    """
    from ..api.dimacs import to_dimacs

    inputs, options["domain"] = domain_first(inputs, options["domain"])
    checked = Options(CheckOptions, **options)
    refuse_own_input(inputs)
    if output is not None and output.suffix != ".cnf":
        raise InvalidInput(f"cannot write {output}: wanted a name that ends in .cnf")
    if model is not None and (output or but):
        raise InvalidInput("--model reads an answer; leave out -o and --but")
    given = only_problem(inputs, checked.domain, "convert")
    dimacs = to_dimacs(given, but=but, time_limit=checked.time_limit)
    if model is not None:
        _answer(dimacs, model)
    elif output is not None:
        typer.echo(
            f"wrote {dimacs.save(output)}: {dimacs.cnf.variables:,} variables, {dimacs.cnf.count:,} clauses", err=True
        )
    else:
        sys.stdout.write(dimacs.text)


def _answer(dimacs: Any, model: Path) -> None:
    """Print the answer that a solver found, and how it ended."""
    from ..domains import layout_of

    values = dimacs.values_in(model)
    if values is None:
        typer.echo("UNSATISFIABLE, says the solver", err=True)
        raise typer.Exit(1)
    typer.echo(layout_of(dimacs.problem).format(values))

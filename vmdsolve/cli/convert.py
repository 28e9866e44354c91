"""The command `convert`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import CheckOptions, Options
from ..atomic import write_lines
from ..errors import InvalidInput
from .problems import domain_first, only_problem
from .shared import options_from

__all__ = ["convert"]


@options_from(CheckOptions)
def convert(
    inputs: Annotated[
        list[str], Argument(metavar="INPUT", help="A puzzle, or a file of one, or - for standard input.")
    ],
    to: Annotated[
        str | None,
        Option(
            "--to",
            metavar="FORM",
            help="line, board, cells, f-puzzles, sudokupad ..., or dimacs: clauses. By default as -o ends,"
            " .cnf or .non; dimacs with --but or --model; else line.",
        ),
    ] = None,
    output: Annotated[Path | None, Option("-o", "--output", help="Write here. By default it is printed.")] = None,
    but: Annotated[str | None, Option("--but", metavar="ANSWER", help="Forbid this answer by one clause more.")] = None,
    model: Annotated[
        Path | None, Option("--model", help="What a SAT solver printed of the clauses: print its answer as a board.")
    ] = None,
    **options: Any,
) -> None:
    """Write a puzzle as others read it: a text (line, board, cells), what other programs open, or clauses.

    Other programs are f-puzzles, sudokupad, puzz.link, tatham and non. Clauses are in the format DIMACS, for SAT
    solvers and model counters: their models are the puzzle's solutions, one for one. With --but they are those that
    differ from an answer: none, where it is the only one. With --model the answer that a solver found is checked and
    printed.
    """
    from ..api.convert import convert as converted
    from ..api.convert import endings
    from ..api.dimacs import to_dimacs

    inputs, options["domain"] = domain_first(inputs, options["domain"])
    checked = Options(CheckOptions, **options)
    if to is None and output is not None and output.suffix != ".txt":
        to = {ending: form for form, ending in endings().items()}.get(output.suffix)
    if to is None:
        to = "line" if but is None and model is None else "dimacs"
    if to != "dimacs":
        if model is not None or but is not None:
            raise InvalidInput(f"--model and --but are of clauses; leave them out, or --to {to}")
        text = converted(only_problem(inputs, checked.domain, "convert"), to, time_limit=checked.time_limit)
        if output is None:
            typer.echo(text)
        else:
            typer.echo(f"wrote {write_lines(output, [text])}", err=True)
        return
    if output is not None and output.suffix != ".cnf":
        raise InvalidInput(
            f"cannot write {output}: clauses want a name that ends in .cnf; or name another form by --to"
        )
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

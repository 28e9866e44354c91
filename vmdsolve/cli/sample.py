"""The command `vmdsolve sample`: different answers, from a model or without one."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import SampleOptions
from ..errors import InvalidInput
from .shared import Output, domain_names, kept, options_from
from .traced import Traced, drawn_trace, save_trace

if TYPE_CHECKING:
    from ..domains import Domain
    from ..files.rows import Row
    from ..problem import Solution
    from ..trace import Trace

__all__ = ["sample"]

MOST_TRACES = 16  # samples of which boards are drawn side by side


@options_from(SampleOptions, without=("trace",))
def sample(
    domain: Annotated[
        str | None,
        Argument(help="Its name; may be left out where weights bring their own.", autocompletion=domain_names),
    ] = None,
    problem: Annotated[
        str | None,
        Argument(metavar="[PROBLEM]", help="To complete: a file with one problem, - for standard input, or its text."),
    ] = None,
    n: Annotated[int, Option("-n", min=1, help="How many.")] = 1,
    output: Output = None,
    trace: Traced = None,
    **options: Any,
) -> None:
    """Draw solutions at random, one a line: from a model, or else from all that obey the rules.

    The same may come twice, for none knows of the others; with --distinct none does. Whatever a model draws, the
    checker has accepted; what it does not get right, exact search finds, unless the method is vmd-only: the last line
    counts both, and a file given with -o says it of each sample. --trace FILE draws how the model filled the boards of
    the first samples, side by side. (To make puzzles with one solution, see `vmdsolve generate`.)
    """
    from ..api.progress import counted
    from ..api.sample import sample as draw
    from ..files.rows import Row, Tally, alone, kind_of, write_rows

    if output == Path("-"):
        output = None
    if output is not None:
        kind_of(output)  # refuse what cannot be written before any work
    options["trace"] = drawn_trace(trace)
    where = _domain(domain, options["model"])
    if problem is not None:
        options["given"] = _only(problem, where, options["given"])
    given = options["given"]
    drawn = draw(where, n, **options)
    tally, asked = Tally(), where.one_line(given) if given else where.format(where.problem().values)
    unsolved: dict[str, None] = {}
    traces: list[Trace] = []

    def rows() -> Generator[Row, None, None]:
        for one in counted(drawn, "samples", n):
            cost = one.nfe, round(one.seconds, 6)
            row = Row(asked, one.text, str(one.status), one.method, None, *cost, one.reason, loops=one.loops)
            tally.add(row)
            if one.trace is not None and len(traces) < MOST_TRACES:
                traces.append(one.trace)
            if not one:
                unsolved[_why(one)] = None
            yield row

    with closing(rows()) as made:
        if output is None:
            for row in made:
                if row.solution is not None:
                    typer.echo(row.solution)
        else:
            with alone(output), kept(made, "samples") as done:
                write_rows(done, output)
    if trace is not None:
        from ..api.traced import beside

        save_trace(beside([one.last for one in traces]) if traces else None, trace)
    for line in (*unsolved, str(tally)):
        typer.echo(line, err=True)
    raise typer.Exit(0 if tally.all_solved else 1)


def _why(one: Solution) -> str:
    """In words, why there is no sample."""
    from ..results import ADVICE

    by = f", by {one.method}" if one.method else ""
    return f"{one.status}: {ADVICE[one.status]}{by}{f'; {one.reason}' if one.reason else ''}"


def _only(problem: str, where: Domain, given: str | None) -> str:
    """The text of the one problem that a file or an argument holds."""
    from ..files.records import open_input

    if given is not None:
        raise InvalidInput("--given is a problem to complete, and so is what follows the domain: leave one of them out")
    first, *more = islice(open_input(problem, where), 2)
    if more:
        raise InvalidInput(f"{problem} holds several problems; sample completes one: name a file that holds it alone")
    if first.reason:
        raise InvalidInput(f"{first.where}{first.reason}")
    return first.puzzle


def _domain(name: str | None, weights: str | None) -> Domain:
    """The domain that is named, or that the weights bring along."""
    if name is not None:
        from .. import domains

        return domains.get(name)
    if weights is None:
        raise InvalidInput("name a domain, see `vmdsolve domains`, or weights that bring their own")
    from ..model.about import about, domain_of

    told = domain_of(weights)
    if told is None:
        raise InvalidInput(f"{weights} is for {about(weights).several}: name the domain")
    return told

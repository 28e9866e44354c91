"""The command `vmdsolve sample`: different answers, from a model or without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import SampleOptions
from ..errors import InvalidInput
from .shared import Output, domain_names, kept, options_from

if TYPE_CHECKING:
    from ..domains import Domain
    from ..files.rows import Row

__all__ = ["sample"]


@options_from(SampleOptions, without=("trace",))
def sample(
    domain: Annotated[
        str | None,
        Argument(help="Its name; may be left out where weights bring their own.", autocompletion=domain_names),
    ] = None,
    n: Annotated[int, Option("-n", min=1, help="How many.")] = 1,
    output: Output = None,
    **options: Any,
) -> None:
    """Draw solutions that differ, one a line: from a model, or else at random from all that obey the rules.

    (To make puzzles with one solution, see `vmdsolve generate`.) A file given with -o also says of each sample how
    it was made and whether it was checked.
    """
    from ..api.progress import counted
    from ..api.sample import sample as draw
    from ..files.rows import Row, Tally, alone, kind_of, write_rows

    if output == Path("-"):
        output = None
    if output is not None:
        kind_of(output)  # refuse what cannot be written before any work
    where = _domain(domain, options["model"])
    drawn = draw(where, n, **options)
    given = options["given"]
    tally, problem = Tally(), where.one_line(given) if given else where.format(where.problem().values)

    def rows() -> Iterator[Row]:
        for one in counted(drawn, "samples", n):
            cost = one.nfe, round(one.seconds, 6)
            row = Row(problem, one.text, str(one.status), one.method, None, *cost, one.reason, loops=one.loops)
            tally.add(row)
            yield row

    if output is None:
        for row in rows():
            if row.solution is not None:
                typer.echo(row.solution)
    else:
        with alone(output), kept(rows(), "samples") as done:
            write_rows(done, output)
    typer.echo(str(tally), err=True)
    raise typer.Exit(0 if tally.all_solved else 1)


def _domain(name: str | None, weights: str | None) -> Domain:
    """The domain that is named, or that the weights bring along."""
    if name is not None:
        from .. import domains

        return domains.get(name)
    if weights is None:
        raise InvalidInput("name a domain, see `vmdsolve domains`, or weights that bring their own")
    from ..model.about import domain_of

    told = domain_of(weights)
    if told is None:
        raise InvalidInput(f"{weights} is for every all-different puzzle: name the domain")
    return told

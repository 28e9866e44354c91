"""The command `vmdsolve sample`: different answers, from a model or without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from ..errors import InvalidInput
from ..files import WRITTEN
from .shared import Device

if TYPE_CHECKING:
    from ..files.rows import Row

__all__ = ["sample"]


def sample(
    domain: Annotated[str | None, Argument(help="Its name; may be left out where weights bring their own.")] = None,
    n: Annotated[int, Option("-n", min=1, help="How many.")] = 1,
    given: Annotated[str | None, Option(help="A problem to complete; by default nothing is given.")] = None,
    seed: Annotated[int, Option(help="The same seed gives the same samples.")] = 0,
    method: Annotated[str, Option(help="vmd, vmd-only (the learned model alone) or search (no model).")] = "vmd",
    latents: Annotated[int, Option(help="Boards the model may try for a sample.")] = 8,
    steps: Annotated[int, Option(help="Network evaluations a board may cost.")] = 16,
    order: Annotated[str, Option(help="Filled first: random, margin, top_prob or entropy.")] = "random",
    temperature: Annotated[float, Option(help="1: the model's own law; 0: its most probable choices.")] = 1.0,
    time_limit: Annotated[float | None, Option(help="Seconds of exact search a sample may take.")] = None,
    weights: Annotated[Path | None, Option(help="File of weights, instead of those that come along.")] = None,
    output: Annotated[Path | None, Option("-o", "--output", help=f"Write here: {', '.join(WRITTEN)}.")] = None,
    device: Device = None,
) -> None:
    """Draw solutions that differ, one a line: from a model, or else at random from all that obey the rules.

    (To make puzzles with one solution, see `vmdsolve generate`.) A file given with -o also says of each sample how
    it was made and whether it was checked.
    """
    from .. import domains
    from ..api.sample import sample as draw
    from ..files.rows import Row, Tally, kind_of, write_rows

    if output is not None:
        kind_of(output)  # refuse what cannot be written before any work
    if domain is None and weights is None:
        raise InvalidInput("name a domain, see `vmdsolve domains`, or weights that bring their own")
    if domain is not None:
        where = domains.get(domain)
    else:
        from ..model.checkpoint import domain_of

        told = domain_of(str(weights))
        if told is None:
            raise InvalidInput(f"{weights} is for every all-different puzzle: name the domain")
        where = told
    drawn = draw(
        where, n, given=given, seed=seed, method=method, latents=latents, steps=steps, order=order,
        temperature=temperature, time_limit=time_limit, model=None if weights is None else str(weights), device=device,
    )  # fmt: skip
    tally, problem = Tally(), where.one_line(given) if given else where.format(where.problem().values)

    def rows() -> Iterator[Row]:
        for one in drawn:
            row = Row(problem, one.text, str(one.status), one.method, None, one.nfe, round(one.seconds, 6), "")
            tally.add(row)
            yield row

    if output is None:
        for row in rows():
            if row.solution is not None:
                typer.echo(row.solution)
    else:
        write_rows(rows(), output)
    typer.echo(str(tally), err=True)
    raise typer.Exit(0 if tally.all_solved else 1)

"""The command `check-domain`."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Argument, Option

from ..errors import InvalidInput

__all__ = ["check_domain"]


def check_domain(
    names: Annotated[list[str], Argument(metavar="DOMAIN", help="See `vmdsolve domains`.")],
    count: Annotated[int | None, Option(help="How many solutions the empty board has, if you know.")] = None,
    example: Annotated[list[str] | None, Option(metavar="PUZZLE=ANSWER", help="With that one answer; repeat.")] = None,
    seed: Annotated[int, Option(help="Of everything that is drawn.")] = 0,
    time_limit: Annotated[float | None, Option(help="Seconds for all laws on one domain.")] = None,
) -> None:
    """Hold an adapter to the laws of the test kit: one line a law, ok, FAILED or skipped, and why."""
    from ..domains import get
    from ..testing.check import run_laws

    examples = []
    for text in example or ():
        puzzle, equals, answer = text.partition("=")
        if not equals:
            raise InvalidInput(f"--example is {text!r}; wanted PUZZLE=ANSWER")
        examples.append((puzzle, answer))
    broken = False
    for name in names:
        domain = get(name)
        if len(names) > 1:
            typer.echo(f"{name}:")
        for result in run_laws(domain, count=count, examples=examples, seed=seed, time_limit=time_limit):
            typer.echo(str(result))
            broken |= result.broken is not None or result.late
    raise typer.Exit(1 if broken else 0)

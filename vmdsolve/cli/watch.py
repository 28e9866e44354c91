"""The command `watch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import Options, WatchOptions
from .problems import domain_first, only_problem
from .shared import options_from

__all__ = ["watch"]


@options_from(WatchOptions)
def watch(
    inputs: Annotated[list[str], Argument(metavar="PUZZLE", help="A puzzle, or a file of one.")],
    boards: Annotated[int, Option("-n", min=1, max=64, help="K, how many latents.")] = 4,
    output: Annotated[
        Path | None,
        Option("-o", "--output", help="Draw it here: .html to step through, .svg or .gif that move."),
    ] = None,
    **options: Any,
) -> None:
    """Watch what the network makes of a puzzle, loop after loop, from each of several latents.

    Printed is how many boards are answers after how many loops, and the last boards. No rule masks a symbol.
    """
    from ..api.pictures import save_picture
    from ..api.watch import watch as watched
    from . import screen

    inputs, options["domain"] = domain_first(inputs, options["domain"])
    checked = Options(WatchOptions, **options)
    seen = watched(only_problem(inputs, checked.domain, "watch"), boards, **options)
    for loops, right, sure in zip(seen.loops.tolist(), seen.right, seen.confidence, strict=True):
        typer.echo(f"{loops:>5} loops: {int(right.sum())} of {len(right)} are answers; sure to {sure.mean():.3f}")
    if output is None:
        screen.show(seen.picture())
    else:
        typer.echo(f"wrote {save_picture(seen, output)}", err=True)
    raise typer.Exit(0 if seen.right[-1].any() else 1)

"""The command `plot`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from ..errors import InvalidInput

__all__ = ["plot"]


def plot(
    runs: Annotated[list[Path], Argument(help="Folders of trainings.", show_default=False)],
    output: Annotated[
        Path | None, Option("-o", "--output", help="A .png, .svg or .pdf file (default RUN/curve.png of a single run).")
    ] = None,
) -> None:
    """Draw the curve of trainings from their logs: loss, what is solved or likely, and the latent's KL.

    A run may still be at it. Needs matplotlib: pip install 'vmdsolve[plots]'.
    """
    from ..train.curve import draw_curves, read_log

    if output is None and len(runs) > 1:
        raise InvalidInput(f"{len(runs)} runs go into one picture: name its file with -o")
    curves = {}
    for folder in runs:
        curves[str(folder)], left_out = read_log(folder)
        if left_out:
            typer.echo(f"{folder}: {left_out} lines of the log cannot be read and are left out", err=True)
    typer.echo(f"wrote {draw_curves(curves, output or runs[0] / 'curve.png')}", err=True)

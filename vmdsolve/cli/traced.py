"""The option --trace of what fills boards by a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

if TYPE_CHECKING:
    from ..trace import Trace

__all__ = ["Traced", "drawn_trace", "save_trace"]

Traced = Annotated[
    Path | None,
    Option(
        "--trace", metavar="FILE", rich_help_panel="Method and model",
        help="Draw the model's steps here: .html to step through, .svg or .gif that move, .png.",
    ),
]  # fmt: skip


def drawn_trace(file: Path | None) -> bool:
    """Whether there is a file to draw a trace into; one that cannot be written is refused before any work."""
    if file is None:
        return False
    from ..drawing.saved import kind_of

    kind_of(file)
    return True


def save_trace(trace: Trace | None, file: Path) -> None:
    """Draw it, or say why there is nothing to draw."""
    if trace is None:
        typer.echo(
            f"{file} is not written: no model filled a board, for propagation or search was enough; --steps asks it "
            "where propagation is not, --method vmd-only asks it alone",
            err=True,
        )
        return
    typer.echo(f"wrote {trace.save(file)}", err=True)

"""The command `vmdsolve join`: shards that jobs made, checked, and as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

__all__ = ["join"]


def join(
    folder: Annotated[Path, Argument(help="The folder of shards, OUT of the jobs that made it.")],
    output: Annotated[
        Path | None, Option("-o", "--output", help="Write all of them as one file, of the folder's ending.")
    ] = None,
) -> None:
    """Check that all shards of an output are there as they were written, and join them.

    Of each job there is a manifest, which says what its shards hold. What is missing or was changed is named; the jobs
    make it good with --resume. The exit code is 0 if all problems have an answer, 1 if all shards are whole.
    """
    from ..files.rows import Tally
    from ..scale.join import joined, shards_of

    found = shards_of(folder)
    if output is not None:
        joined(found, output)
    tally = Tally.of(found.ends)
    typer.echo(f"{len(found.shards):,} shards, {tally}", err=True)
    raise typer.Exit(0 if tally.all_solved else 1)

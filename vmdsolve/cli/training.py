"""What every command that trains shows while it does, and how it ends."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import typer

if TYPE_CHECKING:
    from ..train.progress import Progress

__all__ = ["Training", "followed", "trained"]

STOPPING = "stopping after this step; Ctrl-C again stops at once, without saving"


class Training(Protocol):
    """What a command needs of a trainer."""

    @property
    def step(self) -> int: ...

    def stop(self) -> None: ...


def trained(
    trainer: Training, runs: Callable[[], Iterator[Progress]], folder: Path, *, steps: int, width: int, full: float
) -> None:
    """Train to the end: a line a progress, a word where the latent is dead, an exit code where a signal ended it.

    Parameters
    ----------
    runs
        begins the run
    steps, width
        of the recipe, and how many parts z has; 0: there is none
    full
        share of the steps after which the KL has its full weight
    """
    from ..api.progress import bar
    from ..train.progress import line_of
    from ..train.stopping import stoppable

    done, told = trainer.step, False
    with stoppable(trainer.stop, (signal.SIGINT, signal.SIGTERM), STOPPING) as heard, bar("steps", steps, done) as go:
        for p in runs():
            typer.echo(line_of(p, steps, width))
            go(p.step - done)
            done = p.step
            if width and not p.active_units and not told and p.step >= max(0.1, full) * steps:
                typer.echo("the latent is dead: no dimension of z tells the network anything", err=True)
                told = True
    weights = folder / "weights.safetensors"
    typer.echo(f"done: {weights}" if trainer.step >= steps else f"stopped at step {trainer.step}: {weights}")
    if heard:
        typer.echo("all is saved; --resume goes on from there", err=True)
        if heard[0] == signal.SIGINT:
            raise KeyboardInterrupt
        raise typer.Exit(128 + heard[0])


def followed(trainer: Training, run: Iterator[Progress]) -> None:
    """Train as one of the ranks that say nothing: their steps are those of the first, which tells of them."""
    from ..train.stopping import stoppable

    with stoppable(trainer.stop, (signal.SIGINT, signal.SIGTERM)):
        for _ in run:
            pass

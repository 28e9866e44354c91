"""What commands that train have in common: options, the folder of a run, what is shown, how they end."""

from __future__ import annotations

import inspect
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

import typer
from typer import Option

from ..errors import InvalidInput
from ..train.config import read_config
from ..train.keys import COMMON, Keys, logs_of
from .shared import device_of

if TYPE_CHECKING:
    from ..train.loggers import Logger
    from ..train.progress import Progress
    from ..train.ranks import Ranks

__all__ = ["EVERY", "HOW", "Training", "as_before", "check_folder", "take_options", "trained"]

EVERY = 50  # steps between two lines
HOW = tuple(COMMON)
STOPPING = "stopping after this step; Ctrl-C again stops at once, without saving"


class Schedule(Protocol):
    """What a command needs of a recipe."""

    @property
    def steps(self) -> int: ...
    @property
    def kl_warmup(self) -> float: ...


class Training(Protocol):
    """What a command needs of a trainer."""

    @property
    def step(self) -> int: ...
    @property
    def recipe(self) -> Schedule: ...
    @property
    def ranks(self) -> Ranks: ...
    def stop(self) -> None: ...
    def run(
        self, folder: Path | None = None, *, every: int = ..., seconds: float | None = ...,
        loggers: Sequence[Logger] = ...,
    ) -> Iterator[Progress]: ...  # fmt: skip


Trained = TypeVar("Trained", bound=Training, covariant=True)


class Planned(Protocol[Trained]):
    """What a command needs of a run: a Run, or a TextRun."""

    def trainer(self, device: str = ..., ranks: Ranks | None = ...) -> Trained: ...


def take_options(command: Callable[..., None], table: Keys, apart: tuple[str, ...]) -> None:
    """Give a command, in place of its **options, one for every key of a table; `apart`: but for these."""
    parts = {name: title for title, names in table.parts.items() for name in names}
    fixed, options = inspect.signature(command, eval_str=True), []
    for name, key in table.keys.items():
        if name in apart:
            continue
        dashed = name.replace("_", "-")
        flag = f"--{dashed}/--no-{dashed}" if key.kind is bool else f"--{dashed}"
        option = Option(flag, help=f"{key.help} (default {key.default})", rich_help_panel=parts.get(name))
        kind: Any = Annotated[key.kind | None, option]
        options.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind))
    kept = [one for one in fixed.parameters.values() if one.kind is not one.VAR_KEYWORD]
    command.__signature__ = fixed.replace(parameters=kept + options)  # type: ignore[attr-defined]


def check_folder(folder: Path, resume: bool, print_config: bool) -> None:
    """Refuse a folder with a run for a new one, and one without for --resume; one that only prints takes any."""
    if (folder / "state.safetensors").exists() != resume and not print_config:
        raise InvalidInput(
            f"there is no run to resume in {folder}" if resume
            else f"{folder} holds a run already: go on with --resume, or name another with --run-dir"
        )  # fmt: skip


def as_before(folder: Path, table: Keys, *more: str) -> dict[str, Any]:
    """How a run was logged before, so that it goes on so; and `more` keys that its config says."""
    from ..train.kept import NAME

    path = folder / NAME
    before = read_config(path, table) if path.exists() else {}
    return {name: before[name] for name in ("every", "log", "keep", *more) if name in before}


def trained(
    run: Planned[Trained], told: Mapping[str, Any], folder: Path, title: str, begun: Callable[[Trained], int]
) -> None:
    """Train to the end: a line a progress, a word where the latent is dead, an exit code where a signal ended it.

    Parameters
    ----------
    run, told, folder
        what is trained, how, by key, and where
    title
        the first line, which comes at once
    begun
        says what further lines tell of a trainer, and how many parts its z has; 0: there is none
    """
    from ..train.checkpoints import Checkpoints
    from ..train.loggers import loggers_named

    loggers = loggers_named(logs_of(told.get("log", "")))
    loggers += [Checkpoints(told["keep"])] if "keep" in told else []
    device = device_of(told["device"]) if "device" in told else None  # what is not there is refused first
    if os.environ.get("RANK", "0") == "0":  # the first of those that torchrun starts; torch is long in coming
        typer.echo(title)
    import torch

    from ..train.ranks import joined

    if "threads" in told:
        torch.set_num_threads(told["threads"])
    ranks, device = joined(device or device_of(None))
    trainer = run.trainer(device, ranks)
    if ranks.first:
        _shown(trainer, told, folder, loggers, begun(trainer))
        return
    from ..train.stopping import stoppable

    with stoppable(trainer.stop, (signal.SIGINT, signal.SIGTERM)):  # the first tells of all
        for _ in trainer.run(every=told["every"], seconds=told.get("seconds")):
            pass


def _shown(trainer: Training, told: Mapping[str, Any], folder: Path, loggers: Sequence[Logger], width: int) -> None:
    from ..api.progress import bar
    from ..train.progress import line_of
    from ..train.stopping import stoppable

    steps, full = trainer.recipe.steps, max(0.1, trainer.recipe.kl_warmup)
    done, dead = trainer.step, False
    with stoppable(trainer.stop, (signal.SIGINT, signal.SIGTERM), STOPPING) as heard, bar("steps", steps, done) as go:
        for p in trainer.run(folder, every=told["every"], seconds=told.get("seconds"), loggers=loggers):
            typer.echo(line_of(p, steps, width))
            go(p.step - done)
            done = p.step
            if width and not p.active_units and not dead and p.step >= full * steps:
                typer.echo("the latent is dead: no dimension of z tells the network anything", err=True)
                dead = True
    weights = folder / "weights.safetensors"
    typer.echo(f"done: {weights}" if trainer.step >= steps else f"stopped at step {trainer.step}: {weights}")
    if heard:
        typer.echo("all is saved; --resume goes on from there", err=True)
        if heard[0] == signal.SIGINT:
            raise KeyboardInterrupt
        raise typer.Exit(128 + heard[0])

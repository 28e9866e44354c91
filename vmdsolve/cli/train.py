"""The command `train`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..errors import InvalidInput
from ..extras import want_torch
from ..train.config import checked, read_config
from ..train.keys import PUZZLES
from .shared import domain_names
from .training import EVERY, HOW, as_before, check_folder, take_options, trained

if TYPE_CHECKING:
    from ..train import Trainer

__all__ = ["train"]

RUNS = Path("runs")


def train(
    domain: Annotated[
        str | None,
        Argument(
            help="The kind of puzzle, see `vmdsolve domains`; all-different: all that are made of such rules alone; "
            "none: what a file of examples makes.",
            autocompletion=domain_names,
        ),
    ] = None,
    run_dir: Annotated[Path | None, Option(help="Folder of the run (default runs/DOMAIN).")] = None,
    resume: Annotated[
        bool, Option("--resume", help="Go on with the run in that folder (default a new run).", show_default=False)
    ] = False,
    config: Annotated[
        Path | None, Option(help="A .toml or .json file of what options say, by their names (default none).")
    ] = None,
    print_config: Annotated[
        bool, Option("--print-config", help="Print the config of the run, all of it, and end.", show_default=False)
    ] = False,
    **options: Any,
) -> None:
    """Train a model on fresh puzzles, or on examples; its folder receives weights, a log, and what --resume needs.

    For text from files there is `vmdsolve train text`, with options of its own.
    With --examples and no DOMAIN the file's lines have one length; the model learns which are likely, there are no
    rules, and nothing that it makes is checked. With a domain such as text-64 longer lines give windows. One part in
    twenty is held out; the log says what the model makes of it, in nats a cell.
    Where problems of the domain have many answers, the preset is ours, unless options choose a latent or other data.
    Options count more than --config, this more than --preset, this more than defaults; with --resume what is not given
    stays as it is in the run. Each run leaves its config.toml, which is enough to repeat it: train --config FILE
    --run-dir ANOTHER. Ctrl-C and SIGTERM end it after the step that it is in: all is saved.
    """
    from ..train.kept import config_text
    from ..train.progress import explained
    from ..train.run import Run, layers, learned

    given = {**options, "domain": domain}
    chosen = checked({name: value for name, value in given.items() if value is not None})
    if resume and (only := [name for name in ("init", "preset") if name in chosen]):
        raise InvalidInput(f"--{only[0]} is for a run's beginning; --resume goes on with what the run has")
    told = layers({} if config is None else read_config(config), chosen)
    where = learned(told, run_dir if resume else None)
    folder = run_dir or RUNS / re.sub(r"[^\w.-]+", "_", where.name)
    check_folder(folder, resume, print_config)
    run = Run.of(told, folder if resume else None, domain=where)
    told = {"every": EVERY, **(as_before(folder, PUZZLES) if resume else {}), **told}
    if print_config:
        typer.echo(config_text(run.told(**{name: told.get(name) for name in HOW})), nl=False)
        return
    want_torch("train")

    def begun(trainer: Trainer) -> int:
        if run.preset:
            typer.echo(f"preset {run.preset}, since problems of {where.name} have many answers; --preset names another")
        many = f", {trainer.ranks.n} processes" * (trainer.ranks.n > 1)
        typer.echo(f"{sum(p.numel() for p in trainer.model.parameters()):,} parameters{many}")
        width = trainer.config.divergences
        for text in explained(width, len(trainer.held_out.boards), trainer.recipe.data == "examples"):
            typer.echo(text)
        return width

    trained(run, told, folder, f"training {where.name} in {folder}", begun)


take_options(train, PUZZLES, apart=("domain",))

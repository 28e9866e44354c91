"""The command `train text`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..errors import InvalidInput
from ..extras import want_torch
from ..text.keys import TEXT
from ..train.config import checked, read_config
from .training import EVERY, HOW, as_before, check_folder, take_options, trained

if TYPE_CHECKING:
    from ..text.trainer import TextTrainer

__all__ = ["train_text"]


def train_text(
    files: Annotated[
        list[str] | None,
        Argument(help="Text, jsonl, npy or parquet, packed or not; patterns; or a folder of WikiText's layout."),
    ] = None,
    run_dir: Annotated[Path, Option(help="Folder of the run.")] = Path("runs/text"),
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
    """Train a model of text on files: left to right, masked diffusion, or blocks of it, with a latent or without.

    The folder of the run receives weights, with the vocabulary, a log, and what --resume needs. Files are read in
    parts; their tokens lie on disk while the training goes on. Options count more than --config, this more than
    --preset, this more than defaults; with --resume, what is not given stays as it is in the run. Each run leaves its
    config.toml, which is enough to repeat it: train text --config FILE --run-dir ANOTHER. Ctrl-C and SIGTERM end it
    after the step that it is in: all is saved.
    """
    from ..text.run import TextRun
    from ..train.kept import config_text
    from ..train.run import layers

    given = {**options, "files": files or None}
    chosen = checked({name: value for name, value in given.items() if value is not None}, table=TEXT)
    if resume and "preset" in chosen:
        raise InvalidInput("--preset is for a run's beginning; --resume goes on with what the run has")
    told = layers({} if config is None else read_config(config, TEXT), chosen, table=TEXT)
    before = as_before(run_dir, TEXT, "vocabulary") if resume else {}
    if "vocabulary" in before and before["vocabulary"] == told.get("vocabulary"):
        del told["vocabulary"]  # as its own config says it
    check_folder(run_dir, resume, print_config)
    if resume or not print_config:
        want_torch("train text")
    run = TextRun.of(told, run_dir if resume else None)
    told = {"every": EVERY, **before, **told}
    if print_config:
        how = {name: told[name] for name in HOW if name in told}
        named = {name: before[name] for name in ("vocabulary",) if name in before}
        typer.echo(config_text(run.told(**how, **named), table=TEXT), nl=False)
        return
    _ = run.texts  # what is wrong with files is said before torch is waited for

    def begun(trainer: TextTrainer) -> int:
        width, data, many = trainer.config.latent, trainer.data, f", {trainer.ranks.n} processes"
        size, many = sum(p.numel() for p in trainer.model.parameters()), many * (trainer.ranks.n > 1)
        sizes = f"{size:,} parameters, {data.vocabulary.size:,} symbols, {data.train.tokens:,} tokens to learn from"
        typer.echo(f"{sizes}{many}")
        typer.echo("loss: cross-entropy of open cells, held out: the bound, exact left to right; both in nats a token")
        if width:
            typer.echo("KL: what z tells of a window, in nats; active: parts of z in use")
        return width

    trained(run, told, run_dir, f"training {run.config.kind} on text in {run_dir}", begun)


take_options(train_text, TEXT, apart=("files",))

"""The command `train text`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..errors import InvalidInput, ModelMismatch
from ..extras import want_torch
from ..text.config import TextConfig
from ..text.recipe import TextRecipe
from ..train.keys import logs_of
from .shared import Device, device_of
from .training import followed, trained

if TYPE_CHECKING:
    from ..text.data import TextData
    from ..text.stored import Said
    from ..text.trainer import TextTrainer
    from ..train.ranks import Ranks

    Make = Callable[[str, Ranks], TextTrainer]

__all__ = ["train_text"]

MODEL = {one.name: one for one in fields(TextConfig) if "help" in one.metadata}
RECIPE = {one.name: one for one in fields(TextRecipe)}
DATA = {"vocabulary": "characters", "valid": "0.05", "test": "0.05", "field": "", "lines": False}


def _options() -> list[inspect.Parameter]:
    """An option for every choice of model and recipe."""
    out = []
    for panel, choices in (("Model", MODEL), ("Recipe", RECIPE)):
        for name, one in choices.items():
            dashed = name.replace("_", "-")
            flag = f"--{dashed}/--no-{dashed}" if type(one.default) is bool else f"--{dashed}"
            among = f" One of {', '.join(one.metadata['among'])}." if one.metadata["among"] else ""
            told = f"{one.metadata['help']}{among} (default {one.default})"
            kind: Any = type(one.default) | None
            kind = Annotated.__class_getitem__((kind, Option(flag, help=told, rich_help_panel=panel)))  # type: ignore[attr-defined]
            out.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind))
    return out


def train_text(
    files: Annotated[
        list[str] | None,
        Argument(help="Text, jsonl, npy or parquet, packed or not; patterns; or a folder of WikiText's layout."),
    ] = None,
    run_dir: Annotated[Path, Option(help="Folder of the run.")] = Path("runs/text"),
    resume: Annotated[
        bool, Option("--resume", help="Go on with the run in that folder (default a new run).", show_default=False)
    ] = False,
    vocabulary: Annotated[
        str | None,
        Option(
            help="characters, bytes, integers, bpe:4096 (trained here), or a tokenizer's JSON (default characters)."
        ),
    ] = None,
    valid: Annotated[
        str | None, Option(help="To watch the training by: a share, or files, separated by commas (default 0.05).")
    ] = None,
    test: Annotated[str | None, Option(help="Kept for measuring, likewise (default 0.05).")] = None,
    field: Annotated[str | None, Option(help="Of jsonl and parquet, what the documents are (default text).")] = None,
    lines: Annotated[
        bool | None, Option("--lines/--no-lines", help="Every line of a text file is a document (default no).")
    ] = None,
    seconds: Annotated[
        float | None, Option(help="End after so long, if not before, the rate falling by then (default never).")
    ] = None,
    every: Annotated[int, Option(help="Steps between two lines of progress, and between saves.")] = 50,
    threads: Annotated[int | None, Option(help="CPU threads (default all cores).", min=1, max=1024)] = None,
    log: Annotated[str, Option(help="Logs besides log.jsonl: csv, tensorboard, wandb, or several: csv,wandb.")] = "",
    device: Device = None,
    **choices: Any,
) -> None:
    """Train a model of text on files: left to right, masked diffusion, or blocks of it, with a latent or without.

    The folder of the run receives weights, with the vocabulary, a log, and what --resume needs. Files are read in
    parts; their tokens lie on disk while the training goes on. With --resume, what is not given stays as it is in
    the run. Ctrl-C and SIGTERM end it after the step that it is in: all is saved.
    """
    want_torch("train text")
    from ..train.loggers import loggers_named
    from ..train.ranks import joined

    loggers = loggers_named(logs_of(log))
    given = {name: value for name, value in choices.items() if value is not None}
    told = {"vocabulary": vocabulary, "valid": valid, "test": test, "field": field, "lines": lines}
    told = {name: value for name, value in told.items() if value is not None}
    state = run_dir / "state.safetensors"
    if state.exists() != resume:
        raise InvalidInput(
            f"there is no run to resume in {run_dir}" if resume
            else f"{run_dir} holds a run already: go on with --resume, or name another with --run-dir"
        )  # fmt: skip
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
    ranks, where = joined(device_of(device))
    make = _resumed if resume else _new
    trainer = make(state, files, told, given)(where, ranks)
    if resume:
        trainer.resume(run_dir)
    if not ranks.first:
        followed(trainer, trainer.run(every=every, seconds=seconds))
        return
    _run(trainer, run_dir, loggers, every, seconds)


_FIXED = inspect.signature(train_text, eval_str=True)
train_text.__signature__ = _FIXED.replace(  # type: ignore[attr-defined]
    parameters=[one for one in _FIXED.parameters.values() if one.kind is not one.VAR_KEYWORD] + _options()
)


def _new(state: Path, files: list[str] | None, told: dict[str, Any], given: dict[str, Any]) -> Make:
    """A new run, on a device and as one of so many ranks."""
    del state
    from ..text.trainer import TextTrainer

    recipe = TextRecipe(**{name: value for name, value in given.items() if name in RECIPE})
    shape = {name: value for name, value in given.items() if name in MODEL}
    asked = TextConfig(1, **shape)  # what is wrong with it is said before files are read
    data = _read(files or [], asked, {**DATA, **told})
    return partial(TextTrainer, data, TextConfig(data.vocabulary.size, **shape), recipe)


def _resumed(state: Path, files: list[str] | None, told: dict[str, Any], given: dict[str, Any]) -> Make:
    """The run whose state that is, likewise."""
    from ..text.stored import about_text
    from ..text.trainer import TextTrainer

    said = about_text(state)
    for name, value in given.items():
        if name in MODEL and getattr(said.config, name) != value:
            raise InvalidInput(
                f"the run has {name} {getattr(said.config, name)}, which --resume cannot change to {value}"
            )
    if "vocabulary" in told:
        raise InvalidInput("the run has a vocabulary of its own, which --resume cannot change; leave it out")
    before = _data_of(said)
    recipe = TextRecipe.recorded(said.record.get("recipe"))
    recipe = TextRecipe(**{**asdict(recipe), **{name: given[name] for name in RECIPE if name in given}})
    names = files or before.pop("files")
    before = {name: before[name] for name in ("valid", "test", "field", "lines")}
    data = _read(names, said.config, {**before, **told, "vocabulary": said.vocabulary})
    return partial(TextTrainer, data, said.config, recipe)


def _data_of(said: Said) -> dict[str, Any]:
    """What a run's record tells of its files."""
    data = said.record.get("data")
    wanted: dict[str, Any] = {
        "files": list,
        "valid": (str, float, int),
        "test": (str, float, int),
        "field": str,
        "lines": bool,
    }
    if not isinstance(data, dict) or not all(isinstance(data.get(name), kind) for name, kind in wanted.items()):
        raise ModelMismatch(f"{said.path} does not say what it was trained on")
    if not data["files"]:
        raise InvalidInput(f"{said.path} was trained on no files; go on with it in Python")
    return dict(data)


def _read(files: list[str], config: TextConfig, told: dict[str, Any]) -> TextData:
    from ..text.data import read_data

    return read_data(files, config.length, block=config.block, **told)


def _run(trainer: TextTrainer, folder: Path, loggers: list[Any], every: int, seconds: float | None) -> None:
    steps, width, data = trainer.recipe.steps, trainer.config.latent, trainer.data
    many = f", {trainer.ranks.n} processes" * (trainer.ranks.n > 1)
    typer.echo(f"training {trainer.config.kind} on text in {folder}{many}")
    size = sum(p.numel() for p in trainer.model.parameters())
    typer.echo(f"{size:,} parameters, {data.vocabulary.size:,} symbols, {data.train.tokens:,} tokens to learn from")
    typer.echo("loss: cross-entropy of open cells, held out: the bound, exact left to right; both in nats a token")
    if width:
        typer.echo("KL: what z tells of a window, in nats; active: parts of z in use")
    trained(
        trainer, lambda: trainer.run(folder, every=every, seconds=seconds, loggers=loggers), folder, steps=steps,
        width=width, full=trainer.recipe.kl_warmup,
    )  # fmt: skip

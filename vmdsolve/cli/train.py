"""The command `train`."""

from __future__ import annotations

import inspect
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..errors import InvalidInput
from ..extras import want_torch
from ..model.config import ModelConfig, Sampling
from ..train.recipe import Recipe
from .shared import Device, device_of, domain_names

if TYPE_CHECKING:
    from ..domains import Domain
    from ..train import Trainer
    from ..train.mixture import Mixture

__all__ = ["parse_givens", "parse_loops", "train"]

# Fields that have an option, by the prefix of its name; a model's loops, draw and blocks are those of its training.
RECIPE = {one.name: one for one in fields(Recipe) if "help" in one.metadata}
SHAPE = {one.name: one for one in fields(ModelConfig) if "help" in one.metadata and one.name != "loops"}
SAMPLING = {f"sampling_{one.name}": one for one in fields(Sampling) if one.name not in ("draw", "blocks")}


def _options() -> list[inspect.Parameter]:
    """An option for every field of the recipe, the model's shape and its sampling."""
    out = []
    for name, one in {**RECIPE, **SHAPE, **SAMPLING}.items():
        dashed, among = name.replace("_", "-"), one.metadata["among"]
        names = [f"--{dashed}/--no-{dashed}"] if isinstance(one.default, bool) else [f"--{dashed}"]
        told = [f"One of {', '.join(among)}."] if among else []
        told += [] if one.default == "" else [f"(default {one.default})"]
        option = Option(*names, help=" ".join([one.metadata["help"], *told]))
        kind: Any = Annotated.__class_getitem__((type(one.default) | None, option))  # type: ignore[attr-defined]
        out.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind))
    return out


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
    resume: Annotated[bool, Option("--resume", help="Go on with the run in that folder.")] = False,
    init: Annotated[
        str | None, Option(help="Begin with these weights, not random ones: a file, or `packaged`. Not with --resume.")
    ] = None,
    loops: Annotated[str | None, Option(help="Loops by share of the steps done, as in 0:8,0.1:16.")] = None,
    givens: Annotated[str | None, Option(help="Cells visible at the start, as in 5 or 3:8; not for problems.")] = None,
    positions: Annotated[
        bool | None,
        Option("--positions/--no-positions", help="Embeddings of cells and symbols (default: not for problems)."),
    ] = None,
    seconds: Annotated[
        float | None, Option(min=0, help="End after so long, if not before, the rate falling to its end by then.")
    ] = None,
    threads: Annotated[int | None, Option(min=1, help="CPU threads (default: all cores).")] = None,
    every: Annotated[int, Option(min=1, help="Steps between two lines of progress, and between saves.")] = 50,
    device: Device = None,
    **choices: Any,
) -> None:
    """Train a model on fresh puzzles, or on examples; its folder receives weights, a log, and what --resume needs.

    With --examples and no DOMAIN the file's lines have one length; the model learns which are likely, there are no
    rules, and nothing that it makes is checked. With a domain such as text-64 longer lines give windows. One part in
    twenty is held out; the log says what the model makes of it, in nats a cell.
    What is not given has the default of vmdsolve.train.Recipe and vmdsolve.model.config.ModelConfig, or, with
    --resume, its value in the run. Ctrl-C and SIGTERM end it after the step that it is in: all is saved.
    """
    chosen = {name: value for name, value in choices.items() if value is not None}
    where = _domain(domain, chosen.get("examples"), run_dir if resume else None)
    folder = run_dir or Path("runs") / re.sub(r"[^\w.-]+", "_", where.name)
    recipe = {name: chosen[name] for name in RECIPE if name in chosen}
    recipe |= {} if loops is None else {"loops": parse_loops(loops)}
    recipe |= {} if givens is None else {"givens": parse_givens(givens)}
    recipe |= {"data": "examples"} if "examples" in chosen else {}
    shape = {name: chosen[name] for name in SHAPE if name in chosen}
    shape |= {} if positions is None else {"positions": _positions(where, positions)}
    sampling = {one.name: chosen[name] for name, one in SAMPLING.items() if name in chosen}
    if (folder / "state.safetensors").exists() != resume:
        raise InvalidInput(
            f"there is no run to resume in {folder}" if resume
            else f"{folder} holds a run already: go on with --resume, or name another with --run-dir"
        )  # fmt: skip
    if init is not None and resume:
        raise InvalidInput("--init is for a run's beginning; --resume goes on with what the run has")
    given = recipe, shape, sampling
    if not resume:
        _check(where, *given, begun=init is not None)
    want_torch("train")
    typer.echo(f"training {where.name} in {folder}")
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
    made = device_of(device)
    if resume:
        trainer = _resumed(where, folder, *given, made)
    else:
        trainer = _new(where, *given, made) if init is None else _begun(where, init, *given, made)
    _run(trainer, folder, every, seconds)


_FIXED = inspect.signature(train, eval_str=True)
train.__signature__ = _FIXED.replace(  # type: ignore[attr-defined]
    parameters=[one for one in _FIXED.parameters.values() if one.kind is not one.VAR_KEYWORD] + _options()
)


def _domain(name: str | None, examples: str | None, resumed: Path | None) -> Domain | Mixture:
    """What to train on: named, or told by a run to resume, or made from examples."""
    from .. import domains
    from ..model.slots import ALL_DIFFERENT

    if name not in (None, ALL_DIFFERENT):
        return domains.get(name)
    if name is None and resumed is not None:
        from ..model.about import domain_of

        if told := domain_of(resumed / "state.safetensors"):
            return told
        name = ALL_DIFFERENT
    if name is not None:
        from ..train.mixture import Mixture

        return Mixture()
    if examples is None:
        raise InvalidInput("name a domain, see `vmdsolve domains`, or a file of --examples; to --resume, a --run-dir")
    from ..train.examples import domain_from

    return domain_from(examples)


Given = dict[str, Any]


def _check(domain: Domain | Mixture, recipe: Given, shape: Given, sampling: Given, *, begun: bool) -> None:
    """What can be refused is, before anything is waited for."""
    from ..train.stream import check_source

    plan = Recipe(**recipe)
    check_source(domain, plan)
    if not begun:
        _config(domain, plan, shape, sampling)


def _config(domain: Domain | Mixture, plan: Recipe, shape: Given, sampling: Given) -> ModelConfig:
    """The shape of a new model."""
    from ..train.mixture import Mixture

    placed = _positions(domain, plan.data != "problems")
    mixer = "messages" if domain.rules.constraints else "attention"  # messages go along rules
    about = {"loops": plan.loops[-1][1], "positions": placed, "mixer": mixer, **shape, "sampling": Sampling(**sampling)}
    if isinstance(domain, Mixture):  # an answer that is the only one leaves a latent nothing to say
        return ModelConfig(domain.name, domain.relations, **{"latent": 0, **about})
    return ModelConfig.of(domain, **about)


def _new(domain: Domain | Mixture, recipe: Given, shape: Given, sampling: Given, device: str) -> Trainer:
    """A new run with random weights."""
    from ..train import Trainer

    plan = Recipe(**recipe)
    return Trainer(domain, _config(domain, plan, shape, sampling), plan, device)


def _begun(domain: Domain | Mixture, init: str, recipe: Given, shape: Given, sampling: Given, device: str) -> Trainer:
    """A new run that begins with weights, in their shape."""
    from ..model.about import about
    from ..model.packaged import packaged_file
    from ..train import Trainer

    path = packaged_file(domain.name) if init == "packaged" else Path(init)
    if path is None:
        raise InvalidInput(f"no weights come along for {domain.name}; name a file, or train without --init")
    plan, config = Recipe(**recipe), about(path).config
    config = replace(config, **{"loops": plan.loops[-1][1], **shape}, sampling=replace(config.sampling, **sampling))
    trainer = Trainer(domain, config, plan, device)
    trainer.begin_with(path)
    return trainer


def _resumed(
    domain: Domain | Mixture, folder: Path, recipe: Given, shape: Given, sampling: Given, device: str
) -> Trainer:
    """The run in the folder, with what was given on the command line put in its place."""
    from ..model.about import about
    from ..train import Trainer

    said = about(folder / "state.safetensors")
    before = Recipe.recorded(said.record, native=False)  # a run from before there was a kernel goes on without
    config = replace(said.config, **shape, sampling=replace(said.config.sampling, **sampling))
    trainer = Trainer(domain, config, replace(before, **recipe), device)
    trainer.resume(folder)
    return trainer


def _run(trainer: Trainer, folder: Path, every: int, seconds: float | None) -> None:
    from ..api.progress import bar
    from ..train.progress import explained, line_of

    steps, width, done = trainer.recipe.steps, trainer.config.latent, trainer.step
    told = False
    typer.echo(f"{sum(p.numel() for p in trainer.model.parameters()):,} parameters")
    for text in explained(width, len(trainer.held_out.boards), trainer.recipe.data == "examples"):
        typer.echo(text)
    with _stoppable(trainer) as heard, bar("steps", steps, done) as advance:
        for p in trainer.run(folder, every=every, seconds=seconds):
            typer.echo(line_of(p, steps, width))
            advance(p.step - done)
            done = p.step
            full = p.step >= max(0.1, trainer.recipe.kl_warmup) * steps  # KL now has its full weight
            if width and not p.active_units and not told and full:
                typer.echo("the latent is dead: no dimension of z tells the network anything", err=True)
                told = True
    weights = folder / "weights.safetensors"
    typer.echo(f"done: {weights}" if trainer.step >= steps else f"stopped at step {trainer.step}: {weights}")
    if heard:
        typer.echo("all is saved; --resume goes on from there", err=True)
        if heard[0] == signal.SIGINT:
            raise KeyboardInterrupt
        raise typer.Exit(128 + heard[0])


@contextmanager
def _stoppable(trainer: Trainer) -> Iterator[list[int]]:
    """Ctrl-C and SIGTERM end the run after the step that it is in, saved; a second one ends it at once.

    Gives the signals that were heard.
    """
    heard: list[int] = []

    def stop(number: int, _: object) -> None:
        heard.append(number)
        trainer.stop()
        back()
        if number == signal.SIGINT:
            os.write(2, b"\nstopping after this step; Ctrl-C again stops at once, without saving\n")

    def back() -> None:
        for number, before in befores.items():
            signal.signal(number, before)

    befores = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield heard
    finally:
        back()


def _positions(domain: Domain | Mixture, wanted: bool) -> tuple[int, int]:
    """How many cells and symbols have embeddings: all, or none."""
    return (domain.rules.L, domain.rules.V) if wanted else (0, 0)


def parse_givens(text: str) -> tuple[int, int]:
    """Read how many cells are given: a number, or the fewest and the most.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> parse_givens("5"), parse_givens("3:8")
    ((5, 5), (3, 8))
    """
    parts = text.split(":")
    out: tuple[int, int] = _readable("givens", (parts * 2)[: max(2, len(parts))], text)
    return out


def parse_loops(text: str) -> tuple[tuple[float, int], ...]:
    """Read a schedule of loops.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> parse_loops("0:8,0.1:16")
    ((0.0, 8), (0.1, 16))
    """
    out: tuple[tuple[float, int], ...] = _readable("loops", [part.split(":") for part in text.split(",")], text)
    return out


def _readable(name: str, parts: Any, text: str) -> Any:
    """A field of the recipe, read from parts of text."""
    try:
        return getattr(Recipe(**{name: parts, "data": "law"}), name)
    except InvalidInput as error:
        raise InvalidInput(f"--{name} is {text!r}; {str(error).partition('; ')[2]}") from error

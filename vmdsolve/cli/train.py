"""The command `train`."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..errors import InvalidInput, ModelMismatch
from .shared import Device, device_of

if TYPE_CHECKING:
    from ..domains import Domain
    from ..train import Trainer
    from ..train.mixture import Mixture

__all__ = ["parse_givens", "parse_loops", "train"]


def train(
    domain: Annotated[
        str | None,
        Argument(
            help="The kind of puzzle, see `vmdsolve domains`; all-different: all that are made of such rules alone; "
            "none: what a file of examples makes."
        ),
    ] = None,
    examples: Annotated[Path | None, Option(help="A file of answers to learn from: lines of L characters.")] = None,
    hard: Annotated[
        Path | None, Option(help="A file of problems to mix among those made, as of `generate --harder 100 -o F.txt`.")
    ] = None,
    hard_share: Annotated[float | None, Option(help="Share of the boards that are from it (default a half).")] = None,
    run_dir: Annotated[Path | None, Option(help="Folder of the run (default runs/DOMAIN).")] = None,
    resume: Annotated[bool, Option("--resume", help="Go on with the run in that folder.")] = False,
    init: Annotated[
        str | None, Option(help="Begin with these weights, not random ones: a file, or `packaged`. Not with --resume.")
    ] = None,
    steps: Annotated[int | None, Option(help="Optimiser steps of the whole run.")] = None,
    batch: Annotated[int | None, Option(help="Boards a step.")] = None,
    rate: Annotated[float | None, Option(help="Peak learning rate.")] = None,
    decay: Annotated[float | None, Option(help="Share of the steps over which the rate falls.")] = None,
    free: Annotated[int | None, Option(help="Up to so many loops without gradient before the others.")] = None,
    full: Annotated[float | None, Option(help="Share of the boards that show nothing but their clues.")] = None,
    seed: Annotated[int | None, Option(help="Of the weights, the puzzles and the masks.")] = None,
    loops: Annotated[str | None, Option(help="Loops by share of the steps done, as in 0:8,0.1:16.")] = None,
    width: Annotated[int | None, Option(help="H, channels of a candidate.")] = None,
    message: Annotated[int | None, Option(help="M, channels of a message.")] = None,
    hidden: Annotated[int | None, Option(help="Channels inside a block.")] = None,
    latent: Annotated[int | None, Option(help="D, latent width; 0: plain masked diffusion.")] = None,
    classes: Annotated[int | None, Option(help="C, classes of each of D groups; 0: a Gaussian latent.")] = None,
    prior: Annotated[str | None, Option(help="standard, conditional or autoregressive (over classes).")] = None,
    mixer: Annotated[str | None, Option(help="messages (puzzles) or attention (sequences).")] = None,
    positions: Annotated[
        bool | None,
        Option("--positions/--no-positions", help="Embeddings of cells and symbols (default: not for problems)."),
    ] = None,
    data: Annotated[str | None, Option(help="problems, law (drawn from the domain's law) or examples.")] = None,
    givens: Annotated[str | None, Option(help="Cells visible at the start, as in 5 or 3:8; not for problems.")] = None,
    blocks: Annotated[int | None, Option(help="Left to right in so many blocks; not for problems.")] = None,
    draw: Annotated[str | None, Option(help="once or each_step: how often sampling will draw z.")] = None,
    latent_kl: Annotated[float | None, Option(help="Weight of the KL for the posterior, 0 to 1.")] = None,
    kl_warmup: Annotated[float | None, Option(help="Share of the steps over which it rises.")] = None,
    free_bits: Annotated[float | None, Option(help="Nats of each dimension or group that cost nothing.")] = None,
    settle: Annotated[float | None, Option(help="Share of the steps, at the end, with classes held still.")] = None,
    bf16: Annotated[bool | None, Option("--bf16/--no-bf16", help="bfloat16 arithmetic.")] = None,
    native: Annotated[
        bool | None, Option("--native/--no-native", help="Loops by the native kernel where there is one, or by torch.")
    ] = None,
    compile: Annotated[bool | None, Option("--compile/--no-compile", help="torch.compile the block.")] = None,  # noqa: A002
    seconds: Annotated[float | None, Option(help="Stop after so long; --resume goes on.")] = None,
    threads: Annotated[int | None, Option(min=1, help="CPU threads (default: all cores).")] = None,
    every: Annotated[int, Option(min=1, help="Steps between two lines of progress, and between saves.")] = 50,
    device: Device = None,
) -> None:
    """Train a model on fresh puzzles, or on examples; its folder receives weights, a log, and what --resume needs.

    With --examples and no DOMAIN the file's lines have one length; the model learns which are likely, there are no
    rules, and nothing that it makes is checked. With a domain such as text-64 longer lines give windows. One part in
    twenty is held out; the log says what the model makes of it, in nats a cell.
    What is not given has the default of vmdsolve.train.Recipe and vmdsolve.model.config.ModelConfig, or, with
    --resume, its value in the run.
    """
    where = _domain(domain, examples, run_dir if resume else None)
    folder = run_dir or Path("runs") / re.sub(r"[^\w.-]+", "_", where.name)
    recipe = {
        "steps": steps, "batch": batch, "rate": rate, "decay": decay, "free": free, "full": full, "seed": seed,
        "bf16": bf16, "native": native, "compile": compile, "loops": None if loops is None else parse_loops(loops),
        "data": data if examples is None else "examples", "examples": None if examples is None else str(examples),
        "givens": None if givens is None else parse_givens(givens), "blocks": blocks, "draw": draw,
        "latent_kl": latent_kl, "kl_warmup": kl_warmup, "free_bits": free_bits, "settle": settle,
        "hard": None if hard is None else str(hard), "hard_share": hard_share,
    }  # fmt: skip
    shape = {
        "width": width, "message": message, "hidden": hidden, "latent": latent, "classes": classes, "prior": prior,
        "mixer": mixer, "positions": None if positions is None else _positions(where, positions),
    }  # fmt: skip
    if (folder / "state.safetensors").exists() != resume:
        raise InvalidInput(
            f"there is no run to resume in {folder}" if resume
            else f"{folder} holds a run already: go on with --resume, or name another with --run-dir"
        )  # fmt: skip
    if init is not None and resume:
        raise InvalidInput("--init is for a run's beginning; --resume goes on with what the run has")
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
    given = _given(recipe), _given(shape), device_of(device)
    if resume:
        trainer = _resumed(where, folder, *given)
    else:
        trainer = _new(where, *given) if init is None else _begun(where, init, *given)
    typer.echo(f"{where.name}, {sum(p.numel() for p in trainer.model.parameters()):,} parameters, in {folder}")
    try:
        _run(trainer, folder, every, seconds)
    except KeyboardInterrupt:
        typer.echo("stopped; --resume goes on from the last line above", err=True)
        raise


def _domain(name: str | None, examples: Path | None, resumed: Path | None) -> Domain | Mixture:
    """What to train on: named, or told by a run to resume, or made from examples."""
    from .. import domains
    from ..model.slots import ALL_DIFFERENT

    if name not in (None, ALL_DIFFERENT):
        return domains.get(name)
    if name is None and resumed is not None:
        from ..model.checkpoint import domain_of

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


def _new(domain: Domain | Mixture, recipe: dict[str, Any], shape: dict[str, Any], device: str) -> Trainer:
    """A new run with random weights."""
    from ..model.config import ModelConfig
    from ..train import Recipe, Trainer
    from ..train.mixture import Mixture

    plan = Recipe(**recipe)
    placed = _positions(domain, plan.data != "problems")
    mixer = "messages" if domain.rules.constraints else "attention"  # messages go along rules
    shape = {"loops": plan.loops[-1][1], "positions": placed, "mixer": mixer, **shape}
    relations = domain.rules.relations
    if isinstance(domain, Mixture):  # an answer that is the only one leaves a latent nothing to say
        relations, shape = domain.relations, {"latent": 0, **shape}
    return Trainer(domain, ModelConfig(domain.name, relations, **shape), plan, device)


def _begun(domain: Domain | Mixture, init: str, recipe: dict[str, Any], shape: dict[str, Any], device: str) -> Trainer:
    """A new run that begins with weights, in their shape."""
    from importlib.resources import as_file

    from ..model.checkpoint import load_tensors, packaged_weights
    from ..model.config import ModelConfig
    from ..train import Recipe, Trainer

    resource = packaged_weights(domain.name) if init == "packaged" else Path(init)
    if resource is None:
        raise InvalidInput(f"no weights come along for {domain.name}; name a file, or train without --init")
    plan = Recipe(**recipe)
    with as_file(resource) as path:
        _, metadata = load_tensors(path)
        config = replace(ModelConfig.from_json(metadata.get("config", "")), **{"loops": plan.loops[-1][1], **shape})
        trainer = Trainer(domain, config, plan, device)
        trainer.begin_with(path)
    return trainer


def _resumed(
    domain: Domain | Mixture, folder: Path, recipe: dict[str, Any], shape: dict[str, Any], device: str
) -> Trainer:
    """The run in the folder, with what was given on the command line put in its place."""
    from ..model.checkpoint import load_tensors
    from ..model.config import ModelConfig
    from ..train import Recipe, Trainer

    _, metadata = load_tensors(folder / "state.safetensors")
    try:
        written = json.loads(metadata["record"])["recipe"]
        before = Recipe(**{"native": False, **written})  # a run from before there was a kernel goes on without
    except (KeyError, TypeError, ValueError) as error:
        raise ModelMismatch(f"the run in {folder} cannot be resumed by this version: {error}") from error
    config = replace(ModelConfig.from_json(metadata.get("config", "")), **shape)
    trainer = Trainer(domain, config, replace(before, **recipe), device)
    trainer.resume(folder)
    return trainer


def _run(trainer: Trainer, folder: Path, every: int, seconds: float | None) -> None:
    steps, width = trainer.recipe.steps, trainer.config.latent
    told = False
    folder.mkdir(parents=True, exist_ok=True)
    for p in trainer.run(folder, every=every, seconds=seconds):
        held_out = "" if p.held_out is None else f"held out {p.held_out:.4f}  "
        typer.echo(
            f"step {p.step}/{steps}  loss {p.loss:.4f}  last {p.last:.4f}  {held_out}KL {p.kl:.3f}  "
            f"active {p.active_units}/{width}  {p.puzzles_per_second:.0f} puzzles/s  {p.hours:.2f} h"
        )
        full = p.step >= max(0.1, trainer.recipe.kl_warmup) * steps  # KL now has its full weight
        if width and not p.active_units and not told and full:
            typer.echo("the latent is dead: no dimension of z tells the network anything", err=True)
            told = True
    typer.echo(f"{'done' if trainer.step >= steps else 'stopped'}: {folder / 'weights.safetensors'}")


def _positions(domain: Domain | Mixture, wanted: bool) -> tuple[int, int]:
    """How many cells and symbols have embeddings: all, or none."""
    return (domain.rules.L, domain.rules.V) if wanted else (0, 0)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def parse_givens(text: str) -> tuple[int, int]:
    """Read how many cells are given: a number, or the fewest and the most.

    >>> parse_givens("5"), parse_givens("3:8")
    ((5, 5), (3, 8))

    Raises InvalidInput.
    """
    try:
        fewest, most = (int(part) for part in (text.split(":") if ":" in text else (text, text)))
    except ValueError:
        fewest, most = 1, 0
    if not 0 <= fewest <= most:
        raise InvalidInput(f"--givens is {text!r}; wanted a number of cells, or FEWEST:MOST, as in 3:8")
    return fewest, most


def parse_loops(text: str) -> tuple[tuple[float, int], ...]:
    """Read a schedule of loops.

    >>> parse_loops("0:8,0.1:16")
    ((0.0, 8), (0.1, 16))

    Raises InvalidInput.
    """
    try:
        schedule = tuple((float(share), int(n)) for share, n in (part.split(":") for part in text.split(",")))
    except ValueError:
        schedule = ()
    shares = [share for share, _ in schedule]
    ascending = shares[:1] == [0.0] and sorted(set(shares)) == shares and shares[-1] < 1
    if not ascending or min(n for _, n in schedule) < 1:
        raise InvalidInput(
            f"--loops is {text!r}; wanted SHARE:LOOPS,... with shares from 0 to below 1, as in 0:8,0.1:16"
        )
    return schedule

"""The commands that need torch: `train`, `eval` and `info`."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from . import __version__
from .errors import InvalidInput, ModelMismatch, VmdsolveError

if TYPE_CHECKING:
    from .domains import Domain
    from .problem import Board
    from .train import Trainer

__all__ = ["evaluate", "info", "parse_loops", "train", "weights_files"]

Device = Annotated[str | None, Option(help="cpu or cuda; by default a GPU if there is one.")]


def train(
    domain: Annotated[str, Argument(help="The kind of puzzle, see `vmdsolve domains`.")],
    run_dir: Annotated[Path | None, Option(help="Folder of the run (default runs/DOMAIN).")] = None,
    resume: Annotated[bool, Option("--resume", help="Go on with the run in that folder.")] = False,
    steps: Annotated[int | None, Option(help="Optimiser steps of the whole run.")] = None,
    batch: Annotated[int | None, Option(help="Boards a step.")] = None,
    rate: Annotated[float | None, Option(help="Peak learning rate.")] = None,
    decay: Annotated[float | None, Option(help="Share of the steps over which the rate falls.")] = None,
    free: Annotated[int | None, Option(help="Up to so many loops without gradient before the others.")] = None,
    seed: Annotated[int | None, Option(help="Of the weights, the puzzles and the masks.")] = None,
    loops: Annotated[str | None, Option(help="Loops by share of the steps done, as in 0:8,0.1:16.")] = None,
    width: Annotated[int | None, Option(help="H, channels of a candidate.")] = None,
    message: Annotated[int | None, Option(help="M, channels of a message.")] = None,
    hidden: Annotated[int | None, Option(help="Channels inside a block.")] = None,
    latent: Annotated[int | None, Option(help="D, latent width; 0: plain masked diffusion.")] = None,
    prior: Annotated[str | None, Option(help="standard or conditional.")] = None,
    bf16: Annotated[bool | None, Option("--bf16/--no-bf16", help="bfloat16 arithmetic.")] = None,
    compile: Annotated[bool | None, Option("--compile/--no-compile", help="torch.compile the block.")] = None,  # noqa: A002
    seconds: Annotated[float | None, Option(help="Stop after so long; --resume goes on.")] = None,
    threads: Annotated[int | None, Option(min=1, help="CPU threads (default: all cores).")] = None,
    every: Annotated[int, Option(min=1, help="Steps between two lines of progress, and between saves.")] = 50,
    device: Device = None,
) -> None:
    """Train a model on fresh puzzles; its folder receives weights, a log, and what --resume needs.

    What is not given has the default of vmdsolve.train.Recipe and vmdsolve.model.config.ModelConfig, or, with
    --resume, its value in the run.
    """
    from . import domains

    where = domains.get(domain)
    folder = run_dir or Path("runs") / domain
    recipe = {
        "steps": steps, "batch": batch, "rate": rate, "decay": decay, "free": free, "seed": seed, "bf16": bf16,
        "compile": compile, "loops": None if loops is None else parse_loops(loops),
    }  # fmt: skip
    shape = {"width": width, "message": message, "hidden": hidden, "latent": latent, "prior": prior}
    if (folder / "state.safetensors").exists() != resume:
        raise InvalidInput(
            f"there is no run to resume in {folder}" if resume
            else f"{folder} holds a run already: go on with --resume, or name another with --run-dir"
        )  # fmt: skip
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
    trainer = _trainer(where, folder, resume, _given(recipe), _given(shape), _device(device))
    typer.echo(f"{domain}, {sum(p.numel() for p in trainer.model.parameters()):,} parameters, in {folder}")
    try:
        _run(trainer, folder, every, seconds)
    except KeyboardInterrupt:
        typer.echo("stopped; --resume goes on from the last line above", err=True)
        raise


def _trainer(
    domain: Domain, folder: Path, resume: bool, recipe: dict[str, Any], shape: dict[str, Any], device: str
) -> Trainer:
    """A new run, or the one in the folder with what was given on the command line put in its place."""
    from .model.checkpoint import load_tensors
    from .model.config import ModelConfig
    from .train import Recipe, Trainer

    if not resume:
        plan = Recipe(**recipe)
        shape = {"loops": plan.loops[-1][1], **shape}
        return Trainer(domain, ModelConfig(domain.name, domain.rules.relations, **shape), plan, device)
    _, metadata = load_tensors(folder / "state.safetensors")
    try:
        before = Recipe(**json.loads(metadata["record"])["recipe"])
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
        typer.echo(
            f"step {p.step}/{steps}  loss {p.loss:.4f}  last {p.last:.4f}  KL {p.kl:.3f}  "
            f"active {p.active_units}/{width}  {p.puzzles_per_second:.0f} puzzles/s  {p.hours:.2f} h"
        )
        if width and not p.active_units and not told and 10 * p.step >= steps:  # KL now has its full weight
            typer.echo("the latent is dead: no dimension of z tells the network anything", err=True)
            told = True
    typer.echo(f"{'done' if trainer.step >= steps else 'stopped'}: {folder / 'weights.safetensors'}")


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


def evaluate(
    what: Annotated[str, Argument(metavar="DOMAIN|FILE", help="A domain: fresh puzzles; or a file of them.")],
    weights: Annotated[Path | None, Option(help="File of weights, instead of those that come along.")] = None,
    steps: Annotated[int, Option(help="T, network evaluations a board may cost.")] = 20,
    latents: Annotated[int, Option(help="K, boards a problem; it counts as solved if one is right.")] = 1,
    order: Annotated[str, Option(help="margin, top_prob, entropy or random.")] = "margin",
    n: Annotated[int, Option("-n", min=1, help="Fresh puzzles to make.")] = 1000,
    seed: Annotated[int, Option(min=0, help="Of the fresh puzzles and of the sampling.")] = 0,
    legal: Annotated[bool, Option("--legal", help="Let rules mask symbols.")] = False,
    domain: Annotated[str | None, Option("--domain", help="The kind of puzzle in a file.")] = None,
    device: Device = None,
) -> None:
    """Measure what the learned model solves alone, without propagation and without search, and what it costs.

    Fresh puzzles are minimal, and training never draws them.
    """
    from . import domains
    from .evaluate import evaluate as measure
    from .evaluate import held_out
    from .model.checkpoint import load_model, packaged
    from .sampler import Plan, Predictor

    if what in domains.names():
        where = domains.get(what)
        boards, source = held_out(where, n, seed=seed)[0], f"fresh minimal puzzles, seed {seed}"
    else:
        where, boards = _boards(what, domain)
        source = what
    model = packaged(where) if weights is None else load_model(weights, where)
    if model is None:
        raise ModelMismatch(f"no weights for {where.name} come along; name a file with --weights")
    plan = Plan(steps=steps, order=order, legal=legal)
    predict = Predictor(model, _device(device))
    result = measure(where, boards, predict=predict, plan=plan, latents=latents, seed=seed)
    helped = "rules mask symbols" if legal else "no rule helps"
    for name, value in (
        ("problems", f"{result.total} of {where.name}, {source}"),
        ("method", f"T = {steps}, K = {latents}, order {order}, {helped}"),
        ("solved", f"{result.solved} ({100 * result.rate:.1f} %)"),
        ("cost", f"{result.nfe:.2f} network evaluations a problem (NFE)"),
        ("", f"{result.block_applications:.1f} block applications a problem (NFE x loops)"),
        ("seconds", f"{result.seconds:.1f}"),
    ):
        typer.echo(f"{name:<9} {value}")


def _boards(file: str, name: str | None) -> tuple[Domain, Board]:
    """All problems of a file [B, L]; they must be of one domain."""
    import numpy as np

    from . import domains
    from .files import read as read_file
    from .reading import read

    problems = []
    for record in read_file(file):
        try:
            if record.reason:
                raise InvalidInput(record.reason)
            problems.append(read(record.puzzle, name))
        except InvalidInput as error:
            raise InvalidInput(f"{record.where}{error}") from error
        if problems[-1].domain != (one := problems[0].domain):
            raise InvalidInput(f"{record.where}a problem of {problems[-1].domain} among those of {one}")
    return domains.get(problems[0].domain), np.stack([problem.values for problem in problems])


def info() -> None:
    """Say what is installed, what is in use, and why something is off."""
    for name, value in _facts():
        typer.echo(f"{name:<9} {value}")


def _facts() -> Iterator[tuple[str, str]]:
    import numpy as np

    from . import _native

    yield "vmdsolve", __version__
    yield "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield "cores", str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    yield "numpy", np.__version__
    try:
        import torch
    except ImportError as error:
        yield "torch", f"not usable: {error}; only method search works"
    else:
        gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU in use"
        yield "torch", f"{torch.__version__}, {gpu}"
    yield "native", f"{Path(_native.__file__).name}, {getattr(_native, 'built_with', 'build not recorded')}"
    yield "cuda", _why_no_cuda() or "built"
    for path in weights_files():
        yield "weights", f"{path.stem}: {_recipe(path)}"


def _why_no_cuda() -> str:
    from importlib import import_module

    try:
        import_module("vmdsolve._cuda")
    except ModuleNotFoundError:
        return "not built: this installation has no module vmdsolve._cuda; kernels run on the CPU"
    except ImportError as error:
        return f"built but not usable: {error}"
    return ""


def weights_files() -> list[Path]:
    """The weights that come with the package; a file's stem is its domain."""
    return sorted((Path(__file__).parent / "weights").glob("*.safetensors"))


def _recipe(path: Path) -> str:
    try:
        from .model.checkpoint import load_tensors

        tensors, metadata = load_tensors(path)
        record = json.loads(metadata["recipe"])
        size = sum(tensor.numel() for tensor in tensors.values())
        return (
            f"{size:,} numbers; {record['puzzles']:,} puzzles in {record['step']:,} steps, "
            f"{record['hours']:.1f} hours, {record['machine']}; seed {record['recipe']['seed']}"
        )
    except (VmdsolveError, ImportError, KeyError, TypeError, ValueError) as error:
        return f"cannot be read: {error}"


def _device(name: str | None) -> str:
    import torch

    return name or ("cuda" if torch.cuda.is_available() else "cpu")


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}

"""The command `diagnose`."""

from __future__ import annotations

import copy
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from ..arguments import seconds
from ..deadline import Deadline
from ..errors import InvalidInput, ModelMismatch
from ..extras import want_torch
from ..train.recipe import Recipe
from .shared import Device, device_of

if TYPE_CHECKING:
    from ..measure.latent import Diagnosis

__all__ = ["diagnose"]


def diagnose(
    domain: Annotated[str | None, Argument(help="A domain: the weights that come along.")] = None,
    weights: Annotated[Path | None, Option(help="File of weights, instead of those that come along.")] = None,
    n: Annotated[int, Option("-n", min=1, help="Boards to look at, at least; whole batches are used.")] = 512,
    as_json: Annotated[bool, Option("--json", help="One line of JSON instead of a table.")] = False,
    plots: Annotated[Path | None, Option(metavar="FOLDER", help="Write a PNG for each diagnostic there.")] = None,
    device: Device = None,
    time_limit: Annotated[float | None, Option(help="Seconds for all of it; fewer boards are looked at then.")] = None,
) -> None:
    """Say what a model's latent says, and whether it is dead: KL, information, classes in use, variance explained.

    The boards are those of the recipe that is recorded in the weights, from beyond the end of its run.
    """
    clock = Deadline(seconds(time_limit))
    want_torch("diagnose")
    from .. import domains
    from ..api.weights import model_for
    from ..measure.latent import diagnose as look
    from ..model.about import about
    from ..model.slots import ALL_DIFFERENT
    from ..train.stream import Stream

    path = _packaged(domain) if weights is None else weights
    said = about(path)
    if domain is None and said.config.domain == ALL_DIFFERENT:
        raise InvalidInput(f"{path} is for every all-different puzzle: name the domain, too")
    where = domains.get(domain or said.config.domain)
    model = model_for(where, where.rules, path)
    recipe = Recipe.recorded(said.record)
    stream = Stream(where, recipe, model.z_width(model.units(where.rules)))
    boards = (stream.batch(recipe.steps + i) for i in range(-(-n // recipe.batch)))
    there = copy.deepcopy(model).to(device_of(device))
    result = look(there, where.rules, boards, likeliest=recipe.settle > 0, seconds=clock.limit)
    if as_json:
        typer.echo(json.dumps({"domain": where.name, "dead": result.dead, **asdict(result)}))
    else:
        typer.echo(f"{where.name}, {path}: {result.boards} boards, {stream.source}")
        _print(result)
    if result.boards < n:
        typer.echo(f"stopped after {result.boards} of {n} boards: time ran out", err=True)
    if result.dead:
        typer.echo("the latent is dead: no dimension of z tells the network anything", err=True)
    if plots is not None:
        from ..measure.plots import plot_diagnosis

        for file in plot_diagnosis(result, plots):
            typer.echo(f"wrote {file}", err=True)


def _packaged(domain: str | None) -> Path:
    """The weights of a domain's own that come along."""
    from .. import domains
    from ..model.packaged import packaged_file

    if domain is None:
        raise InvalidInput("name a domain whose weights come along, or a file with --weights")
    domains.get(domain)
    path = packaged_file(domain)
    if path is None:
        raise ModelMismatch(f"no weights for {domain} come along; name a file with --weights")
    return path


def _print(d: Diagnosis) -> None:
    """A table of the dimensions or groups, then what holds for all."""
    from rich.box import SIMPLE
    from rich.table import Table

    from ..drawing.console import Coloured

    names = ["group" if d.classes else "dimension", "KL", "information"]
    columns = [map(str, range(len(d.kl))), *([f"{value:.3f}" for value in row] for row in (d.kl, d.information_each))]
    if d.classes:
        names += ["classes used", "perplexity"]
        columns += [[f"{share * d.classes:.0f} of {d.classes}" for share in d.used], [f"{p:.2f}" for p in d.perplexity]]
    table = Table(box=SIMPLE)
    for name in names:
        table.add_column(name, justify="right")
    for row in zip(*columns, strict=True):
        table.add_row(*row)
    Coloured(sys.stdout, width=100).print(table)
    of = "I(x0; z | start)" if d.conditional else "I(x0, start; z), starts differ"
    for name, value in (
        ("KL", f"{sum(d.kl):.3f} nats a board"),
        ("active", f"{d.active} of {len(d.kl)} (KL above 0.01 nats)"),
        ("information", f"{d.information:.3f} nats, {of}; limit {d.information_limit:.2f}, log of {d.informed} boards"),
        ("explained", f"{100 * d.explained:.1f} % of the open cells' variance"),
        ("latent", "dead" if d.dead else "alive"),
    ):
        typer.echo(f"{name:<12} {value}")

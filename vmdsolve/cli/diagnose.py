"""The command `diagnose`."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..arguments import seconds
from ..deadline import Deadline
from ..errors import InvalidInput, ModelMismatch
from ..extras import want_torch
from ..plain import many
from ..train.recipe import Recipe
from .diagnosed import DEAD, WIDEST, gaps_text, held, print_diagnosis, three, told_of
from .output import Json, say
from .shared import Device, device_of, domain_names

if TYPE_CHECKING:
    from ..domains import Domain
    from ..measure.gaps import Gaps
    from ..model.about import About
    from ..problem import Board, Rules
    from ..sampler import Predictor

__all__ = ["diagnose", "look"]

PREDICTED = 128  # boards of which it is looked at what z explains
TOLD = 4  # boards of noise on states that are printed
ABSENT = "absent: these weights have none; they are plain masked diffusion"


def diagnose(
    what: Annotated[
        str | None,
        Argument(
            metavar="DOMAIN|FOLDER|FILE",
            help="A domain, for the weights that come along; a run's folder; or a file of weights. DOMAIN.sample: "
            "those for drawing many answers, where there are two.",
            autocompletion=domain_names,
        ),
    ] = None,
    domain: Annotated[
        str | None,
        Option("-d", "--domain", help="Whose boards, for weights that know several.", autocompletion=domain_names),
    ] = None,
    weights: Annotated[
        Path | None, Option(help="A file or folder of weights, instead of those that come along.")
    ] = None,
    examples: Annotated[
        Path | None, Option(help="The file that they learned from, where it lies elsewhere now.")
    ] = None,
    n: Annotated[
        int,
        Option("-n", min=1, help="Boards to look at, in whole batches; where z is noise on states, 16 of each start."),
    ] = 512,
    as_json: Json = False,
    device: Device = None,
    time_limit: Annotated[float | None, Option(help="Seconds for all of it; fewer boards are looked at then.")] = None,
) -> None:
    """Say what a model's latent says, and whether it is dead or absent: KL, information, classes in use, variance
    explained, what changes as z does, and where boards lie by it.

    The boards are those of the recipe that is recorded in the weights, from beyond the end of its run. `vmdsolve plot
    --latent` draws what is told here.
    """
    look(what, domain, weights, examples, n=n, as_json=as_json, device=device, time_limit=time_limit)


def look(
    what: str | None,
    domain: str | None = None,
    weights: Path | None = None,
    examples: Path | None = None,
    *,
    n: int,
    as_json: bool = False,
    plots: Path | None = None,
    device: str | None = None,
    time_limit: float | None = None,
) -> None:
    """The same, with pictures in a folder `plots` where one is named."""
    clock = Deadline(seconds(time_limit))
    from ..model.about import about
    from ..model.folder import weights_in

    path, named = _meant(what, domain, weights)
    path = weights_in(path)
    said = about(path)
    if not said.config.latent:
        _absent(said, named, as_json, plots)
        return
    want_torch("diagnose")
    from ..api.weights import model_for
    from ..measure.gaps import gaps_of
    from ..measure.latent import diagnose as diagnosed
    from ..measure.states import DRAWS
    from ..sampler import Predictor
    from ..train.stream import Stream

    where = _domain(said, named)
    if said.config.stirs and said.sizes is not None:  # of a kind of puzzle: nothing is given on the board asked for
        model, start = model_for(where, where.rules, path), where.problem().values[None]
        predict = Predictor(model, where.rules, device_of(device))
        parted = partial(gaps_of, model, where, start, seconds=clock.limit)
        _states(predict, where, path, 1, [start], as_json, plots, clock, parted)
        return
    model = model_for(where, where.rules, path)
    recipe, missing = _recipe(said, examples)
    stream = Stream(where, recipe, model.z_width(model.units(where.rules)))
    boards = (stream.batch(recipe.steps + i) for i in range(-(-n // recipe.batch)))
    there, likeliest = copy.deepcopy(model).to(device_of(device)), recipe.settle > 0

    def apart() -> Gaps | None:
        starts = stream.batch(recipe.steps).start
        return None if recipe.blocks > 1 else gaps_of(there, where, starts, likeliest=likeliest, seconds=clock.limit)

    if said.config.stirs:
        predict = Predictor(model, where.rules, device_of(device))
        few = max(1, n // DRAWS)  # each is looked at with so many z
        _states(predict, where, path, few, _first(few, boards), as_json, plots, clock, apart)
        return
    result = diagnosed(there, where.rules, boards, likeliest=likeliest, seconds=clock.limit, predicted=PREDICTED)
    left, source = apart(), f"{stream.source}{missing}"
    if as_json:
        told = {"latent": "dead" if result.dead else "alive", **told_of(result, where), "gaps": held(left)}
        typer.echo(json.dumps({"domain": where.name, "weights": str(path), **told}))
    else:
        typer.echo(f"{where.name}, {path}: {many(result.boards, 'board')}, {source}")
        print_diagnosis(result, where, left)
    if result.boards < n:
        typer.echo(f"stopped after {result.boards} of {n} boards: time ran out", err=True)
    if result.dead:
        typer.echo(f"the latent is {DEAD}", err=True)
    if plots is not None:
        from ..measure.plots import plot_diagnosis

        name, board = f"{where.name}, {_called(path)}", where.shape
        for file in plot_diagnosis(result, plots, name=name, symbols=where.symbols, shape=board):
            typer.echo(f"wrote {file}", err=True)


def _first(n: int, batches: Iterable[Any]) -> Iterator[Any]:
    """The first n starts of batches."""
    for batch in batches:
        yield batch.start[:n]
        n -= len(batch.start)
        if n <= 0:
            return


# What is meant ----------------------------------------------------------------------------------------------


def _meant(what: str | None, domain: str | None, weights: Path | None) -> tuple[Path, str | None]:
    """The weights, a file or a folder, and the domain's name where one was given."""
    from .. import domains
    from ..model.packaged import SAMPLE, packaged_file, weights_for
    from ..model.slots import ALL_DIFFERENT

    if what is None and weights is None and domain is None:
        raise InvalidInput("name a domain whose weights come along, a run's folder, or a file of weights")
    is_domain = what is not None and (what == ALL_DIFFERENT or domains.known(what.removesuffix(SAMPLE)))
    if what is not None and not is_domain and weights is None:
        if Path(what).exists():
            return Path(what), domain
        if Path(what).name != what or Path(what).suffix == ".safetensors":
            raise InvalidInput(f"no run and no weights at {what}")
    if what is not None and domain is not None:
        raise InvalidInput(f"{what} and --domain {domain} both name a domain; wanted one of them")
    name = what or domain
    if weights is not None:
        return weights, None if name == ALL_DIFFERENT else name
    assert name is not None
    if name == ALL_DIFFERENT:
        return _there(packaged_file(name), name), None
    plain, board = name.removesuffix(SAMPLE), _board(name.removesuffix(SAMPLE))
    return _there(weights_for(board, sampling=plain != name), plain, board), plain


def _there(found: Path | None, name: str, board: Domain | None = None) -> Path:
    from ..model.packaged import no_weights

    if found is None:
        why = f"no weights for {name} come along" if board is None else no_weights(board, board.rules)
        raise ModelMismatch(f"{why}; name a file or a run's folder with --weights")
    return found


def _board(name: str) -> Domain:
    """The domain of that name; of a kind whose problems bring boards of their own, one that is made up."""
    import numpy as np

    from .. import domains
    from ..search import generate_values

    where = domains.get(name)
    if not isinstance(where, domains.Family):
        return where

    def fill(rules: Rules) -> Board:
        return np.asarray(generate_values(rules, 1, clues=rules.L, threads=1)[1][0], np.int32)

    kind = where.kind
    return kind.invent(np.random.default_rng(0), kind.size, kind.density, fill)


def _domain(said: About, name: str | None) -> Domain:
    """Whose boards are looked at."""
    from ..domains import Family
    from ..model.about import domain_of

    told = domain_of(said.path)
    if told is not None and name in (None, told.name) and not isinstance(told, Family):
        return told
    if name is None and told is None:
        return _of_kind(said)
    where = _board(name or said.config.domain)
    said.check_domain(where)
    return where


def _of_kind(said: About) -> Domain:
    """Of weights for several sizes: the one that the kind's name alone means, if it is among them."""
    from ..model.slots import ALL_DIFFERENT

    if said.config.domain != ALL_DIFFERENT:
        where = _board(said.config.domain)
        with suppress(ModelMismatch):
            said.check_domain(where)
            return where
    raise InvalidInput(f"{said.path} is for {said.several}: name the domain, too")


def _recipe(said: About, examples: Path | None) -> tuple[Recipe, str]:
    """The recorded recipe with files that are here; and in words, which are not."""
    recipe = Recipe.recorded(said.record)
    if examples is not None:
        if recipe.data != "examples":
            raise InvalidInput(f"--examples is {examples}; these weights learned from data {recipe.data!r}")
        return replace(recipe, examples=str(examples)), ""
    if recipe.examples and not Path(recipe.examples).is_file():
        raise InvalidInput(f"{recipe.examples}, which these weights learned from, is not here: name it by --examples")
    if recipe.hard and not Path(recipe.hard).is_file():
        return replace(recipe, hard=""), f" (of {Path(recipe.hard).name}, which is not here, none)"
    return recipe, ""


def _called(path: Path) -> str:
    """Weights in a plot's title: a run's are called by its folder."""
    from ..model.folder import MODEL, RUN

    return "/".join(path.parts[-2:]) if path.name in (MODEL, RUN) else path.name


# What is said -----------------------------------------------------------------------------------------------


def _absent(said: About, name: str | None, as_json: bool, plots: Path | None) -> None:
    """There is no latent to look at, and that is all there is to say."""
    from .. import domains

    if name is not None:
        said.check_domain(domains.get(name))
    domain = name or said.config.domain
    if as_json:
        typer.echo(json.dumps({"domain": domain, "weights": str(said.path), "latent": "absent", "dead": None}))
    else:
        typer.echo(f"{domain}, {said.path}")
        say([("latent", ABSENT)], width=12)
    if plots is not None:
        typer.echo("no plots: there is no latent to be seen", err=True)


def _states(
    predict: Predictor,
    where: Domain,
    path: Path,
    n: int,
    starts: Iterable[Any],
    as_json: bool,
    plots: Path | None,
    clock: Deadline,
    apart: Callable[[], Gaps | None],
) -> None:
    """Of a latent of noise on states."""
    import numpy as np

    from ..measure.states import DRAWS, diagnose_states

    d = diagnose_states(predict, where.rules, starts, seconds=clock.limit)
    looked_at = many(d.boards, "board")
    dead = f"dead by {looked_at}: z tells the network nothing of {'it' if d.boards == 1 else 'them'}"
    if as_json:
        shown = where.format_many(np.array(d.shown, np.int32))
        told = {
            "latent": "dead" if d.dead else "alive",
            "dead": d.dead,
            **asdict(d),
            "shown": shown,
            "gaps": held(apart()),
        }
        typer.echo(json.dumps({"domain": where.name, "weights": str(path), **told}))
    else:
        typer.echo(
            f"{where.name}, {path}: {looked_at}, {DRAWS} draws of z for each, one evaluation, as samples are drawn"
        )
        say(
            (
                ("z", "noise on the states; it has no posterior, so no KL"),
                ("information", f"{three(d.information)} nats a board that z tells of its open cells, each by itself"),
                ("different", f"{d.different:.1f} boards by {DRAWS} draws of z"),
                ("valid", f"{100 * d.valid:.1f} % of all these boards"),
            ),
            width=12,
        )
        say((("gaps", gaps_text(apart())), ("latent", dead if d.dead else "alive")), width=12)  # which may take long
        for board in where.format_many(np.array(d.shown[:TOLD], np.int32)):
            if len(board) <= WIDEST:
                typer.echo(f"             {board}")
    if d.boards < n:
        typer.echo(f"stopped after {d.boards} of {n} boards: time ran out", err=True)
    if d.dead:
        typer.echo(f"the latent is {dead}", err=True)
    if plots is not None:
        typer.echo("no plots: noise on states has no dimensions to be seen", err=True)

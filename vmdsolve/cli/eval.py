"""The command `eval`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import EvalOptions, Options
from ..deadline import Deadline
from ..errors import InvalidInput, ModelMismatch
from .output import Json, say
from .shared import Column, Format, device_of, domain_names, options_from

if TYPE_CHECKING:
    from ..domains import Domain
    from ..problem import Board

__all__ = ["evaluate"]


@options_from(EvalOptions)
def evaluate(
    what: Annotated[
        str,
        Argument(
            metavar="DOMAIN|FILE", help="A domain: fresh puzzles; or a file of them.", autocompletion=domain_names
        ),
    ],
    n: Annotated[int, Option("-n", min=1, help="Fresh puzzles to make.")] = 1000,
    legal: Annotated[bool, Option("--legal", help="Let rules mask symbols.")] = False,
    domain: Annotated[
        str | None, Option("-d", "--domain", help="The kind of puzzle in a file.", autocompletion=domain_names)
    ] = None,
    format: Format = None,  # noqa: A002
    column: Column = None,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Measure what the learned model solves alone, without propagation and without search, and what it costs.

    Fresh puzzles are minimal, and training never draws them.
    """
    o = Options(EvalOptions, **options)
    clock = Deadline(o.time_limit)
    from .. import domains
    from ..api.progress import bar
    from ..api.weights import predictor_on
    from ..measure.accuracy import evaluate as measure
    from ..measure.accuracy import held_out
    from ..sampler import Plan

    if domains.known(what):
        where = domains.get(what)
        boards, source = held_out(where, n, seed=o.seed, clock=clock)[0], f"fresh minimal puzzles, seed {o.seed}"
    else:
        where, boards = _boards(what, domain, format, column, clock)
        source, n = what, len(boards)
    device = device_of(o.device)
    predict = predictor_on(device, where, where.rules, o.model, bf16=bool(o.bf16), threads=o.threads, loops=o.loops)
    if predict is None:
        raise ModelMismatch(f"no weights for {where.name} come along; name a file with --weights")
    plan = Plan.of(predict.model.config, steps=o.steps, order=o.order, legal=legal, settle=True)
    with bar("problems", len(boards)) as watch:
        result = measure(
            where, boards, predict=predict, plan=plan, latents=o.latents, seed=o.seed, seconds=clock.limit, watch=watch
        )
    result = replace(result, asked=(n, o.latents))
    helped = "rules mask symbols" if legal else "no rule helps"
    if as_json:
        of = {"domain": where.name, "source": source, "problems": result.total, "solved": result.solved}
        by = {
            "steps": plan.steps,
            "latents": result.latents,
            "order": plan.order,
            "loops": result.loops,
            "legal": legal,
            "seed": o.seed,
        }
        cost = {"nfe": result.nfe, "block_applications": result.block_applications, "seconds": result.seconds}
        typer.echo(json.dumps({**of, **by, **cost, "stopped": result.stopped or None}))
        return
    say(
        (
            ("problems", f"{result.total} of {where.name}, {source}"),
            ("method", f"T = {plan.steps}, K = {result.latents}, order {plan.order}, {helped}"),
            ("loops", f"up to {result.loops} an evaluation"),
            ("solved", f"{result.solved} ({100 * result.rate:.1f} %)"),
            ("cost", f"{result.nfe:.2f} network evaluations a problem (NFE)"),
            ("", f"{result.block_applications:.1f} block applications a problem (loops; boards that settle need few)"),
            ("seconds", f"{result.seconds:.1f}" + f"; time ran out: {result.stopped}" * bool(result.stopped)),
        )
    )


def _boards(file: str, name: str | None, form: str | None, column: str | None, clock: Deadline) -> tuple[Domain, Board]:
    """All problems of a file [B, L]; they must be of one domain."""
    import numpy as np

    from .. import domains
    from ..domains.reading import read
    from ..files.records import read as read_file

    problems = []
    for record in read_file(file, name, format=form, column=column):
        try:
            if record.reason:
                raise InvalidInput(record.reason)
            problems.append(read(record.puzzle, name or record.domain))
        except InvalidInput as error:
            raise InvalidInput(f"{record.where}{error}") from error
        if clock.over:
            raise TimeoutError(f"{len(problems)} problems of {file} were read in {clock.seconds:g} s; allow more")
        if problems[-1].domain != (one := problems[0].domain):
            raise InvalidInput(f"{record.where}a problem of {problems[-1].domain} among those of {one}")
    return domains.get(problems[0].domain), np.stack([problem.values for problem in problems])

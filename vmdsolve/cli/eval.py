"""The command `eval`."""

from __future__ import annotations

import json
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import EvalOptions, Options
from ..deadline import Deadline
from ..errors import InvalidInput, ModelMismatch
from ..extras import want_torch
from .output import Json, say
from .problems import domain_first, each_problem
from .shared import Column, Format, device_of, domain_names, options_from

if TYPE_CHECKING:
    from ..domains import Domain
    from ..measure.likelihood import Bound
    from ..problem import Board

__all__ = ["evaluate"]


@options_from(EvalOptions)
def evaluate(
    inputs: Annotated[
        list[str],
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
    nll: Annotated[bool, Option("--nll", help="Also how likely the model finds the answers, in nats a cell.")] = False,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Measure what the learned model solves alone, without propagation and without search, and what it costs.

    Fresh puzzles are minimal, and training never draws them. Weights of examples bring their own domain; full boards
    in a file are examples, of which --nll tells how likely they are with nothing given.
    """
    [what, *more], domain = domain_first(inputs, domain)
    if more:
        raise InvalidInput(f"eval takes a domain or a file of its puzzles, got {len(inputs)} arguments")
    o = Options(EvalOptions, **options)
    clock = Deadline(o.time_limit)
    from .. import domains
    from ..api.progress import bar
    from ..api.weights import predictor_on
    from ..measure.accuracy import evaluate as measure
    from ..measure.accuracy import held_out
    from ..measure.curves import help_text
    from ..sampler import Plan

    if nll:
        want_torch("eval --nll")
    answers: Board | None = None
    if domains.known(what):
        where = domains.get(what)
        boards, answers = held_out(where, n, seed=o.seed, clock=clock)
        source = f"fresh minimal puzzles, seed {o.seed}"
    else:
        where, boards = _boards(what, domain or _told_by(o.model), format, column, clock)
        source, n = what, len(boards)
    device = device_of(o.device)
    predict = predictor_on(device, where, where.rules, o.model, bf16=bool(o.bf16), threads=o.threads, loops=o.loops)
    if predict is None:
        raise ModelMismatch(f"no weights for {where.name} come along; name a file with --weights")
    if nll and answers is None:
        from ..measure.answers import answers_of

        answers = answers_of(where.rules, boards, clock)
    plan = Plan.of(predict.model.config, steps=o.steps, order=o.order, legal=legal, settle=True)
    with bar("problems", len(boards)) as watch:
        result = measure(
            where, boards, predict=predict, plan=plan, latents=o.latents, seed=o.seed, watch=watch,
            seconds=_share(clock) if nll else clock.limit,
        )  # fmt: skip
    result = replace(result, asked=(n, o.latents))
    bound = None if answers is None or not nll else _likelihood(where, boards, answers, o, clock)
    helped = help_text(legal)
    if as_json:
        weights = str(o.model or "those that come along")
        of = {
            "domain": where.name,
            "weights": weights,
            "source": source,
            "problems": result.total,
            "solved": result.solved,
        }
        by = {
            "steps": plan.steps,
            "latents": result.latents,
            "order": plan.order,
            "loops": result.loops,
            "legal": legal,
            "seed": o.seed,
        }
        cost = {"nfe": result.nfe, "block_applications": result.block_applications, "seconds": result.seconds}
        likely = {} if bound is None else {"nll": _told(bound)}
        typer.echo(json.dumps({**of, **by, **cost, **likely, "stopped": result.stopped or None}))
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
    if bound is not None:
        say(
            (
                ("nll", f"at most {bound.per_cell:.4f} nats an open cell (NELBO; standard error {bound.error:.4f})"),
                ("", f"{bound.bits:.4f} bits, perplexity {bound.perplexity:.4f}; {len(bound.nats)} answers"),
            )
        )


def _share(clock: Deadline) -> float | None:
    """Seconds for what is solved, where the likelihood comes after it."""
    return None if clock.limit is None else clock.left(0.5)


def _likelihood(where: Domain, boards: Board, answers: Board, o: Options, clock: Deadline) -> Bound:
    """How likely the answers are, by the model on its device."""
    import copy

    from ..api.weights import model_for
    from ..measure.answers import likelihood_of_answers

    model = model_for(where, where.rules, o.model)
    assert model is not None  # something was predicted
    there = copy.deepcopy(model).to(device_of(o.device))
    return likelihood_of_answers(there, where.rules, boards, answers, loops=o.loops, seed=o.seed, clock=clock)


def _told(bound: Bound) -> dict[str, float | int | None]:
    """For JSON, which has neither NaN nor infinity."""
    import numpy as np

    each = {"nats_per_cell": bound.per_cell, "error": bound.error, "bits_per_cell": bound.bits}
    told = {**each, "perplexity": bound.perplexity, "answers": len(bound.nats), "cells": float(np.mean(bound.cells))}
    return {name: value if isfinite(value) else None for name, value in told.items()}


def _told_by(weights: Any) -> Domain | None:
    """The domain that weights bring along, if no package registers it."""
    if weights is None:
        return None
    from .. import domains
    from ..model.about import about, domain_of

    return None if about(weights).symbols is None or domains.known(about(weights).config.domain) else domain_of(weights)


def _boards(
    file: str, name: str | Domain | None, form: str | None, column: str | None, clock: Deadline
) -> tuple[Domain, Board]:
    """All problems of a file [B, L]; they must be of one domain."""
    import numpy as np

    from .. import domains
    from ..files.records import read as read_file

    problems = []
    for record, given in each_problem(read_file(file, name, format=form, column=column), name):
        problems.append(given)
        if clock.over:
            raise TimeoutError(f"{len(problems)} problems of {file} were read in {clock.seconds:g} s; allow more")
        if problems[-1].domain != (one := problems[0].domain):
            raise InvalidInput(f"{record.where}a problem of {problems[-1].domain} among those of {one}")
    where = domains.get(problems[0].domain) if name is None or isinstance(name, str) else name
    return where, np.stack([problem.values for problem in problems])

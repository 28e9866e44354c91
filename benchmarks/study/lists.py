"""`lists`: cells filled together that must agree: lists and their answers, and rows of a known hidden Markov model.

Each list task twice: with nothing given, and with the list given, the answer to be found. Seeds are outermost.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
from typer import Option

from vmdsolve.domains.hidden import Hidden
from vmdsolve.domains.lists import TASKS
from vmdsolve.measure.exact import ExactDenoiser
from vmdsolve.problem import OPEN
from vmdsolve.sampler import Network, Plan, fill_boards, latent_keys

from ..driver import RESULTS, Row, Run, table
from .arms import MAIN, Arm, Timed, Trained, Variant, measured, record, rounded, trained
from .synthetic import named, studied
from .tables import figure, grouped, nats

__all__ = ["GIVEN", "METHOD", "answered", "cells", "exactly", "filled", "run", "shown"]

METHOD = (
    "Arms as in `synthetic`, trained on boards drawn from the domain's law; {n:,} samples a row. accuracy: share of "
    "samples that the rules accept; with the list given it is one drawn from the law, and T counts the answer's "
    "evaluations alone. variation: total variation distance to the exact law, variation_floor what perfect samples "
    "would show. No rule masks a symbol. Arm `exact` is no training: the denoiser of the hidden Markov model in closed "
    "form, so that all that is lost is the sampler's; z of k are the hidden states of k cells."
)
LISTS = tuple(f"list-{task}-3" for task in TASKS)
ROWS = "hidden-markov-6"
GIVEN = 2  # blocks: the list, then its answer
ORDERS = ("random", "top_prob", "margin", "entropy")


def cells(domains: list[str], arms: list[Arm]) -> Iterator[tuple[str, int, Arm]]:
    """(domain, blocks, arm) to train; arms that know whole boards alone are not asked for answers to given lists."""
    for name in domains:
        for blocks in (1, GIVEN) if name in LISTS else (1,):
            yield from ((name, blocks, arm) for arm in arms if blocks == 1 or not arm.recipe.get("matched"))


def run(
    domains: Annotated[str, Option(help="Domains, separated by commas.")] = ",".join((*LISTS, ROWS)),
    arms: Annotated[str, Option(help='Arms, separated by semicolons; "main".')] = "main",
    seeds: Annotated[int, Option(min=1, help="Trainings of every arm.")] = 3,
    first_seed: Annotated[int, Option(min=0, help="The first of them.")] = 0,
    n: Annotated[int, Option(min=1, help="Samples a row.")] = 20_000,
    steps_scale: Annotated[float, Option(min=0.0, help="Factor on the steps of all trainings.")] = 1.0,
    budget: Annotated[float | None, Option(min=0.0, help="Seconds after which no training is begun.")] = None,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Lists and hidden Markov rows: what agrees that is filled together."""
    names = domains.split(",")
    row = {"domains": domains, "arms": arms, "seeds": seeds, "first_seed": first_seed, "n": n, "scale": steps_scale}
    chosen = list(cells(names, named(arms, {"main": MAIN})))
    study = record(names, {arm.name: arm for *_, arm in chosen}.values())
    with Run("lists", METHOD.format(n=n), {**row, "budget": budget, "study": study}, (), out) as this:
        this.rows += [one for name in names if name.startswith("hidden") for one in exactly(int(name[14:]), n)]

        def job(name: str, blocks: int, arm: Arm, seed: int) -> Trained:
            return trained(name, arm, seed, blocks=blocks, scale=steps_scale)

        def rows(it: Trained) -> Iterator[Row]:
            given = it.about["blocks"] == GIVEN
            L = it.domain.rules.L // it.about["blocks"]
            for T in sorted({min(steps, L) for steps in (1, 2, 4, 8)}):
                for variant in it.arm.variants:
                    if not (variant.each_step and T == 1):  # then z once and z each step are the same
                        yield answered(it, variant, T, n) if given else measured(it, variant, T, n)[0]

        studied(this, chosen, range(first_seed, first_seed + seeds), job, rows, budget)
        print(f"\n{shown(this.rows)}")


def answered(it: Trained, variant: Variant, steps: int, n: int) -> Row:
    """One row: n lists of the law, each answered at so many evaluations."""
    rules, half = it.domain.rules, it.domain.rules.L // GIVEN
    boards = it.law.draw(np.random.default_rng(it.about["seed"]), n)
    boards[:, half:] = OPEN
    start = time.perf_counter()
    plan = variant.plan(GIVEN * steps, GIVEN)  # the first block's share is not used: nothing in it is open
    filled = fill_boards(Timed(it.model, rules, n), rules, boards, plan, keys=_keys(n), seed=it.about["seed"])
    return rounded({
        **it.about, "variant": variant.name, "headline": variant == it.arm.headline, "nfe": int(filled.nfe.max()),
        **asdict(it.law.compare(filled.values)), "sample_seconds": time.perf_counter() - start,
    })  # fmt: skip


def exactly(L: int, n: int) -> Iterator[Row]:
    """The sampler's own error: rows of L cells by the exact denoiser, by order, T and how much z tells."""
    from vmdsolve.measure.law import law_of

    domain = Hidden(L)
    law, boards = law_of(domain), np.full((n, L), OPEN, np.int32)
    for told in (0, 1, 2, L // 2):
        for order in ORDERS if not told else ORDERS[:1]:
            for steps in sorted({1, 2, 4, L}):
                asked: Network = ExactDenoiser(domain.chain, L, told)
                plan = Plan(steps=steps, order=order, temperature=1.0)
                found = law.compare(fill_boards(asked, domain.rules, boards, plan, keys=_keys(n)).values)
                yield rounded({
                    "domain": domain.name, "blocks": 1, "arm": "exact", "variant": f"{order}, z of {told}",
                    "headline": order == "random", "nfe": steps, "seed": 0, "n": n, "accuracy": found.accuracy,
                    "kl": found.kl, "variation": found.variation, "variation_floor": found.variation_floor,
                })  # fmt: skip


def _keys(n: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return latent_keys(np.arange(n, dtype=np.uint64), 0)


def shown(rows: list[Row]) -> str:
    """A line an arm and way: accuracy and KL, of hidden Markov rows variation; mean over seeds, and the worst."""
    many = sorted({row["nfe"] for row in rows})
    body = []
    for (name, blocks, arm, variant), held in grouped(rows, "domain", "blocks", "arm", "variant").items():
        by_nfe = [[row for row in held if row["nfe"] == nfe] for nfe in many]
        if str(name).startswith("hidden"):
            told = [figure(some, "variation", "{:.1%}".format, max) for some in by_nfe]
        else:
            both = ([figure(some, "accuracy", "{:.1%}".format, min), figure(some, "kl", nats, max)] for some in by_nfe)
            told = ["-" if one == "-" else f"{one}, {other}" for one, other in both]
        body.append([name, "the list" if blocks == GIVEN else "nothing", arm, variant, *told])
    return table(["domain", "given", "arm", "sampled", *(f"NFE {nfe}" for nfe in many)], body)


def filled(rows: list[Row]) -> list[str]:
    """The table of benchmarks/README.md: without the ways that are no arm's headline; exact rows are all of them."""
    kept = [row for row in rows if row["headline"] or row["arm"] in ("exact", "baseline")]
    n = len({row["seed"] for row in rows if row["arm"] != "exact"})
    seeds = "one seed" if n == 1 else f"mean over {n} seeds at most, the worst in brackets"
    floor = max(
        (row["variation_floor"] for row in kept if row.get("variation_floor") and row["arm"] == "exact"), default=0
    )
    return [
        shown(kept),
        "Lists: share of samples that the rules accept, and KL of the law from the samples, in nats: to answer the "
        "same each time may be right, and is far from the law. hidden-markov-6: total variation distance to the exact "
        f"law, of which {floor:.1%} is there because samples are {rows[0]['n']:,}. {seeds[0].upper()}{seeds[1:]}.",
    ]

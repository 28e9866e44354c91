"""`synthetic`: toys whose exact law is known, over arms, ways of sampling, evaluations and seeds.

Seeds are outermost, so that a budget that runs out leaves whole seeds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from typer import Option

from ..driver import RESULTS, Row, Run
from .arms import ABLATIONS, ARMS, MAIN, PACKAGED, Arm, Trained, measured, record, trained
from .plots import draw
from .tables import shown

__all__ = ["cells", "run", "studied"]

METHOD = (
    "Every arm is trained on boards drawn from the domain's law, as many of them in as many steps, with the same loops "
    "and learning rate and, within 5%, as many parameters; then {n:,} samples a row are compared with the exact law. "
    "accuracy: share of samples that are in the law. KL: of the law from the samples, in nats, wrong samples being one "
    "more outcome and half a count being added to every outcome; kl_floor is what perfect samples would show, kl_error "
    "a standard error of the sampling (not of the training: that is what seeds are for). NFE: network evaluations a "
    "sample, all blocks together. No rule masks a symbol. argmax: order top_prob, ties and all; drawn: temperature 1, "
    "random order. prior_draws: of z, a sample; prior_calls: of the small prior, a draw; prior_share: of sampling time."
)
TABLE = (("chain", 1), ("chain", 2), ("chains", 1), ("chains", 2))
SWEEP = tuple(f"follow-{p}" for p in (0, 20, 40, 60, 80, 100))
DOMAINS = ("chains", "chain", "pair", "pair-skew", *SWEEP)


def cells(domains: list[str], arms: list[Arm]) -> Iterator[tuple[str, int, Arm]]:
    """(domain, blocks, arm) to train; the arms that change one choice are for `chains` in one block."""
    for name in domains:
        for blocks in [b for d, b in TABLE if d == name] or [1]:
            for arm in arms:
                fits = blocks == 1 or not arm.recipe.get("matched")  # which knows whole boards
                if fits and (arm in MAIN or (name, blocks) == ("chains", 1)):
                    yield name, blocks, arm


def run(
    domains: Annotated[str, Option(help="Domains, separated by commas.")] = ",".join(DOMAINS),
    arms: Annotated[str, Option(help='Arms, separated by semicolons; "main", "ablations" or "all".')] = "all",
    seeds: Annotated[int, Option(min=1, help="Trainings of every arm.")] = 3,
    first_seed: Annotated[int, Option(min=0, help="The first of them.")] = 0,
    n: Annotated[int, Option(min=1, help="Samples a row.")] = 20_000,
    steps_scale: Annotated[float, Option(min=0.0, help="Factor on the steps of all trainings.")] = 1.0,
    budget: Annotated[float | None, Option(min=0.0, help="Seconds after which no training is begun.")] = None,
    plots: Annotated[Path | None, Option(help="Folder for plots.")] = None,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Toys of known law: what a latent buys, over arms, evaluations and seeds."""
    row = {"domains": domains, "arms": arms, "seeds": seeds, "first_seed": first_seed, "n": n, "scale": steps_scale}
    chosen = list(cells(domains.split(","), named(arms)))
    study = record(domains.split(","), {arm.name: arm for *_, arm in chosen}.values())
    with Run("synthetic", METHOD.format(n=n), {**row, "budget": budget, "study": study}, (), out) as this:

        def job(name: str, blocks: int, arm: Arm, seed: int) -> Trained:
            return trained(name, arm, seed, blocks=blocks, scale=steps_scale)

        def rows(it: Trained) -> Iterator[Row]:
            blocks, L = it.about["blocks"], it.domain.rules.L
            for nfe in (steps for steps in (1, 2, 4) if blocks <= steps <= L):
                for variant in it.arm.variants:
                    if variant.each_step and nfe == blocks:
                        continue  # one evaluation a block: z once and z each step are the same
                    if it.about["domain"] in SWEEP and variant != it.arm.headline:
                        continue
                    found, values = measured(it, variant, nfe, n)
                    if it.about["domain"] == "pair" and nfe == 1 and not it.about["seed"]:
                        found["joint"] = np.bincount(10 * values[:, 0] + values[:, 1], minlength=100).tolist()
                    yield found

        studied(this, chosen, range(first_seed, first_seed + seeds), job, rows, budget)
        print(f"\n{shown(this.rows)}")
        if plots is not None:
            draw(plots, synthetic=this.rows)


GROUPS = {"main": MAIN, "ablations": ABLATIONS, "all": (*MAIN, *ABLATIONS)}


def named(arms: str, groups: Mapping[str, Sequence[Arm]] = GROUPS, known: Mapping[str, Arm] | None = None) -> list[Arm]:
    """The arms of an option's text: those of a group, or some of those that are known, by default all and PACKAGED."""
    if arms in groups:
        return list(groups[arms])
    known = {**ARMS, PACKAGED.name: PACKAGED} if known is None else known
    if missing := [name for name in arms.split(";") if name not in known]:
        raise SystemExit(f"unknown arm {missing[0]!r}; there are {'; '.join(known)}")
    return [known[name] for name in arms.split(";")]


def studied(
    this: Run,
    chosen: list[tuple[str, int, Arm]],
    seeds: range,
    job: Callable[[str, int, Arm, int], Trained],
    rows: Callable[[Trained], Iterator[Row]],
    budget: float | None,
) -> None:
    """Train and measure every cell for every seed; none is begun that the budget would not let end."""
    for seed, name, blocks, arm in affordable(this, chosen, seeds, budget):
        it = job(name, blocks, arm, seed)
        mine = list(rows(it))
        this.rows += mine
        said = "; ".join(f"NFE {row['nfe']} {row['variant']} {row['accuracy']:.2%} KL {row['kl']:.3f}" for row in mine)
        print(f"seed {seed}, {name}, {blocks} blocks, {arm.name}, {it.seconds:.0f} s: {said}", flush=True)


def affordable(
    this: Run, chosen: list[tuple[str, int, Arm]], seeds: range, budget: float | None
) -> Iterator[tuple[int, str, int, Arm]]:
    """Seed and cell, seeds outermost; without those that the budget, in seconds, would not let end."""
    end = None if budget is None else time.perf_counter() + budget
    took: dict[tuple[str, int, str], float] = {}  # seconds of a cell, when it was done last
    for seed in seeds:
        for name, blocks, arm in chosen:
            start = time.perf_counter()
            if end is not None and start + took.get((name, blocks, arm.name), 0.0) > end:
                this.note(f"not measured, no time being left: {name}, {blocks} blocks, {arm.name}, seed {seed}")
                continue
            yield seed, name, blocks, arm
            took[name, blocks, arm.name] = time.perf_counter() - start

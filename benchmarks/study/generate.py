"""`generate`: whole grids from nothing, beside the exact law over all of them, by arm, evaluations and re-masking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from typer import Option

from ..driver import RESULTS, Row, Run
from .arms import Arm, Trained, measured, record, trained
from .plots import draw
from .synthetic import named, studied
from .tables import shown

METHOD = (
    "All solutions of an empty board are known by exact search and equally likely; every arm is trained on boards "
    "drawn from them, as many in as many steps, with the same loops and learning rate and, within 5%, as many "
    "parameters; `packaged` are the weights that come along, which do not share in that. {n:,} samples in one "
    "evaluation, a quarter of that in more. accuracy: share of valid grids. KL: of "
    "the law from the samples, in nats, invalid grids being one more outcome, half a count added to every outcome. "
    "NFE: the most evaluations a sample may cost. No rule masks a symbol; re-masking opens a fifth of the candidates "
    "after each step but the last: the least certain cells, or those among the cells that clash. argmax: order "
    "top_prob; drawn: temperature 1, random order."
)
NFES = (1, 2, 4, 8, 16)
REMASKED = (4, 16)  # at these, with both kinds of re-masking, too
LONG = 4  # rows of more than one evaluation have so many times fewer samples


def run(
    domains: Annotated[str, Option(help="Domains, separated by commas.")] = "sudoku-4x4",
    arms: Annotated[str, Option(help="Arms, between semicolons; or main, ablations, all, packaged.")] = "main",
    seeds: Annotated[int, Option(min=1, help="Trainings of every arm.")] = 3,
    first_seed: Annotated[int, Option(min=0, help="The first of them.")] = 0,
    n: Annotated[int, Option(min=1, help="Samples a row.")] = 20_000,
    steps_scale: Annotated[float, Option(min=0.0, help="Factor on the steps of all trainings.")] = 1.0,
    budget: Annotated[float | None, Option(min=0.0, help="Seconds after which no training is begun.")] = None,
    plots: Annotated[Path | None, Option(help="Folder for plots.")] = None,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Whole grids from nothing: what a latent buys."""
    said = {"domains": domains, "arms": arms, "seeds": seeds, "first_seed": first_seed, "n": n, "scale": steps_scale}
    chosen = [(name, 1, arm) for name in domains.split(",") for arm in named(arms)]
    study = record(domains.split(","), {arm.name: arm for *_, arm in chosen}.values())
    with Run("generate", METHOD.format(n=n), {**said, "budget": budget, "study": study}, (), out) as this:

        def job(name: str, blocks: int, arm: Arm, seed: int) -> Trained:
            return trained(name, arm, seed, blocks=blocks, scale=steps_scale)

        def rows(it: Trained) -> Iterator[Row]:
            for nfe in NFES:
                samples = n if nfe == 1 else -(-n // LONG)
                for variant in it.arm.variants:
                    if variant.each_step and nfe == 1:
                        continue  # the same as z once
                    if variant != it.arm.headline and nfe > 4:
                        continue
                    again = nfe in REMASKED and variant == it.arm.headline
                    for remask in ("none", "least", "conflicts") if again else ("none",):
                        yield {**measured(it, variant, nfe, samples, remask=remask)[0], "remask": remask}

        studied(this, chosen, range(first_seed, first_seed + seeds), job, rows, budget)
        print(f"\n{shown(this.rows)}")
        if plots is not None:
            draw(plots, generate=this.rows)

"""`gaps`: what limits each arm, in nats: its decoder, its prior or its posterior, on toys and grids of known law."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from typer import Option

from vmdsolve.measure.gaps import gaps

from ..driver import RESULTS, Row, Run, table
from .arms import ABLATIONS, CODES, FITTED, MAIN, ONCE, PACKAGED, Arm, record, rounded, trained
from .synthetic import affordable, named
from .tables import figure, grouped, nats

__all__ = ["GAPS", "filled", "run", "shown"]

METHOD = (
    "Arms as in `synthetic` and `generate`; then {draws:,} draws of z, half of them from the posterior's mean where "
    "one is learned, beside the exact law, for a board that shows nothing, in one evaluation with symbols drawn. "
    "KL(law || model) = decoder + prior - posterior; decoder = unsaid + misfit. unsaid: how much cells still hang on "
    "each other once z is known; misfit: what the decoder gets wrong cell by cell; prior: codes drawn too seldom, or "
    "for nothing; posterior: how far the learned posterior is from the one that the model implies, and - where there "
    "is none to learn. floor: how much of the KL is there because draws are few."
)
CHANGED = (  # one choice of `codes` each
    Arm("codes, not settled", ONCE, ONCE[1], CODES, {**FITTED, "settle": 0.0}),
    Arm("codes, KL balanced 0.8", ONCE, ONCE[1], CODES, {**FITTED, "latent_kl": 0.25}),
    Arm("codes, lambda 1", ONCE, ONCE[1], CODES, {**FITTED, "latent_kl": 1.0}),
    Arm("codes, 0.1 free bits", ONCE, ONCE[1], CODES, {**FITTED, "free_bits": 0.1}),
)
ALONE = tuple(arm for arm in ABLATIONS if "each step" not in arm.name)
GAPS = {arm.name: arm for arm in (*MAIN, *ALONE, *CHANGED, PACKAGED)}
GROUPS = {"main": MAIN, "all": (*MAIN, *ALONE, *CHANGED)}
FIELDS = ("unsaid", "misfit", "prior", "posterior", "kl", "floor")


def run(
    domains: Annotated[str, Option(help="Domains, separated by commas.")] = "chain,chains,sudoku-4x4",
    arms: Annotated[str, Option(help="Arms, between semicolons; main, or all.")] = "all",
    seeds: Annotated[int, Option(min=1, help="Trainings of every arm.")] = 3,
    first_seed: Annotated[int, Option(min=0, help="The first of them.")] = 0,
    draws: Annotated[int, Option(min=2, help="Of z, for each arm.")] = 8192,
    steps_scale: Annotated[float, Option(min=0.0, help="Factor on the steps of all trainings.")] = 1.0,
    budget: Annotated[float | None, Option(min=0.0, help="Seconds after which no training is begun.")] = None,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """What limits each arm: decoder, prior or posterior, in nats."""
    names, picked = domains.split(","), named(arms, GROUPS, GAPS)
    said = {"domains": domains, "arms": arms, "seeds": seeds, "first_seed": first_seed, "n": draws}
    said |= {"scale": steps_scale, "budget": budget, "study": record(names, picked)}
    # arms that change one choice are for the toys, where a training takes a minute
    chosen = [(name, 1, arm) for name in names for arm in picked if arm not in CHANGED or name.startswith("chain")]
    with Run("gaps", METHOD.format(draws=draws), said, (), out) as this:
        for seed, name, _, arm in affordable(this, chosen, range(first_seed, first_seed + seeds), budget):
            it = trained(name, arm, seed, scale=steps_scale)
            settled = arm.recipe.get("settle", 0.0) > 0
            found = gaps(it.model, it.domain.rules, it.law, draws=draws, likeliest=settled, seed=seed)
            row: Row = rounded({**it.about, **asdict(found)})
            this.rows.append(row)
            print(
                f"seed {seed}, {name}, {arm.name}: " + ", ".join(f"{field} {row[field]}" for field in FIELDS),
                flush=True,
            )
        print(f"\n{shown(this.rows)}")


def shown(rows: list[Row]) -> str:
    """A line for all seeds of an arm: the mean, and the worst in brackets where there are several."""
    header = ["domain", "arm", "seeds", *FIELDS[:4], "KL", "floor"]
    body = []
    for (name, arm), held in grouped(rows, "domain", "arm").items():
        body.append([name, arm, len(held), *(figure(held, field, nats, max) for field in FIELDS)])
    return table(header, body)


def filled(rows: list[Row]) -> list[str]:
    """The table of README.md."""
    n = len({row["seed"] for row in rows})
    seeds = "one seed" if n == 1 else f"mean over {n} seeds at most, the worst in brackets"
    return [shown(rows), f"Nats, {seeds}; {max(row['draws'] for row in rows):,} draws of z."]

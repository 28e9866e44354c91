"""`ablation`: what each choice of the 9x9 recipe is worth: small trainings that differ from the first in one thing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, NamedTuple

from typer import Option

from vmdsolve.api.generate import generate
from vmdsolve.measure.accuracy import evaluate
from vmdsolve.model.config import ModelConfig
from vmdsolve.sampler import Plan, Predictor
from vmdsolve.train import Recipe, Trainer

from ..driver import RESULTS, Row, Run, table
from ..puzzles import ProblemSet, choose, sudoku

METHOD = (
    "every arm is trained from nothing for the same number of puzzles and differs from `base` in one choice; then its "
    "averaged weights fill n problems a set by themselves, bfloat16, one board each: in one pass, and in margin order "
    "at NFE 20. A row is one seed. CPU seconds are of the training process, all its threads."
)
HARD, HARD_SEED, HARD_ROUNDS = 4000, 1, 60  # puzzles bred for the arm that trains on them
SETS = "held-out,17_clue,top1465"
STEPS = (1, 20)


@dataclass(frozen=True)
class Arm:
    """One choice: fields of the recipe or of the model that differ from `base`, or loops of an evaluation.

    hard = "bred" stands for a file of HARD puzzles bred for HARD_ROUNDS rounds.
    """

    recipe: Row = field(default_factory=dict)
    model: Row = field(default_factory=dict)
    loops: int | None = None


ARMS = {
    "base": Arm(),
    "8 loops with gradient": Arm({"loops": ((0.0, 8),), "free": 8}),
    "32 loops with gradient": Arm({"loops": ((0.0, 8), (0.1, 32))}),
    "no free loops": Arm({"free": 0}),
    "up to 48 free loops": Arm({"free": 48}),
    "all loops count alike": Arm({"later": 0.0}),
    "late loops count more": Arm({"later": 3.0}),
    "free masks only": Arm({"solving": 0.0}),
    "clues always kept": Arm({"solving": 1.0}),
    "cells by ease": Arm({"reveal": "ease"}),
    "always from the clues": Arm({"full": 1.0}),
    "half of the puzzles hard": Arm({"hard": "bred"}),
    "no latent": Arm(model={"latent": 0}),
    "half the width": Arm(model={"width": 16, "message": 16, "hidden": 32}),
    "attention": Arm(model={"mixer": "attention"}),
    "no averaging": Arm({"ema": 0.0}),
    "16 loops an evaluation": Arm(loops=16),
    "32 loops an evaluation": Arm(loops=32),
    "64 loops an evaluation": Arm(loops=64),
    "up to 48 free loops, 64 loops an evaluation": Arm({"free": 48}, loops=64),
}


class Made(NamedTuple):
    """A training and what it cost."""

    trainer: Trainer
    loss: float  # cross-entropy after the last loop, nats a masked cell, mean over the training's last tenth
    seconds: float


def run(
    arms: Annotated[str, Option(help="Arms, separated by semicolons; 'all'.")] = "all",
    steps: Annotated[int, Option(min=1, help="Optimiser steps of a training, of 64 puzzles.")] = 600,
    seeds: Annotated[int, Option(min=1, help="Trainings of every arm.")] = 2,
    first_seed: Annotated[int, Option(min=0, help="The first of them.")] = 0,
    sets: Annotated[str, Option(help="Sets of problems, separated by commas.")] = SETS,
    n: Annotated[int, Option(min=1, help="Problems a set.")] = 256,
    budget: Annotated[float | None, Option(min=0.0, help="Seconds after which no training is begun.")] = None,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Small trainings on 9x9 Sudoku, each with one choice changed."""
    wanted = list(ARMS) if arms == "all" else arms.split(";")
    if unknown := [name for name in wanted if name not in ARMS]:
        raise SystemExit(f"unknown arm {', '.join(unknown)}; there are {'; '.join(ARMS)}")
    parameters: Row = {
        "arms": arms, "steps": steps, "seeds": seeds, "first_seed": first_seed, "sets": sets, "n": n, "budget": budget,
    }  # fmt: skip
    begun = time.perf_counter()
    with Run("ablation", METHOD, parameters, (), out) as this, TemporaryDirectory() as folder:
        chosen = choose(this, sets, n, seed=0)
        for seed in range(first_seed, first_seed + seeds):
            made: dict[str, Made] = {}
            for name in wanted:
                if budget is not None and time.perf_counter() - begun > budget:
                    this.note(f"seed {seed}, {name}: not begun, the time was over")
                    continue
                key = repr((ARMS[name].recipe, ARMS[name].model))
                if key not in made:
                    made[key] = trained(ARMS[name], seed, steps, Path(folder))
                rows = [*measured(name, seed, made[key], chosen)]
                this.rows += rows
                print(f"seed {seed}, {name}: solved of {n}", {row["set"]: row["solved"] for row in rows}, flush=True)
        print(f"\n{shown(this.rows)}")


def trained(arm: Arm, seed: int, steps: int, folder: Path) -> Made:
    """A training of the arm."""
    domain = sudoku()
    choices: Row = {"steps": steps, "loops": ((0.0, 8), (0.1, 16)), "decay": 0.6, "rate": 3e-3, "seed": seed}
    choices |= arm.recipe
    if "hard" in choices:
        choices["hard"] = str(bred(folder / "bred.txt"))
    config = ModelConfig.of(domain, **{"loops": 24, **arm.model})
    trainer, begun = Trainer(domain, config, Recipe(**choices)), time.process_time()
    *_, last = trainer.run(every=max(1, steps // 10))
    return Made(trainer, last.last, time.process_time() - begun)


def bred(path: Path) -> Path:
    """A file of hard puzzles, made if it is not there."""
    if not path.exists():
        made = generate(sudoku(), HARD, seed=HARD_SEED, harder=HARD_ROUNDS)
        path.write_text("".join(f"{sudoku().format(problem.values)}\n" for problem, _ in made))
    return path


def measured(name: str, seed: int, made: Made, sets: list[ProblemSet]) -> Iterator[Row]:
    """What an arm's weights solve of every set, by steps."""
    predict = Predictor(made.trainer.average.eval(), sudoku().rules, loops=ARMS[name].loops, bf16=True)
    for problems in sets:
        yield {
            "arm": name, "seed": seed, "set": problems.name, "n": len(problems.boards), "cpu_seconds": made.seconds,
            "parameters": sum(p.numel() for p in made.trainer.model.parameters()), "loss": made.loss,
            "solved": {
                str(T): evaluate(sudoku(), problems.boards, predict=predict, plan=Plan(steps=T, legal=False)).solved
                for T in STEPS
            },
        }  # fmt: skip


def shown(rows: list[Row]) -> str:
    """A line an arm: means over seeds, the lowest and the highest in brackets."""
    sets = list(dict.fromkeys(row["set"] for row in rows))
    columns = [(name, str(T)) for name in sets for T in STEPS]
    body = []
    for arm in dict.fromkeys(row["arm"] for row in rows):
        mine = [row for row in rows if row["arm"] == arm]
        cells = []
        for name, T in columns:
            shares = [row["solved"][T] / row["n"] for row in mine if row["set"] == name]
            spread = f" ({min(shares):.0%} to {max(shares):.0%})" if len(shares) > 1 else ""
            cells.append(f"{sum(shares) / len(shares):.1%}{spread}")
        seconds = sum(row["cpu_seconds"] for row in mine) / len(mine)
        about = [str(len({row["seed"] for row in mine})), f"{mine[0]['parameters']:,}", f"{seconds:.0f}"]
        body.append([arm, *about, *cells])
    return table(["arm", "seeds", "parameters", "CPU s", *(f"{name}, NFE {T}" for name, T in columns)], body)

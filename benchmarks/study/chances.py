"""`chances`: does z give second chances on puzzles with one solution? With latent and without, equal steps and data.

Both models are trained here unless their runs are found; K boards a puzzle then differ by z, by noise on the order of
commits, by drawn symbols, or by both z and noise, and the checker chooses.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
from typer import Option

from vmdsolve.measure.accuracy import evaluate
from vmdsolve.model.checkpoint import load_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.sampler import SECOND_NOISE, Plan, Predictor
from vmdsolve.train import Recipe, Trainer

from ..accuracy import line_of, row_of
from ..driver import RESULTS, Row, Run, table
from ..puzzles import choose, sudoku

METHOD = (
    "two models, latent 8 (Gaussian, standard prior) and latent 0, otherwise of one shape, trained on the same stream "
    "with the same recipe; the model fills the boards alone in margin order, the checker chooses among K. The first "
    "board has no noise; the others differ by what the column says. `nothing`: z alone; without latent every board "
    "would be the same, so there K = 1 says all. Intervals: Wilson, 95%, of the sample."
)
RECIPE = Recipe(steps=1000, batch=64, rate=3e-3, decay=0.6, loops=((0.0, 8), (0.15, 16)), free=16)
KS = (1, 4, 16, 64)


def run(
    runs: Annotated[Path, Option(help="Folder of the two runs; what is not there is trained.")] = Path("runs/chances"),
    sets: Annotated[str, Option(help="Sets of problems, separated by commas.")] = "held-out,top1465",
    n: Annotated[int, Option(min=1, help="Problems a set.")] = 100,
    steps: Annotated[int, Option(min=1, help="T.")] = 20,
    latents: Annotated[int, Option(min=1, help="The largest K.")] = 64,
    train_steps: Annotated[int, Option(min=1, help="Optimiser steps of a model that has to be trained.")] = 1000,
    threads: Annotated[int, Option(min=0, help="0: one a core.")] = 0,
    seed: Annotated[int, Option(min=0, help="Of the choice of problems and of the sampling.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """z against noise as a source of second chances."""
    parameters: Row = {"sets": sets, "n": n, "steps": steps, "latents": latents, "train_steps": train_steps}
    if threads:
        torch.set_num_threads(threads)
    with Run("chances", METHOD, parameters, (), out) as this:
        chosen = choose(this, sets, n, seed)
        plan = Plan(steps=steps, legal=False)
        ways = {
            "nothing": plan,
            "order noise": Plan(steps=steps, legal=False, noise=SECOND_NOISE),
            "drawn symbols": Plan(steps=steps, legal=False, temperature=1.0),
        }
        for D in (0, 8):
            file = _trained(runs / f"latent-{D}", D, train_steps)
            model = load_model(file, sudoku())
            predict = Predictor(model, sudoku().rules, loops=24, threads=threads)
            size = sum(p.numel() for p in model.denoiser.parameters())
            for problems in chosen:
                for way, again in ways.items():
                    K = 1 if way == "nothing" and not D else latents
                    result = evaluate(
                        sudoku(), problems.boards, predict=predict, plan=plan, again=again, latents=K, seed=seed
                    )
                    about: Row = {"set": problems.name, "latent": D, "order": way, "steps": steps, "n": n}
                    about |= {"parameters": size, "loops": result.loops}
                    rows = [{**about, **row_of(result, k)} for k in sorted({k for k in KS if k < K} | {K})]
                    this.rows += rows
                    print("; ".join(f"latent {D} " + " ".join(line_of(row)) for row in rows), flush=True)
        print(f"\n{shown(this.rows)}")


def _trained(folder: Path, D: int, steps: int) -> Path:
    """The weights of a finished run in the folder, trained first if they are not there."""
    file = folder / "weights.safetensors"
    if not file.exists():
        config = ModelConfig("sudoku-9x9", sudoku().rules.relations, latent=D)
        folder.mkdir(parents=True, exist_ok=True)
        trainer = Trainer(sudoku(), config, Recipe(**{**vars(RECIPE), "steps": steps}))
        for progress in trainer.run(folder):
            print(f"latent {D}: step {progress.step} of {steps}, loss {progress.last}, KL {progress.kl}", flush=True)
    return file


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    header = ["latent", "set", "differ by", "T", "K", "n", "solved", "95%", "NFE", "block applications"]
    return table(header, [[str(row["latent"]), *line_of(row)] for row in rows])

"""`accuracy`: what the learned model solves alone, over order x T x K, with what it cost.

One run with K latents tells of every smaller K as well. Each cell (set, order, T) gets an equal share of the time that
is left; its K stops growing where that is used up, and a cell whose first latent would not fit is not begun.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import torch
from typer import Option

from vmdsolve.measure.accuracy import Accuracy, evaluate
from vmdsolve.model.checkpoint import load_model, packaged
from vmdsolve.sampler import SECOND_NOISE, Plan, Predictor

from .driver import RESULTS, Row, Run, table, wilson
from .puzzles import choose, sudoku
from .weighed import fingerprint

METHOD = (
    "the model fills the boards, the checker judges; no propagation, no search, {legal}. A problem counts if one of "
    "its K boards is right; its latents stop at the first. First latent without noise, the others with {noise} "
    "on the confidence, and on states where that is what z is. NFE = network evaluations a problem, all its latents "
    "together; block applications: loops, which a board leaves once it breaks no rule. Intervals: Wilson, 95%, of the "
    "sample."
)
KS = (1, 16, 64)
SETS = ("held-out", "no-guess", "nearly-full", "17_clue", "top1465", "11+")


def run(
    sets: Annotated[str, Option(help="Sets of problems, separated by commas.")] = ",".join(SETS),
    n: Annotated[int, Option(min=1, help="Problems a set.")] = 200,
    orders: Annotated[str, Option(help="Orders, separated by commas.")] = "margin,top_prob",
    steps: Annotated[str, Option(help="Values of T, separated by commas.")] = "1,5,10,20,60",
    latents: Annotated[int, Option(min=1, help="The largest K; smaller ones are reported with it.")] = 64,
    loops: Annotated[int | None, Option(min=1, help="Loops an evaluation, not the model's own.")] = None,
    legal: Annotated[bool, Option("--legal", help="Let rules mask symbols, with the guard; reported apart.")] = False,
    budget: Annotated[float | None, Option(min=0.0, help="Seconds for all.")] = None,
    seed: Annotated[int, Option(min=0, help="Of the choice of problems and of the sampling.")] = 0,
    weights: Annotated[Path | None, Option(help="Weights, instead of those that come along.")] = None,
    device: Annotated[str | None, Option(help="cpu or cuda; by default a GPU if there is one.")] = None,
    threads: Annotated[int, Option(min=0, help="Of the network on a CPU; 0: one a core.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """What the learned model solves alone."""
    model = packaged(sudoku()) if weights is None else load_model(weights, sudoku())
    if model is None:
        raise SystemExit("no weights for sudoku-9x9 come along; name a file with --weights")
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    predict = Predictor(model, sudoku().rules, device, loops=loops, threads=threads)
    parameters: Row = {
        "sets": sets, "n": n, "orders": orders, "steps": steps, "latents": latents, "legal": legal,
        "loops": loops or model.config.loops, "budget": budget, "seed": seed, "device": device,
        "threads": threads,
        "model": fingerprint(model.state_dict()), "parameters": sum(p.numel() for p in model.parameters()),
    }  # fmt: skip
    helped = "but rule masks and guard are on" if legal else "no rule masks a symbol"
    method = METHOD.format(noise=SECOND_NOISE, legal=helped)
    with Run("accuracy", method, parameters, (), out) as this:
        chosen = choose(this, sets, n, seed)
        cells = [
            (T, order, problems) for T in sorted(map(int, steps.split(","))) for order in orders.split(",")
            for problems in chosen
        ]  # fmt: skip
        end = None if budget is None else time.perf_counter() + budget
        pace = 0.0  # seconds an evaluation took last
        for done, (T, order, problems) in enumerate(cells):
            left = None if end is None else end - time.perf_counter()
            about: Row = {"set": problems.name, "order": order, "steps": T, "n": len(problems.boards)}
            about |= {key: parameters[key] for key in ("loops", "legal", "seed", "model")}
            plan = Plan.of(model.config, steps=T, order=order, legal=legal, settle=True)
            result: Accuracy | None = None
            if left is None or len(problems.boards) * T * pace < left:
                with suppress(TimeoutError):
                    result = evaluate(
                        sudoku(), problems.boards, predict=predict, plan=plan, latents=latents, seed=seed,
                        seconds=None if left is None else left / (len(cells) - done),
                    )  # fmt: skip
                if result is not None:
                    pace = result.seconds / max(1, sum(result.evaluations_at))
                    result = result if result.total == len(problems.boards) else None
            rows = [{**about, **row_of(result, K)} for K in sorted({K for K in KS if latents > K} | {latents})]
            this.rows += rows
            print("; ".join(" ".join(line_of(row)) for row in rows), flush=True)
        print(f"\n{shown(this.rows)}")


def row_of(result: Accuracy | None, K: int) -> Row:
    if result is None or result.latents < K:
        return {"latents": K, "solved": None}
    solved, nfe = result.solved_within(K), result.nfe_within(K)
    return {
        "latents": K,
        "solved": solved,
        "interval": wilson(solved, result.total),
        "nfe": nfe,
        "block_applications": result.block_applications_within(K),
        "seconds_of_all_latents": result.seconds,
    }


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    header = ["set", "order", "T", "K", "n", "solved", "95%", "NFE", "block applications"]
    return table(header, [line_of(row) for row in rows])


def line_of(row: Row) -> list[str]:
    about = [row["set"], row["order"], str(row["steps"]), str(row["latents"]), str(row["n"])]
    if row["solved"] is None:
        return [*about, "not measured", "-", "-", "-"]
    low, high = row["interval"]
    cost = [f"{row['nfe']:.1f}", f"{row['block_applications']:.0f}"]
    return [*about, f"{row['solved'] / row['n']:.1%}", f"{low:.1%} to {high:.1%}", *cost]

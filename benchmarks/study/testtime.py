"""`testtime`: what more computing at test time buys the packaged 9x9 weights: latents, loops, re-masking, noise.

Averaging over symmetric images of a puzzle is not among the ways: the network commutes with every relabelling and
every symmetry of the rules (tests/model/test_model.py), so all images say the same, and their mean is any one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from typer import Option

from vmdsolve.errors import InvalidInput
from vmdsolve.measure.accuracy import Accuracy, evaluate
from vmdsolve.model.checkpoint import load_model, packaged
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import SECOND_NOISE, Plan, Predictor

from ..driver import RESULTS, Row, Run, table, wilson
from ..puzzles import choose, sudoku
from ..weighed import fingerprint
from .noisy import Noisy

METHOD = (
    "the model alone, sampled as it was made to be, no rule masks a symbol; margin order, bfloat16. Each way changes "
    "one thing of `as is`. K boards a problem, the checker chooses, a problem's boards end at the first that is right. "
    "NFE = network evaluations a problem; block applications: loops, which a board leaves once it breaks no rule. "
    "Boards after a problem's first have order noise, 0.5 unless the way says otherwise, and noise on states where "
    "that is what z is."
)
KS = (1, 4, 16)


@dataclass(frozen=True)
class Way:
    """One way to fill boards: fields of the plan, loops an evaluation (None: the model's own), bfloat16 or float32, and
    fields of the plan for all boards of a problem but its first; noise on the states of all of them, before the first
    loop and between loops, in place of that on the order.
    """

    plan: Row = field(default_factory=dict)
    loops: int | None = None
    bf16: bool = True
    again: Row = field(default_factory=dict)
    states: tuple[float, float] | None = None


WAYS = {
    "as is": Way(),
    "16 loops": Way(loops=16),
    "32 loops": Way(loops=32),
    "48 loops": Way(loops=48),
    "128 loops": Way(loops=128),
    "512 loops": Way(loops=512),
    "2,048 loops": Way(loops=2048),
    "T = 40": Way({"steps": 40}),
    "cells that clash opened again, 0.5": Way({"remask": "conflicts", "rate": 0.5}),
    "cells that clash opened again, 1.0": Way({"remask": "conflicts", "rate": 1.0}),
    "least certain opened again, 0.1": Way({"remask": "least", "rate": 0.1}),
    "certain cells (0.99) at once": Way({"threshold": 0.99}),
    "float32": Way(bf16=False),
    "order noise 0.25": Way(again={"noise": 0.25}),
    "order noise 1": Way(again={"noise": 1.0}),
    "order noise 2": Way(again={"noise": 2.0}),
    "order noise 4": Way(again={"noise": 4.0}),
    "noise on the beginning of states": Way(states=(3.0, 0.0)),
    "noise on states between loops": Way(states=(0.0, 0.03)),
    "symbols drawn, temperature 0.5": Way(again={"noise": SECOND_NOISE, "temperature": 0.5}),
}


def run(
    sets: Annotated[str, Option(help="Sets of problems, separated by commas.")] = "top1465,11+",
    n: Annotated[int, Option(min=1, help="Problems a set.")] = 100,
    steps: Annotated[int, Option(min=1, help="T.")] = 20,
    ways: Annotated[str, Option(help="Ways, separated by semicolons; 'all'.")] = "all",
    latents: Annotated[int, Option(min=1, help="The largest K.")] = 16,
    threads: Annotated[int, Option(min=0, help="0: one a core.")] = 0,
    weights: Annotated[Path | None, Option(help="Weights, instead of those that come along.")] = None,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """What more computing at test time buys."""
    model = packaged(sudoku()) if weights is None else load_model(weights, sudoku())
    if model is None:
        raise InvalidInput("there are no packaged weights for sudoku-9x9; name a file with --weights")
    wanted = list(WAYS) if ways == "all" else ways.split(";")
    if unknown := [name for name in wanted if name not in WAYS]:
        raise SystemExit(f"unknown way {', '.join(unknown)}; there are {'; '.join(WAYS)}")
    parameters: Row = {
        "sets": sets, "n": n, "steps": steps, "ways": ways, "latents": latents, "threads": threads,
        "model": fingerprint(model.state_dict()), "loops": model.config.loops,
    }  # fmt: skip
    with Run("testtime", METHOD, parameters, (), out) as this:
        for problems in choose(this, sets, n, seed=0):
            for name in wanted:
                way = WAYS[name]
                predict = network(model, way, threads)
                plan, again = plans(model.config, way, steps)
                found = evaluate(sudoku(), problems.boards, predict=predict, plan=plan, again=again, latents=latents)
                row: Row = {"set": problems.name, "way": name, "n": found.total, "loops": found.loops}
                row["at"] = [at(found, K) for K in KS if latents >= K]
                this.rows.append(row)
                print(shown([row]).splitlines()[-1], flush=True)
        print(f"\n{shown(this.rows)}")


def plans(config: ModelConfig, way: Way, steps: int) -> tuple[Plan, Plan]:
    """How a problem's first board is filled, and the others."""
    plan = Plan.of(config, **{"steps": steps, "legal": False, "settle": True, **way.plan})
    if way.states:  # all boards alike
        plan = replace(plan, still=False)
        return plan, plan
    return plan, replace(plan.other, **{"noise": SECOND_NOISE, **way.again})


def network(model: VMD, way: Way, threads: int) -> Predictor:
    """What a way asks."""
    if way.states is None:
        return Predictor(model, sudoku().rules, "cpu", loops=way.loops, bf16=way.bf16, threads=threads)
    begin, path = way.states
    loops = way.loops or model.config.loops
    return Noisy(model, sudoku().rules, begin=begin, path=path, loops=loops, threads=threads)


def at(found: Accuracy, K: int) -> Row:
    """What K boards a problem would have solved, and cost."""
    solved = found.solved_within(K)
    return {
        "latents": K, "solved": solved, "interval": wilson(solved, found.total), "nfe": found.nfe_within(K),
        "block_applications": found.block_applications_within(K),
    }  # fmt: skip


def shown(rows: list[Row]) -> str:
    """A line a way and set: share solved, its interval, NFE and block applications, by K."""
    Ks = [held["latents"] for held in rows[0]["at"]] if rows else []
    body = []
    for row in rows:
        cells = []
        for held in row["at"]:
            low, high = held["interval"]
            blocks = held.get("block_applications", held["nfe"] * row["loops"])  # before boards left the loops
            cost = f"{held['nfe']:.0f}, {blocks:.0f}"
            cells.append(f"{held['solved'] / row['n']:.0%} ({low:.0%} to {high:.0%}), {cost}")
        body.append([row["set"], row["way"], str(row["n"]), *cells])
    return table(["problems", "way", "n", *(f"K = {K}: solved, NFE, blocks" for K in Ks)], body)

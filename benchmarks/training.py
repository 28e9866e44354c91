"""`training`: puzzles a second that a model of messages learns from, natively and by torch, part by part."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from torch import Tensor
from typer import Option

from vmdsolve.domains import get
from vmdsolve.kernels.denoise import fastest_path, rounding_paths
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.denoiser import Denoiser
from vmdsolve.train import Recipe, Trainer

from .denoise import floor, square_rate
from .driver import RESULTS, Row, Run, summary, table, take_turns

METHOD = (
    "the default model and recipe for 9x9 Sudoku, the same batch for all, turn by turn. step: all that an optimiser "
    "step does, batch included. loops: of it, the denoiser's loops, forward and back. data: of it, puzzles made and "
    "masked. The floor: the multiplications and additions of the loops' products, three times those of the forward "
    "pass for a loop with gradient and once for one without; what is computed again on the way back does not count. "
    "`share` = those of the loops over the rate of torch's own product of two large matrices of the type that the row "
    "multiplies in."
)


class AtOneStep(Trainer):
    """A Trainer that takes the same step of its schedule again and again, on one batch."""

    def __init__(self, recipe: Recipe, free: int) -> None:
        domain = get("sudoku-9x9")
        super().__init__(domain, ModelConfig.of(domain), recipe)
        self.at = next(s for s in range(recipe.steps // 2, recipe.steps) if recipe.free_at(s) == free)
        start, self.x, *_ = self.batch(self.at)
        self.units = self.model.units(domain.rules)
        noise = np.random.default_rng(0).standard_normal((len(start), self.model.z_width(self.units)), np.float32)
        self.z = torch.from_numpy(noise)

    def take(self) -> None:
        """The whole step."""
        self.step = self.at
        self.advance()

    def go(self) -> None:
        """The loops alone."""
        r = self.recipe
        loops, free = r.loops_at(self.at), r.free_at(self.at)
        with torch.autocast("cpu", torch.bfloat16, enabled=r.bf16):
            logits: Tensor = self.model.denoiser(self.x, self.units, self.z, loops + free, loops)
        logits.sum().backward()  # type: ignore[no-untyped-call]


def run(
    boards: Annotated[int, Option(min=1, help="B, boards a step.")] = 64,
    free: Annotated[int, Option(min=0, max=16, help="Loops without gradient before the 16 with.")] = 8,
    repeats: Annotated[int, Option(min=1, help="Rounds.")] = 10,
    budget: Annotated[float, Option(help="Seconds after which no further round is begun.")] = 240.0,
    threads: Annotated[int, Option(min=0, help="0: all cores.")] = 1,
    compiled: Annotated[bool, Option(help="torch.compile as well; takes minutes.")] = True,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """A training step of messages: native loops beside torch eager and compiled."""
    if threads:
        torch.set_num_threads(threads)
    parameters = {
        "boards": boards, "free": free, "repeats": repeats, "budget": budget, "threads": threads, "compiled": compiled,
    }  # fmt: skip
    with Run("training", METHOD, parameters, (), out) as this:
        runs = {
            f"{way}, {'bf16' if bf16 else 'float32'}": AtOneStep(
                Recipe(batch=boards, bf16=bf16, native=way == "native", compile=way == "torch compile"), free
            )
            for way in ("native", "torch eager", *(["torch compile"] if compiled else []))
            for bf16 in (False, True)
        }
        path = fastest_path(may_round=True)
        this.note(f"where bfloat16 is allowed the native loops are by {path}, else by {fastest_path()}")
        if path not in rounding_paths():
            this.note("float32 is the fastest on this CPU: the native loops are float32 in both rows")
        first = next(iter(runs.values()))
        denoiser, supervised = first.model.denoiser, first.recipe.loops_at(first.at)
        assert isinstance(denoiser, Denoiser)
        flops = floor(denoiser, first.units, 3 * supervised + free)[0]
        this.note(f"{supervised} loops with gradient after {free} without are {flops / 1e9:.3f} GFLOP a puzzle")
        rates = {False: square_rate(torch.float32), True: square_rate(torch.bfloat16)}
        for bf16, rate in rates.items():
            this.note(f"torch multiplies large matrices at {rate / 1e9:.0f} GFLOP/s, {'bf16' if bf16 else 'float32'}")
        calls: dict[str, Callable[[], object]] = {}
        for name, held in runs.items():
            calls |= {f"{name}: step": held.take, f"{name}: loops": held.go}
        calls["data"] = lambda: first.batch(first.at)
        taken = take_turns(calls, repeats, warm_up=2, budget=budget)
        fastest = [boards / summary(taken[f"{n}: step"])["median"] for n in runs if not n.startswith("native")]
        for name, held in runs.items():
            step, loops = (summary(taken[f"{name}: {part}"]) for part in ("step", "loops"))
            row: Row = {"what": name, "step": step, "loops": loops, "data": summary(taken["data"])}
            row["per_second"] = boards / step["median"]
            row["ratio"] = row["per_second"] / max(fastest)
            row["share"] = boards * flops / loops["median"] / rates[held.recipe.bf16]
            this.rows.append(row)
        print(shown(this.rows))


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    header = ["what", "puzzles a second", "of torch's best", "ms a step", "loops", "data", "share of matmul rate"]
    return table(
        header,
        [
            [row["what"], f"{row['per_second']:.0f}", f"{row['ratio']:.2f}"]
            + [f"{1e3 * row[part]['median']:.0f}" for part in ("step", "loops", "data")]
            + [f"{100 * row['share']:.0f}%"]
            for row in rows
        ],
    )

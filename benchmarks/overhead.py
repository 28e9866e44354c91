"""`overhead`: what a latent costs, a training step and a network evaluation with it and without, turn by turn.

The networks are equal but for the latent: the same widths and loops. Each round times every one of them once, and a
ratio is taken within its round, so that a change of the machine meets both sides of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import torch
from typer import Option

from vmdsolve.domains import get
from vmdsolve.model.batch import Batch
from vmdsolve.model.config import ModelConfig
from vmdsolve.problem import OPEN, Board
from vmdsolve.sampler import Plan, Predictor, fill_boards
from vmdsolve.sampler.keys import latent_keys
from vmdsolve.train import Recipe, Trainer
from vmdsolve.train.stream import ALL, Stream

from .driver import RESULTS, Row, Run, summary, table, take_turns

METHOD = (
    "equal networks but for the latent; every round times each of them once, in turn, after warm-up rounds that are "
    "not counted; a ratio is taken within its round. training step: forward, backward, AdamW and averaging, posterior "
    "and prior included, on a batch made beforehand. evaluation: one call of the network as the sampler makes it, in "
    "tiles of its fixed size; what z does to a block is at hand. sampling step: that evaluation, and all that the "
    "sampler does around it to fill the boards, rules kept. draw of z: the prior and what its z does to a block, once "
    "a sample (or a block of it), on the same boards."
)
TARGET = 1.03  # a sampling step with a latent, to one without
Floats = npt.NDArray[np.float32]
LATENTS: dict[str, Row] = {
    "none": {"latent": 0},
    "Gaussian, standard prior": {"latent": 8, "classes": 0, "prior": "standard"},
    "classes, autoregressive prior": {"latent": 16, "classes": 8, "prior": "autoregressive"},
}
# domain, boards in training, boards in sampling, fields of the config
SIZES: dict[str, tuple[str, int, int, Row]] = {
    "9x9 grids, messages": ("sudoku-9x9", 16, 64, {"mixer": "messages"}),
    "chains, attention": ("chains", 128, 2048, {"mixer": "attention", "width": 32, "hidden": 64, "loops": 2}),
}
TRAINED_LOOPS = 4  # of a large network's training step, at most; both sides take the same


@dataclass
class AtHand:
    """A network whose z [B, Z] was drawn and prepared before."""

    predict: Predictor
    z: Floats
    z_width: int = 0

    def draw(self, *_: object) -> Floats:
        return self.z

    def __call__(self, x: Board, z: Floats) -> Floats:
        logits: Floats = self.predict.evaluate(x, z).logits
        return logits


class OneBatch(Stream):
    """A stream that costs nothing: one batch, made beforehand."""

    def batch(self, step: int, boards: int | None = None, own: slice = ALL) -> Batch:
        if not hasattr(self, "made"):
            self.made = super().batch(step, boards, own)
        return self.made


def run(
    repeats: Annotated[int, Option(min=1, help="Rounds.")] = 60,
    budget: Annotated[float, Option(help="Seconds after which no further round is begun, for each table line.")] = 60.0,
    threads: Annotated[int, Option(min=0, help="0: all cores.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """What a latent costs: a step of training and an evaluation, with and without."""
    if threads:
        torch.set_num_threads(threads)
    with Run("overhead", METHOD, {"repeats": repeats, "budget": budget, "threads": threads}, (), out) as this:
        for device in ("cpu", "cuda"):
            for size in SIZES:
                if device == "cuda" and not torch.cuda.is_available():
                    this.rows.append({"device": device, "size": size, "what": "all", "latent": "-", "seconds": None})
                    continue
                for what, calls in jobs(size, device).items():
                    taken = take_turns(calls, repeats, warm_up=3, budget=budget)
                    for latent, seconds in taken.items():
                        row: Row = {"device": device, "size": size, "what": what, "latent": latent}
                        row["parameters"] = parameters(size, latent)
                        row["seconds"] = summary(seconds)
                        if "none" in taken:
                            row["ratio"] = summary(np.divide(seconds, taken["none"]).tolist())
                        this.rows.append(row)
        print(shown(this.rows))


def trainer(size: str, latent: str, device: str = "cpu") -> Trainer:
    """A training run of this size with this latent."""
    name, boards, _, shape = SIZES[size]
    domain = get(name)
    law = shape["mixer"] == "attention"  # 9x9 grids cannot be listed: these come from the generator, as in training
    positions = (domain.rules.L, domain.rules.V) if law else (0, 0)
    config = ModelConfig.of(domain, positions=positions, **shape, **LATENTS[latent])
    loops = min(TRAINED_LOOPS, config.loops)
    recipe = Recipe(
        batch=boards, loops=((0.0, loops),), free=0, data="law" if law else "problems", bf16=False, settle=0.0
    )
    out = Trainer(domain, config, recipe, device)
    out.stream = OneBatch(domain, recipe, out.stream.z_width)
    return out


def parameters(size: str, latent: str) -> int:
    """How many numbers such a model learns."""
    return sum(p.numel() for p in trainer(size, latent).model.parameters())


def jobs(size: str, device: str) -> dict[str, dict[str, Callable[[], object]]]:
    """What is timed, by name: one call for every latent."""
    name, _, boards, _ = SIZES[size]
    runs = {latent: trainer(size, latent, device) for latent in LATENTS}
    rules = get(name).rules
    predictors = {latent: Predictor(run.average, rules, device) for latent, run in runs.items()}
    x = np.full((boards, rules.L), OPEN, np.int32)
    keys = latent_keys(np.arange(boards, dtype=np.uint64), 0)

    def settled(call: Callable[[], object]) -> Callable[[], object]:
        """The call, and on a GPU waiting for its end."""

        def wait() -> None:
            call()
            torch.cuda.synchronize()

        return wait if device == "cuda" else call

    steps, evaluations, samples, draws = {}, {}, {}, {}
    for latent, predict in predictors.items():
        predict.tile = min(boards, predict.tile if size.startswith("9x9") else 512)
        noise = np.random.default_rng(0).standard_normal((boards, predict.z_width), np.float32)
        z = predict.prepare(predict.draw(x, noise))
        steps[latent] = settled(runs[latent].advance)
        evaluations[latent] = settled(partial(predict.evaluate, x, z))
        samples[latent] = settled(partial(fill_boards, AtHand(predict, z), rules, x, Plan(steps=1), keys=keys))
        if predict.z_width:
            draws[latent] = settled(partial(_drawn, predict, x, noise))
    return {"training step": steps, "evaluation": evaluations, "sampling step": samples, "draw of z": draws}


def _drawn(predict: Predictor, x: Board, noise: Floats) -> Floats:
    """z as an evaluation takes it."""
    return predict.prepare(predict.draw(x, noise))


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    header = ["device", "network", "what", "latent", "parameters", "ms", "times one without", "half of all rounds"]
    return table(header, [_line(row) for row in rows])


def _line(row: Row) -> list[str]:
    about = [row["device"], row["size"], row["what"], row["latent"]]
    if row["seconds"] is None:
        return [*about, "-", "not measured", "-", "-"]
    held = [*about, f"{row['parameters']:,}", f"{1e3 * row['seconds']['median']:.3g}"]
    if "ratio" not in row or row["latent"] == "none":
        return [*held, "-", "-"]
    ratio = row["ratio"]
    aim = ""
    if row["what"] == "sampling step":
        aim = f", target {TARGET:g} {'met' if ratio['median'] <= TARGET else 'missed'}"
    return [*held, f"{ratio['median']:.3f}{aim}", f"{ratio['q1']:.3f} to {ratio['q3']:.3f}"]

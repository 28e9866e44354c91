"""`text`: bits a character of English in 27 symbols, by block and latent, all arms on one budget.

Novels of $VMDSOLVE_DATA (default ../shared/data), text/novels27_{train,valid,test}.txt.xz; --train and --test read
others, such as text8. Every training goes on from its folder, and leaves its row there; what committed results of these
parameters hold is not measured again, on whatever machine that was. The defaults are sized for six hours of two cores:
by `text-speed` a step of each of the MAIN arms is 8.5 s of one core in all, so that 1,500 steps of three seeds take
ten core hours, and measuring one more. `--budget` cuts that into pieces.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from typer import Option

from vmdsolve.atomic import written
from vmdsolve.errors import InvalidInput
from vmdsolve.extras import default_device
from vmdsolve.files.lines import Lines
from vmdsolve.measure.likelihood import Bound
from vmdsolve.text.config import TextConfig
from vmdsolve.text.data import TextData, read_data
from vmdsolve.text.keys import RECIPE
from vmdsolve.text.likelihood import exact, importance, latent_use, nelbo
from vmdsolve.text.recipe import TextRecipe
from vmdsolve.text.trainer import TextTrainer
from vmdsolve.train.progress import append_line

from ..committed import known
from ..driver import RESULTS, ROOT, Row, Run, take_turns
from .counted import PACKERS, n_gram
from .text_arms import ARMS, LEFT_TO_RIGHT, MAIN, config_of, keys_of
from .text_tables import alike, combined, gains, shown

__all__ = ["run"]

METHOD = (
    "windows of {length} characters, each on its own. bits: exact left to right, else the NELBO of {times} masks a "
    "window, their sizes stratified; IW: importance-weighted with {latents} pairs of z and order a block, on {few} of "
    "the {n} windows; standard errors over windows. 4 a step: trained for, and bounds of, texts "
    "of which a step writes a block. All arms: the same windows, steps, width, layers. "
    "a step costs: in steps of the arm left to right, taken in turns. at equal time: the bound of 32 windows held out, "
    "when the arm had cost as much as the cheapest in all, its schedule not at its end. KL: nats a block that z tells. "
    "bits less: than the arm beside, on the same windows, with the standard error over windows or seeds, the greater. "
    "z saves: nats a block by which open cells surprise less who is told z, of the NELBO and, in brackets, where a "
    "block is written in one evaluation. 5-gram: counts of the "
    "text to learn from, Witten-Bell interpolation; bz2, xz: all of the test text packed."
)
DATA = Path(os.environ.get("VMDSOLVE_DATA", ROOT / ".." / "shared" / "data")) / "text"
FOLDER = Path("runs") / "text"
LATER = ("given",)  # fields of TextConfig that came when there were results
ORDER = 5


def run(
    train: Annotated[str, Option(help="Text to learn from.")] = str(DATA / "novels27_train.txt.xz"),
    valid: Annotated[str, Option(help="Text to watch trainings by.")] = str(DATA / "novels27_valid.txt.xz"),
    test: Annotated[str, Option(help="Text to be measured on.")] = str(DATA / "novels27_test.txt.xz"),
    length: Annotated[int, Option(min=5, help="L, characters a window.")] = 128,
    arms: Annotated[str, Option(help='Arms, separated by semicolons; or "main", or "all".')] = "main",
    steps: Annotated[int, Option(min=1, help="Optimiser steps of every arm.")] = 1500,
    batch: Annotated[int, Option(min=1, help="Windows a step.")] = 16,
    width: Annotated[int, Option(min=2, help="H.")] = 128,
    layers: Annotated[int, Option(min=1, help="Of the denoiser.")] = 5,
    rate: Annotated[float, Option(help="Peak learning rate.")] = 2e-3,
    free_bits: Annotated[float, Option(help="Nats a latent dimension or group that cost nothing.")] = 0.0,
    n: Annotated[int, Option(min=2, help="Test windows.")] = 512,
    few: Annotated[int, Option(min=2, help="Of these, for the importance-weighted bound.")] = 64,
    times: Annotated[int, Option(min=1, help="Masks a window.")] = 8,
    latents: Annotated[int, Option(min=1, help="K of the importance-weighted bound.")] = 8,
    seeds: Annotated[int, Option(min=1, help="Trainings of every arm.")] = 3,
    first_seed: Annotated[int, Option(min=0, help="The first of them.")] = 0,
    device: Annotated[str | None, Option(help="cpu or cuda.")] = None,
    budget: Annotated[float | None, Option(min=0.0, help="Seconds; what is left is for another run.")] = None,
    only_table: Annotated[bool, Option("--only-table", help="Train nothing; show what there is.")] = False,
    folder: Annotated[Path, Option(help="Where trainings are kept, and gone on with.")] = FOLDER,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Text: bits a character by block and latent."""
    chosen = {"all": [*ARMS], "main": [*MAIN]}.get(arms) or arms.split(";")
    end = 0.0 if only_table else math.inf if budget is None else time.perf_counter() + budget
    if unknown := set(chosen) - set(ARMS):
        raise SystemExit(f"unknown arm {', '.join(sorted(unknown))}; there are {'; '.join(ARMS)}")
    try:
        data = read_data([train], length, valid=valid, test=test)
    except InvalidInput as error:
        raise SystemExit(f"{error} (set VMDSOLVE_DATA, or name files with --train, --valid and --test)") from error
    assert data.test is not None, "it is a file of its own"
    windows = data.test.disjoint_tokens(n)
    windows = windows[(windows >= 0).all(1)]
    said = {"train": Path(train).name, "test": Path(test).name, "length": length, "steps": steps, "batch": batch}
    said |= {"width": width, "layers": layers, "rate": rate, "free_bits": free_bits, "n": n, "few": few}
    said |= {"times": times, "latents": latents, "seeds": seeds, "first_seed": first_seed}
    method = METHOD.format(length=length, times=times, latents=latents, few=few, n=n)
    with Run("text", method, said, (), out) as this:
        for order in (1, ORDER):
            nats = n_gram(data.train, windows, data.vocabulary.size, order)
            this.rows.append(_row(f"{order}-gram", "exact", Bound(nats, length)))
        whole = data.test.corpus.tokens.tobytes()
        for name, pack in PACKERS.items():
            this.rows.append({"arm": name, "bound": "size", "bits": 8 * len(pack(whole)) / len(whole)})
        committed = alike(known("text", out), said)
        held = {(row["arm"], row.get("seed"), row.get("choices")) for file in committed for row in file["rows"]}
        configs = {arm: config_of(arm, data.vocabulary.size, length, width, layers) for arm in [LEFT_TO_RIGHT, *chosen]}

        def recipe_of(arm: str, seed: int) -> TextRecipe:
            own = {"free_bits": free_bits, **keys_of(arm, length)}
            own = {name: value for name, value in own.items() if name in RECIPE}
            return TextRecipe(steps=steps, batch=batch, rate=rate, ema=0.998, seed=seed, **own)

        choices = {arm: digest_of(configs[arm], recipe_of(arm, 0)) for arm in chosen}
        several = range(first_seed, first_seed + seeds)
        jobs = [(seed, arm) for seed in several for arm in chosen if (arm, seed, choices[arm]) not in held]
        cost = {}
        if jobs and not only_table:
            cost = prices({arm: TextTrainer(data, config, recipe_of(arm, 0)) for arm, config in configs.items()})
        for seed, arm in jobs:
            config, recipe = configs[arm], recipe_of(arm, seed)
            place = place_of(arm, data, config, recipe, folder)
            kept = place / f"rows-{len(windows)}-{min(few, len(windows))}-{times}-{latents}.json"
            if not kept.exists():
                trainer = trained(arm, data, config, recipe, place, device or default_device(), end)
                if trainer is None:
                    this.note(f"{arm}, seed {seed}: not measured")
                    continue
                measured = _measured(arm, trainer, windows, min(few, len(windows)), times, latents, place)
                measured = [{**row, "price": cost[arm], "choices": choices[arm]} for row in measured]
                with written(kept) as stream:
                    json.dump(measured, stream)
            this.rows += json.loads(kept.read_text())
            this.keep()
        if not any("seed" in row for row in this.rows):
            this.rows.clear()  # of counts and packers alone
            raise SystemExit("nothing was measured, so no file is written")
        rows = combined([{"rows": this.rows}, *committed])
        print(f"{shown(rows)}\n\n{gains(rows)}")


def prices(trainers: dict[str, TextTrainer], rounds: int = 5) -> dict[str, float]:
    """What a training step of every arm costs, in steps of the arm left to right, which is one of them."""
    taken = take_turns({arm: trainer.advance for arm, trainer in trainers.items()}, rounds)
    return {arm: float(np.median(np.divide(seconds, taken[LEFT_TO_RIGHT]))) for arm, seconds in taken.items()}


def trained(
    arm: str, data: TextData, config: TextConfig, recipe: TextRecipe, place: Path, device: str, end: float = math.inf
) -> TextTrainer | None:
    """An arm's trainer at the end of its training, gone on with where it has begun; None: `end` came before."""
    if time.perf_counter() >= end:
        return None
    trainer = TextTrainer(data, config, recipe, device)
    if (place / "state.safetensors").exists():
        trainer.resume(place)
    mark = time.process_time()
    for line in trainer.run(place, every=max(1, recipe.steps // 20)):
        now = time.process_time()
        told = {"step": line.step, "seconds": now - mark, "held_out": line.held_out, "kl": line.kl}
        append_line(place / "spent.jsonl", json.dumps({**told, "active": line.active_units}))
        print(f"{arm}, seed {recipe.seed}: step {line.step}, held out {line.held_out} nats, KL {line.kl}", flush=True)
        mark = now
        if time.perf_counter() >= end:
            trainer.stop()
    return trainer if trainer.step == recipe.steps else None


def digest_of(config: TextConfig, recipe: TextRecipe) -> str:
    """8 hex digits for every choice of a training but its seed and data: results under other choices are not mixed."""
    return _digest([_told(config), {**asdict(recipe), "seed": None}])


def place_of(arm: str, data: TextData, config: TextConfig, recipe: TextRecipe, folder: Path) -> Path:
    """The folder of a training, named by all that it hangs on."""
    digest = _digest([_told(config), asdict(recipe), data.told["digest"]])
    return folder / f"{re.sub(r'[^a-z0-9]+', '-', arm.lower())}-{recipe.seed}-{digest}"


def _told(config: TextConfig) -> Row:
    """All of a shape; choices that came later are left out where they are not made, for results of before hold."""
    return {name: value for name, value in asdict(config).items() if name not in LATER or value}


def _digest(told: list[Any]) -> str:
    return hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=4).hexdigest()


def _measured(
    arm: str, trainer: TextTrainer, windows: np.ndarray[tuple[int, int], np.dtype[np.int64]], few: int, times: int,
    latents: int, place: Path,
) -> list[Row]:  # fmt: skip
    """Rows of an arm."""
    c, model = trainer.config, trainer.average
    lines = spent(place)
    about: Row = {
        "seed": trainer.recipe.seed, "parameters": sum(p.numel() for p in model.parameters()), "block": c.cells,
        "tokens": trainer.step * trainer.recipe.batch * c.length, "seconds": lines[-1]["seconds"], "lines": lines,
        "kl": lines[-1]["kl"] / c.blocks if c.latent else None, "active": lines[-1]["active"] if c.latent else None,
    }  # fmt: skip
    if c.kind == "autoregressive":
        return [{**_row(arm, "exact", exact(model, windows)), **about}]
    some, at_once = windows[:: max(1, len(windows) // few)][:few], trainer.recipe.at_once
    if c.latent:
        bound, whole = latent_use(model, some)
        about |= {"costs": float(bound.costs.mean()), "saves": float(bound.saves.mean())}
        about |= {"saves_at_once": float(whole.saves.mean())}
    return [
        {**_row(arm, "NELBO", nelbo(model, windows, times=times, at_once=at_once)), **about},
        {**_row(arm, "IW", importance(model, some, latents=latents, at_once=at_once)), **about, "lines": []},
    ]


def spent(place: Path) -> list[Row]:
    """The lines of a training, with the seconds of the processor since its beginning."""
    with (place / "spent.jsonl").open("rb") as file:
        lines = [json.loads(line) for _, line in Lines(file.fileno()).all()]
    total = np.cumsum([line["seconds"] for line in lines]).tolist()
    return [{**line, "seconds": seconds} for line, seconds in zip(lines, total, strict=True)]


def _row(arm: str, bound: str, found: Bound) -> Row:
    bits, error = found.bits, found.error / math.log(2)
    about = {"arm": arm, "bound": bound, "bits": bits, "bits_error": error, "windows": len(found.nats)}
    return {**about, "nats": (found.nats / found.cells).round(4).tolist()}  # of each window, a character

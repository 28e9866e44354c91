"""What the benchmarks of many answers share: arms trained and sampled, rows measured, and a run that goes on.

Every training leaves its rows in an ignored folder as it ends: a run that was interrupted goes on, and may take days.
What committed results hold of the same trainings, measured as much, is not measured again, whatever machine it was on.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import Annotated, NamedTuple

import torch
from typer import Option

from vmdsolve.atomic import written
from vmdsolve.errors import InvalidInput, TrainingDiverged
from vmdsolve.model.about import cost_of
from vmdsolve.model.checkpoint import packaged
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.packaged import weights_for
from vmdsolve.model.vmd import VMD
from vmdsolve.train import Recipe
from vmdsolve.train.learner import Learner

from ...committed import known as results
from ...driver import RESULTS, Row, Run
from ..arms import fingerprint, rounded
from .arms import PACKAGED, Arm, named, sized
from .samples import Amount, measured
from .subjects import Posed, Subject
from .tables import AMOUNTS, shown

__all__ = ["benchmark"]

METHOD = (
    "every arm learns from as many boards (copies count) in as many steps with the same loops and learning rate, "
    "and has as many parameters within 5%; `packaged` are the weights that come along, which do not share in "
    "that. What is asked comes from seeds that training refuses. No propagation, no search, no rule masks a "
    "symbol: the checker judges what the network wrote. valid: share of a problem's samples, a mean over "
    "problems. cover: different answers among k samples, beside what k even draws from all answers hold on "
    "average, both summed over problems; k is 1, 5, 20, 100. kl, variation: of the law from the samples of a "
    "problem with nothing given, whatever is no answer being one more outcome; their floors are what as many even "
    "draws show. conflicts: broken units a sample, of a graph edges. classes: different samples but for symmetry, "
    "beside what even draws hold. chi_square: of the marginals of cells among valid samples, by the law's "
    "covariance. T counts evaluations of the denoiser; applications: of the block, a sample, with those of a "
    "prior that asks for cells; of training, a board's loop with gradient counts 3."
)
FOLDER = Path("runs") / "many"
STEPS = "1,2,4,8,16"
FEW = 4  # at more evaluations only the main ways are measured, with fewer samples
WITH_GRADIENT = 3  # block applications that one with gradient counts
Subjects = Mapping[str, Callable[[], Subject]]


class Made(NamedTuple):
    """A model, and what it is and cost."""

    model: VMD
    about: Row


def benchmark(name: str, about: str, there: Subjects, most: int = 21) -> Callable[..., None]:
    """The command of that name over these sets of problems."""

    def run(
        sets: Annotated[str, Option(help="Sets of problems, between commas, or all.")] = "all",
        arms: Annotated[str, Option(help="Arms, between semicolons, or all.")] = "all",
        seeds: Annotated[int, Option(min=1, help="Trainings of every arm.")] = 3,
        first_seed: Annotated[int, Option(min=0, help="The first of them.")] = 0,
        problems: Annotated[int, Option(min=1, help="That are asked, of each set.")] = most,
        n: Annotated[int, Option(min=1, help="Samples where one problem has nothing given.")] = 1000,
        samples: Annotated[int, Option(min=1, help="Samples of every other problem.")] = 100,
        steps: Annotated[str, Option(help="Evaluations a sample, T, between commas.")] = STEPS,
        steps_scale: Annotated[float, Option(min=0.0, help="Factor on the steps of all trainings.")] = 1.0,
        budget: Annotated[float | None, Option(min=0.0, help="Seconds after which no training is begun.")] = None,
        threads: Annotated[int, Option(min=1, help="CPU threads.")] = 1,
        folder: Annotated[Path, Option(help="Of the rows of each training, to go on from.")] = FOLDER,
        only_table: Annotated[bool, Option("--only-table", help="Train nothing; show what there is.")] = False,
        out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
    ) -> None:
        chosen = [known(one, there) for one in (there if sets == "all" else sets.split(","))]
        wanted, evaluations = named(arms), numbers(steps)
        amount = Amount(problems, n, samples)
        torch.set_num_threads(threads)
        said: Row = {
            "sets": sets, "arms": arms, "seeds": seeds, "first_seed": first_seed, "problems": problems, "n": n,
            "samples": samples, "steps": steps, "scale": steps_scale, "threads": threads, "budget": budget,
        }  # fmt: skip
        jobs = jobs_of([there[one] for one in chosen], wanted, range(first_seed, first_seed + seeds), problems)
        begun, held = time.perf_counter(), held_in(results(name, out), said)
        with Run(name, METHOD, said, (), out) as this:
            for subject, posed, arm, seed in jobs:
                told = f"{subject.name}, {arm.name}, seed {seed}"
                path = folder / name / _file_of(subject, arm, seed, steps_scale, amount, evaluations)
                if not path.exists():
                    if (subject.name, arm.name, seed, choices_of(subject, arm, seed, steps_scale)) in held:
                        print(f"{told}: a committed result has it", flush=True)
                        continue
                    if only_table or (budget is not None and time.perf_counter() - begun > budget):
                        this.note(f"{told}: not measured")
                        continue
                    made = trained(subject, arm, seed, steps_scale, this.note)
                    if made is None:
                        continue
                    rows = [*rows_of(subject, posed(), made, arm, amount, evaluations, threads)]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with written(path) as file:
                        file.write(json.dumps(rows))
                this.rows += json.loads(path.read_text())
                this.keep()
            if not this.rows:
                raise SystemExit("nothing was measured, so no file is written")
            print(f"\n{shown(this.rows)}\n", flush=True)

    run.__doc__ = f"{about} Sets: {', '.join(there)}."
    return run


def held_in(files: list[Row], said: Row) -> set[tuple[str, str, int, str]]:
    """Set, arm, seed and choices of the trainings whose rows are in files that measured as much."""
    parts = [*AMOUNTS, "steps"]
    same = [file for file in files if all(file["parameters"].get(part) == said[part] for part in parts)]
    return {(row["set"], row["arm"], row["seed"], row["choices"]) for file in same for row in file["rows"]}


def jobs_of(
    makers: list[Callable[[], Subject]], arms: list[Arm], seeds: range, problems: int
) -> Iterator[tuple[Subject, Callable[[], list[Posed]], Arm, int]]:
    """Seeds outermost, so that an end leaves whole seeds; what is asked is the same for all, and made when needed."""
    for seed in seeds:
        for make in makers:
            subject = make()
            posed = cache(partial(subject.posed, problems, 0))
            for arm in arms:
                yield subject, posed, arm, seed


def numbers(steps: str) -> list[int]:
    """Values of T between commas."""
    if not re.fullmatch(r"[1-9]\d*(,[1-9]\d*)*", steps):
        raise SystemExit(f"steps is {steps!r}; wanted whole numbers from 1 between commas, such as {STEPS}")
    return [int(T) for T in steps.split(",")]


def known(name: str, sets: Subjects) -> str:
    """That name, if there is such a set."""
    if name not in sets:
        raise SystemExit(f"unknown set {name!r}; there are {', '.join(sets)}, or all")
    return name


def _file_of(subject: Subject, arm: Arm, seed: int, scale: float, amount: Amount, steps: list[int]) -> str:
    """The file of an arm's rows, named by all that they depend on."""
    choices = [asdict(subject.setting), subject.data, arm.latent, arm.recipe, arm.copies, [w.name for w in arm.ways]]
    choices += [scale, amount, steps, _weights_of(subject) if arm is PACKAGED else ""]
    digest = hashlib.blake2b(json.dumps(choices, sort_keys=True).encode(), digest_size=4).hexdigest()
    return f"{re.sub(r'[^a-z0-9]+', '-', f'{subject.name} {arm.name}'.lower())}-{seed}-{digest}.json"


def _weights_of(subject: Subject) -> str:
    """A hash of the weights that come along: rows of others do not stand for them."""
    file = weights_for(subject.domain, sampling=True)
    return "" if file is None else hashlib.blake2b(file.read_bytes(), digest_size=8).hexdigest()


def trained(subject: Subject, arm: Arm, seed: int, scale: float, note: Callable[[str], None] = print) -> Made | None:
    """An arm's model after its training, or the weights that come along; None, and why, where there is none."""
    told = f"{subject.name}, {arm.name}, seed {seed}"
    if arm is PACKAGED:
        model = packaged(subject.domain, sampling=True)
        if model is None:
            note(f"{told}: no weights come along")
            return None
        return come_along(subject, model, seed)
    try:
        config, recipe = planned(subject, arm, seed, scale)
    except InvalidInput as error:  # such as matching where answers cannot be enumerated
        note(f"{told}: {error}")
        return None
    learner = Learner(subject.domain, config, recipe)
    if subject.stream is not None:
        learner.stream = subject.stream(recipe, learner.stream.z_width)
    begun, applications = time.process_time(), 0
    try:
        while learner.step < recipe.steps:
            step = learner.step
            loops = recipe.free_at(step) + WITH_GRADIENT * recipe.loops_at(step)
            applications += recipe.batch * recipe.attempts * loops * (2 if config.prior == "cells" else 1)
            terms = learner.advance()
            if learner.step % max(1, recipe.steps // 4) == 0:
                nats = float(terms.nll[-1].sum() / terms.masked.sum())
                spent = time.process_time() - begun
                print(f"{told}: step {learner.step}, {nats:.4f} nats a cell, {spent:.0f} s", flush=True)
    except TrainingDiverged as error:
        note(f"{told}: {error}")
        return None
    kl = terms.kl.mean(0)
    about: Row = {
        "steps": recipe.steps, "boards": recipe.steps * recipe.batch * recipe.attempts,
        "train_seconds": time.process_time() - begun, "train_applications": applications,
        "latent_kl": float(kl.sum()), "choices": fingerprint(config, recipe),
    }  # fmt: skip
    return Made(learner.average.eval(), {**_head(subject, arm, seed, learner.average), **about})


def planned(subject: Subject, arm: Arm, seed: int, scale: float) -> tuple[ModelConfig, Recipe]:
    """What an arm is trained by; InvalidInput where it cannot be."""
    setting = subject.setting
    config = sized(subject.domain, arm, setting.width, setting.loops, setting.questions, setting.pool)
    return config, setting.recipe(arm, subject.data, seed, scale)


def choices_of(subject: Subject, arm: Arm, seed: int, scale: float) -> str:
    """What the rows of that training say it was made by; "" where there can be none, and of packaged weights."""
    if arm is PACKAGED:  # measured by whatever is packaged now
        return ""
    try:
        return fingerprint(*planned(subject, arm, seed, scale))
    except InvalidInput:
        return ""


def come_along(subject: Subject, model: VMD, seed: int) -> Made:
    """The packaged weights; what they cost is told by their record, with what their training began with."""
    record = model.record
    recipe, whole = Recipe.recorded(record), cost_of(record)
    copies = record["puzzles"] * (recipe.attempts - 1)  # of the boards before no record says how many there were
    about: Row = {
        "steps": record["step"], "boards": whole["puzzles"] + copies,
        "train_seconds": 3600.0 * whole["hours"], "train_applications": None, "latent_kl": 0.0,
        "choices": fingerprint(model.config, recipe),
    }  # fmt: skip
    return Made(model, {**_head(subject, PACKAGED, seed, model), **about})


def _head(subject: Subject, arm: Arm, seed: int, model: VMD) -> Row:
    parameters = sum(p.numel() for p in model.parameters())
    return {"set": subject.name, "arm": arm.name, "seed": seed, "parameters": parameters}


def rows_of(
    subject: Subject, posed: list[Posed], made: Made, arm: Arm, amount: Amount, evaluations: list[int], threads: int
) -> Iterator[Row]:
    """All rows of a model: the main ways at all evaluations, the others at few."""
    questions = subject.setting.questions
    most = max(int((one.start < 0).sum()) for one in posed)
    for way in arm.ways:
        model = way.change(made.model, questions)
        for T in evaluations:
            if most < T or (not way.main and (T > FEW or (T == 1 and way.options.get("each_step")))):
                continue  # more than cells; in one evaluation, once and each step are the same
            lean = amount.lean if T > FEW else amount
            found = measured(subject, posed, model, way.plan(T), lean, made.about["seed"], threads)
            found["applications"] += asked(model.config)
            row = rounded({**made.about, "way": way.name, "main": way.main, "T": T, **found})
            cover = ", ".join(f"{k}: {value:.3f}" for k, value in found["cover"].items())
            print(f"{row['set']}, {arm.name}, {way.name}, T {T}: valid {row['valid']:.2%}, cover {cover}", flush=True)
            yield row


def asked(config: ModelConfig) -> int:
    """Block applications of a prior that is a network as deep as the denoiser."""
    return config.latent * config.loops if config.prior == "cells" else 0

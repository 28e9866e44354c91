"""`ablation`: what each choice of the 9x9 recipe is worth: trainings of equal computing that differ in one thing.

Every training has a folder of its own in an ignored one: it goes on from there after a kill, and leaves its row there
when it ends. The table is made of the rows that there are, so that a run may take days.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
from typer import Option

from vmdsolve.api.generate import generate
from vmdsolve.atomic import written
from vmdsolve.errors import InvalidInput, TrainingDiverged
from vmdsolve.measure.accuracy import evaluate
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.packaged import packaged_file
from vmdsolve.sampler import SECOND_NOISE, Plan, Predictor
from vmdsolve.train import Recipe, Trainer

from ..driver import RESULTS, Row, Run, table
from ..puzzles import ProblemSet, choose, sudoku
from .arms import essential
from .choices import ARMS, BASES, Arm, idle, planned, shape
from .noisy import Noisy

__all__ = ["ARMS", "run", "shown"]

METHOD = (
    "every arm differs from `base` in one choice and is trained for as many block applications (a loop of a board "
    "without gradient counts 1, with gradient 3), from random weights or the packaged ones; then its averaged weights "
    "fill n problems a set by themselves, no rule masks a symbol, a board that settles leaves the loops. `NFE T`: one "
    "board, T steps at most. `4 boards, order`: T = 4, later boards with order noise. `4 boards, states`: T = 1, noise "
    "on the states as in training, else on their beginning; `4 boards, states, NFE 4`: T = 4 besides. A row is one "
    "seed. CPU seconds are of the training process, all its threads."
)
HARD, HARD_SEED, HARD_ROUNDS = 4000, 1, 60  # puzzles bred where no file of hard ones is named
SETS = "held-out,17_clue,top1465,11+"
FOLDER = Path("runs") / "ablation"
BEGIN_NOISE = 3.0  # at test time, of an arm that was trained without noise


@dataclass(frozen=True)
class Way:
    """How problems are filled: T, K, and whether boards differ by noise on their states."""

    steps: int = 1
    boards: int = 1
    states: bool = False


WAYS = {
    "NFE 1": Way(),
    "NFE 20": Way(steps=20),
    "4 boards, order": Way(steps=4, boards=4),
    "4 boards, states": Way(boards=4, states=True),
    "4 boards, states, NFE 4": Way(steps=4, boards=4, states=True),
}


@dataclass(frozen=True)
class Task:
    """One training and how it is measured."""

    name: str
    arm: Arm
    recipe: Recipe
    config: ModelConfig
    begin: str
    folder: Path


def run(
    arms: Annotated[str, Option(help="Arms, separated by semicolons; 'all'.")] = "all",
    begin: Annotated[str, Option(help=f"Weights to begin with: {' or '.join(BASES)}.")] = "nothing",
    applications: Annotated[float, Option(min=0.0, help="Million block applications a training.")] = 1.6,
    seeds: Annotated[int, Option(min=1, help="Trainings of every arm.")] = 3,
    first_seed: Annotated[int, Option(min=0, help="The first of them.")] = 0,
    sets: Annotated[str, Option(help="Sets of problems, separated by commas.")] = SETS,
    ways: Annotated[str, Option(help="How problems are filled, separated by semicolons; 'all'.")] = "NFE 1;NFE 20",
    n: Annotated[int, Option(min=1, help="Problems a set.")] = 500,
    hard: Annotated[Path | None, Option(help="A file of hard problems; without, some are bred.")] = None,
    threads: Annotated[int, Option(min=1, help="CPU threads.")] = 1,
    budget: Annotated[float | None, Option(min=0.0, help="Seconds after which no training is begun.")] = None,
    folder: Annotated[Path, Option(help="Of trainings and their rows, to go on from.")] = FOLDER,
    only_table: Annotated[bool, Option("--only-table", help="Train nothing; show what there is.")] = False,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Trainings on 9x9 Sudoku, each with one choice changed, all of equal computing."""
    wanted = _named("arm", arms, ARMS)
    measured_by = _named("way", ways, WAYS)
    if begin not in BASES:
        raise SystemExit(f"begin is {begin!r}; there are {', '.join(BASES)}")
    torch.set_num_threads(threads)
    parameters: Row = {
        "arms": arms, "begin": begin, "applications": applications, "seeds": seeds, "first_seed": first_seed,
        "sets": sets, "ways": ways, "n": n, "hard": "bred" if hard is None else hard.name, "threads": threads,
        "budget": budget,
    }  # fmt: skip
    begun = time.perf_counter()
    with Run("ablation", METHOD, parameters, (), out) as this:
        chosen = choose(this, sets, n, seed=0)
        file = bred(folder / "bred.txt") if hard is None and not only_table else hard or folder / "bred.txt"
        measure = json.dumps([sets, n, measured_by, hashlib.sha256(file.read_bytes()).hexdigest()])
        for seed in range(first_seed, first_seed + seeds):
            for name in wanted:
                if begin == "packaged" and not ARMS[name].fits:
                    this.note(f"{name}: of another shape than the packaged weights")
                    continue
                if idle(name, BASES[begin]):
                    this.note(f"{name}: left out, for it is base; what it chooses holds there already")
                    continue
                task = task_of(name, begin, applications, seed, file, folder, measure)
                row = task.folder / "row.json"
                if not row.exists():
                    if only_table:
                        continue
                    if budget is not None and time.perf_counter() - begun > budget:
                        this.note(f"seed {seed}, {name}: not begun, the time was over")
                        continue
                    try:
                        made = [*measured(task, trained(task), chosen, measured_by)]
                    except TrainingDiverged as error:
                        this.note(f"seed {seed}, {name}: {error}")
                        continue
                    with written(row) as new:
                        new.write(json.dumps(made))
                this.rows += json.loads(row.read_text())
                solved = {one["set"]: one["solved"] for one in json.loads(row.read_text())}
                print(f"seed {seed}, {name}: solved of {n}", solved, flush=True)
            print(f"\n{shown(this.rows)}\n", flush=True)


def _named(what: str, names: str, there: dict[str, Any]) -> list[str]:
    wanted = list(there) if names == "all" else names.split(";")
    if unknown := [name for name in wanted if name not in there]:
        raise SystemExit(f"unknown {what} {', '.join(unknown)}; there are {'; '.join(there)}")
    return wanted


def task_of(name: str, begin: str, applications: float, seed: int, hard: Path, folder: Path, measure: str) -> Task:
    """One training of an arm; its folder is named by all that it and its measurement depend on."""
    arm, base = ARMS[name], BASES[begin]
    recipe, config = planned(arm, base, applications * 1e6, seed=seed, hard=str(hard)), shape(arm, base)
    said = {
        **essential(recipe),
        "hard": bool(recipe.hard),
    }  # where the file lies says nothing; its hash is in `measure`
    choices = json.dumps([said, essential(config), arm.loops, begin, measure], sort_keys=True)
    digest = hashlib.blake2b(choices.encode(), digest_size=4).hexdigest()
    own = f"{begin}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{seed}-{digest}"
    return Task(name, arm, recipe, config, begin, folder / own)


@dataclass(frozen=True)
class Made:
    """A training and the CPU seconds that it took, all its parts together."""

    trainer: Trainer
    seconds: float


def trained(task: Task) -> Made:
    """The training, from where it has come to in its folder."""
    trainer = Trainer(sudoku(), task.config, task.recipe)
    if (task.folder / "state.safetensors").exists():
        trainer.resume(task.folder)
    elif task.begin == "packaged":
        trainer.begin_with(_begun())
    clock = task.folder / "cpu.json"
    seconds = before = float(json.loads(clock.read_text())) if clock.exists() else 0.0
    begun = time.process_time()
    for _ in trainer.run(task.folder, every=max(1, task.recipe.steps // 10)):
        seconds = before + time.process_time() - begun
        with written(clock) as file:
            file.write(json.dumps(seconds))
    return Made(trainer, seconds)


def _begun() -> Path:
    """The file of the packaged weights, which know no code."""
    path = packaged_file(sudoku().name)
    if path is None:
        raise InvalidInput(f"no weights come along for {sudoku().name}; take --begin nothing")
    return path


def bred(path: Path) -> Path:
    """A file of hard puzzles, made if it is not there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = generate(sudoku(), HARD, seed=HARD_SEED, harder=HARD_ROUNDS)
        with written(path) as file:
            file.write("".join(f"{sudoku().format(problem.values)}\n" for problem, _ in made))
    return path


def measured(task: Task, made: Made, sets: list[ProblemSet], ways: list[str]) -> Iterator[Row]:
    """What an arm's weights solve of every set, by ways."""
    model, log = made.trainer.average.eval(), (task.folder / "log.jsonl").read_text().splitlines()
    loops, recipe = task.arm.loops or task.config.loops, task.recipe
    begin = recipe.begin_noise if recipe.begin_noise + recipe.path_noise else BEGIN_NOISE
    plain = Predictor(model, sudoku().rules, loops=loops, bf16=True, threads=torch.get_num_threads())
    noisy: Predictor | None = None
    if task.config.mixer == "messages":
        noisy = Noisy(
            model, sudoku().rules, begin=begin, path=recipe.path_noise, loops=loops, threads=torch.get_num_threads()
        )
    for problems in sets:
        solved: dict[str, int] = {}
        for name in ways:
            way = WAYS[name]
            predict = noisy if way.states else plain
            if predict is None:
                continue
            plan = Plan(steps=way.steps, legal=False, settle=True)
            again = plan if way.states else Plan(steps=way.steps, legal=False, settle=True, noise=SECOND_NOISE)
            found = evaluate(sudoku(), problems.boards, predict=predict, plan=plan, again=again, latents=way.boards)
            solved[name] = found.solved
        yield {
            "arm": task.name, "begin": task.begin, "seed": recipe.seed, "set": problems.name,
            "n": len(problems.boards), "steps": recipe.steps, "puzzles": made.trainer.puzzles, "loops": loops,
            "cpu_seconds": made.seconds, "loss": json.loads(log[-1])["last"],
            "parameters": sum(p.numel() for p in model.parameters()), "solved": solved,
        }  # fmt: skip


def shown(rows: list[Row]) -> str:
    """A line an arm: means over seeds, the lowest and the highest in brackets."""
    sets = list(dict.fromkeys(row["set"] for row in rows))
    ways = list(dict.fromkeys(way for row in rows for way in row["solved"]))
    columns = [(name, way) for name in sets for way in ways]
    body = []
    for arm in dict.fromkeys(row["arm"] for row in rows):
        mine = [row for row in rows if row["arm"] == arm]
        cells = []
        for name, way in columns:
            shares = [row["solved"][way] / row["n"] for row in mine if row["set"] == name and way in row["solved"]]
            spread = f" ({min(shares):.0%} to {max(shares):.0%})" if len(shares) > 1 else ""
            cells.append(f"{sum(shares) / len(shares):.1%}{spread}" if shares else "-")
        seconds = sum(row["cpu_seconds"] for row in mine) / len(mine)
        about = [str(len({row["seed"] for row in mine})), f"{mine[0]['parameters']:,}", f"{seconds:.0f}"]
        body.append([arm, *about, *cells])
    heads = [f"{name}, {f'NFE {way}' if way.isdigit() else way}" for name, way in columns]
    return table(["arm", "seeds", "parameters", "CPU s", *heads], body)

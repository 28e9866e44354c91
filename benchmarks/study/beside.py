"""`beside`: what a constraint fixes and what a latent fixes, side by side: models of text of known law, and SMILES.

The four ways of every task are one model without latent (MDM) and one with (VMD), each by itself and with an automaton,
from whose texts each step draws one (vmdsolve/text/grammars.py). Trainings are kept in a folder, and found there again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from typer import Option

from vmdsolve.canvas import Grammar, compile_choice, compile_token_dfa, posterior
from vmdsolve.constraints import DFA, Regular
from vmdsolve.domains import get
from vmdsolve.domains.hidden import Hidden
from vmdsolve.measure.exact import ExactDenoiser
from vmdsolve.measure.law import Comparison, Law, law_of
from vmdsolve.problem import OPEN, Board, Rules
from vmdsolve.sampler import Plan, fill_boards, latent_keys
from vmdsolve.text import Given, TextConfig, TextModel, TextRecipe, TextTrainer, read_data
from vmdsolve.text.filling import fill_windows, plan_of
from vmdsolve.text.grammars import spelled
from vmdsolve.text.stored import about_text, load_text, save_text
from vmdsolve.text.vocabulary import Characters

from ..driver import RESULTS, Row, Run, table
from . import smiles
from .arms import rounded
from .chains import balanced, on_edges
from .tables import figure, grouped

__all__ = ["filled", "run", "shown"]

METHOD = (
    "Models of text (vmdsolve/text): {layers} layers of width {width}, {steps} steps of {batch} rows drawn from "
    "the law; VMD: {latent} groups of {classes} classes, an autoregressive prior, z drawn once. {n:,} samples a "
    "row, random order, temperature 1, nothing given. valid: share of samples that are in the law; TV: total "
    "variation distance to it, beside what as many perfect samples show. with automaton: each step draws one text "
    "of the task's automaton and commits some of its cells; z is drawn from its prior, which knows no automaton. "
    "hidden, balanced: rows of hidden that hold as many a as b; the models learned all rows. exact denoiser: of "
    "the hidden Markov model in closed form, a perfect MDM; with z of 4, the hidden states of every second cell, a "
    "perfect VMD. chain on edges: no network, the model's chances as "
    "weights of an automaton's edges. SMILES: {smiles}"
)
LISTS = {task: f"list-{task}-3" for task in ("copy", "reverse", "permute", "choice")}
HIDDEN = "hidden-markov-8"
LEARNED = {**LISTS, "hidden": HIDDEN}
ARMS: dict[str, Row] = {"MDM": {}, "VMD": {"latent": 8, "classes": 8, "prior": "autoregressive"}}
SHAPE: Row = {"width": 48, "heads": 4, "layers": 2}
STEPS = (1, 2, 4, 8, 16)
TILE = 512  # rows a network call: these networks are small


@dataclass(frozen=True, eq=False)
class Task:
    """What is drawn: its law over rows of symbols 0 .. V - 1, and the automaton of its rows; None: all rows are."""

    name: str
    law: Law
    grammar: Grammar | None

    @property
    def L(self) -> int:
        """Cells of a row."""
        return int(self.law.boards.shape[1])


def run(
    tasks: Annotated[str, Option(help="Of copy, reverse, permute, choice, hidden; separated by commas.")] = ",".join(
        LEARNED
    ),
    arms: Annotated[str, Option(help="Of MDM, VMD; none: what needs no training.")] = ",".join(ARMS),
    seeds: Annotated[int, Option(min=1, help="Trainings of every arm.")] = 3,
    first_seed: Annotated[int, Option(min=0, help="The first of them.")] = 0,
    n: Annotated[int, Option(min=1, help="Samples a row.")] = 10_000,
    steps: Annotated[int, Option(min=1, help="Optimiser steps of a training.")] = 1200,
    batch: Annotated[int, Option(min=1, help="Rows a step.")] = 128,
    molecules: Annotated[int, Option(min=0, help="SMILES a reaction and way; 0: none.")] = 30,
    ways: Annotated[str, Option(help=f"Of SMILES: {', '.join(smiles.WAYS)}.")] = ",".join(smiles.WAYS),
    only_train: Annotated[bool, Option(help="Train what is not trained yet, and measure nothing.")] = False,
    folder: Annotated[Path, Option(help="Where trainings are kept.")] = Path("runs/beside"),
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """What constraints fix and what a latent fixes: valid samples and their law by T."""
    torch.set_num_threads(1)
    names = [name for name in tasks.split(",") if name]
    if unknown := set(names) - set(LEARNED):
        raise SystemExit(f"unknown task {', '.join(sorted(unknown))}; there are {', '.join(LEARNED)}")
    trained = [arm for arm in ARMS if arm in arms.split(",")]
    every = range(first_seed, first_seed + seeds)
    recipe = TextRecipe(steps=steps, batch=batch, rate=4e-3, weight_decay=0.0, ema=0.99, latent_kl=0.05, kl_warmup=0.3,
                        bf16="off")  # fmt: skip
    for seed in every:
        for name in names:
            for arm in trained:
                learned(name, arm, replace(recipe, seed=seed), folder)
    if only_train:
        return
    said = {
        "tasks": tasks,
        "trained": trained,
        "seeds": seeds,
        "first_seed": first_seed,
        "n": n,
        "molecules": molecules,
    }
    said |= {"recipe": asdict(recipe), "shape": SHAPE, "arms": ARMS}
    method = METHOD.format(**SHAPE, **ARMS["VMD"], steps=steps, batch=batch, n=n, smiles=smiles.METHOD)
    with Run("beside", method, said, ("torch", "transformers", "rxnmapper"), out) as this:
        for name in names:
            for task in tasks_of(name):
                if name == "hidden":
                    this.rows += exactly(task, n)
                for arm in trained:
                    for seed in every:
                        model, seconds = learned(name, arm, replace(recipe, seed=seed), folder)
                        for row in measured(task, model, arm, seed, n):
                            this.rows.append(rounded({**row, "train_seconds": seconds}))
                        this.keep()
                        print(f"{task.name}, {arm}, seed {seed}", flush=True)
        if molecules:
            why = smiles.missing()
            if why:
                this.note(f"SMILES not measured: {why}")
            else:
                this.rows += smiles.rows(molecules, ways.split(","))
        print("\n" + "\n\n".join(shown(this.rows)))


def tasks_of(name: str) -> Iterator[Task]:
    """What is drawn of the models that learned `name`."""
    domain = get(LEARNED[name])
    law = law_of(domain)
    if name != "hidden":
        texts = [domain.format(board).replace("\n", "") for board in law.boards]
        yield Task(name, law, compile_choice(texts, spelled(Characters(domain.symbols))))
        return
    yield Task(name, law, None)
    kept = (law.boards == 0).sum(axis=1) == (law.boards == 1).sum(axis=1)
    p = law.p[kept] / law.p[kept].sum()
    table, accepting, start = balanced(law.boards.shape[1])
    yield Task("hidden, balanced", Law(law.boards[kept], p), compile_token_dfa(table, accepting, start=start))


def learned(name: str, arm: str, recipe: TextRecipe, folder: Path) -> tuple[TextModel, float]:
    """A model of rows of the law, and the seconds of the processor that it took; from the folder if it is there."""
    domain = get(LEARNED[name])
    place = folder / f"{name}-{arm}-{recipe.steps}x{recipe.batch}-{recipe.seed}"
    if not (place / "weights.safetensors").exists():
        rows = law_of(domain).draw(np.random.default_rng(recipe.seed), 50_000)
        texts = [domain.format(row).replace("\n", "") for row in rows]
        data = read_data(Given(texts), domain.rules.L, valid=0, test=0, vocabulary="characters")
        config = TextConfig(data.vocabulary.size, length=domain.rules.L, **SHAPE, **ARMS[arm])
        trainer, begun = TextTrainer(data, config, recipe), time.process_time()
        *_, last = trainer.run(every=max(1, recipe.steps // 4))
        seconds = time.process_time() - begun
        print(f"{place.name}: {seconds:.0f} s of the processor, loss {last.loss:.3f}, KL {last.kl:.2f}", flush=True)
        place.mkdir(parents=True, exist_ok=True)
        save_text(place / "weights.safetensors", trainer.average, data.vocabulary, {"seconds": seconds})
    model, vocabulary = load_text(place)
    if not isinstance(vocabulary, Characters) or vocabulary.symbols != domain.symbols:
        raise SystemExit(f"{place} holds weights of another vocabulary; name another --folder")
    return model, float(about_text(place).record["seconds"])


def measured(task: Task, model: TextModel, arm: str, seed: int, n: int) -> Iterator[Row]:
    """Rows of one model on one task: by itself and with the automaton, by T."""
    windows, keys = np.full((n, task.L), OPEN, np.int32), latent_keys(np.arange(n, dtype=np.uint64), 0)
    for grammar in dict.fromkeys((None, task.grammar)):
        for T in sorted({min(T, task.L) for T in STEPS}):
            begun = time.process_time()
            plan = plan_of(model.config, steps=T)
            values = fill_windows(model, windows, plan, keys=keys, seed=seed, grammar=grammar, tile=TILE).values
            way = arm if grammar is None else f"{arm} + automaton"
            yield _row(task, way, T, seed, task.law.compare(values)) | {"seconds": time.process_time() - begun}


def exactly(task: Task, n: int) -> Iterator[Row]:
    """What no training is in: the exact denoiser by T, and the chain as weights of edges."""
    domain = get(HIDDEN)
    assert isinstance(domain, Hidden)
    chain, keys = domain.chain, latent_keys(np.arange(n, dtype=np.uint64), 0)
    grammar = on_edges(chain, task.L, balance=task.grammar is not None)
    flat = posterior(grammar, np.zeros((1, task.L, grammar.V), np.float32).repeat(n, 0))
    yield rounded(_row(task, "chain on edges", 0, 0, task.law.compare(flat.draw(0, request=keys))))
    ways = {"": domain.rules}
    if task.grammar is not None:
        table, accepting, start = balanced(task.L)
        dfa = DFA(start, frozenset(np.flatnonzero(accepting).tolist()), tuple(map(tuple, table.tolist())))
        ways[" + automaton"] = Rules(task.L, chain.V, (Regular(range(task.L), dfa),))
    boards: Board = np.full((n, task.L), OPEN, np.int32)
    for told, said in ((0, "exact denoiser"), (task.L // 2, f"exact denoiser, z of {task.L // 2}")):
        for more, rules in ways.items():
            for T in sorted({min(T, task.L) for T in STEPS}):
                plan = Plan(steps=T, order="random", temperature=1.0)
                filled = fill_boards(ExactDenoiser(chain, task.L, told), rules, boards, plan, keys=keys)
                yield rounded(_row(task, said + more, T, 0, task.law.compare(filled.values)))


@cache
def perfect(task: Task, n: int) -> float:
    """Total variation distance of n samples of the law itself."""
    return task.law.compare(task.law.draw(np.random.default_rng(1), n)).variation


def _row(task: Task, way: str, T: int, seed: int, found: Comparison) -> Row:
    return {
        "task": task.name, "way": way, "T": T, "seed": seed, "n": found.n, "valid": found.accuracy, "kl": found.kl,
        "kl_floor": found.kl_floor, "variation": found.variation, "variation_floor": perfect(task, found.n),
    }  # fmt: skip


def shown(rows: list[Row]) -> list[str]:
    """The tables: tasks of known law, then SMILES; mean over seeds, and the worst in brackets."""
    known = [row for row in rows if "variation" in row]
    body = []
    for (task, way), held in grouped(known, "task", "way").items():
        cells = []
        for before, T in zip((0, *STEPS), STEPS, strict=False):
            some = [row for row in held if row["T"] == 0 or before < row["T"] <= T]
            both = figure(some, "valid", "{:.1%}".format, min), figure(some, "variation", "{:.3f}".format, max)
            cells.append("-" if not some else f"{both[0]}, {both[1]}")
        floor = max(row["variation_floor"] for row in held)
        body.append([task, way, *cells, f"{floor:.3f}"])
    header = ["task", "way", *(f"T = {T}" for T in STEPS), "TV of perfect samples"]
    return [table(header, body), *smiles.shown([row for row in rows if row["task"] == smiles.NAME])]


def filled(files: list[Row]) -> list[str]:
    """The tables of docs/canvas.md: what all files hold, newer rows first."""
    rows: dict[tuple[object, ...], Row] = {}
    for file in reversed(files):
        rows |= {(row["task"], row["way"], row["T"], row["seed"]): row for row in file["rows"]}
    names = ["copy", "reverse", "permute", "choice", "hidden", "hidden, balanced", smiles.NAME]
    known, *other = shown(sorted(rows.values(), key=lambda row: names.index(row["task"])))
    seeds = {row["seed"] for row in rows.values()}
    samples = sorted({row["n"] for row in rows.values() if "variation" in row})
    many = " or ".join(f"{n:,}" for n in samples)
    said = (
        f"Share of samples that are in the law, and total variation distance to it; {many} samples a "
        f"cell, {'one training' if len(seeds) == 1 else f'at most {len(seeds)} trainings'} of every model. More "
        "steps than cells are no more: these tasks have 6 cells, which stand under T = 8, and hidden has 8."
    )
    return [
        known,
        said,
        *other,
        *(["SMILES: share of runs that are valid, and that came to a dead end."] if other else []),
    ]

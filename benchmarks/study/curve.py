"""`curve`: what checkpoints of a training solve alone, by puzzles seen and by loops an evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from vmdsolve.measure.accuracy import evaluate
from vmdsolve.model.checkpoint import history_of, load_model
from vmdsolve.sampler import Plan, Predictor

from ..driver import RESULTS, Row, Run, table, wilson
from ..puzzles import ProblemSet, choose, sudoku
from ..weighed import fingerprint

METHOD = (
    "averaged weights as they were saved on the way, bfloat16, one board a problem, margin order; no propagation, no "
    "search, no rule masks a symbol. Puzzles are all that the weights have seen, with those that a run began with. "
    "Before the last checkpoint the learning rate had not fallen to nothing, which costs accuracy."
)


def run(
    weights: Annotated[list[Path], Argument(help="Checkpoints of trainings, as `train` writes them.")],
    sets: Annotated[str, Option(help="Sets of problems, separated by commas.")] = "held-out,17_clue,top1465,11+",
    n: Annotated[int, Option(min=1, help="Problems a set.")] = 200,
    loops: Annotated[str, Option(help="Loops an evaluation, separated by commas.")] = "32,64",
    steps: Annotated[str, Option(help="Values of T, separated by commas.")] = "1,20",
    threads: Annotated[int, Option(min=0, help="0: one a core.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """What checkpoints of a training solve alone."""
    parameters: Row = {"sets": sets, "n": n, "loops": loops, "steps": steps, "threads": threads}
    with Run("curve", METHOD, parameters, (), out) as this:
        chosen = choose(this, sets, n, seed=0)
        for path in weights:
            this.rows += measured(path, chosen, [*map(int, loops.split(","))], [*map(int, steps.split(","))], threads)
            print(shown(this.rows).splitlines()[-1], flush=True)
        print(f"\n{shown(this.rows)}")


def measured(path: Path, sets: list[ProblemSet], loops: list[int], steps: list[int], threads: int) -> Iterator[Row]:
    """What one checkpoint solves of every set, by loops and steps."""
    model, seen = load_model(path, sudoku()), history_of(path)["puzzles"]
    for count in loops:
        predict = Predictor(model, sudoku().rules, "cpu", loops=count, bf16=True, threads=threads)
        for problems in sets:
            for T in steps:
                found = evaluate(
                    sudoku(), problems.boards, predict=predict, plan=Plan.of(model.config, steps=T, legal=False)
                )
                yield {
                    "puzzles": seen, "model": fingerprint(model.state_dict()), "loops": count, "set": problems.name,
                    "steps": T, "n": found.total, "solved": found.solved, "interval": wilson(found.solved, found.total),
                }  # fmt: skip


def shown(rows: list[Row]) -> str:
    """A line a checkpoint and number of loops, a column a set and T."""
    columns = list(dict.fromkeys((row["set"], row["steps"]) for row in rows))
    lines: dict[tuple[int, int], dict[tuple[str, int], str]] = {}
    for row in rows:
        line = lines.setdefault((row["puzzles"], row["loops"]), {})
        line[row["set"], row["steps"]] = f"{row['solved'] / row['n']:.1%}"
    return table(
        ["puzzles seen", "loops", *(f"{name}, NFE {T}" for name, T in columns)],
        [[f"{puzzles:,}", str(count), *(line[c] for c in columns)] for (puzzles, count), line in lines.items()],
    )

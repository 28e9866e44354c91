"""`universal`: one set of weights on many kinds of all-different puzzles, two of which training never showed.

The model fills the boards alone and the checker judges: no propagation, no search, no rule masks a symbol.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from typer import Option

from vmdsolve import domains, solve_batch
from vmdsolve.api.generate import generate
from vmdsolve.domains import Domain
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.measure.accuracy import EVALUATION_SEED
from vmdsolve.model.checkpoint import load_tensors
from vmdsolve.model.packaged import packaged_files
from vmdsolve.model.slots import ALL_DIFFERENT
from vmdsolve.problem import Problem, Solution
from vmdsolve.train.mixture import FAMILIES

from ..driver import RESULTS, Row, Run, table, wilson
from ..weighed import fingerprint

METHOD = (
    "solve_batch(method='vmd-only'): the model fills the boards, the checker judges; no propagation, no search, no "
    "rule masks a symbol. Minimal problems of our generator from a seed that training never draws, each with one "
    "solution. A problem counts if one of its K boards is right; its boards stop at the first. They differ by noise on "
    "the order of commits. NFE = network evaluations a problem, all its boards together. Intervals: Wilson, 95%, of "
    "the sample."
)
SETS = (
    "sudoku-4x4,sudoku-6x6,sudoku-8x8,sudoku-9x9,sudoku-x-6x6,sudoku-x-9x9,latin-5,latin-6,latin-7,latin-8,latin-9,"
    "jigsaw-6x6,windoku-9x9"
)


def run(
    sets: Annotated[str, Option(help="Kinds of puzzles, separated by commas.")] = SETS,
    n: Annotated[int, Option(min=1, help="Problems of each.")] = 300,
    steps: Annotated[int, Option(min=1, help="T.")] = 16,
    latents: Annotated[int, Option(min=2, help="The larger K; the other is 1.")] = 64,
    weights: Annotated[Path | None, Option(help="Weights, instead of those that come along.")] = None,
    seed: Annotated[int, Option(min=0, help="Of the problems and of the sampling.")] = 0,
    threads: Annotated[int, Option(min=0, help="0: one a core.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """One set of weights for every all-different puzzle, alone."""
    own = {path.stem: path for path in packaged_files()}
    file = weights or own.pop(ALL_DIFFERENT)
    tensors, _ = load_tensors(file)
    parameters: Row = {
        "sets": sets, "n": n, "steps": steps, "latents": latents, "seed": seed, "threads": threads,
        "model": fingerprint(tensors), "parameters": sum(tensor.numel() for tensor in tensors.values()),
    }  # fmt: skip
    with Run("universal", METHOD, parameters, (), out) as this:
        for name in sets.split(","):
            held = problems(name, n, seed)
            for model in [file, *([own[name]] if name in own else [])]:
                row: Row = {"set": name, "weights": model.stem if model in own.values() else ALL_DIFFERENT, "n": n}
                row["shown"] = row["weights"] != ALL_DIFFERENT or name in FAMILIES
                for K in (1, latents):
                    begun = time.perf_counter()
                    done = solve_batch(
                        held, method="vmd-only", latents=K, steps=steps, seed=seed, model=model, device="cpu",
                        threads=threads,
                    )  # fmt: skip
                    row[f"K={K}"] = _measured(done, n, begun)
                this.rows.append(row)
                print(" ".join(_line(row)), flush=True)
        print(f"\n{shown(this.rows)}")


def problems(name: str, n: int, seed: int) -> list[Problem]:
    """n problems of a kind, which may be one that the package does not register, or a size of boards of their own."""
    domain: str | Domain = name
    size = None
    if name == "sudoku-8x8":
        domain = Sudoku(2, 4)
    elif name not in domains.names():
        domain, _, side = name.rpartition("-")
        size = int(side.partition("x")[0])
    return [problem for problem, _ in generate(domain, n, seed=EVALUATION_SEED + seed, size=size)]


def _measured(solutions: Iterable[Solution], n: int, begun: float) -> Row:
    done = list(solutions)
    solved = sum(solution.status.has_solution for solution in done)
    nfe = sum(solution.nfe for solution in done) / n
    return {"solved": solved, "interval": wilson(solved, n), "nfe": nfe, "seconds": time.perf_counter() - begun}


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    ks = [key for key in rows[0] if key.startswith("K=")]
    header = ["problems", "weights", "in training", "n"]
    for key in ks:
        header += [f"solved, K = {key.removeprefix('K=')}", "95%", "NFE"]
    return table(header, map(_line, rows))


def _line(row: Row) -> list[str]:
    line = [row["set"], row["weights"], "yes" if row["shown"] else "never", str(row["n"])]
    for key in row:
        if key.startswith("K="):
            low, high = row[key]["interval"]
            line += [f"{row[key]['solved'] / row['n']:.1%}", f"{low:.1%} to {high:.1%}", f"{row[key]['nfe']:.1f}"]
    return line

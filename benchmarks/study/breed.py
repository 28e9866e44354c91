"""`breed`: a file of 9x9 Sudokus that are as hard as the hardest known ones, of our generator's making."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
from typer import Option

from vmdsolve.atomic import replacing, written
from vmdsolve.measure.accuracy import held_out
from vmdsolve.problem import OPEN, Board
from vmdsolve.search import solve_values
from vmdsolve.search.breed import breed
from vmdsolve.search.threads import spread
from vmdsolve.train.minlex import firsts

from ..driver import RESULTS, ROOT, Row, Run
from ..puzzles import DATA, THEIRS, sudoku, theirs
from .walks import EACH, MADE_BY, Walk, walk

METHOD = (
    "walks from puzzles of our generator, see csrc/search/breed.hpp and benchmarks/study/walks.py: walk i is a "
    "function of (seed, i). The puzzles of walks 0, 1, ... in random order, one of each symmetric class and none of a "
    "class of an evaluation puzzle: those of $VMDSOLVE_DATA, held-out ones, those of puzzles/, those of --without. "
    "nodes: propagations of our exact search by singles until it proves the answer the only one."
)
TARGET = "11+"
HELD_OUT, SEEDS = 2000, 3  # puzzles of each held-out seed that none may be like
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
EDGES = [0, 16, 32, 64, 91, 128, 181, 256, 362, 512, 724, 1024, 2048, 2**62]  # of the histogram of nodes
Boards = tuple[Board, Board]  # puzzles and answers


def run(
    file: Annotated[Path, Option(help="Write here, csv: puzzle,nodes.")],
    n: Annotated[int, Option("-n", min=1, help="How many.")] = 100_000,
    seed: Annotated[int, Option(min=0, max=2**63 - 1, help="Of all walks.")] = 0,
    parts: Annotated[Path, Option(help="Folder of finished walks: a run that was stopped goes on from them.")] = ROOT
    / "runs"
    / "breed",
    without: Annotated[list[Path] | None, Option(help="A file of other puzzles to leave out, likewise made.")] = None,
    threads: Annotated[int, Option(min=0, help="0: all cores.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Breed hard puzzles into a file. The same options give the same file, however often it was stopped."""
    said = {"n": n, "seed": seed, "without": [path.name for path in without or []], "threads": threads}
    with Run("breed", METHOD, said, (), out) as this:
        known, told = _known(without or [])
        this.note(f"left out, whatever their symmetry: {told}")
        puzzles, answers = (np.empty((0, 81), np.int32),) * 2
        nodes = np.empty(0, np.int64)
        begun, climbed, fresh = 0, 0, np.empty(0, bool)
        while fresh.sum() < n:
            more = max(1, -(-(n - int(fresh.sum())) // EACH))
            done = list(_walks(parts, seed, range(begun, begun + more), threads))
            begun += more
            climbed += sum(one.rounds for one in done)
            puzzles, answers, nodes = (
                np.concatenate([side, *(one[place] for one in done)])
                for place, side in enumerate((puzzles, answers, nodes))
            )
            fresh = _fresh((puzzles, answers), known)
        order = np.random.default_rng(seed).permutation(np.flatnonzero(fresh))[:n]
        digest = _write(file, puzzles[order], nodes[order])
        row = {"set": "bred", "walks": begun, "climbed": climbed, "found": len(nodes), "fresh": int(fresh.sum())}
        this.rows.append({**row, "blake2b": digest, **described(puzzles[order], nodes[order])})
        if DATA.is_file():
            target = _theirs(THEIRS[TARGET][0])[0]
            found = solve_values(sudoku().rules, target, limit=2)
            _, _, nodes = breed(sudoku().rules, target, found.values, rounds=0, threads=threads)
            this.rows.append({"set": TARGET, **described(target, nodes)})
        print(shown(this.rows))


def described(puzzles: Board, nodes: npt.NDArray[np.int64]) -> Row:
    """Quantiles and a histogram of nodes, and how many givens there are."""
    givens = np.bincount((puzzles != OPEN).sum(1))
    return {
        "n": len(puzzles),
        "nodes": dict(zip(map(str, QUANTILES), np.quantile(nodes, QUANTILES).tolist(), strict=True)),
        "histogram": np.histogram(nodes, EDGES)[0].tolist(),
        "givens": {str(many): int(times) for many, times in enumerate(givens) if times},
    }


def shown(rows: list[Row]) -> str:
    """Rows of `described` side by side, as text.

    Examples
    --------
    >>> row = {"set": "x", **described(np.zeros((4, 81), np.int32), np.array([3, 20, 20, 40]))}
    >>> shown([row]).splitlines()[0]
    'x: 4 puzzles, nodes at 0% 3, 5% 6, 25% 16, 50% 20, 75% 25, 95% 37, 100% 40; givens 81: 100.0%'
    """
    lines = []
    for row in rows:
        at = ", ".join(f"{float(share):.0%} {value:.0f}" for share, value in row["nodes"].items())
        givens = ", ".join(f"{many}: {times / row['n']:.1%}" for many, times in row["givens"].items())
        lines.append(f"{row['set']}: {row['n']:,} puzzles, nodes at {at}; givens {givens}")
    lines += ["", "nodes below  " + "  ".join(f"{row['set']:<32}" for row in rows)]
    for place, edge in enumerate(EDGES[1:]):
        bars = [
            f"{row['histogram'][place] / row['n']:>6.1%} {'#' * round(row['histogram'][place] / row['n'] * 80):<25}"
            for row in rows
        ]
        lines.append(f"{edge if edge < EDGES[-1] else '':>11}  " + "  ".join(bars))
    return "\n".join(lines)


def _walks(parts: Path, seed: int, numbers: range, threads: int) -> Iterator[Walk]:
    """Walks in order, from their files where there are such."""

    parts = parts / MADE_BY

    def one(number: int) -> Walk:
        path = parts / f"{seed}-{number}.npz"
        if not path.is_file():
            done = walk(seed, number)
            with replacing(path) as stream:
                np.savez(stream, **{**done._asdict(), "rounds": np.array(done.rounds)})
        with np.load(path) as held:
            return Walk(held["puzzles"], held["answers"], held["nodes"], int(held["rounds"]))

    parts.mkdir(parents=True, exist_ok=True)
    return spread(one, numbers, threads)


def _fresh(ours: Boards, known: Boards) -> npt.NDArray[np.bool_]:
    """Which puzzles are the first of their class, the known ones before them."""
    both = (np.concatenate(sides) for sides in zip(known, ours, strict=True))
    return firsts(*both)[len(known[0]) :]


def _known(without: list[Path]) -> tuple[Boards, str]:
    """Puzzles that models are measured on, those of some more files, and how many of each there are."""
    sets: dict[str, Boards] = {}
    if DATA.is_file():
        sets["$VMDSOLVE_DATA"] = _theirs()
    made = [held_out(sudoku(), HELD_OUT, seed=seed) for seed in range(SEEDS)]
    sets["held-out"] = np.concatenate([some[0] for some in made]), np.concatenate([some[1] for some in made])
    for path in [*sorted((ROOT / "puzzles" / "sudoku").glob("*.txt")), *without]:
        boards = [sudoku().parse(line).values for line in _lines(path)]
        if boards:
            sets[path.name] = np.stack(boards), solve_values(sudoku().rules, np.stack(boards)).values
    told = ", ".join(f"{name} {len(boards[0]):,}" for name, boards in sets.items())
    return (np.concatenate([of[0] for of in sets.values()]), np.concatenate([of[1] for of in sets.values()])), told


def _lines(path: Path) -> list[str]:
    """The 9x9 puzzles with one answer in a file, a line each."""
    lines = [line.split(",")[0].strip() for line in path.read_text().splitlines()]
    return [line for line in lines if len(line) == 81 and set(line) <= set("0123456789.")]


def _theirs(source: str | None = None) -> Boards:
    """Other people's puzzles of one source, or of all, with an answer of each."""
    boards = np.stack([sudoku().parse(line).values for line in theirs(source)])
    return boards, solve_values(sudoku().rules, boards).values


def _write(file: Path, puzzles: Board, nodes: npt.NDArray[np.int64]) -> str:
    """The hash of the file."""
    lines = zip(sudoku().format_many(puzzles), nodes.tolist(), strict=True)
    text = "puzzle,nodes\n" + "".join(f"{puzzle},{count}\n" for puzzle, count in lines)
    with written(file) as stream:
        stream.write(text)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

"""The sets of 9x9 Sudoku that benchmarks solve: generated here, kept in puzzles/, or other people's if at hand.

Other people's come from $VMDSOLVE_DATA (default ../shared/data), file sudoku/sudoku9.csv with columns `source`
and `puzzle`. They are not part of this repository.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vmdsolve import domains, search
from vmdsolve.domains import Domain
from vmdsolve.files import records
from vmdsolve.measure.accuracy import held_out
from vmdsolve.problem import OPEN, Board

from .driver import ROOT, Run

__all__ = ["ProblemSet", "choose", "sudoku", "theirs"]

DATA = Path(os.environ.get("VMDSOLVE_DATA", ROOT / ".." / "shared" / "data")) / "sudoku" / "sudoku9.csv"
THEIRS = {  # name: (source in the file, in words)
    "17_clue": ("tdoku/puzzles2_17_clue", "tdoku's collection of puzzles with 17 givens, the fewest possible"),
    "top1465": ("tdoku/puzzles3_top1465", "tdoku's collection of 1,465 puzzles that were once the hardest"),
    "11+": ("tdoku/puzzles5_11+", "tdoku's collection from the forum of hardest puzzles, rated 11 and up"),
}
OURS = {
    "held-out": "minimal puzzles made by our generator from a seed that training never draws",
    "no-guess": "those of held-out's kind that propagation alone solves: no step needs a guess",
    "nearly-full": "answers of held-out's kind with 1 to 5 cells open",
    "easy": "puzzles/sudoku/easy.txt, 36 givens",
    "hard": "puzzles/sudoku/hard.txt, the hardest of 20,000 minimal puzzles by nodes of our search",
}
STAND_IN = "hard"  # where other people's puzzles are not at hand


class ProblemSet(NamedTuple):
    """Problems with exactly one solution each: as values int32 [n, L], and as lines of text."""

    name: str
    boards: Board
    lines: list[str]


def sudoku() -> Domain:
    """The domain of all sets."""
    return domains.get("sudoku-9x9")


def choose(run: Run, names: str, n: int, seed: int) -> list[ProblemSet]:
    """The sets named (separated by commas): a random subset of each, n or what there is, the same for a seed."""
    wanted = names.split(",")
    if unknown := set(wanted) - {*THEIRS, *OURS}:
        raise SystemExit(f"unknown set {', '.join(sorted(unknown))}; there are {', '.join([*OURS, *THEIRS])}")
    if not DATA.is_file() and (missing := [name for name in wanted if name in THEIRS]):
        run.note(f"not at hand: {', '.join(missing)} (set VMDSOLVE_DATA); measured instead: {STAND_IN}")
        wanted = [*dict.fromkeys(STAND_IN if name in THEIRS else name for name in wanted)]
    chosen = []
    for name in wanted:
        boards = MADE[name](n, seed) if name in MADE else _sample(_read(name), n, seed)
        chosen.append(ProblemSet(name, boards, sudoku().format_many(boards)))
        run.note(f"{name}: {len(boards)} of {OURS.get(name) or THEIRS[name][1]}")
    return chosen


def _no_guess(n: int, seed: int) -> Board:
    """Problems that leave nothing open after propagation."""
    boards, _ = held_out(sudoku(), 3 * n + 100, seed=seed)  # about half are
    left, _ = search.propagate(sudoku().rules, boards)
    return np.asarray(boards[(left & (left - np.uint64(1)) == 0).all(axis=1)][:n])


def _nearly_full(n: int, seed: int) -> Board:
    """Answers with one to five cells open."""
    _, answers = held_out(sudoku(), n, seed=seed)
    rng = np.random.default_rng(seed)
    rank = rng.random(answers.shape).argsort(axis=1).argsort(axis=1)
    return np.where(rank < rng.integers(1, 6, (n, 1)), OPEN, answers).astype(np.int32)


MADE: dict[str, Callable[[int, int], Board]] = {
    "held-out": lambda n, seed: held_out(sudoku(), n, seed=seed)[0],
    "no-guess": _no_guess,
    "nearly-full": _nearly_full,
}


def _read(name: str) -> list[str]:
    if name in OURS:
        return [record.puzzle for record in records.read(ROOT / "puzzles" / "sudoku" / f"{name}.txt")]
    return theirs(THEIRS[name][0])


def theirs(source: str | None = None) -> list[str]:
    """Other people's puzzles of one source, or all of them, a line each."""
    with DATA.open(newline="") as lines:
        return [row["puzzle"] for row in csv.DictReader(lines) if source in (None, row["source"])]


def _sample(lines: list[str], n: int, seed: int) -> Board:
    picked = np.random.default_rng(seed).permutation(len(lines))[:n]
    return np.stack([sudoku().parse(lines[i]).values for i in picked])

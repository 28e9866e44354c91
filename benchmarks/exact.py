"""`exact`: exact search itself, without reading, checking and packing: problems a second by set, goal and code path."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
from typer import Option

import vmdsolve._native as _native
from vmdsolve.problem import Board

from .driver import RESULTS, Row, Run, summary, table
from .puzzles import ProblemSet, choose, sudoku
from .tdoku import library_in
from .tdoku import seconds as tdoku_seconds

BEFORE = "VMDSOLVE_BEFORE"  # names the native module of another build, which takes its turns, too
GOALS = {"first": 1, "unique": 2}  # solutions asked for
PUBLISHED = {  # of tdoku, by whoever filed the aim: puzzles a second on one core of an Intel Xeon, first and unique
    "17_clue": (239_657, 199_395),
    "top1465": (108_109, 74_474),
    "11+": (28_663, 16_311),
}
METHOD = (
    "one native call for all problems of a set, arrays in and arrays out, turn by turn with one warm-up; seconds of "
    "the processor with one thread, of the clock with more; `first`: until an answer, `unique`: until it is proved the "
    f"only one; before: the native module of an earlier build, named by ${BEFORE}, in a process of its own each turn; "
    "tdoku, there: as published for another machine, one core of an Intel Xeon; tdoku, here: its own library, by "
    "--tdoku, in a process of its own each turn, one thread, seconds of the processor."
)
CHILD = """
import importlib.util, sys, time
import numpy as np
spec = importlib.util.spec_from_file_location("_native", sys.argv[1])
native = importlib.util.module_from_spec(spec)
spec.loader.exec_module(native)
boards, *rules = np.load(sys.argv[2]).values()
rules = native.Rules(81, 9, *rules)
for turn in range(2):
    start = time.thread_time()
    native.solve_batch(rules, boards, int(sys.argv[3]), threads=1)
print(time.thread_time() - start)
"""


def run(
    n: Annotated[int, Option("-n", min=1, help="Problems of each set.")] = 4000,
    sets: Annotated[str, Option(help="Sets of problems, separated by commas.")] = "17_clue,top1465,11+",
    threads: Annotated[str, Option(help="Numbers of threads, separated by commas.")] = "1,2",
    repeats: Annotated[int, Option(min=1, help="Turns of each.")] = 9,
    seed: Annotated[int, Option(min=0, help="Of the random subset.")] = 0,
    tdoku: Annotated[Path | None, Option(help="Folder of tdoku's sources, after ./BUILD.sh there.")] = None,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Our exact search on 9x9 Sudoku, by code path and threads, beside tdoku or its published figures."""
    peer = library_in(tdoku) if tdoku else None
    numbers = [int(number) for number in threads.split(",")]
    said = {"n": n, "sets": sets, "threads": numbers, "repeats": repeats, "seed": seed}
    with Run("exact", METHOD, said, (), out) as this:
        for chosen in choose(this, sets, n, seed):
            for goal in GOALS:
                this.rows += _rows(chosen, goal, numbers, repeats, peer)
        print(shown(this.rows))


def _rows(chosen: ProblemSet, goal: str, numbers: list[int], repeats: int, peer: Path | None) -> list[Row]:
    """All ways to solve one set, turn by turn."""
    rules = _native.Rules(81, 9, *sudoku().rules.native())
    boards, limit = chosen.boards, GOALS[goal]
    paths = _native.search_paths()
    ways = [(path, 1) for path in reversed(paths)] + [(paths[-1], number) for number in numbers if number != 1]
    taken: dict[tuple[str, int], list[float]] = {way: [] for way in ways}
    before: list[float] = []
    theirs: list[float] = []
    for turn in range(repeats + 1):
        for (path, number), seconds in taken.items():
            call = partial(_native.solve_batch, rules, boards, limit, threads=number, path=paths.index(path))
            seconds.append(_timed(call, number))
        if os.environ.get(BEFORE) and turn:
            before.append(_before(boards, limit))
        if peer and turn:
            theirs.append(tdoku_seconds(peer, chosen.lines, limit))
    found = _native.solve_batch(rules, boards, limit)
    assert (found[1] == 1).all(), "a problem of these sets has one answer"
    rows: list[Row] = []
    for (path, number), seconds in taken.items():
        row: Row = {"set": chosen.name, "goal": goal, "path": path, "threads": number, "n": len(boards)}
        row["seconds"] = summary(seconds[1:])
        row["nodes"] = float(found[4].mean())
        row["published"] = PUBLISHED.get(chosen.name, (None, None))[list(GOALS).index(goal)]
        if before and (path, number) == ways[0]:
            row["before"] = summary(before)
        if theirs and number == 1:
            row["tdoku"] = summary(theirs)
        rows.append(row)
    return rows


def _timed(call: Callable[[], object], threads: int) -> float:
    """Seconds: of the processor for one thread, which others on the machine do not lengthen."""
    clock = time.thread_time if threads == 1 else time.perf_counter
    start = clock()
    call()
    return clock() - start


def _before(boards: Board, limit: int) -> float:
    """Seconds of the other build."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "problems.npz"
        np.savez(file, boards, *sudoku().rules.native())
        command = [sys.executable, "-c", CHILD, os.environ[BEFORE], str(file), str(limit)]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    titles = [
        "set",
        "goal",
        "path",
        "threads",
        "n",
        "nodes",
        "a second",
        "half of all runs",
        "times before",
        "tdoku, there",
    ]
    here = any("tdoku" in row for row in rows)
    return table(titles + ["tdoku, here", "times tdoku"] * here, [_line(row) + _beside(row) * here for row in rows])


def _line(row: Row) -> list[str]:
    seconds, n = row["seconds"], row["n"]
    rate, low, high = (f"{n / seconds[part]:,.0f}" for part in ("median", "q3", "q1"))
    before, published = row.get("before"), row["published"]
    return [
        row["set"], row["goal"], row["path"], str(row["threads"]), f"{n:,}", f"{row['nodes']:.2f}", rate,
        f"{low} to {high}", "-" if before is None else f"{before['median'] / seconds['median']:.2f}",
        "-" if published is None else f"{published:,}",
    ]  # fmt: skip


def _beside(row: Row) -> list[str]:
    """tdoku's rate on the same machine, and ours as a ratio to it."""
    if "tdoku" not in row:
        return ["-", "-"]
    theirs = row["tdoku"]["median"]
    return [f"{row['n'] / theirs:,.0f}", f"{theirs / row['seconds']['median']:.2f}"]

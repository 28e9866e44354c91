"""Jobs over files that are killed at random and resumed, some with a second job on the same file, until they are done.

What they write is compared with what a job writes that nobody disturbs.
"""

from __future__ import annotations

import csv
import json
import signal
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from threading import Lock

import numpy as np

from ..driver import Row, Run
from .jobs import Job, bad_end, command
from .parts import Soak, row

__all__ = ["KINDS", "PLAN", "difference", "kills", "lines", "read_rows", "write_input"]

KINDS = ("csv", "jsonl", "txt", "parquet")
PLAN = [(KINDS[(i + i // 4) % 4], i % 4 == 3) for i in range(200)]  # jobs: how written, whether with a rival
SIGNS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
SIZES = (2000, 6000)  # lines
FEWEST, MOST = 1, 6  # kills of a job
ENDED = (0, 1, 130, 143, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT)  # 1: some lines are no puzzles
BAD = ("not a puzzle", "12345", "1" * 81, "\x1b[31mred", "=1+1", "1......2..4..3..", "é" * 81)


def kills(run: Run, soak: Soak) -> None:
    """Kill and resume jobs until 200 are done or the time is over."""
    end, inputs = soak.end(), _Inputs(soak)
    done: list[tuple[str, bool, Row, list[str]]] = []

    def one(number: int) -> None:
        if time.monotonic() < end:
            kind, rivals = PLAN[number]
            rng = np.random.default_rng((soak.seed, number))
            source, wanted, seconds = inputs.get(kind, SIZES[int(rng.integers(len(SIZES)))])
            folder = soak.folder / f"job-{number}"
            folder.mkdir()
            figures, faults = _killed(source, folder / f"out.{kind}", wanted, seconds, rng, rivals)
            done.append((kind, rivals, figures, [f"job {number}, seed {soak.seed}: {fault}" for fault in faults]))
            rmtree(folder)

    try:
        with ThreadPoolExecutor(soak.jobs) as pool:
            list(pool.map(one, range(len(PLAN))))
    finally:  # at Ctrl-C, too
        _tell(run, done)


def _tell(run: Run, done: list[tuple[str, bool, Row, list[str]]]) -> None:
    """A row for each kind of job."""
    for kind, rivals in sorted(set(PLAN)):
        some = [(figures, faults) for k, r, figures, faults in done if (k, r) == (kind, rivals)]
        total: Counter[str] = Counter()
        for figures, _ in some:
            total.update(figures)
        found = [fault for _, faults in some for fault in faults]
        what = f"{kind}, two jobs on one file" if rivals else kind
        run.rows.append(row("kills", what, len(some), PLAN.count((kind, rivals)), found, **total))


class _Inputs:
    """Inputs, each made when it is first asked for, with what a job makes of it that nobody disturbs."""

    def __init__(self, soak: Soak) -> None:
        self.soak, self.lock = soak, Lock()
        self.held: dict[tuple[str, int], tuple[Path, list[dict[str, str]], float]] = {}

    def get(self, kind: str, n: int) -> tuple[Path, list[dict[str, str]], float]:
        with self.lock:
            if (kind, n) not in self.held:
                self.held[kind, n] = _undisturbed(self.soak, kind, n)
            return self.held[kind, n]


@lru_cache(maxsize=8)
def lines(n: int, seed: int) -> tuple[str, ...]:
    """Puzzles, and at random places lines that are none."""
    import vmdsolve

    made = vmdsolve.generate("sudoku-9x9", n, seed=seed, threads=1)
    texts = [problem.layout.write(problem.values) for problem, _ in made]
    rng = np.random.default_rng((seed, n))
    for place in rng.choice(n, n // 50, replace=False).tolist():
        texts[place] = BAD[int(rng.integers(len(BAD)))]
    return tuple(texts)


def write_input(texts: Sequence[str], path: Path) -> Path:
    """A file of these texts in the format of its ending, with a number a line where there are columns."""
    rows = [{"puzzle": text, "number": str(i)} for i, text in enumerate(texts)]
    match path.suffix:
        case ".txt":
            path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        case ".jsonl":
            path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
        case ".csv":
            with path.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows([["puzzle", "number"], *([*one.values()] for one in rows)])
        case _:
            table = import_module("pyarrow").Table.from_pylist(rows)
            import_module("pyarrow.parquet").write_table(table, path)
    return path


def read_rows(path: Path) -> list[dict[str, str]]:
    """What a job wrote, by readers that are not ours, but for the seconds that each line took."""
    match path.suffix:
        case ".txt":
            said = path.read_text(encoding="utf-8").splitlines()
            return [{"number": str(i), "line": line} for i, line in enumerate(said)]
        case ".jsonl":
            with path.open(encoding="utf-8") as stream:
                found = [json.loads(line) for line in stream]
        case ".csv":
            with path.open(encoding="utf-8", newline="") as stream:
                found = list(csv.DictReader(stream))
        case _:
            found = import_module("pyarrow.parquet").read_table(path).to_pylist()
    return [{name: str(value) for name, value in one.items() if name != "seconds"} for one in found]


def difference(found: list[dict[str, str]], wanted: list[dict[str, str]]) -> Row:
    """Lines that are lost, there more than once, changed, or in another place.

    >>> difference([{"number": "0"}, {"number": "0"}], [{"number": "0"}, {"number": "1"}])
    {'lost': 1, 'repeated': 1, 'changed': 0, 'moved': 1}
    """
    here, there = ({one.get("number", "?"): one for one in rows} for rows in (found, wanted))
    count = Counter(one.get("number", "?") for one in found)
    return {
        "lost": len(there.keys() - here.keys()),
        "repeated": sum(count.values()) - len(count) + len(here.keys() - there.keys()),
        "changed": sum(here[number] != there[number] for number in here.keys() & there.keys()),
        "moved": int([one.get("number") for one in found] != [one["number"] for one in wanted]),
    }


def _undisturbed(soak: Soak, kind: str, n: int) -> tuple[Path, list[dict[str, str]], float]:
    """An input, what is to come of it, and the seconds that takes."""
    folder = soak.folder / f"undisturbed-{kind}-{n}"
    folder.mkdir()
    source = write_input(lines(n, soak.seed), folder / f"in.{kind}")
    done = command([*_solve(source, folder / f"out.{kind}")], folder)
    if why := bad_end(done, (0, 1)):
        raise SystemExit(f"a job that nobody disturbs ends badly: {why}")
    found = read_rows(folder / f"out.{kind}")
    if [one["number"] for one in found] != [str(i) for i in range(n)]:
        raise SystemExit(f"a job that nobody disturbs loses lines: {len(found)} of {n}")
    return source, found, done.seconds


def _solve(source: Path, out: Path) -> list[str]:
    return ["solve", str(source), "-o", str(out), "--method", "search", "--threads", "1", "--batch-size", "64"]


def _left(out: Path) -> list[Path]:
    """What lies beside a job's output: its journal, while it is not done."""
    return [path for path in out.parent.iterdir() if path != out]


def _killed(
    source: Path, out: Path, wanted: list[dict[str, str]], seconds: float, rng: np.random.Generator, rivals: bool
) -> tuple[Row, list[str]]:
    """One job until it is done, and what is wrong with it then."""
    figures: Counter[str] = Counter()
    faults: list[str] = []
    for left in range(int(rng.integers(FEWEST, MOST + 1)), -1, -1):
        first = [] if not _left(out) and not out.exists() else ["--resume"]
        job = Job(_solve(source, out) + first, out.parent)
        if rivals:
            time.sleep(float(rng.uniform(0, 0.5)))
            rival = Job(_solve(source, out) + (first or ["--resume"] * int(rng.integers(2))), out.parent)
            figures["rivals"] += 1
        if left:
            time.sleep(float(rng.uniform(0.05, 1.1 * seconds)))
            for one in (job, rival) if rivals and rng.random() < 0.5 else (job,):
                sign = SIGNS[int(rng.integers(len(SIGNS)))]
                figures[sign.name] += one.signal(sign)
        figures["live"] += bool(left and _left(out))
        for one in (job, rival) if rivals else (job,):
            why = bad_end(one.wait(), (*ENDED, 2) if rivals else ENDED)
            faults += [why] if why else []
        if out.exists() and not _left(out):
            break
    if not out.exists():
        return {**figures, "undone": 1}, [*faults, "never done"]
    told = difference(read_rows(out), wanted)
    faults += [f"{told}"] if any(told.values()) else []
    faults += [f"left behind: {path.name}" for path in _left(out)]
    return {**figures, **told}, faults

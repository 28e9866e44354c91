"""What every benchmark shares: who measured and when, how time is taken, and the file that a run leaves behind.

A summary of repeated measurements is {"n", "median", "q1", "q3"}: half of them lie between q1 and q3.
"""

from __future__ import annotations

import json
import math
import os
import platform
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np

from vmdsolve.atomic import written
from vmdsolve.search.threads import thread_count

__all__ = [
    "RESULTS",
    "ROOT",
    "Limit",
    "Run",
    "machine",
    "summary",
    "table",
    "take_turns",
    "times",
    "versions",
    "wilson",
]

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "neon", "asimd", "sve")  # what changes speed or rounding
STOPS = (signal.SIGINT, signal.SIGTERM)
FORMAT = 1  # of the files; raised when a field changes its meaning

Row = dict[str, Any]


# Time and chance ----------------------------------------------------------------------------------------


def times(call: Callable[[], object], repeats: int, *, warm_up: int = 1, budget: float | None = None) -> list[float]:
    """Wall-clock seconds of up to `repeats` calls, at least one; none is begun after `budget` seconds."""
    return take_turns({"": call}, repeats, warm_up=warm_up, budget=budget)[""]


def take_turns(
    calls: Mapping[str, Callable[[], object]],
    repeats: int,
    *,
    warm_up: int = 1,
    budget: float | None = None,
    rest: float = 0.0,
) -> dict[str, list[float]]:
    """`times` of several calls, one after the other in each round, so that a change of the machine meets all.

    rest    seconds to sleep before each turn, which then begins with one call that is not timed: torch's threads spin
            for milliseconds after their work, on the cores that the next one needs
    """
    for _ in range(warm_up):
        for call in calls.values():
            call()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    begun = time.perf_counter()
    for repeat in range(repeats):
        if repeat and budget is not None and time.perf_counter() - begun > budget:
            break
        for name, call in calls.items():
            if rest:
                time.sleep(rest)
                call()
            start = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - start)
    return taken


class Limit(NamedTuple):
    """What a solver may spend on an instance: seconds of the processor for one thread, of the wall clock for more.

    stretch    seconds of the wall clock to wait for one, on a machine that others use, too
    """

    seconds: float
    threads: int = 1
    stretch: float = 1.0

    @property
    def wall(self) -> float:
        return self.seconds * self.stretch

    def now(self) -> float:
        return time.process_time() if self.threads == 1 else time.perf_counter()

    def taken(self, start: float) -> float:
        """Seconds since then, `seconds` at most: who needs them all is too late."""
        return min(self.now() - start, self.seconds)


def summary(values: Iterable[float]) -> Row:
    """Median and spread.

    >>> summary([3.0, 1.0, 2.0])
    {'n': 3, 'median': 2.0, 'q1': 1.5, 'q3': 2.5}
    """
    held = list(values)
    q1, median, q3 = np.quantile(held, (0.25, 0.5, 0.75)).tolist()
    return {"n": len(held), "median": median, "q1": q1, "q3": q3}


def wilson(hits: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's 95% interval of a share, 0 to 1.

    >>> [round(end, 4) for end in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    if not n:
        return 0.0, 1.0
    share, weight = hits / n, z * z / n
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / n + weight / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


# Who measured -------------------------------------------------------------------------------------------


def machine() -> Row:
    """The machine, as far as it matters for speed."""
    info = _lines("/proc/cpuinfo")
    flags = set(info.get("flags", info.get("Features", "")).split())
    found: Row = {
        "cpu": info.get("model name") or platform.processor() or platform.machine(),
        "cores": thread_count(),
        "flags": [flag for flag in FLAGS if flag in flags],
        "memory_gib": round(int(_lines("/proc/meminfo").get("MemTotal", "0 kB").split()[0]) / 2**20, 1),
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }
    if "torch" in sys.modules:  # a benchmark that does without torch need not wait for it
        torch = sys.modules["torch"]
        found["gpu"] = torch.cuda.get_device_name() if torch.cuda.is_available() else None
        found["torch_threads"] = torch.get_num_threads()
    return found


def _lines(path: str) -> dict[str, str]:
    """`name : value` lines of a file of /proc, the first of each name; nothing where there is no such file."""
    found: dict[str, str] = {}
    if Path(path).is_file():
        for line in Path(path).read_text().splitlines():
            name, _, value = line.partition(":")
            found.setdefault(name.strip(), value.strip())
    return found


def versions(packages: Iterable[str] = ()) -> dict[str, str]:
    """Versions of Python, ourselves and what a benchmark uses; 'not installed' where it is not."""
    found = {"python": platform.python_version()}
    for package in ("vmdsolve", "numpy", "torch", *packages):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def git(*arguments: str) -> str | None:
    """What git says, or None where it cannot be asked."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


# The run ------------------------------------------------------------------------------------------------


class Run:
    """One run of one benchmark: says first who measures and how, collects rows, writes the file at the end.

    with Run("kernels", "method in words", {"repeats": 20}) as run:
        run.rows.append({"kernel": "unmask", "seconds": summary(times(call, 20))})

    An interrupted run writes the rows it has, marked as not complete: Ctrl-C and SIGTERM both interrupt, in the
    background too, where a shell may have set the first to be ignored. `keep` writes them before the end, so that a run
    that is killed loses little. `path` is the file, once it is written.
    """

    def __init__(
        self,
        name: str,
        method: str,
        parameters: Mapping[str, Any],
        packages: Sequence[str] = (),
        folder: Path = RESULTS,
    ) -> None:
        changes = git("status", "--porcelain", "--untracked-files=no")
        self.folder = folder
        self.path: Path | None = None
        self.rows: list[Row] = []
        self.notes: list[str] = []
        self.head: Row = {
            "format": FORMAT,
            "name": name,
            "command": shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
            "commit": git("rev-parse", "--short=10", "HEAD") or os.environ.get("VMDSOLVE_COMMIT", "unknown"),
            "dirty": None if changes is None else bool(changes),
            "date": datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
            "machine": machine(),
            "versions": versions(packages),
            "method": method,
            "parameters": dict(parameters),
        }
        self._begun = time.perf_counter()
        dirty = ", with changes since" if self.head["dirty"] else ""
        print(f"{name}, {self.head['date']}, commit {self.head['commit']}{dirty}")
        for title in ("machine", "versions", "parameters"):
            print(f"{title:<10} {', '.join(f'{key} {_plain(value)}' for key, value in self.head[title].items())}")
        print(f"{'method':<10} {method}\n", flush=True)
        load = self.head["machine"]["load"]
        if load is not None and load > 0.5:
            self.note(f"load {load:g} at the start: if other work is running, do not trust the times")

    def note(self, text: str) -> None:
        """Say something that belongs to the figures, here and in the file."""
        self.notes.append(text)
        print(text, flush=True)

    def __enter__(self) -> Self:
        self._before = {sign: signal.signal(sign, signal.default_int_handler) for sign in STOPS if _in_main_thread()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sign, handler in self._before.items():
            signal.signal(sign, handler)
        if kind is None or self.rows:
            self.keep(complete=kind is None)
            print(f"\nwritten to {os.path.relpath(str(self.path))}")

    def keep(self, *, complete: bool = False) -> None:
        """Write what there is; the next time takes the place of this."""
        if self.path is None:
            stem = f"{self.head['name']}-{self.head['date']}-{self.head['commit']}"
            self.path = self.folder / f"{stem}.json"
            if self.path.exists():  # another run began in the same second
                self.path = self.folder / f"{stem}-{os.getpid()}.json"
        seconds = time.perf_counter() - self._begun
        tail = {"notes": self.notes, "complete": complete, "seconds": seconds, "rows": self.rows}
        self.folder.mkdir(parents=True, exist_ok=True)
        with written(self.path) as stream:
            json.dump({**self.head, **tail}, stream, indent=1, allow_nan=False)
            stream.write("\n")


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()  # elsewhere Python sets no handlers


def _plain(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table, aligned so that it reads as text, too; numbers stand to the right, names to the left.

    A bar in a cell is escaped.

    >>> print(table(["what", "ms"], [["a", 1.5], ["bc", 22]]))
    | what |  ms |
    |------|----:|
    | a    | 1.5 |
    | bc   |  22 |
    """
    body = [[str(cell).replace("|", r"\|") for cell in row] for row in rows]
    width = [max(map(len, column)) for column in zip(header, *body, strict=True)]
    right = [i > 0 and all(row[i][:1].isdigit() for row in body) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        parts = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(cells, width, right, strict=True))
        return f"| {' | '.join(parts)} |"

    rule = "|".join("-" * (w + 1) + (":" if r else "-") for w, r in zip(width, right, strict=True))
    return "\n".join([line(header), f"|{rule}|", *map(line, body)])

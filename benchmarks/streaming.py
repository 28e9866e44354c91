"""`streaming`: what files of any size cost beside solving: time a problem, memory, kills, engines, processes."""

from __future__ import annotations

import csv
import os
import pickle
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from typer import Option

from vmdsolve import BatchSolver, search, solve_batch
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.files.records import read
from vmdsolve.files.skipping import taken
from vmdsolve.scale.on_ray import Made, made, run_on_ray
from vmdsolve.scale.shards import SIZE, Shards
from vmdsolve.search import generate_values
from vmdsolve.train.recipe import Recipe

from .driver import RESULTS, ROOT, Row, Run, summary, table
from .soak.jobs import Job, command
from .soak.kills import read_rows

OVERHEAD, CORE, MEMORY, RAY, RANKS = 0.15, 1.3, 1.1, 0.85, 1.7  # aims, as the table says them
PARTS = ("cost", "memory", "kills", "ray", "ranks")
PIECE = 1024  # boards that the core is given at once
ENDINGS = (".csv", ".jsonl", ".parquet")
ONE_FILE = 5  # times the lines of the others
METHOD = (
    "9x9 Sudoku, method search. cost: processor seconds of all threads, and by the clock, where a job reads and writes "
    "beside what it solves, turn by turn, solving on one thread: `search.solve_values` on arrays, "
    f"{PIECE:,} boards a call, so that its results need no new memory; `solve_batch` (aim {CORE:g} times that), and "
    "with every text looked at; BatchSolver; reading a file, solving and writing shards (aim "
    f"{OVERHEAD:.0%} over solve_batch); one file by the command (same aim), its start taken off; lines that are "
    "read, and passed over by a job whose part they are not; what a driver does of a line itself: reading and packing "
    "shards, and putting into place what came back, or keeping what others put into the same folder. memory: the most "
    f"of a process by lines (aim {MEMORY:g} times). kills: "
    "SIGKILL at random moments, each job then resumed to its end and compared with one that nobody disturbed: shards "
    "byte by byte, one file but for the seconds that it tells. "
    "ray: problems a second to those of the local job, turn by turn, wall clock, the start of the cluster apart (aim "
    f"{RAY:g}). ranks: boards of all batches a processor second of one training process, and of the slower of two that "
    f"share them (aim {RANKS:g} times as many): of trainings of S and of 3 S steps the difference, in processor time, "
    "so that it holds on a machine that is shared."
)


def run(
    parts: Annotated[str, Option(help=f"What to measure, between commas: {', '.join(PARTS)}; or all.")] = "all",
    n: Annotated[int, Option(min=100, help="Lines for cost.")] = 100_000,
    most: Annotated[int, Option(min=1000, help="Lines for memory, and a tenth of them; for Ray.")] = 1_000_000,
    kills: Annotated[int, Option(min=1, help="Of each format.")] = 25,
    repeats: Annotated[int, Option(min=1, help="Rounds of cost and of Ray.")] = 5,
    steps: Annotated[int, Option(min=2, help="Of the shorter trainings.")] = 20,
    seed: Annotated[int, Option(min=0, help="Of puzzles, where there are no real ones, and of kills.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """What files of any size cost: time a problem, memory, kills, Ray, training by several processes."""
    chosen = PARTS if parts == "all" else tuple(parts.split(","))
    if unknown := set(chosen) - set(PARTS):
        raise SystemExit(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    said = {"parts": ",".join(chosen), "n": n, "most": most, "kills": kills, "repeats": repeats, "steps": steps}
    with Run("streaming", METHOD, {**said, "seed": seed}, ("ray",), out) as this, tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        source, puzzles = some_puzzles(seed)
        this.note(f"puzzles: {source}")
        ways: dict[str, Callable[[], Iterator[Row]]] = {
            "cost": partial(cost, folder, puzzles, n, repeats),
            "memory": partial(memory, folder, puzzles, most),
            "kills": partial(killed, folder, puzzles, kills, seed),
            "ray": partial(by_ray, folder, puzzles, most, repeats),
            "ranks": partial(ranks, folder, steps),
        }
        for part in chosen:
            for row in ways[part]():
                this.rows.append({"part": part, **row})
                this.keep()
        print(shown(this.rows))


def some_puzzles(seed: int) -> tuple[str, list[str]]:
    """Where puzzles are from, and they: 17 clues each where there are such, else of the generator."""
    path = Path(os.environ.get("VMDSOLVE_DATA", ROOT / ".." / "shared" / "data")) / "sudoku" / "sudoku9.csv"
    if path.is_file():
        with path.open(newline="") as stream:
            found = [row["puzzle"] for row in csv.DictReader(stream) if "17_clue" in row["source"]]
        if found:
            return "17_clue", found
    domain = get("sudoku-9x9")
    problems, _ = generate_values(domain.rules, 2000, seed=seed)
    return "generated", domain.format_many(problems)


def lines(path: Path, puzzles: list[str], n: int) -> Path:
    """A file of n puzzles, one a line."""
    path.write_text("".join(f"{puzzles[i % len(puzzles)]}\n" for i in range(n)), encoding="utf-8")
    return path


def cost(folder: Path, puzzles: list[str], n: int, repeats: int) -> Iterator[Row]:
    """Processor time a problem of each way."""
    source, domain = lines(folder / "cost.txt", puzzles, n), get("sudoku-9x9")
    texts = source.read_text().split()
    boards = domain.parse_many(texts)
    assert boards is not None
    of_json = folder / "cost.jsonl"
    of_json.write_text("".join(f'{{"puzzle": "{text}"}}\n' for text in texts), encoding="utf-8")
    solver = BatchSolver(method="search", threads=1)
    shard = made(taken(read(source), SIZE), pickle.dumps({"method": "search", "threads": 1}), 0, ".parquet")
    assert not isinstance(shard.file, str)
    (folder / "made.parquet").write_bytes(shard.file.data)
    ways: dict[str, Callable[[], object]] = {
        "search.solve_values": lambda: [
            search.solve_values(domain.rules, boards[at : at + PIECE], limit=1, threads=1)
            for at in range(0, len(boards), PIECE)
        ],
        "solve_batch": lambda: sum(1 for _ in solve_batch(texts, method="search", threads=1)),
        "solve_batch, texts": lambda: [one.text for one in solve_batch(texts, method="search", threads=1)],
        "BatchSolver": lambda: solver.solve(texts),
        **{f"shards {ending}": partial(shards, folder, source, ending, solver) for ending in ENDINGS},
        "shards .csv of .jsonl": partial(shards, folder, of_json, ".csv", solver),
        "lines read": lambda: sum(1 for _ in read(source)),
        "lines passed over": lambda: read(source).skip(n),
        "handed out .parquet": partial(handed_out, folder, source, shard, shared=False),
        "handed out .parquet, one folder": partial(handed_out, folder, source, shard, shared=True),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    clock: dict[str, list[float]] = {name: [] for name in ways}
    for repeat in range(repeats + 1):
        for name, call in ways.items():
            start, begun = time.process_time(), time.perf_counter()
            call()
            if repeat:
                clock[name].append(time.perf_counter() - begun)
                spent[name].append(time.process_time() - start)
    for name, seconds in spent.items():
        ratio = np.divide(seconds, spent["solve_batch"]).tolist()
        row: Row = {
            "what": name,
            "microseconds": summary(1e6 * s / n for s in seconds),
            "to_solve_batch": summary(ratio),
        }
        row["to_core"] = summary(np.divide(seconds, spent["search.solve_values"]).tolist())
        row["clock"] = summary(np.divide(clock[name], clock["solve_batch"]).tolist())
        yield row
    lines(folder / "one.txt", puzzles, 1)
    lines(folder / "many.txt", puzzles, ONE_FILE * n)  # the start of a command takes as long as many problems
    spent_by: dict[str, tuple[list[float], list[float]]] = {ending: ([], []) for ending in (*ENDINGS, ".txt")}
    for _ in range(min(repeats, 3)):
        for ending, (each, by_clock) in spent_by.items():
            one, all_ = (
                command(["solve", name, "--method", "search", "--threads", "1", "-o", f"{name}{ending}"], folder, 3600)
                for name in ("one.txt", "many.txt")
            )
            each.append(1e6 * (all_.processor - one.processor) / (ONE_FILE * n))
            by_clock.append((all_.seconds - one.seconds) / ONE_FILE)
    batch = summary(1e6 * s / n for s in spent["solve_batch"])["median"]
    core = summary(1e6 * s / n for s in spent["search.solve_values"])["median"]
    for ending, (each, by_clock) in spent_by.items():
        told = {"to_solve_batch": summary(e / batch for e in each), "to_core": summary(e / core for e in each)}
        told["clock"] = summary(e / summary(clock["solve_batch"])["median"] for e in by_clock)
        yield {"what": f"one file {ending}", "microseconds": summary(each), **told}


def shards(folder: Path, source: Path, ending: str, solver: BatchSolver) -> int:
    """Read, solve, write; into a new folder each time."""
    out = Path(tempfile.mkdtemp(dir=folder)) / f"out{ending}"
    with Shards(out, {}) as job:
        return sum(job.run(read(source), solver))


def handed_out(folder: Path, source: Path, one: Made, *, shared: bool) -> None:
    """What a driver does itself: read shards, pack them for others, put what comes back into place, or keep it."""
    out = Path(tempfile.mkdtemp(dir=folder)) / "out.parquet"
    assert not isinstance(one.file, str)
    with Shards(out, {}) as job:
        records = read(source)
        for shard in count():
            n, some = job.next(shard, records)
            if not n:
                break
            pickle.dumps(some, pickle.HIGHEST_PROTOCOL)
            beside = out / f".vmdsolve-{shard}"
            if shared:  # others put one and the same file there
                beside.hardlink_to(folder / "made.parquet")
            job.put(replace(one.done, shard=shard, rows=n), beside if shared else one.file.data)


def memory(folder: Path, puzzles: list[str], most: int) -> Iterator[Row]:
    """The most memory of a process by lines, in shards and as one file."""
    for what, more in (("shards .csv", ["--shard-size", "10000"]), ("one file .csv", [])):
        least = 0.0
        for n in (most // 10, most):
            lines(folder / "memory.txt", puzzles, n)
            out = f"{what.split()[0]}-{n}.csv"
            done = command(["solve", "memory.txt", "--method", "search", "-o", out, *more], folder, 7200)
            least = least or done.megabytes
            yield {"what": f"{what}, {n:,} lines", "megabytes": round(done.megabytes, 1), "code": done.code,
                   "ratio": round(done.megabytes / least, 3), "seconds": round(done.processor, 1)}  # fmt: skip


def killed(folder: Path, puzzles: list[str], kills: int, seed: int) -> Iterator[Row]:
    """Jobs killed at random moments, resumed, and compared with one that nobody disturbed."""
    lines(folder / "kill.txt", puzzles, 4000)
    shards, one_file = ["--shard-size", "300"], ["--batch-size", "64"]
    for ending, how in [(ending, how) for how in (shards, one_file) for ending in (*ENDINGS, ".txt")]:
        if how is shards and ending not in ENDINGS:
            continue
        chance = random.Random(f"{seed} {ending}")
        told = ["solve", "kill.txt", "--method", "search", "--threads", "1", *how, "-o"]
        begun = time.monotonic()
        command([*told, f"whole{ending}"], folder, 600)
        length, wrong, met = time.monotonic() - begun, 0, 0
        for i in range(kills):
            out = f"kill-{i}{ending}"
            job = Job([*told, out], folder)
            time.sleep(chance.uniform(0.2, 1.0) * length)
            met += job.alive()
            job.signal(signal.SIGKILL)
            while job.alive():
                time.sleep(0.01)
            command([*told, out, "--resume"], folder, 600)
            wrong += _written(folder / f"whole{ending}") != _written(folder / out)
        for left in folder.glob(f"*{ending}"):  # one file has the names of a folder of shards
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        what = f"kills of {ending} jobs{', one file' if how is one_file else ''}"
        yield {"what": what, "n": kills, "met at work": met, "wrong": wrong}


def _written(out: Path) -> object:
    """What a job wrote: shards byte for byte; of one file its rows, but for how long each took."""
    if out.is_dir():
        return {path.name: path.read_bytes() for path in out.glob("part-*")}
    return read_rows(out)


def by_ray(folder: Path, puzzles: list[str], n: int, repeats: int) -> Iterator[Row]:
    """The same job by Ray on this machine and by this process with as many threads, turn by turn; wall clock."""
    if find_spec("ray") is None:
        yield {"what": "ray", "n": n, "ratio": None}
        return
    ray: Any = import_module("ray")
    cores = os.cpu_count() or 1
    source = lines(folder / "ray.txt", puzzles, n)
    ray.init(num_cpus=cores, log_to_driver=False, logging_level="ERROR", include_dashboard=False)
    options: dict[str, Any] = {"method": "search"}
    try:
        taken_by: dict[str, list[float]] = {"warm-up": [], "local": [], "ray": []}
        for name in ["warm-up", *["local", "ray"] * repeats]:
            out = Path(tempfile.mkdtemp(dir=folder)) / "out.parquet"
            begun = time.perf_counter()
            with Shards(out, {}) as job:
                if name == "local":
                    done = sum(job.run(read(source), BatchSolver(method="search", threads=cores)))
                else:
                    done = sum(run_on_ray(job, read(source), options))
            taken_by[name].append(time.perf_counter() - begun)
            shutil.rmtree(out)
            if done != n:
                raise InvalidInput(f"{name}: {done} of {n} problems are done")
    finally:
        ray.shutdown()
    local, its = n / np.array(taken_by["local"]), n / np.array(taken_by["ray"])
    low, middle, high = np.quantile(its / local, (0.25, 0.5, 0.75)).tolist()
    yield {
        "what": "ray",
        "n": n,
        "cores": cores,
        "rounds": repeats,
        "local": round(float(np.median(local))),
        "ray": round(float(np.median(its))),
        "ratio": round(middle, 3),
        "quartiles": f"{low:.3f} to {high:.3f}",
    }


def ranks(folder: Path, steps: int) -> Iterator[Row]:
    """Boards a processor second of one training process, and of each of two that share their batches."""
    taken: dict[tuple[int, int], list[float]] = {}
    for n in (1, 2):
        for length in (steps, 3 * steps):
            taken[n, length] = trained(folder / f"ranks-{n}-{length}", n, length)
    boards = 2 * steps * Recipe().batch
    one, two = (boards / max(b - a for a, b in zip(taken[n, steps], taken[n, 3 * steps], strict=True)) for n in (1, 2))
    yield {"what": "two training processes", "batch": Recipe().batch, "one": round(one, 1), "two": round(two, 1),
           "ratio": round(two / one, 3)}  # fmt: skip


def trained(where: Path, n: int, steps: int) -> list[float]:
    """Processor seconds of each of n processes that train together."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    base = {**os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": "1"}
    told = ["train", "sudoku-9x9", "--steps", str(steps), "--every", str(steps), "--threads=1", f"--run-dir={where}"]
    jobs = [
        subprocess.Popen(
            [sys.executable, "-m", "vmdsolve", *told], stdout=subprocess.DEVNULL,
            env={**base, "RANK": str(rank), "WORLD_SIZE": str(n)},
        )
        for rank in range(n)
    ]  # fmt: skip
    out = []
    for job in jobs:
        _, status, used = os.wait4(job.pid, 0)
        job.returncode = os.waitstatus_to_exitcode(status)
        out.append(used.ru_utime + used.ru_stime)
    if any(job.returncode for job in jobs):
        raise InvalidInput(f"a training of {n} processes failed")
    return out


def shown(rows: list[Row]) -> str:
    """All rows as tables, a part each."""
    parts = []
    if some := [row for row in rows if row["part"] == "cost"]:
        head = [
            "one thread",
            "microseconds a problem",
            "times solve_batch",
            "times the core",
            "times solve_batch, clock",
        ]
        parts.append(table(head, [_cost(row) for row in some]))
    if some := [row for row in rows if row["part"] != "cost"]:
        parts.append(table(["what", "measured"], [[row["what"], _told(row)] for row in some]))
    return "\n\n".join(parts)


def _cost(row: Row) -> list[str]:
    own = [
        f"{row[name]['median']:.3g}" if name in row else "-"
        for name in ("microseconds", "to_solve_batch", "to_core", "clock")
    ]
    return [row["what"], *own]


def _told(row: Row) -> str:
    own = {name: value for name, value in row.items() if name not in ("part", "what")}
    return ", ".join(f"{name} {'not measured' if value is None else value}" for name, value in own.items())

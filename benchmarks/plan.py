"""`plan`: what a job of a billion problems would take, simulated from measured rates: a queue of shards, workers that
are not alike, stragglers, workers that die.
"""

from __future__ import annotations

import heapq
import json
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from typer import Option

from .driver import RESULTS, Row, Run, summary, table

METHOD = (
    "a simulation; measured are the rates alone: a core reads, solves and writes as parquet {solve:,.0f} problems a"
    " second, and passes over {read:,.0f} lines a second that are not its own (benchmark streaming, 9x9 Sudoku of "
    "17 clues). Shards are taken from one queue by workers of one core each. A shard's time is its problems by the "
    "rate, times exp(s) of the worker (normal, deviation {spread}) and exp(s) of the shard (deviation {uneven}); "
    "one in {odd} shards has a problem that takes until its limit of {limit:g} s more. A worker dies after an "
    "exponential time of mean {life:g} hours, loses the shard that it was at, and is back after {back:g} minutes. "
    "Each worker of an array job goes through all of the input; a driver does so once for all, and hands out at "
    "most {driver:,.0f} problems a second: it reads a shard, packs it and keeps what came into the folder, all in one "
    "thread; what Ray itself takes for a shard is not in it. Medians of {seeds} runs."
)
HANDED = "handed out .parquet, one folder"
BYTES = 185  # of a row of csv: a 9x9 problem, its answer and the rest


class Fleet(NamedTuple):
    """Who does it."""

    name: str
    workers: int
    driver: bool


FLEETS = (
    Fleet("one machine of 8 cores", 8, False),
    Fleet("array job of 64", 64, False),
    Fleet("array job of 1,000", 1000, False),
    Fleet("driver and 64 workers", 64, True),
    Fleet("driver and 1,000 workers", 1000, True),
)


class Rates(NamedTuple):
    """What was measured, and what is assumed.

    Attributes
    ----------
    solve, read, driver
        problems a second: solved and written by a core, read by one, handed out by a driver
    spread, uneven
        deviations of the logarithm of a worker's and of a shard's time
    odd, limit
        of so many shards one has a problem that takes so many seconds more
    life, back
        hours that a worker lives on average, minutes until it is back
    """

    solve: float
    read: float
    driver: float
    spread: float
    uneven: float
    odd: int
    limit: float
    life: float
    back: float


def run(
    n: Annotated[int, Option(min=1, help="Problems.")] = 1_000_000_000,
    size: Annotated[int, Option(min=1, help="Of a shard.")] = 20_000,
    solve: Annotated[float | None, Option(help="Problems a second that a core solves and writes, as measured.")] = None,
    read: Annotated[float | None, Option(help="Lines a second that a job passes over, as measured.")] = None,
    driver: Annotated[float | None, Option(help="Problems a second that a driver hands out, as measured.")] = None,
    spread: Annotated[float, Option(min=0, help="How unlike workers are.")] = 0.2,
    uneven: Annotated[float, Option(min=0, help="How unlike shards are.")] = 0.1,
    odd: Annotated[int, Option(min=1, help="Of so many shards one has a problem that takes until its limit.")] = 100,
    limit: Annotated[float, Option(min=0, help="Seconds of that limit.")] = 60.0,
    life: Annotated[float, Option(min=0.01, help="Hours that a worker lives on average.")] = 24.0,
    back: Annotated[float, Option(min=0, help="Minutes until a worker is back.")] = 5.0,
    seeds: Annotated[int, Option(min=1, help="Runs of each.")] = 5,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """A job of a billion problems: hours, core hours, what is done twice, by how many work at it."""
    costs = measured()
    solve, read = solve or 1e6 / costs["shards .parquet"], read or 1e6 / costs["lines passed over"]
    driver = driver or 1e6 / costs[HANDED]
    rates = Rates(round(solve), round(read), round(driver), spread, uneven, odd, limit, life, back)
    said = {"n": n, "size": size, **rates._asdict(), "seeds": seeds}
    with Run("plan", METHOD.format(**rates._asdict(), seeds=seeds), said, (), out) as this:
        for fleet in FLEETS:
            runs = [simulated(fleet, n, size, rates, seed) for seed in range(seeds)]
            row: Row = {"fleet": fleet.name, "workers": fleet.workers, "gigabytes": round(n * BYTES / 1e9, 1)}
            this.rows.append(row | {name: summary(one[name] for one in runs) for name in runs[0]})
        print(shown(this.rows))


def measured(folder: Path = RESULTS) -> dict[str, float]:
    """Microseconds a problem of each way, by the newest result of `streaming` that says so."""
    for path in sorted(folder.glob("streaming-*.json"), reverse=True):
        rows = [row for row in json.loads(path.read_text())["rows"] if row["part"] == "cost"]
        found = {row["what"]: float(row["microseconds"]["median"]) for row in rows}
        if HANDED in found:
            return found
    raise SystemExit(
        "no rates are measured: run `python -m benchmarks streaming --parts cost`, or give --solve, --read, --driver"
    )


def simulated(fleet: Fleet, n: int, size: int, rates: Rates, seed: int) -> dict[str, float]:
    """One run: hours on the clock, of cores, and the shares of shards that were lost and begun again.

    Examples
    --------
    >>> quiet = Rates(1000, 1e12, 1e12, 0, 0, 10**9, 0, 1e9, 0)
    >>> round(3600 * simulated(Fleet("two", 2, False), 80_000, 1000, quiet, 0)["hours"])
    40
    """
    rng = np.random.default_rng((seed, fleet.workers))
    shards = -(-n // size)
    slow = np.exp(rng.normal(0, rates.spread, fleet.workers))
    ahead = 0.0 if fleet.driver else n / rates.read / shards  # an array job reads all, a little before each shard
    free = [(0.0, worker) for worker in range(fleet.workers)]
    dies = rng.exponential(3600 * rates.life, fleet.workers)
    heapq.heapify(free)
    lost, busy, end, handed = 0, 0.0, 0.0, 0.0
    left = shards
    while left:
        now, worker = heapq.heappop(free)
        if fleet.driver:  # which hands out one after another
            handed = now = max(now, handed + size / rates.driver)
        seconds = size / rates.solve * slow[worker] * np.exp(rng.normal(0, rates.uneven)) + ahead * fleet.workers
        seconds += rates.limit * (rng.integers(rates.odd) == 0)
        if now + seconds > dies[worker]:
            busy += max(0.0, dies[worker] - now)
            again = max(now, dies[worker]) + 60 * rates.back
            dies[worker] = again + rng.exponential(3600 * rates.life)
            lost += 1
            heapq.heappush(free, (again, worker))
            continue
        left, busy, end = left - 1, busy + seconds, max(end, now + seconds)
        heapq.heappush(free, (now + seconds, worker))
    return {
        "hours": end / 3600,
        "core_hours": busy / 3600,
        "lost": lost / shards,
        "idle": 1 - busy / end / fleet.workers,
    }


def shown(rows: list[Row]) -> str:
    """All fleets as a table."""
    header = ["who", "hours", "core hours", "shards begun twice", "idle", "output, GB"]
    return table(header, [_line(row) for row in rows])


def _line(row: Row) -> list[str]:
    hours, cores, lost, idle = (row[name]["median"] for name in ("hours", "core_hours", "lost", "idle"))
    return [row["fleet"], f"{hours:.2f}", f"{cores:.0f}", f"{lost:.3%}", f"{idle:.0%}", str(row["gigabytes"])]

"""The most memory that jobs take by their lines, and what a process gains over many calls."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from ..driver import ROOT, Run
from .jobs import bad_end, command
from .kills import lines
from .parts import Soak, row

__all__ = ["memory"]

SIZES = (10_000, 100_000, 1_000_000)  # lines
MORE = 1.1  # times the memory of the first size that the last may take
CALLS = 100_000
GAIN = 2.0  # MB that calls from the thousandth on may gain
LOOP = """
import json, resource, sys, time
import vmdsolve
puzzles, calls, end = json.loads(sys.stdin.read()), int(sys.argv[1]), time.monotonic() + float(sys.argv[2])
def now():
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * resource.getpagesize() / 1e6
early = done = 0
while done < calls and (done < 1000 or time.monotonic() < end):
    vmdsolve.solve(puzzles[done % len(puzzles)], method="search", unique=True, threads=1)
    done += 1
    early = now() if done == 1000 else early
print(json.dumps([done, early, now()]))
"""


def memory(run: Run, soak: Soak) -> None:
    """Half of the time for jobs, half for calls."""
    begun, least = time.monotonic(), 0.0
    texts, made = lines(2000, soak.seed), soak.folder / "in.txt"
    half = 30 * soak.minutes
    spent = 0.0
    for where in ("stdout", "csv"):
        least = 0.0
        for n in SIZES:
            if least and time.monotonic() - begun + spent > half:  # the next takes longer than the last
                run.rows.append(row("memory", f"{n:,} lines to {where}", 0, n, []))
                continue
            start = time.monotonic()
            made.write_text("".join(f"{texts[i % len(texts)]}\n" for i in range(n)), encoding="utf-8")
            out = ["-o", "out.csv"] if where == "csv" else []
            done = command(["solve", "in.txt", "--method", "search", "--threads", "1", *out], soak.folder, 3600)
            why = bad_end(done, (0, 1))
            faults = [why] if why else []
            least = least or done.megabytes
            if done.megabytes > MORE * least:
                faults.append(f"{done.megabytes:.0f} MB, where {SIZES[0]:,} lines take {least:.0f}")
            spent = 10 * (time.monotonic() - start)
            figures = {"megabytes": round(done.megabytes, 1), "seconds": round(done.processor, 1)}
            run.rows.append(row("memory", f"{n:,} lines to {where}", n, n, faults, **figures))
            (soak.folder / "out.csv").unlink(missing_ok=True)
    puzzles = json.dumps([text for text in texts if len(text) == 81 and "." in text][:500])
    told = subprocess.run(
        [sys.executable, "-c", LOOP, str(CALLS), str(half)],
        input=puzzles,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    n, early, late = json.loads(told.stdout)
    faults = [f"{late - early:.1f} MB more than after 1,000"] if late - early > GAIN else []
    run.rows.append(
        row(
            "memory",
            "calls of solve",
            n,
            CALLS,
            faults,
            **{"MB after 1,000": round(early, 1), "MB at the end": round(late, 1)},
        )
    )

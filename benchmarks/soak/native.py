"""Hostile calls of native code, by the fuzz target in a process of its own: a crash is a fault, not our end."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

from ..driver import ROOT, Run
from .parts import Soak, row

__all__ = ["native"]

CALLS = 1_000_000


def native(run: Run, soak: Soak) -> None:
    """Calls until a million are done or the time is over."""
    if find_spec("benchmarks.fuzz") is None:
        run.note("native: there is no fuzz target")
        return
    how = ["--calls", str(CALLS), "--seconds", str(max(1.0, 60 * soak.minutes)), "--seed", str(soak.seed)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fuzz", *how], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        run.rows.append(row("native", "all entries", 0, CALLS, [f"exit {done.returncode}: {done.stderr[-1000:]}"]))
        return
    tally = json.loads(done.stdout[: done.stdout.rindex("}") + 1])
    for name, outcome in tally.items():
        run.rows.append(row("native", name, sum(outcome.values()), 0, [], **outcome))
    total = sum(sum(outcome.values()) for outcome in tally.values())
    run.rows.append(row("native", "all entries", total, CALLS, []))

"""`startup`: what a user waits for before the first answer, each time in a fresh process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

from typer import Option

from .driver import RESULTS, ROOT, Row, Run, summary, table

TARGET = 0.3  # seconds for the import and for --help
# A hard one that propagation does not solve, so that method vmd needs its model.
PUZZLE = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."
METHOD = (
    f"fresh processes, turn by turn after one warm-up round that fills the file cache; import and --help: the whole "
    f"process, target {TARGET} s; first answer: from before the import to after solve() of one hard puzzle, inside "
    "the process. `python -c pass` is the floor."
)
FIRST = (
    "import time; t = time.perf_counter(); import vmdsolve; "
    "vmdsolve.solve({!r}, method={!r}); print(time.perf_counter() - t)"
)


def run(
    repeats: Annotated[int, Option(min=1, help="Processes of each kind.")] = 20,
    answers: Annotated[bool, Option(help="Measure the first answers, too.")] = True,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Wall time of `import vmdsolve`, of `vmdsolve --help`, and to the first answer."""
    what: dict[str, Callable[[], float]] = {
        "python -c pass": partial(_process, "-c", "pass"),
        "import vmdsolve": partial(_process, "-c", "import vmdsolve"),
        "vmdsolve --help": partial(_process, "-m", "vmdsolve", "--help"),
    }
    if answers:
        what |= {f"first answer, method {m}": partial(_inside, FIRST.format(PUZZLE, m)) for m in ("search", "vmd")}
    with Run("startup", METHOD, {"repeats": repeats, "answers": answers}, (), out) as this:
        taken: dict[str, list[float]] = {name: [] for name in what}
        for turn in range(repeats + 1):
            for name, measure in what.items():
                seconds = measure()
                if turn:
                    taken[name].append(seconds)
        for name, values in taken.items():
            aim = TARGET if "import" in name or "help" in name else None
            this.rows.append({"what": name, "seconds": summary(values), "target": aim})
        print(shown(this.rows))


def _process(*arguments: str) -> float:
    """Seconds of a whole process of Python."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _inside(code: str) -> float:
    """Seconds that the code prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout)


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    return table(["what", "seconds", "half of all runs", "target"], [_line(row) for row in rows])


def _line(row: Row) -> list[str]:
    seconds, aim = row["seconds"], row["target"]
    verdict = "-" if aim is None else f"{aim:g}, {'met' if seconds['median'] <= aim else 'missed'}"
    return [row["what"], f"{seconds['median']:.3f}", f"{seconds['q1']:.3f} to {seconds['q3']:.3f}", verdict]

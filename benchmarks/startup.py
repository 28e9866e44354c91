"""`startup`: what a user waits for before the first answer, each time in a fresh process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from typer import Option

from .driver import RESULTS, ROOT, Row, Run, summary, table
from .puzzles import DATA, theirs

TARGET = 0.3  # seconds for the import and for --help
ANSWER = 0.5  # seconds for the first answer on the command line
ALL = 20.0  # seconds for all real puzzles on the command line
# A hard one that propagation does not solve.
PUZZLE = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."
METHOD = (
    f"fresh processes, turn by turn after one warm-up round that fills the file cache; import and --help: the whole "
    f"process, target {TARGET} s; `vmdsolve solve` of one hard puzzle: the whole process, target {ANSWER} s; of a file "
    f"of real ones, rows written beside: likewise, target {ALL:g} s; first "
    "answer: from before the import to after solve() of the same puzzle, inside the process; `asked`: with loops=96, "
    "so that the model tries first. `python -c pass` is the floor."
)
FIRST = (
    "import time; t = time.perf_counter(); import vmdsolve; vmdsolve.solve({!r}, {}); print(time.perf_counter() - t)"
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
        what["vmdsolve solve"] = partial(_process, "-m", "vmdsolve", "solve", PUZZLE)
        ways = {"method search": "method='search'", "method vmd": "", "method vmd, asked": "loops=96"}
        what |= {f"first answer, {way}": partial(_inside, FIRST.format(PUZZLE, said)) for way, said in ways.items()}
    with Run("startup", METHOD, {"repeats": repeats, "answers": answers}, (), out) as this:
        targets = {"import vmdsolve": TARGET, "vmdsolve --help": TARGET, "vmdsolve solve": ANSWER}
        if answers and DATA.is_file():
            whole = f"vmdsolve solve {DATA.name}, {len(theirs(None)):,} puzzles"
            what[whole], targets[whole] = _whole, ALL
        elif answers:
            this.note(f"not at hand: {DATA.name} (set VMDSOLVE_DATA)")
        taken: dict[str, list[float]] = {name: [] for name in what}
        for turn in range(repeats + 1):
            for name, measure in what.items():
                seconds = measure()
                if turn:
                    taken[name].append(seconds)
        for name, values in taken.items():
            this.rows.append({"what": name, "seconds": summary(values), "target": targets.get(name)})
        print(shown(this.rows))


def _process(*arguments: str) -> float:
    """Seconds of a whole process of Python."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def _whole() -> float:
    """Seconds of a whole process that solves every real puzzle, into a new file each time."""
    with TemporaryDirectory() as folder:
        return _process("-m", "vmdsolve", "solve", str(DATA), "-o", str(Path(folder) / "rows.csv"))


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

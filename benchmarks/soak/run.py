"""`soak`: what a day of hard use would meet, in as many minutes as are allowed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from typer import Option

from ..driver import RESULTS, Run
from .answers import answers
from .faults import faults
from .files import files
from .kills import kills
from .memory import memory
from .native import native
from .parts import Soak
from .tables import shown

__all__ = ["PARTS", "run"]

PARTS: dict[str, Callable[[Run, Soak], None]] = {
    "answers": answers,
    "kills": kills,
    "faults": faults,
    "files": files,
    "memory": memory,
    "native": native,
}
METHOD = (
    "answers: fresh puzzles of seed and number, solved with proof that the answer is the only one, judged by "
    "benchmarks/soak/judge*.py, which shares no code with the package; samples, and boards with no answer, one or "
    "several, also by CP-SAT. kills: jobs signalled at random times and resumed until they are done, compared with "
    "one that nobody disturbs; `live`: kills that left a journal. faults: full disks, links and other files in the "
    "way, edited journals, inputs that change, pipes: the right output, or one sentence, exit 2, and nothing of "
    "others touched. files: hostile puzzles, arguments and weights: one sentence, exit 2, little time and memory. "
    "memory: the most that jobs took, and what calls gained. native: hostile calls of native code."
)


def run(
    parts: Annotated[str, Option(help=f"Of {', '.join(PARTS)}; separated by commas.")] = ",".join(PARTS),
    minutes: Annotated[float, Option(min=0, help="A part; it ends earlier when all is done.")] = 1.0,
    seed: Annotated[int, Option(min=0, help="Of all that is drawn.")] = 0,
    jobs: Annotated[int, Option(min=1, help="Processes at once.")] = 1,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Wrong answers, killed jobs, faults of disks, hostile files, memory: what comes of a day of hard use."""
    wanted = parts.split(",")
    if unknown := set(wanted) - set(PARTS):
        raise SystemExit(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if missing := [name for name in ("ortools", "pyarrow") if find_spec(name) is None]:
        raise SystemExit(f"the soak needs {' and '.join(missing)}: pip install -e '.[bench,parquet]'")
    parameters = {"parts": parts, "minutes": minutes, "seed": seed, "jobs": jobs}
    with Run("soak", METHOD, parameters, ["ortools", "pyarrow"], out) as this, tempfile.TemporaryDirectory() as folder:
        for name in wanted:
            work = Path(folder) / name
            work.mkdir()
            before = len(this.rows)
            PARTS[name](this, Soak(seed, minutes, jobs, work))
            print(shown(this.rows[before:]) + "\n", flush=True)
    wrong = sum(one["faults"] for one in this.rows)
    print(f"{wrong} faults")
    raise SystemExit(bool(wrong))

"""A folder with an input, what is to come of it, and jobs on it that are stopped half-way."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

from .jobs import Done, Job, bad_end, command
from .kills import difference, lines, read_rows, write_input
from .parts import Soak

__all__ = ["LINES", "Place"]

LINES = 4000
BEGUN = 150  # lines in the journal of a job that is stopped
READY = (0, 1)  # some lines are no puzzles


class Place:
    """One case: `out` is to hold `wanted` in the end, and `faults` says what went otherwise."""

    def __init__(self, soak: Soak, name: str, wanted: list[dict[str, str]] | None = None) -> None:
        self.folder = soak.folder / re.sub(r"\W", "-", name)
        self.folder.mkdir()
        self.texts = lines(LINES, soak.seed)
        self.source = write_input(self.texts, soak.folder / f"{self.folder.name}-in.csv")
        self.out = self.folder / "out.csv"
        self.wanted = wanted or []
        self.faults: list[str] = []

    @property
    def journal(self) -> Path:
        return self.out.with_name(self.out.name + ".partial.jsonl")

    def arguments(self, *more: str, source: Path | str | None = None) -> list[str]:
        common = ["--method", "search", "--threads", "1", "--batch-size", "4"]  # rows of a line of the journal
        return ["solve", str(source or self.source), "-o", str(self.out), *common, *more]

    def run(self, *more: str, seconds: float = 300.0, **how: object) -> Done:
        """A job on this place, to its end."""
        return command(self.arguments(*more), self.folder, seconds, **how)

    def stop(self, before: Callable[[], None] | None = None) -> None:
        """Begin a job and kill it when some rows are done."""
        for _ in range(5):
            job = Job(self.arguments(), self.folder, before)
            if self.wait_for_rows(job):
                job.signal(signal.SIGKILL)
            job.wait()
            if self.journal.exists():
                return
            self.out.unlink(missing_ok=True)
        self.fault("no journal was met in five tries")

    def wait_for_rows(self, job: Job) -> bool:
        """Wait until the journal has some rows; False if the job ended before."""
        while job.alive():
            if self.journal.exists() and self.journal.read_bytes().count(b"\n") > BEGUN:
                return True
            time.sleep(0.002)
        return False

    def rows(self) -> list[dict[str, str]]:
        """What was written, whatever the input is called."""
        rows = read_rows(self.out)
        return [{**one, "reason": re.sub(r"^.*?:(?=\d)", "line ", one.get("reason", ""))} for one in rows]

    def fault(self, text: str) -> None:
        self.faults.append(text)

    def ends_well(self, done: Done) -> None:
        """It must have worked, and no row may differ."""
        if why := bad_end(done, READY):
            self.fault(why)
        elif not self.out.exists():
            self.fault("no output")
        elif any((told := difference(self.rows(), self.wanted)).values()):
            self.fault(f"rows differ: {told}")

    def refuses(self, done: Done, *words: str) -> None:
        """It must have said one sentence with these words, and written no output."""
        if why := bad_end(done, (2,)):
            self.fault(why)
        elif missing := [word for word in words if word not in done.err]:
            self.fault(f"does not say {', '.join(missing)}: {done.err.strip()[:300]}")
        if self.out.exists() and not self.out.is_symlink() and self.out.is_file():
            self.fault("wrote an output that it refused")

    def refuses_or_ends_well(self, done: Done) -> None:
        """Either is right."""
        (self.refuses if done.code == 2 else self.ends_well)(done)

    def edit(self, change: Callable[[list[dict[str, object]]], list[object]]) -> None:
        """Change the lines of the journal that were written whole; a str among them is written as it is."""
        head, *rows = self.journal.read_bytes().decode().splitlines(keepends=True)
        whole = [json.loads(one) for one in rows if one.endswith("\n")]
        said = [one if isinstance(one, str) else json.dumps(one) + "\n" for one in change(whole)]
        self.journal.write_bytes((head + "".join(said)).encode("utf-8", "surrogatepass"))

"""The journal: what lets a killed batch job go on without losing or repeating a line.

A job with an output file appends one line of JSON a row to OUT.partial.jsonl. When all is done, OUT is made
from it under a temporary name and renamed; then the journal goes. A killed job leaves its journal: whole
lines are done, a torn last line is dropped, and the job goes on from there. The first line holds the
settings, so that a job is never continued with others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from ..errors import InvalidInput
from .rows import Row, Tally, json_line, kind_of, write_rows

__all__ = ["Journal"]


class Journal:
    """The rows of one job that are done, on disk as soon as they are known.

    >>> import tempfile
    >>> out = Path(tempfile.mkdtemp()) / "out.txt"
    >>> with Journal(out, {"seed": 0}) as journal:
    ...     journal.add(Row("1...", "1221", "SOLVED", "search", None, 0, 0.1, ""))
    ...     journal.finish()
    >>> out.read_text()
    '1221\\n'

    done     rows that a killed job left behind: skip as many problems
    tally    of all rows so far

    Raises InvalidInput: a journal with rows is there and `resume` is False, or its settings are others, or it
    is damaged.
    """

    def __init__(self, out: Path, settings: Mapping[str, Any], *, resume: bool = False) -> None:
        kind_of(out)
        self.out, self.path = out, out.with_name(out.name + ".partial.jsonl")
        self.tally = Tally()
        self.done = 0
        if not self._begun():
            self.path.write_text(json.dumps({"settings": settings}) + "\n", encoding="utf-8", newline="\n")
        elif not resume:
            raise InvalidInput(
                f"{self.path} is left of a job that did not finish: continue it with --resume, or delete it"
            )
        else:
            self._compare(settings)
            self._drop_torn_line()
            for row in self._rows():
                self.tally.add(row)
            self.done = self.tally.total
        # buffering=1: every whole line goes to the system at once, so only a power failure could lose one
        self._stream = self.path.open("a", encoding="utf-8", newline="\n", buffering=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def add(self, row: Row) -> None:
        """Append one row."""
        self._stream.write(json_line(row))
        self.tally.add(row)

    def finish(self) -> None:
        """Make OUT from all rows, then remove the journal; killed in between, a resumed job does so again."""
        self._stream.close()
        write_rows(self._rows(), self.out)
        self.path.unlink()

    def _begun(self) -> bool:
        """True if at least one row is whole; else there is nothing to go on from, and nothing to lose."""
        if not self.path.exists():
            return False
        with self.path.open("rb") as stream:
            stream.readline()
            return stream.readline().endswith(b"\n")

    def _compare(self, settings: Mapping[str, Any]) -> None:
        try:
            with self.path.open("rb") as stream:
                before = dict(json.loads(stream.readline())["settings"])
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidInput(f"{self.path} is not the journal of a job; move it away") from error
        names = sorted(name for name in {*before, *settings} if before.get(name) != settings.get(name))
        if names:
            was = ", ".join(f"{name} {before.get(name)!r}, now {settings.get(name)!r}" for name in names)
            raise InvalidInput(f"cannot resume {self.path}; it was begun with other settings: {was}")

    def _drop_torn_line(self) -> None:
        with self.path.open("rb+") as stream:
            whole = sum(len(line) for line in stream if line.endswith(b"\n"))
            stream.truncate(whole)

    def _rows(self) -> Iterator[Row]:
        with self.path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if number == 1:
                    continue
                try:
                    yield Row(**json.loads(line))
                except (ValueError, TypeError) as error:
                    raise InvalidInput(f"{self.path}:{number} is damaged; delete it to begin anew") from error

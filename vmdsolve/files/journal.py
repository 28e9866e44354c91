"""The journal: what lets a killed batch job go on without losing or repeating a line.

A job with an output file appends one line of JSON a row to OUT.partial.jsonl. When all is done, OUT is made
from it under a temporary name and renamed; then the journal goes. A killed job leaves its journal: whole
lines are done, a torn last line is dropped, and the job goes on from there. The first line holds the
settings, so that a job is never continued with others, and the number of the process that is at work. It holds the
journal locked as long as it lives: a second job on the same OUT is refused.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from io import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO, Self

from ..errors import InvalidInput
from ..problem import Status
from .rows import Row, Tally, format_of, kept_line, write_rows

__all__ = ["Journal"]

HEAD = b'{"process": %-10d, "settings": '  # as long for any process: it is written over when a job is continued
MARKS = (b'{"process": ', b'{"settings": ')  # a journal begins with one of them


class Journal:
    """The rows of one job that are done, on disk as soon as they are known.

    Attributes
    ----------
    done
        rows that a killed job left behind: skip as many problems
    tally
        of all rows so far

    Raises
    ------
    InvalidInput
        With nothing changed: another job is at work on OUT, a journal with rows is there and `resume` is False, its
        settings are others, or it is damaged.

    Examples
    --------
    >>> import tempfile
    >>> out = Path(tempfile.mkdtemp()) / "out.txt"
    >>> with Journal(out, {"seed": 0}) as journal:
    ...     journal.add(Row("1...", "1221", "SOLVED", "search", None, 0, 0.1, ""))
    ...     journal.finish()
    >>> out.read_text()
    '1221\\n'
    """

    def __init__(self, out: Path, settings: Mapping[str, Any], *, resume: bool = False) -> None:
        format_of(out)
        self.out, self.path = out, out.with_name(out.name + ".partial.jsonl")
        self.tally = Tally()
        self._others: dict[str, None] = {}  # names of columns that came with the input, in order
        self.done = 0
        self._stream = _locked(self.path, out)
        try:
            self._begin(settings, resume)
        except BaseException:
            self._stream.close()
            raise

    def _begin(self, settings: Mapping[str, Any], resume: bool) -> None:
        head = HEAD % os.getpid()
        first = self._stream.readline()
        if not any(first.startswith(mark) or mark.startswith(first) for mark in MARKS):  # torn, it may be shorter
            raise InvalidInput(f"{self.path} is not the journal of a job, and would be overwritten; move it away")
        self._stream.seek(0)
        if not self._begun():
            self._stream.truncate(0)
            self._stream.write(head + json.dumps(settings).encode() + b"}\n")
            self._stream.flush()
            return
        if not resume:
            raise InvalidInput(
                f"{self.path} is left of a job that did not finish: continue it with --resume, or delete it"
            )
        self._compare(settings)
        for row in self._rows():
            self._count(row)
        self.done = self.tally.total
        self._stream.seek(0)
        self._stream.truncate(sum(len(line) for line in self._stream if line.endswith(b"\n")))  # no torn last line
        self._stream.seek(0)
        if self._stream.read(len(head)).startswith(head[:10]):
            self._stream.seek(0)
            self._stream.write(head)
        self._stream.seek(0, SEEK_END)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def add(self, row: Row) -> None:
        """Append one row; it goes to the system at once, so only a power failure could lose it."""
        self._stream.write(kept_line(row).encode())
        self._stream.flush()
        self._count(row)

    def finish(self) -> None:
        """Make OUT from all rows, then remove the journal; killed in between, a resumed job does so again."""
        write_rows(self._rows(), self.out, others=list(self._others))
        self.path.unlink()
        self._stream.close()

    def _count(self, row: Row) -> None:
        self.tally.add(row)
        self._others |= dict.fromkeys(row.others)

    def _begun(self) -> bool:
        """True if at least one row is whole; else there is nothing to go on from, and nothing to lose."""
        with self.path.open("rb") as stream:
            stream.readline()
            return stream.readline().endswith(b"\n")

    def _compare(self, settings: Mapping[str, Any]) -> None:
        try:
            with self.path.open("rb") as stream:
                before = dict(json.loads(stream.readline())["settings"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise InvalidInput(f"{self.path} is not the journal of a job; move it away") from error
        names = sorted(name for name in {*before, *settings} if before.get(name) != settings.get(name))
        if names:
            was = ", ".join(f"{name} {before.get(name)!r}, now {settings.get(name)!r}" for name in names)
            raise InvalidInput(f"cannot resume {self.path}; it was begun with other settings: {was}")

    def _rows(self) -> Iterator[Row]:
        with self.path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if number == 1 or not line.endswith(b"\n"):
                    continue
                try:
                    row = Row(**json.loads(line))
                    Status(row.status)
                except (ValueError, TypeError, RecursionError) as error:
                    raise InvalidInput(f"{self.path}:{number} is damaged; delete it to begin anew") from error
                yield row


def _locked(path: Path, out: Path) -> BinaryIO:
    """The journal, open and locked until it is closed, which the system does when a process dies.

    Raises InvalidInput if another job has it.
    """
    while True:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
        try:
            stream: BinaryIO = os.fdopen(os.open(path, flags, 0o666), "r+b")
        except OSError as error:
            if path.is_symlink():
                raise InvalidInput(f"{path} is a link, which no journal is; remove it") from error
            raise
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            first = _process(stream.readline())
            stream.close()
            raise InvalidInput(f"another job{first} is writing {out}; wait for it, or name another file") from error
        except OSError:  # a file system without locks: better to work without one than not at all
            return stream
        if _same(stream, path):
            return stream
        stream.close()  # finished and removed by another job since it was opened


def _same(stream: BinaryIO, path: Path) -> bool:
    """True if `path` still names the open file."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _process(first: bytes) -> str:
    """` (process 123)`, by the first line of a journal; "" if that does not say."""
    try:
        return f" (process {int(json.loads(first)['process'])})"
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""

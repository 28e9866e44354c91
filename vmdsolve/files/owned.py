"""The file of a job, which is its own while it lives: locked, no link, and no device."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..atomic import UNFINISHED
from ..errors import InvalidInput
from ..untrusted import loads
from .lock import is_at, locked

__all__ = ["MARK", "forget", "grown", "held", "owned"]

MARK = b'{"process": '  # what a journal begins with


@contextmanager
def held(out: Path, suffix: str) -> Iterator[None]:
    """Keep `out` from every other job while a command writes it in one go: its journal's name is locked, and then gone.

    Raises
    ------
    InvalidInput
        As `owned`; or there is a journal with rows, or a file that is none.
    """
    out = Path(os.path.realpath(out)) if out.is_symlink() else out
    path = out.with_name(out.name + suffix)
    handle = owned(path, out)
    try:
        first = os.pread(handle, 1 << 16, 0)
        if not (first.startswith(MARK) or MARK.startswith(first)):
            raise InvalidInput(f"{path} is not the journal of a job, and would be overwritten; move it away")
        if b"\n" in first:
            raise InvalidInput(f"{path} is left of a job that did not finish: continue that one, or delete it")
        os.pwrite(handle, MARK + b"%-10d, " % os.getpid(), 0)  # it says who holds it
        try:
            forget(out)
            yield
        finally:
            if is_at(handle, path):
                path.unlink()
    finally:
        os.close(handle)


def grown(out: Path) -> Path:
    """Where rows of a job are until they are `out`; whoever owns the journal owns it, and without one it is nobody's.

    Examples
    --------
    >>> grown(Path("out.csv")).name
    '.vmdsolve-out.csv'
    """
    return out.with_name(UNFINISHED + out.name)


def forget(out: Path) -> None:
    """Remove what a job on `out` left that has no journal any more.

    Raises
    ------
    InvalidInput
        A folder is there, or something else that cannot be removed.
    """
    path = grown(out)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise InvalidInput(f"{path} is in the way of the rows of {out}: {error.strerror}; move it away") from error


def owned(path: Path, out: Path) -> int:
    """The open handle of the journal of `out`, locked until it is closed, which the system does when a process dies.

    Raises
    ------
    InvalidInput
        Another job has it, or something else is in the way.
    """
    while True:
        handle = _opened(path)
        if not locked(handle):
            first = _process(os.pread(handle, 100, 0))
            os.close(handle)
            raise InvalidInput(f"another job{first} is writing {out}; wait for it, or name another file")
        if is_at(handle, path):
            return handle
        os.close(handle)  # finished and removed by another job since it was opened


def _opened(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags, 0o666)
    except OSError as error:
        if path.is_symlink():
            raise InvalidInput(f"{path} is a link, which no journal is; remove it") from error
        if path.is_dir():
            raise InvalidInput(f"{path} is a folder, which no journal is; move it away") from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InvalidInput(f"{path} is no plain file, as a journal is; remove it")
    return handle


def _process(first: bytes) -> str:
    """` (process 123)`, by what a journal begins with; "" if that does not say."""
    try:
        return f" (process {int(loads(first.partition(b',')[0] + b'}')['process'])})"
    except (ValueError, TypeError, KeyError):
        return ""

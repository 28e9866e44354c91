"""Locks on files, which the system opens again when their process dies."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from ..errors import InvalidInput

__all__ = ["Lock", "is_at", "locked"]


def locked(handle: int) -> bool:
    """Lock an open file until it is closed, which the system does when a process dies; False if somebody else has it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as one, open(one.name) as other:
    ...     locked(one.fileno()), locked(other.fileno())
    (True, False)
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: better to work without one than not at all
        pass
    return True


def is_at(handle: int, path: Path) -> bool:
    """True if `path` still names the open file."""
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


class Lock:
    """A file that one process holds; it stays when it is released, and does no harm.

    Raises
    ------
    InvalidInput
        Another process, or another lock of this one, holds it: `busy`, with that process named.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / ".lock"
    >>> with Lock(path, "is at work here"):
    ...     path.exists()
    True
    """

    def __init__(self, path: Path, busy: str) -> None:
        self.path = path
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
        self._handle: int | None = os.open(path, flags, 0o666)
        if not locked(self._handle):
            owner = os.pread(self._handle, 20, 0).decode("ascii", "replace").strip()
            self.release()
            process = f"process {owner}" if owner.isdigit() else "another process"
            raise InvalidInput(f"{process} {busy}")
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, str(os.getpid()).encode(), 0)

    @property
    def lost(self) -> bool:
        """Whether the file was removed since, so that another process may hold one of its name."""
        return self._handle is None or not is_at(self._handle, self.path)

    def release(self) -> None:
        """Let others have it; twice is no error."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def __del__(self) -> None:
        with suppress(AttributeError, OSError):
            self.release()

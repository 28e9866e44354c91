"""Files that appear only when they are complete and on disk: the one way in which this package writes files."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

__all__ = ["replacing", "written"]


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A binary file to write, which takes the place of `path` when the block ends well, and else is gone.

    Two writers do not disturb each other: the last one wins. A link stays, what it leads to is replaced. The file has
    the permissions of the one that it replaces, or of any new file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a"
    >>> with replacing(path) as out:
    ...     _ = out.write(b"whole")
    >>> path.read_bytes()
    b'whole'
    """
    path = path.resolve()
    name = path.with_name(f".vmdsolve-{secrets.token_hex(8)}")  # in the same folder: a rename is one step there
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    try:
        handle = os.open(name, flags, 0o666)  # of which the system takes the umask
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error  # nobody knows the other name
    try:
        with os.fdopen(handle, "w+b") as out:
            with suppress(FileNotFoundError):
                name.chmod(path.stat().st_mode & 0o777)
            yield out
            out.flush()
            os.fsync(out.fileno())
        name.replace(path)
    except OSError as error:
        if error.filename in (None, str(name)):  # a disk that is full names no file
            raise type(error)(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        name.unlink(missing_ok=True)
    with suppress(OSError):  # some file systems cannot: then a power failure may undo the rename, no more
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """As `replacing`, a file of UTF-8 text, with a newline at the end of a line on every system."""
    with replacing(path) as out:
        text = TextIOWrapper(out, encoding="utf-8", newline="\n")
        try:
            yield text
        finally:
            text.detach()  # which writes what is left, and lets the file be

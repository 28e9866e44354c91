"""Files that appear only when they are complete and on disk: the one way in which this package writes files."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from os import PathLike, fspath
from pathlib import Path
from typing import BinaryIO, TextIO

from .errors import InvalidInput

__all__ = ["UNFINISHED", "keep", "put", "replacing", "write_lines", "written"]

UNFINISHED = ".vmdsolve-"  # what names of files begin with that are not in their place yet


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A binary file to write, which takes the place of `path` when the block ends well, and else is gone.

    Two writers do not disturb each other: the last one wins. A link stays, what it leads to is replaced. The file has
    the permissions of the one that it replaces, or of any new file.

    Raises
    ------
    InvalidInput
        There is something of that name that is no plain file.
    OSError
        With the name of the file, where the system refuses it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a"
    >>> with replacing(path) as out:
    ...     _ = out.write(b"whole")
    >>> path.read_bytes()
    b'whole'
    """
    if path.exists() and not path.is_file():  # a device, or a link to one: it would be gone
        raise InvalidInput(f"cannot write {path}: it is no plain file")
    path, name, handle = path.resolve(), f"{UNFINISHED}{secrets.token_hex(8)}", -1
    folder = os.open(path.parent, getattr(os, "O_PATH", os.O_RDONLY))  # which needs no right to list it
    try:
        handle, named = _opened(folder, name)
        new = False
        try:
            with os.fdopen(handle, "w+b") as out:
                with suppress(FileNotFoundError):
                    os.fchmod(handle, path.stat().st_mode & 0o777)
                yield out
                out.flush()
                os.fsync(handle)
                if not named:
                    try:
                        _link(handle, folder, path.name)  # where it is new, there is never another name
                        new = True
                    except FileExistsError:
                        _link(handle, folder, name)
                        named = True
            if not new:
                os.replace(name, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        finally:
            if named:
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)
    except OSError as error:  # a disk that is full names no file, and of the others nobody knows the names
        if error.errno is not None and error.filename in (None, ".", name, f"/proc/self/fd/{handle}"):
            raise type(error)(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        os.close(folder)
    _keep(path.parent)


def keep(path: Path) -> None:
    """Let no power failure undo a file that was put there.

    Raises
    ------
    OSError
        It is not there, or cannot be written to disk.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    _keep(path.parent)


def put(handle: int, name: Path, path: Path) -> None:
    """Let an open file of this name, in the folder of `path`, take the place of that: it is whole.

    Raises
    ------
    InvalidInput, OSError
        As `replacing`; the file keeps its name.

    Examples
    --------
    >>> import tempfile
    >>> name = Path(tempfile.mkdtemp()) / "a"
    >>> with name.open("wb") as file:
    ...     _ = file.write(b"whole"), file.flush()
    ...     put(file.fileno(), name, name.with_name("b"))
    >>> name.exists(), name.with_name("b").read_bytes()
    (False, b'whole')
    """
    if path.exists() and not path.is_file():
        raise InvalidInput(f"cannot write {path}: it is no plain file")
    with suppress(FileNotFoundError):
        os.fchmod(handle, path.stat().st_mode & 0o777)
    os.fsync(handle)
    name.replace(path)
    _keep(path.parent)


def _keep(folder: Path) -> None:
    """Let a power failure not undo the rename; some file systems cannot."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _link(handle: int, folder: int, name: str) -> None:
    """Give an open file that has no name this one; FileExistsError if there is something of that name."""
    os.link(f"/proc/self/fd/{handle}", name, src_dir_fd=folder, dst_dir_fd=folder)


def _opened(folder: int, name: str) -> tuple[int, bool]:
    """A new file to write, and whether it has its name: best it has none yet, and goes when the process is killed."""
    flags = os.O_RDWR | getattr(os, "O_CLOEXEC", 0)
    if hasattr(os, "O_TMPFILE") and Path("/proc/self/fd").is_dir():
        with suppress(OSError):  # not every file system has such files
            return os.open(".", flags | os.O_TMPFILE, 0o666, dir_fd=folder), False
    return os.open(name, flags | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder), True  # the system takes the umask


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """As `replacing`, a file of UTF-8 text, with a newline at the end of a line on every system."""
    with replacing(path) as out:
        text = TextIOWrapper(out, encoding="utf-8", newline="\n")
        try:
            yield text
        finally:
            text.detach()  # which writes what is left, and lets the file be


def write_lines(path: str | PathLike[str], lines: Iterable[str]) -> Path:
    """Lines as a file, by `written`; the file."""
    out = Path(fspath(path))
    with written(out) as file:
        file.writelines(f"{line}\n" for line in lines)
    return out

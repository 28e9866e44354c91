"""Opening files that may be packed: as text, and no more of it than asked for."""

from __future__ import annotations

import gzip
import lzma
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from ..errors import InvalidInput

__all__ = ["STDIN", "UNREADABLE", "is_file", "opened", "read_bytes", "suffix_of"]

STDIN = "-"
PACKED: dict[str, Any] = {".gz": gzip.open, ".xz": lzma.open}
UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError)


def is_file(argument: str) -> bool:
    """True if there is something of that name."""
    try:
        return Path(argument).exists()
    except (OSError, ValueError):  # too long, or with a NUL: no name of a file
        return False


def suffix_of(path: str | Path) -> str:
    """The ending that says what the file holds.

    Examples
    --------
    >>> suffix_of("a.csv"), suffix_of("a.CSV.gz")
    ('.csv', '.csv')
    """
    name = Path(path)
    inner = name.with_suffix("") if name.suffix in PACKED else name
    return inner.suffix.lower()


@contextmanager
def opened(path: str | Path) -> Iterator[Any]:
    """The bytes of a file or of standard input, unpacked while they are read."""
    if str(path) == STDIN:
        yield sys.stdin.buffer  # not ours to close
        return
    file = Path(path)
    if file.is_dir():
        raise InvalidInput(f"{path} is a folder; wanted a file of puzzles")
    if not file.exists():
        raise InvalidInput(f"no such file: {path}")
    with PACKED.get(file.suffix, Path.open)(file, "rb") as stream:
        yield stream


def read_bytes(path: str | Path, most: int) -> bytes:
    """All bytes of a file, unpacked, if they are not more than `most`.

    Raises
    ------
    InvalidInput
        No such file, damaged, or over `most` bytes, of which no more than that are unpacked.
    """
    out = BytesIO()
    try:
        with opened(path) as stream:
            while out.tell() <= most and (piece := stream.read(min(1 << 20, most + 1 - out.tell()))):
                out.write(piece)
    except UNREADABLE as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from error
    if out.tell() > most:
        raise InvalidInput(f"{path} holds over {most:,} bytes, unpacked")
    return out.getvalue()

"""Opening files that may be packed: as bytes, and no more of them than asked for."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from io import BufferedReader
from pathlib import Path, PurePath
from typing import Any
from zipfile import BadZipFile, ZipFile

from ..errors import InvalidInput, MissingExtra

__all__ = ["MAX_IDLE", "STDIN", "UNREADABLE", "encoding_of", "is_file", "opened"]

STDIN = "-"
MAX_IDLE = (
    1 << 20
)  # characters between two puzzles: a gigabyte of newlines, packed into a megabyte, is no file of puzzles
PARQUET = ".parquet"
PACKED = {".gz": "gz", ".xz": "xz", ".lzma": "xz", ".bz2": "bz2", ".zst": "zst", ".zip": "zip"}
BEGINS = {
    b"\x1f\x8b": "gz",
    b"\xfd7zXZ\0": "xz",
    b"BZh91AY&SY": "bz2",
    b"\x28\xb5\x2f\xfd": "zst",
    b"PK\x03\x04": "zip",
}
OTHERS = {
    b"%PDF": "a PDF; copy its puzzles into a text file",
    b"\x89PNG": "a picture; wanted text",
    b"\xff\xd8\xff": "a picture; wanted text",
    b"GIF8": "a picture; wanted text",
    b"\xd0\xcf\x11\xe0": "an Excel or Word file; save it as csv",
    b"7z\xbc\xaf": "a 7z archive; unpack it",
    b"Rar!": "a rar archive; unpack it",
    b"SQLite format 3": "a SQLite database; export a csv file from it",
    b"\x93NUMPY": "a NumPy array; give it to vmdsolve.solve_batch in Python",
}
UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError, BadZipFile)
MARKS = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def is_file(argument: str) -> bool:
    """True if there is something of that name."""
    try:
        return bool(argument) and Path(argument).exists()  # "" is no name, but Path("") is this folder
    except (OSError, ValueError):  # too long, or with a NUL: no name of a file
        return False


@contextmanager
def opened(path: str | Path) -> Iterator[tuple[Any, str]]:
    """The bytes of a file or of standard input, unpacked while they are read, and the ending that says what they are.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.CSV.gz"
    >>> _ = file.write_bytes(gzip.compress(b"puzzle"))
    >>> with opened(file) as (stream, suffix):
    ...     stream.read(), suffix
    (b'puzzle', '.csv')
    """
    with ExitStack() as stack:
        if str(path) == STDIN:
            raw, name = _peekable(sys.stdin.buffer, stack), PurePath()  # not ours to close
        else:
            raw, name = stack.enter_context(_file(path)), PurePath(path)
        packing = PACKED.get(name.suffix.lower()) or _kind(raw, BEGINS)
        if name.suffix.lower() in PACKED:
            name = name.with_suffix("")
        if packing == "zip":
            raw, name = stack.enter_context(_member(raw, str(path)))
        elif packing is not None:
            raw = _peekable(stack.enter_context(_unpacked(raw, packing)), stack)
        if what := _kind(raw, OTHERS):
            raise InvalidInput(f"{_called(path)} is {what}")
        yield raw, PARQUET if _kind(raw, {b"PAR1": PARQUET}) else name.suffix.lower()


def encoding_of(raw: Any) -> str:
    """The encoding of text, by the mark that it may begin with: PowerShell writes UTF-16, and all others UTF-8."""
    begin = raw.peek(4)[:4]
    return next((encoding for mark, encoding in MARKS.items() if begin.startswith(mark)), "utf-8-sig")


def _called(path: str | Path) -> str:
    return "standard input" if str(path) == STDIN else str(path)


def _file(path: str | Path) -> Any:
    file = Path(path)
    if file.is_dir():
        raise InvalidInput(f"{path} is a folder; wanted a file of puzzles")
    if not file.exists():
        raise InvalidInput(f"no such file: {path}")
    return file.open("rb")


def _kind(raw: Any, begins: dict[bytes, str]) -> str | None:
    begin = raw.peek(16)[:16]
    return next((kind for mark, kind in begins.items() if begin.startswith(mark)), None)


def _peekable(raw: Any, stack: ExitStack) -> Any:
    """A stream of which one may see the first bytes without taking them; closing it leaves `raw` open."""
    if hasattr(raw, "peek"):
        return raw
    buffered = BufferedReader(raw)
    stack.callback(buffered.detach)
    return buffered


def _unpacked(raw: Any, packing: str) -> Any:
    if packing == "zst":
        return _zstandard(raw)
    unpack: Any = {"gz": gzip.open, "xz": lzma.open, "bz2": bz2.open}[packing]
    return unpack(raw, "rb")


def _zstandard(raw: Any) -> Any:
    """By Python from 3.14 on, before by pyarrow."""
    try:
        return import_module("compression.zstd").open(raw, "rb")
    except ImportError:
        pass
    try:
        return import_module("pyarrow").CompressedInputStream(raw, "zstd")
    except ImportError as error:
        raise MissingExtra("files packed as zst need pyarrow: pip install 'vmdsolve[parquet]'") from error


@contextmanager
def _member(raw: Any, path: str) -> Iterator[tuple[Any, PurePath]]:
    """The one file of a zip archive."""
    called = _called(path)
    if not raw.seekable():
        raise InvalidInput(f"{called} is a zip archive, which is not read from a pipe; name the file")
    with ZipFile(raw) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX")]
        if "[Content_Types].xml" in names:
            raise InvalidInput(f"{called} is an Excel or Word file; save it as csv")
        if len(names) != 1:
            shown = ", ".join(names[:5]) + ", ..." * (len(names) > 5)
            raise InvalidInput(f"{called} is a zip archive of {len(names)} files ({shown}), wanted one; unpack it")
        try:
            stream = archive.open(names[0])
        except RuntimeError as error:  # with a password, or packed in a way of its own
            raise InvalidInput(f"{called} cannot be unpacked: {error}; unpack it yourself") from error
        with stream:
            yield stream, PurePath(names[0])

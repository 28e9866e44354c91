"""Files of tensors (safetensors), read as if a stranger had written them.

Header and sizes are looked at before memory is taken for numbers; the file is read, not mapped, so that nobody can
change it afterwards. Neither NumPy nor torch is needed here.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import ModelMismatch
from ..untrusted import read_json

__all__ = ["NUMBERS", "TensorFile", "compare", "hash_of", "opened"]

NUMBERS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}  # what weights may be made of, and the bytes of one
NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
MOST_HEADER = 1 << 22  # bytes
MOST_TENSORS = 1 << 14
MOST_AXES = 8
MOST_NAME = 256  # characters
MOST_BYTES = 1 << 33  # of a file


@dataclass(frozen=True)
class TensorFile:
    """An open file of tensors, whose header makes sense.

    Attributes
    ----------
    path
        the file
    metadata
        what it says of itself
    kinds, shapes
        of the tensors, by name: a name of NUMBERS, and the sizes of the axes
    """

    path: Path
    metadata: Mapping[str, str]
    kinds: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]]
    _begins: Mapping[str, int] = field(repr=False)
    _stream: BinaryIO = field(repr=False)

    def bytes_of(self, name: str) -> bytearray:
        """The numbers of one tensor, in a memory of their own.

        Raises
        ------
        ModelMismatch
            The file has become shorter since it was opened.
        """
        data = bytearray(prod(self.shapes[name]) * NUMBERS[self.kinds[name]])
        self._stream.seek(self._begins[name])
        if self._stream.readinto(data) != len(data):  # type: ignore[attr-defined]
            raise ModelMismatch(f"{self.path} is not a whole safetensors file: it ends within {name:.80}")
        return data


@contextmanager
def opened(path: Path) -> Iterator[TensorFile]:
    """A file of tensors, to be read.

    Raises
    ------
    ModelMismatch
        No such file, damaged, too large, or with tensors of other than floating point numbers.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # nobody waits for who writes a pipe
    except (OSError, ValueError) as error:
        if not isinstance(error, OSError) or error.errno in NO_FILE:
            raise ModelMismatch(f"no weights at {path!s:.400}") from error
        raise ModelMismatch(f"{path} is not a whole safetensors file: {error}") from error
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise ModelMismatch(f"no weights at {path}: it is no plain file")
    with os.fdopen(handle, "rb") as stream:
        try:
            yield _read(path, stream, found.st_size)
        except OSError as error:
            raise ModelMismatch(f"{path} is not a whole safetensors file: {error}") from error


def _read(path: Path, stream: BinaryIO, size: int) -> TensorFile:
    whole = f"{path} is not a whole safetensors file"
    if size > MOST_BYTES:
        raise ModelMismatch(f"{path} has {size:,} bytes; weights have {MOST_BYTES:,} at most")
    length = int.from_bytes(stream.read(8), "little")
    if size < 8 or length > size - 8:
        raise ModelMismatch(f"{whole}: it has {size:,} bytes, too few for its header")
    if length > MOST_HEADER:
        raise ModelMismatch(f"{whole}: its header has {length:,} bytes, wanted {MOST_HEADER:,} at most")
    header = read_json(stream.read(length), f"{whole}: its header", error=ModelMismatch)
    metadata = header.pop("__metadata__", {}) if isinstance(header, dict) else None
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ModelMismatch(f"{whole}: its header is no object of tensors, with metadata of texts")
    if len(header) > MOST_TENSORS:
        raise ModelMismatch(f"{path} holds {len(header):,} tensors, wanted {MOST_TENSORS:,} at most")
    if strange := [name for name in header if not name.isprintable() or len(name) > MOST_NAME]:
        raise ModelMismatch(f"{whole}: a tensor goes by {strange[0]!r:.80}, which is no name")
    spans = {name: _span(name, entry, whole) for name, entry in header.items()}
    kinds, shapes, begins, at = {}, {}, {}, 0
    for name in sorted(spans, key=spans.__getitem__):
        begin, end = spans[name]
        kinds[name], shapes[name] = _kind(name, header[name], path), _shape(name, header[name], whole)
        begins[name] = 8 + length + begin
        if begin != at or end - begin != prod(shapes[name]) * NUMBERS[kinds[name]]:
            raise ModelMismatch(f"{whole}: the bytes of {name:.80} are not those of its shape, each once")
        at = end
    if 8 + length + at != size:
        raise ModelMismatch(f"{whole}: it has {size:,} bytes, its header tells of {8 + length + at:,}")
    return TensorFile(path, metadata, kinds, shapes, begins, stream)


def _span(name: str, entry: Any, whole: str) -> tuple[int, int]:
    """Where the bytes of a tensor begin and end, counted from the header's end."""
    span = _sizes(entry, "data_offsets")
    if span is None or len(span) != 2:
        raise ModelMismatch(f"{whole}: its header does not say where {name:.80} begins and ends")
    return span[0], span[1]


def _kind(name: str, entry: Mapping[str, Any], path: Path) -> str:
    kind = entry.get("dtype")
    if not isinstance(kind, str) or kind not in NUMBERS:
        raise ModelMismatch(f"{path} holds {kind!s:.20} in {name:.80}, wanted floating point numbers")
    return kind


def _shape(name: str, entry: Any, whole: str) -> tuple[int, ...]:
    shape = _sizes(entry, "shape")
    if shape is None or len(shape) > MOST_AXES:
        raise ModelMismatch(f"{whole}: its header does not say the shape of {name:.80}")
    return tuple(shape)


def _sizes(entry: Any, key: str) -> list[int] | None:
    """A list of whole numbers, none of them negative or beyond any file; None if it is something else."""
    found = entry.get(key) if isinstance(entry, dict) else None
    return found if isinstance(found, list) and all(type(n) is int and 0 <= n <= MOST_BYTES for n in found) else None


def compare(wanted: Mapping[str, tuple[int, ...]], shapes: Mapping[str, tuple[int, ...]], path: Path) -> None:
    """Raise ModelMismatch unless the tensors of a file have the names and shapes that its config wants."""
    wrong = [f"lacks {name}" for name in sorted(wanted.keys() - shapes.keys())]
    wrong += [f"also holds {name}" for name in sorted(shapes.keys() - wanted.keys())]
    wrong += [
        f"holds {name} {list(shapes[name])}, wanted {list(shape)}"
        for name, shape in wanted.items() if shapes.get(name, shape) != shape
    ]  # fmt: skip
    if wrong:
        more = f", and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise ModelMismatch(f"{path} does not fit its own config: it {'; '.join(wrong[:3])}{more}")


def hash_of(tensors: Iterable[tuple[str, str, Sequence[int], Any]]) -> str:
    """Of names and numbers, to notice that a file has changed: name, type as torch writes it, shape and bytes of each,
    by rising name.
    """
    h = hashlib.blake2b(digest_size=16)
    for name, kind, shape, data in tensors:
        h.update(f"{name} {kind} {list(shape)}\n".encode())
        h.update(data)
    return h.hexdigest()

"""Places: where the row of each record begins, kept on disk, so that a job of any length takes the same memory."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

__all__ = ["Places"]

BLOCK = 4096  # numbers in memory at once: a job goes forward, and hardly ever looks far back
BYTES = 8


class Places:
    """Whole numbers by index, 0 where none was put; in a file without a name, which ends with the process.

    Parameters
    ----------
    folder
        Where that file is.
    refused
        Makes of the system's refusal to write what is raised.

    Examples
    --------
    >>> with Places(Path(tempfile.gettempdir()), RuntimeError) as places:
    ...     places[2] = 7
    ...     len(places), places[0], places[2], places[10**9], list(places)
    (3, 0, 7, 0, [0, 0, 7])
    """

    def __init__(self, folder: Path, refused: Callable[[OSError], Exception]) -> None:
        self._refused = refused
        self._n = self._first = 0  # how many there are, and the index of the first that is in memory
        self._block, self._changed = array("q", bytes(BYTES * BLOCK)), False
        try:
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - closed by `close`
        except OSError as error:
            raise refused(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is kept."""
        self._file.close()

    def __len__(self) -> int:
        """One more than the largest index at which one was put."""
        return self._n

    def __getitem__(self, i: int) -> int:
        if i >= self._n:
            return 0
        at = self._at(i)  # first, for it may change the block
        return self._block[at]

    def __setitem__(self, i: int, place: int) -> None:
        at = self._at(i)
        self._block[at] = place
        self._changed = True
        self._n = max(self._n, i + 1)

    def __iter__(self) -> Iterator[int]:
        return (self[i] for i in range(self._n))

    def _at(self, i: int) -> int:
        """Where in the block it is, once that block is in memory."""
        if not 0 <= i - self._first < BLOCK:
            self._write()
            self._first = i - i % BLOCK
            held = os.pread(self._file.fileno(), BYTES * BLOCK, BYTES * self._first)
            self._block = array("q", held + bytes(BYTES * BLOCK - len(held)))
        return i - self._first

    def _write(self) -> None:
        left = memoryview(self._block).cast("B") if self._changed else memoryview(b"")
        begin = BYTES * self._first
        try:
            while left:
                done = os.pwrite(self._file.fileno(), left, begin)
                left, begin = left[done:], begin + done
        except OSError as error:
            raise self._refused(error) from error
        self._changed = False

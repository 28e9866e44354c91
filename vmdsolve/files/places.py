"""Places: where the row of each record begins, kept on disk, so that a job of any length takes the same memory."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Callable, Sequence
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
    ...     places.put([2], 7)
    ...     places.put(range(4, 6), 8)
    ...     len(places), places.of(1, 7)
    (6, [0, 7, 0, 8, 8, 0])
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

    def of(self, begin: int, end: int) -> list[int]:
        """Those of these indices."""
        out: list[int] = []
        while begin < min(end, self._n):
            at = self._at(begin)  # first, for it may change the block
            some = self._block[at : at + min(end, self._n) - begin].tolist()
            out, begin = out + some, begin + len(some)
        return out + [0] * (end - begin)

    def put(self, indices: Sequence[int], place: int) -> None:
        """The same place for all of these indices."""
        for run in [indices] if isinstance(indices, range) else [range(i, i + 1) for i in indices]:
            begin = run.start
            while begin < run.stop:
                at = self._at(begin)
                n = min(BLOCK - at, run.stop - begin)
                self._block[at : at + n] = array("q", [place]) * n
                self._changed = True
                begin += n
            self._n = max(self._n, run.stop)

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

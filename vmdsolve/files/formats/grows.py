"""What formats have in common of which rows stand behind each other: a file of them grows as rows become known."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from .base import Table, Tabular, TextFormat

__all__ = ["Grows"]


class Grows(TextFormat, Tabular):
    """A format of which a file is a head and rows, as many at a time as one likes."""

    def head(self, names: Sequence[str]) -> bytes:
        """What a file of these columns begins with."""
        del names
        return b""

    @abstractmethod
    def rows(self, table: Table, names: Sequence[str]) -> bytes:
        """The rows of a table, with these columns, of which it may lack some."""

    @abstractmethod
    def renamed(self, rows: bytes, before: Sequence[str], names: Sequence[str]) -> bytes:
        """Rows that were written with some columns, with these instead: others in number or order."""

    @abstractmethod
    def solutions(self, rows: bytes, names: Sequence[str]) -> list[str | None]:
        """The answers in rows with these columns, None where there is none.

        Raises
        ------
        ValueError, LookupError, TypeError
            They are no such rows.
        """

    def ends(self, rows: bytes) -> npt.NDArray[np.int64]:
        """Where each row ends."""
        return np.flatnonzero(np.frombuffer(rows, np.uint8) == ord("\n")) + 1

    @contextmanager
    def into(self, stream: BinaryIO, names: Sequence[str]) -> Iterator[Callable[[Table], object]]:
        head = [self.head(names)]  # goes with the first rows: what is written from within a page on takes longer
        yield lambda table: stream.write((head.pop() if head else b"") + self.rows(table, names))
        stream.writelines(head)

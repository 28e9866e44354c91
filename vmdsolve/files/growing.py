"""The file that a job's rows are put into as they become known: in OUT's form, under another name until it is whole.

Rows that come in the order of the input are written once: in the end the file is renamed. A line of the journal says
where rows stand, and of which records they are.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import copyfile

from ..atomic import put
from .formats.base import Table
from .formats.grows import Grows
from .hashes import hash_of
from .lock import is_at
from .owned import forget, grown
from .rows import NAMES
from .spots import Spot

__all__ = ["Growing"]

SOON = 1 << 23  # bytes after which the system is told to begin to write them: at the end nobody waits for all


class Growing:
    """Rows of a job in a file of their own; nobody else writes it, for the journal is locked.

    Parameters
    ----------
    out
        What it becomes.
    form
        The format of that.

    Attributes
    ----------
    end
        where the next rows are put
    """

    def __init__(self, out: Path, form: Grows) -> None:
        self.out, self.form = out, form
        self.path = grown(out)
        self.end = self._told = 0  # _told: how much of it the system was told to write
        self._handle = -1
        self._others: tuple[str, ...] = ()  # columns of the rows that come next, besides a Row's own
        self._straight: tuple[int, int, tuple[str, ...]] | None = (0, 0, ())  # see `follows`

    def close(self) -> None:
        """It stays as it is."""
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1

    def anew(self) -> None:
        """Forget what is left of a job whose journal is gone."""
        forget(self.out)

    def goes_on(self, end: int, others: Sequence[str]) -> bool:
        """Go on behind rows that end there, the last of which have these columns; False if the file is gone."""
        if not self._opened() and not self._copied(end):
            return False
        self.end, self._others = min(end, os.fstat(self._handle).st_size), tuple(others)
        os.ftruncate(self._handle, self.end)
        return True

    def _opened(self) -> bool:
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0)
        try:
            self._handle = os.open(self.path, flags)
        except OSError:  # there is none, or a link, or a folder
            return False
        found = os.fstat(self._handle)
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
            return True
        self.close()
        return False

    def _copied(self, end: int) -> bool:
        """Whether OUT is what it became, of a job that was killed before it removed its journal; then from a copy."""
        if self.out.is_symlink() or not self.out.is_file() or self.out.stat().st_size != end:
            return False
        self.anew()
        copyfile(self.out, self.path)
        return self._opened()

    def add(self, numbers: Sequence[int], table: Table, others: Mapping[str, int | None]) -> Spot:
        """Put the rows of these records behind the others.

        Raises
        ------
        OSError
            With the name of the file: they are not in it.
        """
        self._others += tuple(name for name in others if name not in self._others)
        names = (*NAMES, *self._others)
        rows = self.form.rows(table, names)
        head = b"" if self.end else self.form.head(names)
        begin = self.end + len(head)
        try:
            if self._handle < 0:
                self.anew()
                flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                self._handle = os.open(self.path, flags, 0o666)
            left, at = memoryview(head + rows if head else rows), self.end
            while left:  # a disk may be full in the middle of a row
                done = os.pwrite(self._handle, left, at)
                left, at = left[done:], at + done
        except OSError as error:
            raise type(error)(error.errno, error.strerror, str(self.path)) from error
        self.end = at
        if self.end - self._told > SOON and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._handle, self._told, self.end - self._told, os.POSIX_FADV_DONTNEED)
            self._told = self.end
        first = {name: others.get(name) for name in self._others}
        spot = Spot(begin, len(rows), hash_of(rows), first)
        self.follows(numbers, spot)
        return spot

    def follows(self, numbers: Sequence[int], spot: Spot) -> None:
        """Take note of rows that are right: whether they stand behind all that are, and are of the next records."""
        if self._straight is None:
            return
        n, end, others = self._straight
        right = isinstance(numbers, range) and numbers.start == n
        if not n:
            others, head = tuple(spot.others), self.form.head(spot.names)
            end, right = len(head), right and os.pread(self._handle, len(head), 0) == head  # no line has a hash of it
        right = right and spot.at == end and tuple(spot.others) == others
        self._straight = (n + len(numbers), spot.end, others) if right else None

    def becomes_out(self, total: int, others: Sequence[str]) -> bool:
        """Rename it to what it becomes, if it is that, byte for byte: all rows in order, with just these columns."""
        if self._handle < 0 or self._straight != (total, self.end, tuple(others)) or not is_at(self._handle, self.path):
            return False
        os.ftruncate(self._handle, self.end)
        put(self._handle, self.path, self.out)
        return True

    def remove(self) -> None:
        """It is not needed any more; what somebody else put there stays."""
        if self._handle >= 0 and is_at(self._handle, self.path):
            self.path.unlink()

    def rows(self, spot: Spot) -> bytes | None:
        """What stands there; None if it is not what was written."""
        found = os.pread(self._handle, spot.size, spot.at) if self._handle >= 0 and spot.end <= self.end else b""
        return found if len(found) == spot.size and hash_of(found) == spot.check else None

    def solutions(self, spot: Spot) -> list[str | None] | None:
        """Of the rows that stand there the answers; None if that cannot be."""
        with suppress(ValueError, LookupError, TypeError):
            return None if (rows := self.rows(spot)) is None else self.form.solutions(rows, spot.names)
        return None

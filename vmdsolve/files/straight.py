"""OUT, written while rows become known, of a format that nobody can read before its end: parquet, for one.

The journal holds all rows as well. What is written here becomes OUT if they come in the order of the input, with the
same columns all; else it is given up, and OUT is made from the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from ..atomic import replacing
from .formats.base import Table, Tabular
from .rows import NAMES

__all__ = ["Straight"]


class Straight:
    """A file that becomes OUT, or nothing.

    Examples
    --------
    >>> import tempfile
    >>> from .formats import writer_of
    >>> out = Path(tempfile.mkdtemp()) / "out.csv"
    >>> straight = Straight(out, writer_of(".csv"))
    >>> straight.add(range(2), {name: ["1", "2"] for name in NAMES})
    >>> out.exists(), straight.becomes_out(3, ()), out.exists()
    (False, False, False)
    """

    def __init__(self, out: Path, form: Tabular) -> None:
        self._out, self._form = out, form
        self._n, self._names = 0, NAMES
        self._add: Callable[[Table], object] | None = None
        self._open: ExitStack | None = ExitStack()  # None: given up

    def add(self, numbers: Sequence[int], table: Table) -> None:
        """Write the rows of these records, if they come next; else give up."""
        if self._open is None:
            return
        names = (*NAMES, *(name for name in table if name not in NAMES))
        right = isinstance(numbers, range) and numbers.start == self._n and (not self._n or names == self._names)
        if not right:
            self.give_up()
            return
        try:
            if self._add is None:
                stream = self._open.enter_context(replacing(self._out))
                self._add = self._open.enter_context(self._form.into(stream, names))
            self._add(table)
        except OSError:  # a full disk, say: the journal has the rows, and says so if it has no room either
            self.give_up()
            return
        self._n, self._names = self._n + len(numbers), names

    def becomes_out(self, total: int, others: Sequence[str]) -> bool:
        """Put it into OUT's place, if it is that: all rows in order, with just these columns besides a Row's own."""
        if self._open is None or self._add is None or (self._n, self._names) != (total, (*NAMES, *others)):
            self.give_up()
            return False
        self._open.close()
        self._open = None
        return True

    def give_up(self) -> None:
        """Nothing is left of it."""
        if self._open is not None:
            opened, self._open = self._open, None
            with suppress(OSError, _GivenUp), opened:
                raise _GivenUp


class _GivenUp(Exception):
    """What ends a file that is not to be."""

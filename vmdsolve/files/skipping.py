"""Records that are passed over: their lines are counted, and nothing is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from .formats.base import Source
from .record import Record

__all__ = ["Chained", "Records", "skipped", "taken"]

SLOW = 32  # records that are taken first, since so many and fewer may have been looked at ahead


class Records(Iterator[Record]):
    """The records of an input; `skip` passes over some, quickly where the format can.

    Parameters
    ----------
    records
        All of them, of which a generator of `source` reads.
    source
        Whose `to_skip` that generator heeds.
    """

    def __init__(self, records: Iterable[Record], source: Source | None = None) -> None:
        self._records, self.source = iter(records), source
        self._ahead: list[Record] = []

    def __next__(self) -> Record:
        return self._ahead.pop() if self._ahead else next(self._records)

    def take(self, n: int) -> list[Record]:
        """The next n, or as many as there are."""
        ahead, self._ahead = self._ahead[:n], self._ahead[n:]
        return [*ahead, *islice(self._records, n - len(ahead))]

    def skip(self, n: int) -> int:
        """Pass over the next n; gives how many there were.

        Examples
        --------
        >>> records = Records([Record("", 1, "1..."), Record("", 2, ".2..")])
        >>> records.skip(1), next(records).puzzle, records.skip(5)
        (1, '.2..', 0)
        """
        done = _counted(self, min(n, SLOW))
        if done < SLOW or done == n:
            return done
        if self.source is not None:
            self.source.to_skip = left = n - done
            self._ahead = list(islice(self._records, 1))  # which reads on, behind those that are skipped
            done += left - self.source.to_skip
            self.source.to_skip = 0
        return done + _counted(self, n - done)


def _counted(records: Iterator[Record], n: int) -> int:
    return sum(1 for _ in islice(records, n))


def taken(records: Iterator[Record], n: int) -> list[Record]:
    """The next n of any records, or as many as there are."""
    return records.take(n) if isinstance(records, (Records, Chained)) else list(islice(records, n))


def skipped(records: Iterator[Record], n: int) -> int:
    """Pass over the next n of any records; gives how many there were."""
    return records.skip(n) if isinstance(records, (Records, Chained)) else _counted(records, n)


class Chained(Iterator[Record]):
    """The records of several inputs, one after another.

    Examples
    --------
    >>> records = Chained([Records([Record("", 1, "1...")]), Records([Record("", 1, ".2..")])])
    >>> records.skip(1), next(records).puzzle
    (1, '.2..')
    """

    def __init__(self, inputs: Iterable[Iterator[Record]]) -> None:
        self._inputs = list(inputs)

    def __next__(self) -> Record:
        while self._inputs:
            for record in self._inputs[0]:
                return record
            self._inputs.pop(0)
        raise StopIteration

    def take(self, n: int) -> list[Record]:
        """As of `Records`."""
        out: list[Record] = []
        while self._inputs and len(out) < n:
            out += taken(self._inputs[0], n - len(out))
            if len(out) < n:
                self._inputs.pop(0)
        return out

    def skip(self, n: int) -> int:
        """As of `Records`."""
        done = 0
        while self._inputs and done < n:
            done += skipped(self._inputs[0], n - done)
            if done < n:
                self._inputs.pop(0)
        return done

"""Records that are passed over: their lines are counted, and nothing is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from .formats.base import Source
from .record import Record
from .texts import Texts, gathered

__all__ = ["Chained", "Records", "skipped", "taken"]

SLOW = 32  # records that are taken first, since so many and fewer may have been looked at ahead


class _Failing:
    """What goes wrong behind some records is told when these are gone."""

    _failure: Exception | None = None

    def _fail(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure


class Records(_Failing, Iterator[Record]):
    """The records of an input; `take` gives many at once, `skip` passes over some, quickly where the format can.

    Parameters
    ----------
    records
        All of them, of which a generator of `source` reads.
    source
        Whose `to_skip` and `together` that generator heeds.
    """

    def __init__(self, records: Iterable[Record | Texts], source: Source | None = None) -> None:
        self._records, self.source = iter(records), source
        self._ahead: Sequence[Record] = []  # what was read already, of which `_at` are gone
        self._at, self._begun = 0, False

    def __next__(self) -> Record:
        if self._at < len(self._ahead):
            self._at += 1
            return self._ahead[self._at - 1]
        return self._one()

    def _one(self) -> Record:
        self._fail()
        one = next(self._records)
        assert isinstance(one, Record)
        self._begun = True
        return one

    def take(self, n: int) -> Sequence[Record]:
        """The next n, or as many as there are."""
        pieces: list[Record | Sequence[Record]] = []
        try:
            while n and (piece := self._piece(n)):
                pieces.append(piece)
                n -= len(piece)
        except Exception as error:
            if not pieces:
                raise
            self._failure = error
        return gathered(pieces)

    def _piece(self, most: int) -> Sequence[Record]:
        """Up to so many of the next; none at the end."""
        if self._at == len(self._ahead):
            self._ahead, self._at = self._several(most), 0
        begin = self._at
        self._at = min(begin + most, len(self._ahead))
        return self._ahead[begin : self._at]

    def _several(self, most: int) -> Sequence[Record]:
        """What comes next: as texts, however many they are, or records, at most so many."""
        self._fail()
        if self.source is not None:
            self.source.together = self._begun  # what a file begins with is looked at one by one
        try:
            found = next(self._records, None)
        finally:
            if self.source is not None:
                self.source.together = False
        self._begun = True
        if found is None or not isinstance(found, Record):
            return found or []
        out = [found]
        try:
            out.extend(islice(iter(self._one, None), min(most - 1, SLOW)))  # which keeps what came before
        except Exception as error:
            self._failure = error
        return out

    def skip(self, n: int) -> int:
        """Pass over the next n; gives how many there were.

        Examples
        --------
        >>> records = Records([Record("", 1, "1..."), Record("", 2, ".2..")])
        >>> records.skip(1), next(records).puzzle, records.skip(5)
        (1, '.2..', 0)
        """
        ahead = min(n, len(self._ahead) - self._at)
        self._at += ahead
        done = ahead + _counted(self, min(n - ahead, SLOW))
        if done < ahead + SLOW or done == n:
            return done
        if self.source is not None:
            self.source.to_skip = left = n - done
            self._ahead, self._at = list(islice(self, 1)), 0  # which reads on, behind those that are skipped
            done += left - self.source.to_skip
            self.source.to_skip = 0
        return done + _counted(self, n - done)


def _counted(records: Iterator[Record], n: int) -> int:
    return sum(1 for _ in islice(records, n))


def taken(records: Iterator[Record], n: int) -> Sequence[Record]:
    """The next n of any records, or as many as there are."""
    return records.take(n) if isinstance(records, (Records, Chained)) else list(islice(records, n))


def skipped(records: Iterator[Record], n: int) -> int:
    """Pass over the next n of any records; gives how many there were."""
    return records.skip(n) if isinstance(records, (Records, Chained)) else _counted(records, n)


class Chained(_Failing, Iterator[Record]):
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
        self._fail()
        while self._inputs:
            for record in self._inputs[0]:
                return record
            self._inputs.pop(0)
        raise StopIteration

    def take(self, n: int) -> Sequence[Record]:
        """As of `Records`."""
        pieces: list[Sequence[Record]] = []
        while self._inputs and n:
            try:
                self._fail()
                some = taken(self._inputs[0], n)
            except Exception as error:
                if not pieces:
                    raise
                self._failure = error
                break
            if some:  # the end of an input is no piece: behind it an error would wait, and all seem to have ended
                pieces.append(some)
                n -= len(some)
            elif n:
                self._inputs.pop(0)
        return gathered(pieces)

    def skip(self, n: int) -> int:
        """As of `Records`."""
        done = 0
        while self._inputs and done < n:
            done += skipped(self._inputs[0], n - done)
            if done < n:
                self._inputs.pop(0)
        return done

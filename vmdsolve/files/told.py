"""What a job writes of records, many at once: the columns of a table from the records and what became of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from ..compact import DELETE, Even, Same, joined
from ..domains import Domain
from ..problem import Status
from .puzzle import puzzle_of
from .record import Record
from .rows import repeated
from .texts import Texts

__all__ = ["Waiting", "table_of", "together"]

LEAST, MOST, SOON = 256, 1 << 13, 0.05  # rows that are put together, each and in all; seconds that they may take
LAYOUT = "layout"  # the Domain that each was read as, a column that is not written
Columns = Mapping[str, Sequence[Any]]


class Waiting(Iterator[Any]):
    """Puzzles of numbered records, one after another, whose records wait until it is known what became of them.

    Parameters
    ----------
    numbered
        Records with their numbers.
    domain
        The one that was asked for, or None.

    Examples
    --------
    >>> waiting = Waiting(iter([([7, 9], Texts(["1...", ".2.."], [(0, "", 1)]))]), None)
    >>> list(waiting)
    ['1...', '.2..']
    >>> [(numbers, found) for numbers, _, found in waiting.taken([1], {"status": ["SOLVED"]})]
    [([9], {'status': ['SOLVED']})]
    """

    def __init__(self, numbered: Iterator[tuple[Sequence[int], Sequence[Record]]], domain: Domain | None) -> None:
        self._numbered, self._domain = numbered, domain
        self._puzzles: Sequence[Any] = ()
        self._at = 0  # of these, the next
        self._failure: Exception | None = None
        self._why: dict[int, str] = {}  # of places whose records are no puzzles, in words
        self._end = 0
        self._begins: list[int] = []  # of pieces, the place of the first puzzle among all that were given
        self._pieces: list[_Piece] = []

    def __next__(self) -> Any:
        for puzzle in self.take(1):
            return puzzle
        raise StopIteration

    def take(self, n: int) -> Sequence[Any]:
        """The next n, or as many as there are; what goes wrong behind some is told when these are gone."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        pieces: list[Sequence[Any]] = []
        try:
            while n:
                if self._at == len(self._puzzles):
                    self._look_at(*next(self._numbered))
                begin, self._at = self._at, min(self._at + n, len(self._puzzles))
                pieces.append(self._puzzles[begin : self._at])
                n -= self._at - begin
        except StopIteration:
            pass
        except Exception as error:
            if not pieces:
                raise
            self._failure = error
        return joined(pieces) if pieces else ()

    def _look_at(self, numbers: Sequence[int], records: Sequence[Record]) -> None:
        if isinstance(records, Texts):
            self._puzzles = records.texts
        else:
            told = [puzzle_of(record, self._domain) for record in records]
            self._why |= {self._end + i: why for i, (_, why) in enumerate(told) if why}
            self._puzzles = [puzzle for puzzle, _ in told]
        self._at = 0
        self._begins.append(self._end)
        self._pieces.append(_Piece(numbers, records, len(records)))
        self._end += len(records)

    def taken(
        self, places: Sequence[int], found: Columns
    ) -> Iterator[tuple[Sequence[int], Sequence[Record], dict[str, Sequence[Any]]]]:
        """Numbers and records of the puzzles at these places, from 0, in order, with what became of them."""
        if self._why:
            reasons = [self._why.pop(place, why) for place, why in zip(places, found["reason"], strict=True)]
            found = {**found, "reason": reasons}
        at = 0
        while at < len(places):
            index = bisect_right(self._begins, places[at]) - 1
            piece, begin = self._pieces[index], self._begins[index]
            end = bisect_left(places, begin + len(piece.records), at)
            some = {name: column[at:end] for name, column in found.items()}
            if places[end - 1] - places[at] == end - 1 - at:
                which = slice(places[at] - begin, places[end - 1] - begin + 1)
                yield piece.numbers[which], piece.records[which], some
            else:
                each = [place - begin for place in places[at:end]]
                records = piece.records
                of_these = records.picked(each) if isinstance(records, Texts) else [records[i] for i in each]
                yield [piece.numbers[i] for i in each], of_these, some
            piece.left -= end - at
            if not piece.left:
                del self._pieces[index], self._begins[index]
            at = end


def together(found: Iterable[tuple[Sequence[int], Columns]]) -> Iterator[tuple[Sequence[int], Columns]]:
    """The same; large batches that follow on each other within a moment as one, for less is done anew for each.

    A job that is killed then loses what it did in that moment, and no more. Seconds are shared, as within a batch.

    Examples
    --------
    >>> a, b = ({"status": Same("SOLVED", 256), "seconds": Same(one, 256)} for one in (0.25, 0.75))
    >>> [(places, some["seconds"][0]) for places, some in together([(range(256), a), (range(256, 512), b)])]
    [(range(0, 512), 0.5)]
    """
    held: list[tuple[range, Columns]] = []
    begun = perf_counter()
    try:
        for places, columns in found:
            late = perf_counter() - begun > SOON
            plain = isinstance(places, range) and len(places) >= LEAST and isinstance(columns["seconds"], Same)
            if held and not (plain and places[0] == held[-1][0].stop):
                yield _as_one(held)
                held = []
            if plain:
                held.append((range(places[0], places[-1] + 1), columns))
            else:
                yield places, columns
            if held and (late or held[-1][0].stop - held[0][0].start >= MOST):
                yield _as_one(held)
                held = []
            if not held:
                begun = perf_counter()
    except (Exception, KeyboardInterrupt):
        if held:
            yield _as_one(held)
        raise
    if held:
        yield _as_one(held)


def _as_one(held: Sequence[tuple[range, Columns]]) -> tuple[range, Columns]:
    if len(held) == 1:
        return held[0]
    places = range(held[0][0].start, held[-1][0].stop)
    seconds = sum(len(some) * columns["seconds"][0] for some, columns in held) / len(places)
    names = [name for name in held[0][1] if name != "seconds"]
    columns = {name: joined([columns[name] for _, columns in held]) for name in names}
    return places, {**columns, "seconds": Same(round(seconds, 6), len(places))}


@dataclass(slots=True)
class _Piece:
    """Records that were given together, and how many of them are still waited for."""

    numbers: Sequence[int]
    records: Sequence[Record]
    left: int


def table_of(records: Sequence[Record], found: Columns, domain: Domain | None) -> dict[str, Sequence[Any]]:
    """The columns of a table: the problem, what became of it, and what the input said besides.

    Parameters
    ----------
    found
        What became of each record: columns of `solution`, `status`, `reason`, `layout` and others.
    domain
        The one that was asked for, or None.
    """
    told = {name: column for name, column in found.items() if name != LAYOUT}
    problems, others = _as_they_are(records, found, domain)
    if problems is None:
        columns = (found[name] for name in ("solution", "status", "reason", LAYOUT))
        rows = [
            repeated(record, answer, Status(status), reason, layout, domain or record.domain)
            for record, answer, status, reason, layout in zip(records, *columns, strict=True)
        ]
        problems, told["reason"], others = [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
        return {"problem": problems, **told, **_side_by_side(others)}
    return {"problem": problems, **told, **others}


def _side_by_side(others: Sequence[Mapping[str, Any]]) -> dict[str, Sequence[Any]]:
    """What each record says besides, as columns."""
    names = dict.fromkeys(name for one in others for name in one)
    return {name: [one.get(name) for one in others] for name in names}


def _as_they_are(records: Sequence[Record], found: Columns, domain: Domain | None) -> tuple[Sequence[str] | None, Any]:
    """Problems that all were read as they stand, a character a cell, and what came with them; None where not all."""
    answers = found["solution"]
    problems = records.texts if isinstance(records, Texts) else [record.puzzle for record in records]
    if any(found["reason"].value if isinstance(found["reason"], Same) else found["reason"]):
        return None, {}
    if isinstance(problems, Even) and isinstance(answers, Even):
        least, most = problems.codes.min(initial=DELETE), problems.codes.max(initial=0)
        if problems.width != answers.width or not ord(" ") < least <= most < DELETE:
            return None, {}
    else:
        text = "".join(problems)
        if " " in text or not text.isprintable() or None in answers:
            return None, {}
        if list(map(len, problems)) != list(map(len, answers)):
            return None, {}
    others = records.others if isinstance(records, Texts) else _side_by_side([record.others for record in records])
    if domain is not None:
        return problems, {**others, "domain": Same(domain.name, len(problems))}
    if not isinstance(records, Texts) and any(record.domain is not None for record in records):
        return None, {}
    return problems, others

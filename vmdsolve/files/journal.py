"""The journal: what lets a killed batch job go on without losing or repeating a line.

A job with an output file appends to OUT.partial.jsonl a line of JSON for all rows that become known together, a table,
in any order; see kept.py. Where OUT is of a format that grows, csv for one, its rows are in a file that becomes OUT,
see growing.py, and the line says where; else they are in the line. When all is done, OUT is made in the order of
the input, and then the journal goes. A killed job leaves its journal, and goes on from there: a torn last line is
dropped, and so is every line that is damaged, of another job, or of rows that are there already. What is left is
believed when it was compared with the input, see resumed.py. The first line holds the settings, so that a job is never
continued with others, and the number of the process that is at work. It holds the journal locked as long as it lives: a
second job on the same OUT is refused.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Any, Self

from ..atomic import replacing
from ..compact import Even
from ..errors import InvalidInput, VmdsolveError
from ..untrusted import loads
from .assembled import rows_of_all, tables_of
from .formats.base import Table, Tabular
from .formats.grows import Grows
from .growing import Growing
from .kept import MOST_ROWS, Kept, digest_of, is_sane, kept_line, key_of, table_in, told_by
from .lines import Lines
from .lock import is_at
from .owned import MARK, owned
from .places import Places
from .record import Record
from .rows import JOURNAL, NAMES, Row, Tally, format_of, rows_of, write_rows
from .spots import Spot, spot_line, told_in
from .straight import Straight

__all__ = ["Journal"]

FORM = "tables-4"  # of a journal; earlier ones held all rows themselves
HEAD = (
    b'{"process": %-10d, "form": "' + FORM.encode() + b'", "settings": '
)  # as long for any process: it is written over when a job is continued
SHOWN = 10  # lines that are dropped and named; of more it is said how many
FAR, AHEAD = 1 << 20, 64  # no row is of a record so much, and so much a row, further on than there are rows
MOST_TEXT = 1 << 22  # characters of a line, or thereabouts


class Journal:
    """The rows of one job that are done, on disk as soon as they are known; none of them stays in memory.

    Parameters
    ----------
    out
        The file to make. If it is a link, what it leads to now.
    settings
        All that rows depend on.
    resume
        Go on with what is there.
    say
        Is told, in a sentence each, what is dropped of it.
    go_on
        What to do when it could not be finished.

    Attributes
    ----------
    done
        whole rows that a killed job left behind
    reach
        all of these are of records before this one
    total
        how many records the input has, once that is known
    tally
        of the rows that are believed or were added

    Raises
    ------
    InvalidInput
        With nothing changed: another job is at work on OUT, a journal with rows is there and `resume` is False, its
        settings are others, or it is none.

    Examples
    --------
    >>> import tempfile
    >>> out = Path(tempfile.mkdtemp()) / "out.txt"
    >>> with Journal(out, {"seed": 0}) as journal:
    ...     journal.add(Row("1...", "1221", "SOLVED", "search", None, 0, 0.1, ""))
    ...     journal.finish()
    >>> out.read_text()
    '1221\\n'
    """

    def __init__(
        self,
        out: Path,
        settings: Mapping[str, Any],
        *,
        resume: bool = False,
        say: Callable[[str], None] = lambda _: None,
        go_on: str = "--resume continues",
    ) -> None:
        self._form = format_of(out)
        self.out = Path(os.path.realpath(out)) if out.is_symlink() else out
        self.path = self.out.with_name(self.out.name + JOURNAL)
        self.tally = Tally()
        self.total: int | None = None
        self.done = self._dropped = 0
        self._say, self._go_on, self._key = say, go_on, key_of(settings)
        self._others: dict[str, tuple[int, int]] = {}  # columns that came with the input, and where they stand first
        self._grown: tuple[int, tuple[str, ...]] = 0, ()  # where what a killed job left ends, and its last columns
        self._rows = Growing(self.out, self._form) if isinstance(self._form, Grows) else None
        form = self._form
        self._straight = Straight(self.out, form) if self._rows is None and isinstance(form, Tabular) else None
        self._at_work = RLock()  # rows may be added by one thread while another compares those that are there
        self._handle = owned(self.path, out)
        self._lines = Lines(self._handle)
        try:  # of record i, where its line begins; below 0: not yet believed; 0: there is none
            self._places = Places(self.path.parent, partial(self._refused, self.path))
        except BaseException:
            os.close(self._handle)
            raise
        try:
            self._begin(settings, resume)
        except BaseException:
            self.__exit__()
            raise

    def _begin(self, settings: Mapping[str, Any], resume: bool) -> None:
        first = self._lines.at(0)
        if not (first.startswith(MARK) or MARK.startswith(first)):  # torn, it may be shorter
            raise InvalidInput(f"{self.path} is not the journal of a job, and would be overwritten; move it away")
        head = HEAD % os.getpid() + json.dumps(settings).encode() + b"}\n"
        self._end = len(first)
        if not self._lines.at(self._end).endswith(b"\n"):  # no row is whole: nothing to go on from, nothing to lose
            self._anew(head)
            return
        if not resume:
            raise InvalidInput(
                f"{self.path} is left of a job that did not finish: continue it with --resume, or delete it"
            )
        try:
            self._compare(first, settings)
        except InvalidInput:
            if len(head) != len(first) or told_by(self._key, self._lines.at(self._end)) is None:
                raise
            self._drop(0, "is damaged, but the rows are of this job")
        self._look()
        if self._rows is not None and self.done and not self._rows.goes_on(*self._grown):
            self._say(f"{self._rows.path} is gone, and with it the rows")
            self.done = 0
        if self._straight is not None:  # it would lack what is there
            self._straight.give_up()
        os.pwrite(self._handle, head if len(head) == len(first) else HEAD % os.getpid(), 0)
        os.ftruncate(self._handle, self._end)  # no torn last line

    def _anew(self, head: bytes) -> None:
        os.ftruncate(self._handle, 0)
        self._end = 0
        try:
            if self._rows is not None:
                self._rows.anew()
            self._append([head])
        except VmdsolveError:
            self.path.unlink()  # a disk that is full already
            raise

    def _compare(self, first: bytes, settings: Mapping[str, Any]) -> None:
        try:
            told = loads(first)
            before = dict(told["settings"])
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidInput(f"{self.path} is not the journal of a job; move it away") from error
        if told.get("form") != FORM:
            raise InvalidInput(f"{self.path} is the journal of another version of vmdsolve; delete it to begin anew")
        names = sorted(name for name in {*before, *settings} if before.get(name) != settings.get(name))
        if names:
            was = ", ".join(f"{name} {before.get(name)!r}, now {settings.get(name)!r}" for name in names)
            raise InvalidInput(f"cannot resume {self.path}; it was begun with other settings: {was}")

    def _look(self) -> None:
        """Where the lines stand that are whole and of this job; and where their rows end, if these are elsewhere."""
        rows = 1
        for place, line in self._lines.all(self._end):
            if not line.endswith(b"\n") and place + len(line) == os.fstat(self._handle).st_size:
                return
            self._end = place + len(line)
            told, spot = told_by(self._key, line), None if self._rows is None else Spot.of(line)
            lost = self._rows is not None and spot is None
            if told is None or lost or max(told.numbers) > FAR + AHEAD * rows:  # no line makes memory grow
                self._drop(place, "is damaged, or of another job")
            elif (twice := self._met(told.numbers)) is not None:
                self._drop(place, f"is of problem {twice + 1}, of which there is a line before")
            else:
                self._places.put(told.numbers, -place)
                self.done += len(told.numbers)
                rows += len(told.numbers)
                if spot is not None:
                    end, others = self._grown
                    self._grown = max(end, spot.end), max(others, tuple(spot.others), key=len)

    def _met(self, numbers: Sequence[int]) -> int | None:
        """The first of these records of which there is a line; None if there is of none."""
        runs = [numbers] if isinstance(numbers, range) else [range(i, i + 1) for i in numbers]
        for run in runs:
            places = self._places.of(run.start, run.stop)
            if any(places):
                return run.start + next(i for i, place in enumerate(places) if place)
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._places.close()
            if self._rows is not None:
                self._rows.close()
            if self._straight is not None:
                self._straight.give_up()
        self._handle = -1

    @property
    def reach(self) -> int:
        return len(self._places)

    def left(self, begin: int, end: int) -> list[int]:
        """Of these records by which line each is told that is not yet believed; 0 where there is none."""
        with self._at_work:
            return [max(0, -place) for place in self._places.of(begin, end)]

    def said(self, place: int) -> tuple[Kept, Table] | None:
        """What that line says; None if it cannot be."""
        with self._at_work:
            line = self._lines.at(place)
            if (told := told_by(self._key, line)) is None:
                return None
            n = len(told.numbers)
            table = table_in(line, n) if self._rows is None else self._found(self._rows, line, n)
        return None if table is None or not is_sane(table) else (told, table)

    def _found(self, rows: Growing, line: bytes, n: int) -> Table | None:
        """What stands of n rows where a line says; None if they are not there."""
        spot, told = Spot.of(line), told_in(line, n)
        solutions = None if spot is None else rows.solutions(spot)
        return None if told is None or solutions is None or len(solutions) != n else {**told, "solution": solutions}

    def believe(self, place: int, numbers: Sequence[int], table: Table) -> None:
        """The rows of that line are right."""
        with self._at_work:
            self._places.put(numbers, place)
            spot = None if self._rows is None else Spot.of(self._lines.at(place))
            if self._rows is None or spot is None:
                self._count(numbers, table, _first_of(numbers, table))
            else:
                self._rows.follows(numbers, spot)
                self._count(numbers, table, spot.others)

    def drop(self, place: int, numbers: Sequence[int], why: str) -> None:
        """The rows of that line are not right: these records are done again."""
        with self._at_work:
            self._places.put(numbers, 0)
            self._drop(place, why)

    def add(self, row: Row, number: int | None = None, records: Sequence[Record] = ()) -> None:
        """Append the row of a record, by default of the next: see `add_table`."""
        number = self.reach if number is None else number
        if self._straight is not None:  # tables of one row take it too long
            self._straight.give_up()
        self.add_table(range(number, number + 1), records, {name: [value] for name, value in row.columns.items()})

    def add_table(self, numbers: Sequence[int], records: Sequence[Record], table: Table) -> None:
        """Append the rows of records; they go to the system at once, and only a power failure could lose them.

        Parameters
        ----------
        numbers
            Those of the records, from 0.
        records
            What the rows are of, to be compared when a job goes on.
        table
            The columns of rows, and others that the input has.
        """
        n = len(numbers)
        if n > 1 and (n > MOST_ROWS or _length(table["problem"]) > MOST_TEXT):
            for half in (slice(n // 2), slice(n // 2, None)):
                self.add_table(numbers[half], records[half], {name: column[half] for name, column in table.items()})
            return
        others, puzzles = _first_of(numbers, table), digest_of(records) if records else ""
        with self._at_work:
            self._add(numbers, puzzles, table, others)

    def _add(self, numbers: Sequence[int], puzzles: str, table: Table, others: Mapping[str, int | None]) -> None:
        if self._rows is None:
            pieces = kept_line(self._key, numbers, puzzles, table)
        else:
            try:
                pieces = [spot_line(self._key, numbers, puzzles, self._rows.add(numbers, table, others), table)]
            except OSError as error:
                raise self._refused(self._rows.path, error) from error
        place = self._end
        self._append(pieces)
        self._places.put(numbers, place)
        self._count(numbers, table, others)
        if self._straight is not None:
            self._straight.add(numbers, table)

    def finish(self) -> None:
        """Make OUT from all rows, then remove the journal; killed in between, a resumed job does so again.

        Raises InvalidInput, with the journal kept, unless there is a row of every record.
        """
        total = self.reach if self.total is None else self.total
        if self._dropped > SHOWN:
            self._say(f"{self.path}: {self._dropped - SHOWN} more lines were dropped")
        if self.tally.total != total:
            raise self._changed(f"there are rows of {self.tally.total} problems, and the input has {total}")
        if self.out.is_symlink():
            raise self._changed(f"{self.out} has become a link")
        if not is_at(self._handle, self.path) and self.path.exists():
            what = f"{self.path} was removed while this job ran, and another job has begun one"
            raise InvalidInput(f"{what}: {self.out} is left to that job")
        others = sorted(self._others, key=self._others.__getitem__)
        try:
            self._make(total, others)
        except OSError as error:
            raise self._refused(self.out, error) from error
        if is_at(self._handle, self.path):  # somebody who removed it may have begun another job
            self.path.unlink()
        if self._rows is not None:  # without its journal nobody goes on from it
            self._rows.remove()
        self.__exit__()

    def _make(self, total: int, others: Sequence[str]) -> None:
        """OUT, from the rows of all records, with these columns besides a Row's own."""
        names, form = (*NAMES, *others), self._form
        straight = self._straight is not None and self._straight.becomes_out(total, others)
        if straight or (self._rows is not None and self._rows.becomes_out(total, others)):
            return
        told = (self._lines, self._places, self._key, total, names, self._changed)
        if self._rows is not None:
            with replacing(self.out) as stream:
                stream.write(self._rows.form.head(names))
                stream.writelines(rows_of_all(*told, self._rows))
            return
        tables = tables_of(*told)
        if isinstance(form, Tabular):
            form.write_tables(tables, names, self.out)
        else:
            write_rows((row for table in tables for row in rows_of(table)), self.out, others=others, form=form)

    def _changed(self, what: str) -> InvalidInput:
        return InvalidInput(f"{self.path} was changed while the job ran: {what}; --resume makes it good")

    def _count(self, numbers: Sequence[int], table: Table, others: Mapping[str, int | None]) -> None:
        self.tally.add_table(table)
        for rank, (name, number) in enumerate(others.items()):
            first = numbers[0] if number is None else number, rank
            self._others[name] = min(first, self._others.get(name, first))

    def _drop(self, place: int, why: str) -> None:
        self._dropped += 1
        if self._dropped <= SHOWN:
            number = 1 + sum(begin < place for begin, _ in self._lines.all())
            self._say(f"{self.path}:{number} {why}; it is dropped")

    def _append(self, pieces: Sequence[bytes | memoryview]) -> None:
        size = sum(map(len, pieces))
        try:
            done = os.pwritev(self._handle, pieces, self._end)
            while done < size:  # a disk may be full in the middle of a line
                done += os.pwrite(self._handle, b"".join(pieces)[done:], self._end + done)
        except OSError as error:
            raise self._refused(self.path, error) from error
        self._end += size

    def _refused(self, path: Path, error: OSError) -> VmdsolveError:
        what = f"cannot write {path}: {error.strerror}; what is done is kept"
        return VmdsolveError(f"{what}; {self._go_on}")


def _first_of(numbers: Sequence[int], table: Table) -> dict[str, int | None]:
    """Columns besides a Row's own, and the first of these records of which each says something; None: of none."""
    return {
        name: next((number for number, value in zip(numbers, column, strict=True) if value is not None), None)
        for name, column in table.items()
        if name not in NAMES
    }


def _length(texts: Sequence[str]) -> int:
    """Characters of all of them."""
    return texts.codes.size if isinstance(texts, Even) else sum(map(len, texts))

"""Texts: many records that say a text, and perhaps more in columns beside it, without an object for each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType
from typing import Any, overload

from ..compact import Even, joined
from .record import Record

__all__ = ["Texts", "gathered"]

Begin = tuple[int, str, int]  # from which text on, the file that it stands in, and its line there


class Texts(Sequence[Record]):
    """Records that say a text and what stands in columns beside it; each is made when it is looked at.

    Parameters
    ----------
    texts
        What they say.
    begins
        Where they stand, a run of lines each; the first is of text 0.
    others
        What else the file says of them, columns by the names under which that goes on to an output.

    Examples
    --------
    >>> texts = Texts(["1...", ".2.."], [(0, "a.txt", 7)])
    >>> texts[1].where, len(texts[1:]), [one.puzzle for one in texts]
    ('a.txt:8: ', 1, ['1...', '.2..'])
    """

    __slots__ = ("begins", "others", "texts")

    def __init__(
        self, texts: Sequence[str], begins: list[Begin], others: Mapping[str, Sequence[Any]] = MappingProxyType({})
    ) -> None:
        self.texts, self.begins, self.others = texts, begins, dict(others)  # which is pickled, for Ray

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, i: int) -> Record: ...

    @overload
    def __getitem__(self, i: slice) -> Texts: ...

    def __getitem__(self, i: int | slice) -> Record | Texts:
        if isinstance(i, slice):
            start, stop, _ = i.indices(len(self.texts))
            kept = [one for one in self.begins if start < one[0] < stop]
            first, source, line = self._begin(start)
            return Texts(
                self.texts[start:stop],
                [(0, source, line + start - first), *((at - start, name, at_line) for at, name, at_line in kept)],
                {name: column[start:stop] for name, column in self.others.items()},
            )
        at = range(len(self.texts))[i]
        first, source, line = self._begin(at)
        others = {name: column[at] for name, column in self.others.items()}
        return Record(source, line + at - first, self.texts[at], others=others)

    def picked(self, rows: Sequence[int]) -> Texts:
        """Those at these places, which rise.

        Examples
        --------
        >>> [one.where for one in Texts(["1...", ".2..", "..3."], [(0, "a.txt", 7)]).picked([0, 2])]
        ['a.txt:7: ', 'a.txt:9: ']
        """
        texts = self.texts
        some: Sequence[str] = Even(texts.codes[rows]) if isinstance(texts, Even) else [texts[row] for row in rows]
        begins: list[Begin] = []
        for i, row in enumerate(rows):
            first, source, line = self._begin(row)
            if not i or row != rows[i - 1] + 1 or row == first:
                begins.append((i, source, line + row - first))
        return Texts(some, begins, {name: [column[row] for row in rows] for name, column in self.others.items()})

    def __iter__(self) -> Iterator[Record]:
        ends = [one[0] for one in self.begins[1:]] + [len(self.texts)]
        others = map(dict, zip(*(zip(repeat(name), column) for name, column in self.others.items()), strict=True))
        for (first, source, line), end in zip(self.begins, ends, strict=True):
            for number, text in enumerate(self.texts[first:end], line):
                yield Record(source, number, text, others=next(others, {}))

    def _begin(self, i: int) -> Begin:
        return self.begins[bisect_right(self.begins, i, key=lambda one: one[0]) - 1]


def gathered(pieces: Sequence[Record | Sequence[Record]]) -> Sequence[Record]:
    """All records of these pieces: as `Texts`, if all of them are such or could be.

    Examples
    --------
    >>> type(gathered([Record("", 1, "1..."), Texts(["2..."], [(0, "", 2)])])).__name__
    'Texts'
    >>> gathered([Record("", 1, "1...", domain="queens-2")])[0].domain
    'queens-2'
    >>> type(gathered([[], Texts(["2..."], [(0, "", 2)])])).__name__
    'Texts'
    """
    pieces = [piece for piece in pieces if isinstance(piece, Record) or len(piece)]
    parts = [_as_texts(piece) for piece in pieces]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or len({tuple(part.others) for part in known}) > 1:
        return [one for part in pieces for one in ([part] if isinstance(part, Record) else part)]
    if len(known) < 2:
        return known[0] if known else []
    begins: list[Begin] = []
    n = 0
    for part in known:
        begins += [(n + first, source, line) for first, source, line in part.begins]
        n += len(part)
    others = {name: joined([part.others[name] for part in known]) for name in known[0].others}
    return Texts(joined([part.texts for part in known]), begins, others)


def _as_texts(piece: Record | Sequence[Record]) -> Texts | None:
    """The same records, if they are such or could be; what a file says an answer is, who takes many does not ask."""
    if isinstance(piece, Texts):
        return piece
    records = [piece] if isinstance(piece, Record) else piece
    names = [tuple(one.others) for one in records]
    if len(set(names)) != 1 or any(one.reason or one.domain is not None for one in records):
        return None
    some = [one.puzzle for one in records]
    begins = [(i, one.source, one.line) for i, one in enumerate(records)]
    others = {name: [one.others[name] for one in records] for name in names[0]}
    return Texts(Even.of(some) or some, begins, others)

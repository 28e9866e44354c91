"""Texts: many records of which nothing but a text and a place is known, without an object for each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import overload

from ..compact import Even, joined
from .record import Record

__all__ = ["Texts", "gathered"]

Begin = tuple[int, str, int]  # from which text on, the file that it stands in, and its line there


class Texts(Sequence[Record]):
    """Records that say nothing but a text; each is made when it is looked at.

    Parameters
    ----------
    texts
        What they say.
    begins
        Where they stand, a run of lines each; the first is of text 0.

    Examples
    --------
    >>> texts = Texts(["1...", ".2.."], [(0, "a.txt", 7)])
    >>> texts[1].where, len(texts[1:]), [one.puzzle for one in texts]
    ('a.txt:8: ', 1, ['1...', '.2..'])
    """

    __slots__ = ("begins", "texts")

    def __init__(self, texts: Sequence[str], begins: list[Begin]) -> None:
        self.texts, self.begins = texts, begins

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
            )
        at = range(len(self.texts))[i]
        first, source, line = self._begin(at)
        return Record(source, line + at - first, self.texts[at])

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
        return Texts(some, begins)

    def __iter__(self) -> Iterator[Record]:
        ends = [one[0] for one in self.begins[1:]] + [len(self.texts)]
        for (first, source, line), end in zip(self.begins, ends, strict=True):
            for number, text in enumerate(self.texts[first:end], line):
                yield Record(source, number, text)

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
    """
    texts: list[Sequence[str]] = []
    begins: list[Begin] = []
    n = 0
    for piece in pieces:
        if isinstance(piece, Texts):
            begins += [(n + first, source, line) for first, source, line in piece.begins]
            texts.append(piece.texts)
        else:
            records = [piece] if isinstance(piece, Record) else piece
            if any(one.reason or one.domain is not None or one.solution is not None or one.others for one in records):
                return [one for part in pieces for one in ([part] if isinstance(part, Record) else part)]
            begins += [(n + i, one.source, one.line) for i, one in enumerate(records)]
            some = [one.puzzle for one in records]
            texts.append(Even.of(some) or some)
        n += len(texts[-1])
    return Texts(joined(texts), begins) if n else []

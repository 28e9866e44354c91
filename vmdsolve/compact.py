"""Columns of many values without an object for each: texts of one width as bytes, and one value that all rows have.

They are sequences as any other, and equal to a list that says the same; whoever takes them whole takes what they hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Any, overload

import numpy as np
import numpy.typing as npt

import vmdsolve._native as _native

__all__ = ["DELETE", "Even", "Same", "joined", "pairs", "runs"]

Codes = npt.NDArray[np.uint8]
DELETE = 127  # the character, the last of ASCII and not to be seen


class _Column(Sequence[Any]):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (list, tuple, _Column)) and list(self) == list(other)

    def __repr__(self) -> str:
        return repr(list(self))


class Even(_Column):
    """Texts of ASCII, all of one width.

    Parameters
    ----------
    codes
        uint8 [n, W], their characters.

    Examples
    --------
    >>> Even.of(["1...", ".2.."])
    ['1...', '.2..']
    >>> Even.of(["1...", ".2.."])[1], Even.of(["1...", "2"])
    ('.2..', None)
    """

    __slots__ = ("codes",)

    def __init__(self, codes: Codes) -> None:
        self.codes = np.ascontiguousarray(codes)

    @classmethod
    def of(cls, texts: Sequence[str]) -> Even | None:
        """The same texts; None where they are not even."""
        text = "".join(texts)
        if not text.isascii() or len(set(map(len, texts))) != 1 or not text:
            return None
        return cls(np.frombuffer(text.encode(), np.uint8).reshape(len(texts), -1))

    @classmethod
    def lines(cls, text: str | bytes) -> Even | None:
        """The lines of a text, each ended by a newline; None where they are not even, or hold blanks or controls.

        Examples
        --------
        >>> Even.lines("1..\\n.2.\\n"), Even.lines("1..\\n2\\n"), Even.lines("1..\\n. .\\n")
        (['1..', '.2.'], None, None)
        """
        if isinstance(text, str) and not text.isascii():
            return None
        codes = _native.even_lines(text.encode() if isinstance(text, str) else text)
        return None if codes is None else cls(codes)

    @property
    def width(self) -> int:
        """Characters of each."""
        return int(self.codes.shape[1])

    @property
    def joined(self) -> memoryview:
        """All of them, end to end, where they are in memory.

        Examples
        --------
        >>> bytes(Even.of(["ab", "cd"]).joined)
        b'abcd'
        """
        return self.codes.reshape(-1).data

    def bytes(self, end: str = "") -> bytes:
        """All of them, each with this character behind it.

        Examples
        --------
        >>> Even.of(["ab", "cd"]).bytes("\\n")
        b'ab\\ncd\\n'
        """
        return _native.woven([self.codes, end.encode("ascii")], len(self.codes))

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, i: int) -> str: ...

    @overload
    def __getitem__(self, i: slice) -> Even: ...

    def __getitem__(self, i: int | slice) -> str | Even:
        return Even(self.codes[i]) if isinstance(i, slice) else self.codes[i].tobytes().decode("ascii")

    def __iter__(self) -> Iterator[str]:
        text, width = self.codes.tobytes().decode("ascii"), self.width
        return iter([text[i : i + width] for i in range(0, len(text), width)])


class Same(_Column):
    """One value, n times.

    Examples
    --------
    >>> Same("SOLVED", 3)[1:]
    ['SOLVED', 'SOLVED']
    """

    __slots__ = ("_n", "value")

    def __init__(self, value: Any, n: int) -> None:
        self.value, self._n = value, n

    def __len__(self) -> int:
        return self._n

    @overload
    def __getitem__(self, i: int) -> Any: ...

    @overload
    def __getitem__(self, i: slice) -> Same: ...

    def __getitem__(self, i: int | slice) -> Any:
        some = range(self._n)[i]
        return Same(self.value, len(some)) if isinstance(some, range) else self.value

    def __iter__(self) -> Iterator[Any]:
        return repeat(self.value, self._n)


def pairs(one: Sequence[Any], two: Sequence[Any]) -> Counter[tuple[Any, Any]]:
    """How often two columns say what together.

    Examples
    --------
    >>> pairs(Same("SOLVED", 3), ["search", "search", "vmd"])
    Counter({('SOLVED', 'search'): 2, ('SOLVED', 'vmd'): 1})
    """
    if isinstance(one, Same) and isinstance(two, Same):
        return Counter({(one.value, two.value): len(one)} if len(one) else {})
    return Counter(zip(one, two, strict=True))


def joined(columns: Sequence[Sequence[Any]]) -> Sequence[Any]:
    """Columns, of which there are some, one after another.

    Examples
    --------
    >>> type(joined([Same(0, 2), Same(0, 1)])).__name__, joined([Same(0, 2), [1]])
    ('Same', [0, 0, 1])
    """
    first = columns[0]
    if len(columns) == 1:
        return first
    even = [column for column in columns if isinstance(column, Even)]
    if len(even) == len(columns) and len({one.width for one in even}) == 1:
        return Even(np.concatenate([one.codes for one in even]))
    same = [column for column in columns if isinstance(column, Same)]
    if len(same) == len(columns) and len({(type(one.value), one.value) for one in same}) == 1:
        return Same(first[0], sum(map(len, columns)))
    return list(chain.from_iterable(columns))


def runs(numbers: Sequence[int]) -> list[slice]:
    """Where numbers follow each other: the places of each such run.

    Examples
    --------
    >>> runs([4, 5, 6, 9, 2]), runs(range(7, 9))
    ([slice(0, 3, None), slice(3, 4, None), slice(4, 5, None)], [slice(0, 2, None)])
    """
    if not len(numbers):
        return []
    breaks = [] if isinstance(numbers, range) else (np.flatnonzero(np.diff(numbers) != 1) + 1).tolist()
    return list(map(slice, [0, *breaks], [*breaks, len(numbers)]))

"""Rows of a table as text, many at once: what all of them say the same stands still, what differs is put between."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from operator import is_
from types import NoneType
from typing import Any

import numpy as np

__all__ = ["alike", "woven"]

PLAIN = {str, int, bool, NoneType}  # of these what is equal is written alike


def alike(column: Sequence[Any]) -> bool:
    """Whether all values of a column, of which there are some, are written alike.

    Examples
    --------
    >>> alike([0, 0]), alike([1, True]), alike([0.0, -0.0]), alike([0.5] * 2)
    (True, False, False, True)
    """
    kinds = set(map(type, column))
    if len(kinds) > 1:
        return False
    if kinds <= PLAIN:
        return [*column].count(column[0]) == len(column)
    return all(map(is_, column, repeat(column[0])))


def woven(parts: Sequence[str | Sequence[str]], n: int) -> bytes:
    """n rows: each part is a text that stands in all of them, or a column of n texts.

    Examples
    --------
    >>> woven(["<", ["a", "b"], ">", ["1", "22"]], 2)
    b'<a>1<b>22'
    """
    texts = [part if isinstance(part, str) else "".join(part) for part in parts]
    widths = [len(text) if isinstance(part, str) else len(part[0]) for part, text in zip(parts, texts, strict=True)]
    even = all(
        isinstance(part, str) or set(map(len, part)) == {width} for part, width in zip(parts, widths, strict=True)
    )
    if not even or not all(map(str.isascii, texts)):
        pattern = "".join(part.replace("%", "%%") if isinstance(part, str) else "%s" for part in parts)
        columns = [part for part in parts if not isinstance(part, str)]
        return "".join(map(pattern.__mod__, zip(*columns, strict=True)) if columns else [pattern % ()] * n).encode()
    out, end = np.empty((n, sum(widths)), np.uint8), 0
    for part, text, width in zip(parts, texts, widths, strict=True):
        begin, end = end, end + width
        codes = np.frombuffer(text.encode(), np.uint8)
        out[:, begin:end] = codes if isinstance(part, str) else codes.reshape(n, width)
    return out.tobytes()

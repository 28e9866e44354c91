"""Rows of a table as text, many at once: what all of them say the same stands still, what differs is put between."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from operator import is_
from types import NoneType
from typing import Any

import numpy as np
import numpy.typing as npt

import vmdsolve._native as _native

from ...compact import Even, Same

__all__ = ["alike", "woven"]

PLAIN = {str, int, bool, NoneType}  # of these what is equal is written alike


def alike(column: Sequence[Any]) -> bool:
    """Whether all values of a column, of which there are some, are written alike.

    Examples
    --------
    >>> alike([0, 0]), alike([1, True]), alike([0.0, -0.0]), alike([0.5] * 2)
    (True, False, False, True)
    """
    if isinstance(column, Same):
        return True
    if isinstance(column, Even):  # texts, which hardly say the same twice
        codes = column.codes
        return bool((codes[-1] == codes[0]).all() and (codes == codes[0]).all())
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
    parts = _fewer(parts)
    codes = [one for part in parts if (one := _codes(part)) is not None]
    if len(codes) == len(parts):
        return _native.woven(codes, n)
    pattern = "".join(part.replace("%", "%%") if isinstance(part, str) else "%s" for part in parts)
    columns = [part for part in parts if not isinstance(part, str)]
    return "".join(map(pattern.__mod__, zip(*columns, strict=True)) if columns else [pattern % ()] * n).encode()


def _fewer(parts: Sequence[str | Sequence[str]]) -> list[str | Sequence[str]]:
    """The same parts; texts that stand side by side are one."""
    out: list[str | Sequence[str]] = []
    for part in parts:
        if out and isinstance(part, str) and isinstance(out[-1], str):
            out[-1] += part
        else:
            out.append(part)
    return out


def _codes(part: str | Sequence[str]) -> bytes | npt.NDArray[np.uint8] | None:
    """Characters of a text, or of a column of texts [n, W]; None where these are not even, or not of ASCII."""
    if isinstance(part, str):
        return part.encode() if part.isascii() else None
    even = part if isinstance(part, Even) else Even.of(part)
    return None if even is None else even.codes

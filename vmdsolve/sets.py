"""Sets of symbols: one 64-bit word each, bit v set <=> value v is in it. All that knows this is here.

Arrays of sets are uint64 of any shape; a single set may also be a Python int. Union, intersection and difference are
`|`, `&` and `& ~`, as of any integers. Twin: csrc/support/sets.hpp.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "DTYPE",
    "EMPTY",
    "MAX_SYMBOLS",
    "Sets",
    "count",
    "from_members",
    "full",
    "listed",
    "members",
    "one",
    "single",
    "within",
]

MAX_SYMBOLS = 64
DTYPE = np.uint64
EMPTY = np.uint64(0)

Sets = npt.NDArray[np.uint64]


def full(V: int) -> np.uint64:
    """The set of all values 0 .. V-1.

    Examples
    --------
    >>> int(full(3)), int(full(64)) == 2**64 - 1
    (7, True)
    """
    return np.uint64(2**V - 1)


def one(value: int) -> int:
    """The set of one value, as a Python int.

    Examples
    --------
    >>> one(3)
    8
    """
    return 1 << value


def within(sets: Sets, V: int) -> npt.NDArray[np.bool_]:
    """Whether each set holds no value beyond V - 1.

    Examples
    --------
    >>> within(np.array([7, 8], np.uint64), 3).tolist()
    [True, False]
    """
    return np.asarray(sets & ~full(V) == EMPTY)


def from_members(mask: npt.ArrayLike) -> Sets:
    """Sets [...] of masks [..., V], at most MAX_SYMBOLS long.

    Examples
    --------
    >>> from_members([[True, False, True], [False, False, False]]).tolist()
    [5, 0]
    """
    held = np.asarray(mask, np.bool_)
    return np.asarray((held.astype(DTYPE) << np.arange(held.shape[-1], dtype=DTYPE)).sum(axis=-1, dtype=DTYPE))


def members(sets: Sets, V: int) -> npt.NDArray[np.bool_]:
    """Masks [..., V] of sets [...].

    Examples
    --------
    >>> members(np.array([5, 0], np.uint64), 3).tolist()
    [[True, False, True], [False, False, False]]
    """
    return np.asarray((sets[..., None] >> np.arange(V, dtype=DTYPE)) & DTYPE(1) == 1)


def single(sets: Sets) -> npt.NDArray[np.int32]:
    """The only value of each set; -1 where a set is empty or has several.

    Examples
    --------
    >>> single(np.array([8, 0, 3, 2**63], np.uint64)).tolist()
    [3, -1, -1, 63]
    """
    alone = (sets != 0) & (sets & (sets - DTYPE(1)) == 0)
    value = np.log2(np.where(alone, sets, DTYPE(1)).astype(np.float64))  # exact: powers of two
    return np.asarray(np.where(alone, value, -1), np.int32)


def count(sets: Any) -> npt.NDArray[np.int64]:
    """How many values each set [...] of unsigned numbers of any width holds.

    Examples
    --------
    >>> count(np.array([5, 0, 2**64 - 1], np.uint64)).tolist()
    [2, 0, 64]
    """
    if hasattr(np, "bitwise_count"):  # from NumPy 2 on
        narrow = isinstance(sets, np.ndarray) and sets.dtype.kind == "u"
        return np.asarray(np.bitwise_count(sets if narrow else np.asarray(sets, DTYPE)), np.int64)
    bytes_of = np.ascontiguousarray(sets, DTYPE)[..., None].view(np.uint8)
    return np.asarray(np.unpackbits(bytes_of, axis=-1).sum(axis=-1, dtype=np.int64))


def listed(one_set: int) -> list[int]:
    """The values of one set, rising.

    Examples
    --------
    >>> listed(0b1010)
    [1, 3]
    """
    return [v for v in range(one_set.bit_length()) if one_set >> v & 1]

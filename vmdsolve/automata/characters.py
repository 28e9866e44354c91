"""Sets of characters, as ranges of code points that rise and do not touch; halves of characters are in none."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

__all__ = [
    "EVERY",
    "Ranges",
    "category",
    "either_case",
    "intersection",
    "minus",
    "satisfying",
    "set_of",
    "union",
    "utf8",
]

Ranges = tuple[tuple[int, int], ...]
EVERY: Ranges = ((0, 0xD7FF), (0xE000, sys.maxunicode))
BEYOND = {
    "k": "\u212a",
    "s": "\u017f",
    "i": "\u0130\u0131",
}  # other cases, as Python's `re` has them
LAST_OF_LENGTH = (0x7F, 0x7FF, 0xFFFF, sys.maxunicode)  # code points that take 1, 2, 3, 4 bytes


def union(*sets: Ranges) -> Ranges:
    """
    >>> union(((1, 2), (9, 9)), ((3, 4),))
    ((1, 4), (9, 9))
    """
    out: list[tuple[int, int]] = []
    for low, high in sorted(part for ranges in sets for part in ranges):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return tuple(out)


def minus(left: Ranges, right: Ranges) -> Ranges:
    """
    >>> minus(((1, 9),), ((3, 4), (9, 12)))
    ((1, 2), (5, 8))
    """
    out = []
    at = 0
    for low, high in left:
        while at < len(right) and right[at][1] < low:
            at += 1
        i = at
        while i < len(right) and right[i][0] <= high:
            if low < right[i][0]:
                out.append((low, right[i][0] - 1))
            low = right[i][1] + 1
            i += 1
        if low <= high:
            out.append((low, high))
    return tuple(out)


def intersection(left: Ranges, right: Ranges) -> Ranges:
    """
    >>> intersection(((1, 9),), ((3, 4), (9, 12)))
    ((3, 4), (9, 9))
    """
    return minus(left, minus(EVERY, right))


def set_of(characters: Iterable[str]) -> Ranges:
    """
    >>> set_of("acb")
    ((97, 99),)
    """
    return intersection(union(tuple((ord(c), ord(c)) for c in characters)), EVERY)


def satisfying(test: Callable[[str], bool]) -> Ranges:
    """The characters for which `test` says True; it is asked a million times."""
    return union(tuple((code, code) for low, high in EVERY for code in range(low, high + 1) if test(chr(code))))


@cache
def _categories() -> dict[str, Ranges]:
    found: dict[str, list[tuple[int, int]]] = {}
    for low, high in EVERY:
        for code in range(low, high + 1):
            ranges = found.setdefault(unicodedata.category(chr(code)), [])
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1] = (ranges[-1][0], code)
            else:
                ranges.append((code, code))
    return {name: tuple(ranges) for name, ranges in found.items()}


@cache
def category(name: str) -> Ranges:
    """Characters of a general category, `Lu`, or of all that begin with its letter, `L`; empty: there is none."""
    return union(*(ranges for known, ranges in _categories().items() if known.startswith(name)))


@cache
def _other_cases() -> tuple[tuple[int, int], ...]:
    """Pairs of characters that differ in case alone."""
    pairs = set()
    for low, high in EVERY:
        for code in range(low, high + 1):
            c = chr(code)
            pairs |= {(code, ord(other)) for other in (c.lower(), c.upper()) if other != c and len(other) == 1}
    return tuple(sorted(pairs | {(b, a) for a, b in pairs}))


def either_case(held: Ranges, unicode: bool) -> Ranges:
    """With the other case of each letter; of ASCII's letters, or of all.

    >>> either_case(((97, 98),), False)
    ((65, 66), (97, 98))
    """
    if not unicode or not held or held[-1][1] < 128:
        lower, upper = intersection(held, ((97, 122),)), intersection(held, ((65, 90),))
        held = union(held, tuple((a - 32, b - 32) for a, b in lower), tuple((a + 32, b + 32) for a, b in upper))
        others = (BEYOND[c] for c in BEYOND if unicode and intersection(held, set_of(c)))
        return union(held, *map(set_of, others))
    while True:  # k, K and the Kelvin sign are three
        more = [(b, b) for a, b in _other_cases() if any(low <= a <= high for low, high in held)]
        more += [(ord(b), ord(b)) for a in BEYOND if intersection(held, set_of(a)) for b in BEYOND[a]]
        if (wider := union(held, tuple(more))) == held:
            return held
        held = wider


@cache
def utf8(ranges: Ranges) -> tuple[tuple[tuple[int, int], ...], ...]:
    """How UTF-8 writes these characters: rows of ranges of bytes, one range a byte.

    >>> utf8(((0x61, 0x7A), (0x700, 0x7FF)))
    (((97, 122),), ((220, 223), (128, 191)))
    """
    out: list[tuple[tuple[int, int], ...]] = []
    left = [*reversed(ranges)]
    while left:
        low, high = left.pop()
        for last in LAST_OF_LENGTH:
            if low <= last < high:
                left += [(last + 1, high), (low, last)]
                break
        else:
            length = len(chr(low).encode())
            for i in range(1, length):
                tail = (1 << 6 * i) - 1
                if low & ~tail != high & ~tail:
                    if low & tail:
                        left += [((low | tail) + 1, high), (low, low | tail)]
                        break
                    if high & tail != tail:
                        left += [(high & ~tail, high), (low, (high & ~tail) - 1)]
                        break
            else:
                out.append(tuple(zip(chr(low).encode(), chr(high).encode(), strict=True)))
    return tuple(out)

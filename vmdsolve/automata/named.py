"""Sets of characters that patterns call by a name."""

from __future__ import annotations

import string
from functools import cache

from .characters import Ranges, category, satisfying, set_of, union

__all__ = ["CONTROLS", "LETTERS", "POSIX", "any_letters", "unicode_letters"]

SPACE = " \t\n\r\f\v"
LETTERS = {"d": string.digits, "s": SPACE, "w": string.ascii_letters + string.digits + "_"}
POSIX = {
    "alnum": string.ascii_letters + string.digits, "alpha": string.ascii_letters,
    "ascii": "".join(map(chr, range(128))),
    "blank": " \t", "cntrl": "".join(map(chr, [*range(32), 127])), "digit": string.digits,
    "graph": "".join(map(chr, range(33, 127))), "lower": string.ascii_lowercase,
    "print": "".join(map(chr, range(32, 127))), "punct": string.punctuation, "space": SPACE,
    "upper": string.ascii_uppercase, "word": LETTERS["w"], "xdigit": string.hexdigits,
}  # fmt: skip
CONTROLS = dict(zip("abfnrtv", map(ord, "\a\b\f\n\r\t\v"), strict=True)) | {"0": 0}
ANY_SPACE = "\x1c\x1d\x1e\x1f\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))
ANY_SPACE += "\u2028\u2029\u202f\u205f\u3000\ufeff"  # what JavaScript or Python calls a space, besides ASCII's


@cache
def any_letters(letter: str) -> Ranges:
    """What \\d, \\s and \\w are to any reader."""
    if letter == "s":
        return set_of(SPACE + ANY_SPACE)
    found = category("Nd") if letter == "d" else union(*map(category, ("L", "M", "N", "Pc")), set_of("\u200c\u200d"))
    return union(found, set_of(LETTERS[letter]))


@cache
def unicode_letters(letter: str) -> Ranges:
    """What \\d, \\s and \\w are in the whole of Unicode, as Python's `re` has it."""
    tests = {"d": str.isdecimal, "s": str.isspace, "w": lambda c: c.isalnum() or c == "_"}
    return satisfying(tests[letter])

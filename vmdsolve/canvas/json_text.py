"""How JSON is written, as trees: strings, numbers within bounds, any value. `", "` and `": "` stand between parts.

Every value has one text that is always among those allowed, that of `json.dumps(value, ensure_ascii=False)`; strings
without a limit may use every escape, others only those that they need: then two texts are two values.
"""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Any

import numpy as np

from ..automata.characters import EVERY, intersection, minus, set_of
from ..automata.dfa import Dfa
from ..automata.nodes import (
    NOTHING,
    Alternatives,
    Characters,
    Embedded,
    Listed,
    Node,
    Repeat,
    Sequence,
    either,
    optional,
    rewritten,
    text,
)
from ..automata.pattern import ECMA, parse

__all__ = ["COLON", "COMMA", "KEY", "LITERALS", "NUMBER", "STRING", "any_value", "bounded", "counted"]
__all__ += ["dumped", "integers", "mapping", "matching", "multiples", "sublists"]

COMMA, COLON = text(", "), text(": ")
QUOTE = text('"')
HEX = Characters(set_of("0123456789abcdefABCDEF"))
PLAIN = Characters(minus(EVERY, ((0, 0x1F), (0x22, 0x22), (0x5C, 0x5C))))  # what a string holds as it stands
SHORT = {"\b": "b", "\t": "t", "\n": "n", "\f": "f", "\r": "r", '"': '"', "\\": "\\"}  # escapes of one letter
LITERALS = {"null": text("null"), "boolean": Alternatives((text("true"), text("false")))}
DIGIT = Characters(set_of("0123456789"))
DIGITS, NONZERO = Repeat(DIGIT, 1, None), Characters(set_of("123456789"))
EXPONENT = Sequence((Characters(set_of("eE")), optional(Characters(set_of("+-"))), Repeat(DIGIT, 1, 2)))
WHOLE = Alternatives((text("0"), Sequence((NONZERO, Repeat(DIGIT, 0, None)))))
NUMBER = Sequence((optional(text("-")), WHOLE, optional(Sequence((text("."), DIGITS))), optional(EXPONENT)))
EXACT, MOST_DECIMALS = 15, 6  # digits that a float keeps; of bounds


def _pair() -> Node:
    """\\u, once for most characters, twice for those beyond 16 bits; halves alone are left out."""
    u, d = text("\\u"), Characters(set_of("dD"))
    common = Sequence((Characters(set_of("0123456789abcefABCEF")), Repeat(HEX, 3, 3)))
    early = Sequence((d, Characters(set_of("01234567")), Repeat(HEX, 2, 2)))
    high = Sequence((d, Characters(set_of("89abAB")), Repeat(HEX, 2, 2)))
    low = Sequence((d, Characters(set_of("cdefCDEF")), Repeat(HEX, 2, 2)))
    return Alternatives((Sequence((u, Alternatives((common, early)))), Sequence((u, high, u, low))))


def _needed(low: int, high: int) -> Node:
    """Characters low..high of the first 32, as they have to be escaped."""
    return either(*(text(json.dumps(chr(code))[1:-1]) for code in range(low, high + 1)))


ESCAPE = Alternatives((Sequence((text("\\"), Characters(set_of('"\\/bfnrt')))), _pair()))
STRING = Sequence((QUOTE, Repeat(Alternatives((PLAIN, ESCAPE)), 0, None), QUOTE))
NEEDED = Sequence((text("\\"), Characters(set_of('"\\bfnrt'))))
CHARACTER = Alternatives((PLAIN, NEEDED, *(text(f"\\u{code:04x}") for code in range(32) if chr(code) not in SHORT)))
KEY = Sequence((QUOTE, Repeat(Alternatives((PLAIN, NEEDED)), 0, None), QUOTE))  # one text a key


def dumped(value: Any) -> str:
    """The text of a value that JSON has."""
    return json.dumps(value, ensure_ascii=False)


def counted(least: int, most: int | None) -> Node:
    """Strings of so many characters."""
    return Sequence((QUOTE, Repeat(CHARACTER, least, most), QUOTE))


def escaped(tree: Node) -> Node:
    """The tree of a pattern, of the text that a string is written in."""
    return rewritten(tree, _Escaped())


class _Escaped(dict[Characters, Node]):
    """Sets of characters as a string writes them."""

    def get(self, key: Characters, default: Any = None) -> Any:  # every key is there
        del default
        ways: list[Node] = [Characters(intersection(key.ranges, PLAIN.ranges))]
        short = "".join(letter for c, letter in SHORT.items() if intersection(set_of(c), key.ranges))
        if short:
            ways.append(Sequence((text("\\"), Characters(set_of(short)))))
        codes = [code for low, high in intersection(key.ranges, ((0, 0x1F),)) for code in range(low, high + 1)]
        ways += [text(f"\\u{code:04x}") for code in codes if chr(code) not in SHORT]
        return either(*ways)


def matching(pattern: str) -> Dfa:
    """Strings in which a pattern of ECMA's is found somewhere, with their quotes.

    Raises
    ------
    InvalidInput
    TooLarge
    """
    every = Repeat(CHARACTER, 0, None)
    found = Dfa.of(Sequence((every, escaped(parse(pattern, ECMA)), every)))
    return Dfa.of(Sequence((QUOTE, Embedded(found), QUOTE)))


@cache
def any_value(depth: int) -> Node:
    """Any value, lists and objects at most `depth` within each other."""
    ways: list[Node] = [STRING, NUMBER, *LITERALS.values()]
    if depth > 0:
        item = any_value(depth - 1)
        ways.append(
            Sequence((text("["), optional(Sequence((item, Repeat(Sequence((COMMA, item)), 0, None)))), text("]")))
        )
        ways.append(Sequence((text("{"), mapping(KEY, item))))
    return Alternatives(tuple(ways))


def sublists(items: list[Node], least: int, most: int) -> Node | None:
    """Lists of `least` to `most` of the items, in their order, without their brackets; None: there are not so many.

    >>> Dfa.of(sublists([text("1"), text("2")], 1, 2)).accepts(b"1, 2")
    True
    """

    @cache
    def after(i: int, n: int) -> Node | None:
        """What may follow once n of the first i items are written."""
        if i == len(items):
            return NOTHING if least <= n <= most else None
        taken, left = after(i + 1, n + 1), after(i + 1, n)
        ways: list[Node] = [] if taken is None else [Sequence((*((COMMA,) if n else ()), items[i], taken))]
        ways += [] if left is None else [left]
        return either(*ways) if ways else None

    return after(0, 0)


def mapping(key: Node, value: Node) -> Node:
    """What follows the brace of an object whose keys are alike."""
    entry = Sequence((key, COLON, value))
    rest = Sequence((Repeat(Sequence((COMMA, entry)), 0, None), text("}")))
    return Listed(((entry, False),), COMMA, rest, text("}"))


# Numbers --------------------------------------------------------------------------------------------


def between(low: int, high: int | None, d: int = 0) -> Node | None:
    """Numbers low..high, both 0 or more, written with `d` decimals, of which they are units; None: there are none.

    A bound is followed digit by digit until one differs from it; what comes after is free.
    """
    if high is not None and low > high:
        return None
    width = max(len(str(low)), d + 1)
    if high is None:
        longer = Sequence((NONZERO, Repeat(DIGIT, width - d, None), _free(d, d)))
        return Alternatives((_same_width(str(low).zfill(width), "9" * width, d), longer))
    ways = []
    for n in range(width, max(len(str(high)), d + 1) + 1):
        first, last = max(low, 10 ** (n - 1) if n > d + 1 else 0), min(high, 10**n - 1)
        ways.append(_same_width(str(first).zfill(n), str(last).zfill(n), d))
    return either(*ways)


def _free(n: int, d: int) -> Node:
    """The last n digits of a number with d decimals, whatever they are."""
    if not d or n < d:
        return Repeat(DIGIT, n, n)
    return Sequence((Repeat(DIGIT, n - d, n - d), text("."), Repeat(DIGIT, d, d)))


def _same_width(low: str, high: str, d: int) -> Node:
    if not low:
        return NOTHING
    if set(low) == {"0"} and set(high) == {"9"}:
        return _free(len(low), d)
    left = len(low) - 1
    if low[0] == high[0]:
        ways: list[Node] = [Sequence((text(low[0]), _same_width(low[1:], high[1:], d)))]
    else:
        ways = [Sequence((text(low[0]), _same_width(low[1:], "9" * left, d)))]
        ways.append(Sequence((text(high[0]), _same_width("0" * left, high[1:], d))))
        if middle := "".join(map(str, range(int(low[0]) + 1, int(high[0])))):
            ways.append(Sequence((Characters(set_of(middle)), _free(left, d))))
    return Sequence((text("."), either(*ways))) if len(low) == d else either(*ways)


def integers(low: int | None, high: int | None) -> Node | None:
    """Whole numbers low..high; None as a bound: there is none, as a result: no number is left."""
    ways = []
    if high is None or high >= 0:
        ways.append(between(max(low or 0, 0), high))
    if low is None or low < 0:
        below = between(max(-high, 1) if high is not None else 1, None if low is None else -low)
        ways.append(below and Sequence((text("-"), below)))
    kept = [way for way in ways if way is not None]
    return either(*kept) if kept else None


def multiples(of: int) -> Dfa:
    """Whole numbers that are multiples, with any zeros before."""
    step = np.full((of + 2, 256), -1)
    for digit in range(10):
        step[1:-1, ord("0") + digit] = 1 + (10 * np.arange(of) + digit) % of
        step[[0, -1], ord("0") + digit] = 1 + digit % of
    step[0, ord("-")] = of + 1
    return Dfa.from_table(step, [1])


def bounded(low: Fraction | None, high: Fraction | None, above: bool, below: bool) -> Node | None:
    """Numbers from `low` to `high`, without exponent; `above`, `below`: the bound itself is left out.

    Bounds of more than 6 decimals are moved inwards to as many.
    """
    ways: list[Node] = []
    for sign in ("", "-"):
        least, most, open_least, open_most = (low, high, above, below) if not sign else (
            None if high is None else -high, None if low is None else -low, below, above
        )  # fmt: skip
        if most is not None and most < 0:
            continue
        ways += [Sequence((text(sign), way)) for way in _positive(least, most, open_least, open_most)]
    return either(*ways) if ways else None


def _positive(low: Fraction | None, high: Fraction | None, above: bool, below: bool) -> list[Node]:
    """Numbers without a sign: with fewer decimals than the bounds have, with as many, with more."""
    if low is None or low < 0:
        low, above = Fraction(0), False
    d = next(
        (d for d in range(MOST_DECIMALS) if all((end or Fraction()) * 10**d % 1 == 0 for end in (low, high))),
        MOST_DECIMALS,
    )
    found: list[Node | None] = []
    for n in range(d + 1):
        at, to = low * 10**n, None if high is None else high * 10**n
        first, last = ceil(at), None if to is None else floor(to)
        begin = first + (above and first == at)
        exact = between(begin, None if last is None else last - (below and last == to), n)
        found.append(exact)
    room = EXACT - len(str(first if last is None else last))  # more decimals, which rounding leaves within bounds
    if room < 1:
        return [way for way in found if way is not None]
    dot = NOTHING if d else text(".")
    inner = between(begin, None if last is None else last - 1, d)
    found.append(exact and Sequence((exact, dot, Repeat(text("0"), 1, room))))
    found.append(inner and Sequence((inner, dot, Repeat(DIGIT, 1, room))))
    bound = between(first, first, d)
    if bound is not None and above and first == at and (last is None or first < last):  # 0.5 is over 0, and 0.0 is not
        over = tuple(Sequence((Repeat(text("0"), n, n), NONZERO, Repeat(DIGIT, 0, room - n - 1))) for n in range(room))
        found.append(Sequence((bound, dot, Alternatives(over))))
    return [way for way in found if way is not None]

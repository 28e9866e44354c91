"""Reads a regular expression as a tree.

Two notations:
- OURS, what Python's `re` and Rust's regex crate share, with the sets in sets of the latter: literals, `.`, classes
  (ranges, negation, nesting, `&&`, `--`, `~~`, `[:alpha:]`), \\d \\s \\w, \\p{Lu} and the other general categories,
  escapes, groups with or without a name, the flags a, i, m, s, u and U, alternatives, and `*`, `+`, `?`, `{n}`, `{n,}`,
  `{n,m}`, each perhaps lazy; the anchors ^ $ \\A \\z \\Z.
- ECMA, JavaScript's, which JSON Schema uses: no sets in sets, no flags, `[^]`, \\cX, pairs of \\u, a lone brace.

Readers differ on what is a digit, a space, a letter and its other case beyond ASCII. What is taken here is what all of
them take: \\d, \\s, \\w and case are ASCII's, and \\D, \\S, \\W leave out what any of them calls so. (?u) makes them
Unicode's, as Python's `re` has it.

Refused by name, since no automaton has them or notations differ: look-around, back-references, \\b, possessive
repetitions and atomic groups, anchors of lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from ..errors import InvalidInput
from . import named
from .characters import EVERY, Ranges, category, either_case, intersection, minus, set_of, union
from .nodes import Alternatives, Anchor, Characters, Node, Repeat, Sequence

__all__ = ["ECMA", "OURS", "Notation", "parse", "shorter"]

MAX_PATTERN, MAX_COUNT = 1 << 14, 1 << 16
MAX_DEPTH, MAX_STACKED = 50, 4  # groups inside of groups; repetitions of one part, as in a{2}{3}
CODE = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|[xuU]\{([0-9A-Fa-f]{1,8})\}")
LOW_HALF = re.compile(r"\\u([dD][c-fC-F][0-9A-Fa-f]{2})")
CATEGORY, NAMED = re.compile(r"\{([A-Z][a-z]?)\}|([A-Z])"), re.compile(r"\[:(\^?)([a-z]+):\]")
COUNT = re.compile(r"\{(\d{1,9})(?:(,)(\d{0,9}))?\}")
GROUP = re.compile(r"\?(?:P?<[A-Za-z_][A-Za-z0-9_.\[\]]*>|(?!\))([aimsuU]*(?:-[imsuU]+)?)(:|\)))")
ECMA_GROUP = re.compile(r"\?(?:<[A-Za-z_$][A-Za-z0-9_$]*>|():)")


@dataclass(frozen=True)
class Notation:
    """What a pattern is written in: whether it is JavaScript's, and what `.` leaves out."""

    ecma: bool
    breaks: Ranges


OURS = Notation(False, set_of("\n"))
ECMA = Notation(True, set_of("\n\r\u2028\u2029"))


def parse(pattern: str, notation: Notation = OURS) -> Node:
    """The tree of a pattern.

    >>> parse("a{2,}") == Repeat(Characters(set_of("a")), 2, None)
    True

    Raises
    ------
    InvalidInput
        What is not read, and at which character.
    """
    if not isinstance(pattern, str):
        raise InvalidInput(f"a regular expression is {pattern!r:.40}; wanted text")
    if len(pattern) > MAX_PATTERN:
        raise InvalidInput(f"a regular expression of {len(pattern):,} characters; wanted at most {MAX_PATTERN:,}")
    reader = _Reader(pattern, notation)
    tree = reader.alternatives(0)
    if reader.at < len(pattern):
        reader.fail("closes no group")
    return tree


def shorter(pattern: str) -> str:
    """A pattern as messages show it."""
    return repr(pattern if len(pattern) <= 80 else pattern[:77] + "...")


class _Reader:
    """A pattern, how much of it is read, and the flags that hold there."""

    def __init__(self, pattern: str, notation: Notation) -> None:
        self.pattern, self.notation, self.at, self.flags = pattern, notation, 0, frozenset[str]()
        self.outside = False  # within a class whose complement is meant

    def fail(self, reason: str, at: int | None = None) -> NoReturn:
        at = self.at if at is None else at
        what = f"{self.pattern[at]!r}, character {at + 1}," if at < len(self.pattern) else "the end"
        raise InvalidInput(f"the regular expression {shorter(self.pattern)} is not taken: {what} {reason}")

    def next(self) -> str:
        """The next character, which stays; "" at the end."""
        return self.pattern[self.at : self.at + 1]

    def takes(self, text: str) -> bool:
        """True if `text` comes next, which is then read."""
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def match(self, what: re.Pattern[str]) -> re.Match[str] | None:
        found = what.match(self.pattern, self.at)
        self.at = found.end() if found else self.at
        return found

    def alternatives(self, depth: int) -> Node:
        """Up to the end or the bracket that closes the group."""
        if depth > MAX_DEPTH:
            self.fail(f"opens a group inside of {MAX_DEPTH} others")
        ways: list[Node] = []
        parts: list[Node] = []
        while (c := self.next()) and c != ")":
            if self.takes("|"):
                ways.append(_sequence(parts))
                parts = []
            elif self.takes("("):
                if (part := self.group(depth)) is not None:
                    parts.append(self.repeated(part))
            else:
                parts.append(self.repeated(self.one()))
        ways.append(_sequence(parts))
        return ways[0] if len(ways) == 1 else Alternatives(tuple(ways))

    def group(self, depth: int) -> Node | None:
        """A group after its bracket; None: flags that hold to the end of the group that they stand in."""
        found, outside = self.match(ECMA_GROUP if self.notation.ecma else GROUP), self.flags
        if found is None and self.next() == "?":
            wanted = "no group" if self.notation.ecma else "neither a group nor the flags a, i, m, s, u, U"
            self.fail(f"begins {wanted}; there is no look-around")
        if found is not None and not self.notation.ecma:
            on, _, off = (found[1] or "").partition("-")
            self.flags = (self.flags | {*on} - {"a"}) - {*off} - ({"u"} if "a" in on else set())
            if found[2] == ")":
                return None
        part = self.alternatives(depth + 1)
        self.flags = outside
        if not self.takes(")"):
            self.fail("comes before a group is closed")
        return part

    def repeated(self, part: Node) -> Node:
        """The part as often as what follows it says."""
        stacked = 0
        while (c := self.next()) and c in "*+?{":
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1), "{": (0, 0)}[c]
            if c == "{":
                begin, count = self.at, self.match(COUNT)
                if count is None and self.notation.ecma:
                    break
                if count is None:
                    self.fail("begins no count {n}, {n,} or {n,m}; a literal brace is written \\{")
                least = int(count[1])
                most = least if count[2] is None else int(count[3]) if count[3] else None
                if max(least, most or 0) > MAX_COUNT or (most is not None and most < least):
                    self.fail(f"begins a count that is not rising, or over {MAX_COUNT:,}", begin)
            else:
                if c == "+" and stacked:
                    self.fail("comes after a repetition: possessive in one notation, and not in another; put a group")
                self.at += 1
            self.takes("?")  # lazy: the same rows
            stacked += 1
            if stacked > (1 if self.notation.ecma else MAX_STACKED):
                self.fail(f"comes after {stacked} repetitions of one another; wanted at most {MAX_STACKED}")
            part = Repeat(part, least, most)
        return part

    def one(self) -> Node:
        """What `.`, a class, an anchor, an escape or a literal reads."""
        begin, c = self.at, self.next()
        if c in "*+?" or (c == "{" and not (self.notation.ecma and not COUNT.match(self.pattern, self.at))):
            self.fail("repeats nothing; as a literal it is written with a \\ before it")
        self.at += 1
        if c in "^$":
            if "m" in self.flags:
                self.fail("is an anchor of lines; leave out the flag m, and write \\n where a line ends", begin)
            return Anchor("begin" if c == "^" else "end")
        if c == ".":
            return Characters(EVERY if "s" in self.flags else minus(EVERY, self.notation.breaks))
        if c == "[":
            return Characters(self.set_of(0))
        if c == "\\":
            if (kind := self.next()) and kind in "AzZ" and not self.notation.ecma:
                self.at += 1
                return Anchor("begin" if kind == "A" else "end")
            if kind and kind in "bBGk123456789":
                self.fail("begins a word's edge or a back-reference, which no automaton has", begin)
            held, code = self.escape(begin)
            return Characters(held if code is None else self.case(set_of(chr(code))))
        return Characters(self.case(set_of(c)))

    def case(self, held: Ranges) -> Ranges:
        """With the other case of each letter, where case does not matter."""
        if "i" not in self.flags:
            return held
        return either_case(held, "u" in self.flags or self.outside)

    def escape(self, begin: int) -> tuple[Ranges, int | None]:
        """After a backslash: the set, and the code where it is one character."""
        if code := self.match(CODE):
            number = int(code[1] or code[2] or code[3] or code[4], 16)
            if 0xD800 <= number < 0xDC00 and (low := self.match(LOW_HALF)):
                number = 0x10000 + ((number & 0x3FF) << 10) + (int(low[1], 16) & 0x3FF)
            if number > 0x10FFFF or 0xD800 <= number < 0xE000:
                self.fail("is no character, or half of one", begin)
            return (), number
        c = self.next()
        self.at += 1
        if c and c in "dswDSW":
            wide = c.isupper() != self.outside  # what is left out, so that no reader takes what it leaves
            held = named.any_letters(c.lower()) if wide else set_of(named.LETTERS[c.lower()])
            if "u" in self.flags:
                held = named.unicode_letters(c.lower())
            return minus(EVERY, held) if c.isupper() else held, None
        if c and c in "pP":
            found = self.match(CATEGORY)
            held = self.case(category(found[1] or found[2])) if found else ()
            if not held:
                self.fail("begins no general category of characters, as in \\p{Lu}", begin)
            return minus(EVERY, held) if c == "P" else held, None
        if c == "c" and self.notation.ecma and (letter := self.next()).isascii() and letter.isalpha():
            self.at += 1
            return (), ord(letter) % 32
        if c in named.CONTROLS:
            return (), named.CONTROLS[c]
        if not c or c.isalnum() or (ord(c) > 126 and not self.notation.ecma):
            self.fail("begins an escape that is not known here", begin)
        return (), ord(c)

    def set_of(self, depth: int) -> Ranges:
        """A class, after its bracket."""
        begin = self.at - 1
        if depth > MAX_DEPTH:
            self.fail(f"opens a class inside of {MAX_DEPTH} others", begin)
        held: Ranges = ()
        kept: Ranges = ()
        negated, operator = self.takes("^"), ""
        self.outside ^= negated
        while not self.notation.ecma and self.takes("-"):  # at the beginning, '-' stands for itself, and so does ']'
            held = set_of("-")
        if not held and not self.notation.ecma and self.takes("]"):
            held = set_of("]")
        while self.next() != "]":
            if not self.next():
                self.fail("comes before the class is closed")
            for mark in () if self.notation.ecma else ("&&", "--", "~~"):
                if self.takes(mark):
                    kept, held, operator = _combined(kept, operator, held), (), mark
                    break
            else:
                held = union(held, self.case(self.item(depth)))
        self.at += 1
        self.outside ^= negated
        held = _combined(kept, operator, held)
        return minus(EVERY, held) if negated else held

    def item(self, depth: int) -> Ranges:
        """A class inside a class, a range, or a single character."""
        begin = self.at
        if not self.notation.ecma and (found := self.match(NAMED)):
            if found[2] not in named.POSIX:
                self.fail(f"begins a class that is not known; wanted one of {', '.join(named.POSIX)}", begin)
            held = set_of(named.POSIX[found[2]])
            return minus(EVERY, held) if found[1] else held
        if not self.notation.ecma and self.takes("["):
            return self.set_of(depth + 1)
        held, low = self.end_of_range()
        after = self.pattern[self.at + 1 : self.at + 2]
        if self.next() != "-" or after == "]" or (after == "-" and not self.notation.ecma):
            return held if low is None else set_of(chr(low))
        self.at += 1
        if not self.next():
            self.fail("comes before the class is closed")
        other, high = self.end_of_range()
        if self.notation.ecma and (low is None or high is None):  # [\w-.] means the three of them
            ends = [set_of("-"), *(set_of(chr(end)) for end in (low, high) if end is not None)]
            return union(held, other, *ends)
        if low is None or high is None or low > high:
            self.fail("begins no range of characters", begin)
        return intersection(((low, high),), EVERY)

    def end_of_range(self) -> tuple[Ranges, int | None]:
        begin = self.at
        if self.takes("\\"):
            if self.notation.ecma and self.takes("b"):
                return (), 8
            return self.escape(begin)
        self.at += 1
        return (), ord(self.pattern[begin])


def _sequence(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


def _combined(left: Ranges, operator: str, right: Ranges) -> Ranges:
    both = intersection(left, right)
    ways = {"": right, "&&": both, "--": minus(left, right), "~~": minus(union(left, right), both)}
    return ways[operator]

"""Reads a regular expression, in the syntax of Rust's regex crate, as a tree over the printable ASCII characters.

Read are literals, `.`, classes (ranges, negation, nesting, `&&`, `--`, `~~`, `[:alpha:]`, \\d \\s \\w, \\p{Lu} and the
other general categories), escapes, groups with or without a name, the flags i, m, s, u and U, alternatives, and
`*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`, each perhaps lazy. Look-around, back-references and anchors are refused.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import NoReturn

from ...errors import InvalidInput

__all__ = ["ALPHABET", "Alternatives", "Characters", "Node", "Repeat", "Sequence", "mask_of", "parse", "shorter"]

ALPHABET = "".join(map(chr, range(32, 127)))  # bit i of a set of characters stands for ALPHABET[i]
EVERY = (1 << len(ALPHABET)) - 1
MAX_PATTERN, MAX_COUNT = 1 << 14, 1 << 16
MAX_DEPTH, MAX_STACKED = 50, 4  # groups inside of groups; repetitions of one part, as in a{2}{3}
LETTERS = {"d": string.digits, "s": " ", "w": string.ascii_letters + string.digits + "_"}
POSIX = {
    "alnum": string.ascii_letters + string.digits, "alpha": string.ascii_letters, "ascii": ALPHABET, "blank": " ",
    "cntrl": "", "digit": string.digits, "graph": ALPHABET[1:], "lower": string.ascii_lowercase, "print": ALPHABET,
    "punct": string.punctuation, "space": " ", "upper": string.ascii_uppercase, "word": LETTERS["w"],
    "xdigit": string.hexdigits,
}  # fmt: skip
CONTROLS = dict(zip("abfnrtv", map(ord, "\a\b\f\n\r\t\v"), strict=True)) | {"0": 0}
CODE = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|[xuU]\{([0-9A-Fa-f]{1,8})\}")
CATEGORY, NAMED = re.compile(r"\{([A-Z][a-z]?)\}|([A-Z])"), re.compile(r"\[:(\^?)([a-z]+):\]")
COUNT = re.compile(r"\{(\d{1,9})(?:(,)(\d{0,9}))?\}")
GROUP = re.compile(r"\?(?:P?<[A-Za-z_][A-Za-z0-9_.\[\]]*>|(?!\))([imsuU]*(?:-[imsuU]+)?)(:|\)))")


@dataclass(frozen=True, slots=True)
class Characters:
    """One character of a set, bit i for ALPHABET[i]."""

    mask: int


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    ways: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`part` from `least` to `most` times; None: any number of times."""

    part: Node
    least: int
    most: int | None


Node = Characters | Sequence | Alternatives | Repeat


def parse(pattern: str) -> Node:
    """The tree of a pattern.

    >>> parse("a{2,}") == Repeat(Characters(mask_of("a")), 2, None)
    True

    Raises
    ------
    InvalidInput
        What is not read, and at which character.
    """
    if len(pattern) > MAX_PATTERN:
        raise InvalidInput(f"a regular expression of {len(pattern):,} characters; wanted at most {MAX_PATTERN:,}")
    reader = _Reader(pattern)
    tree = reader.alternatives(0)
    if reader.at < len(pattern):
        reader.fail("closes no group")
    return tree


def mask_of(characters: str) -> int:
    """The set of these characters; those beyond printable ASCII are in no set.

    Examples
    --------
    >>> mask_of("! é")
    3
    """
    return sum(1 << i for i in {ord(c) - 32 for c in characters} if 0 <= i < len(ALPHABET))


def shorter(pattern: str) -> str:
    """A pattern as messages show it."""
    return repr(pattern if len(pattern) <= 80 else pattern[:77] + "...")


@cache
def _category(name: str) -> int:
    return mask_of("".join(c for c in ALPHABET if unicodedata.category(c).startswith(name)))


def _either_case(mask: int) -> int:
    """With the other case of each letter."""
    held = "".join(c for i, c in enumerate(ALPHABET) if mask >> i & 1)
    return mask | mask_of(held.swapcase())


class _Reader:
    """A pattern, how much of it is read, and whether case does not matter there."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at, self.folded = pattern, 0, False

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
                flags, outside = self.match(GROUP), self.folded
                if flags is None and self.next() == "?":
                    self.fail("begins what is neither a group nor the flags i, m, s, u, U; there is no look-around")
                on, _, off = (flags[1] or "" if flags else "").partition("-")
                self.folded = (self.folded or "i" in on) and "i" not in off
                if flags and flags[2] == ")":  # (?i) holds to the end of the group that it stands in
                    continue
                part = self.alternatives(depth + 1)
                self.folded = outside
                if not self.takes(")"):
                    self.fail("comes before a group is closed")
                parts.append(self.repeated(part))
            else:
                parts.append(self.repeated(Characters(self.one())))
        ways.append(_sequence(parts))
        return ways[0] if len(ways) == 1 else Alternatives(tuple(ways))

    def repeated(self, part: Node) -> Node:
        """The part as often as what follows it says."""
        stacked = 0
        while (c := self.next()) and c in "*+?{":
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1), "{": (0, 0)}[c]
            if c == "{":
                begin, count = self.at, self.match(COUNT)
                if count is None:
                    self.fail("begins no count {n}, {n,} or {n,m}; a literal brace is written \\{")
                least = int(count[1])
                most = least if count[2] is None else int(count[3]) if count[3] else None
                if max(least, most or 0) > MAX_COUNT or (most is not None and most < least):
                    self.fail(f"begins a count that is not rising, or over {MAX_COUNT:,}", begin)
            else:
                self.at += 1
            self.takes("?")  # lazy: the same rows
            stacked += 1
            if stacked > MAX_STACKED:
                self.fail(f"comes after {stacked} repetitions of one another; wanted at most {MAX_STACKED}")
            part = Repeat(part, least, most)
        return part

    def one(self) -> int:
        """The set that `.`, a class, an escape or a literal reads."""
        begin, c = self.at, self.next()
        if c in "*+?{":
            self.fail("repeats nothing; as a literal it is written with a \\ before it")
        if c in "^$":
            self.fail("is an anchor; leave it out: rows match from end to end")
        self.at += 1
        if c == ".":
            return EVERY
        if c == "[":
            return self.set_of(0)
        if c == "\\":
            if (kind := self.next()) and kind in "AbBzZk123456789":
                self.fail("begins an anchor or a back-reference, which no automaton has", begin)
            mask, code = self.escape(begin)
            return mask if code is None else self.case(mask_of(chr(code)))
        return self.case(mask_of(c))

    def case(self, mask: int) -> int:
        """With the other case of each letter, where case does not matter."""
        return _either_case(mask) if self.folded else mask

    def escape(self, begin: int) -> tuple[int, int | None]:
        """After a backslash: the set, and the code where it is one character."""
        if code := self.match(CODE):
            number = int(code[1] or code[2] or code[3] or code[4], 16)
            if number > 0x10FFFF:
                self.fail("is no character", begin)
            return 0, number
        c = self.next()
        self.at += 1
        if c and c in "dswDSW":
            mask = mask_of(LETTERS[c.lower()])
            return (mask if c.islower() else EVERY & ~mask), None
        if c and c in "pP":
            named = self.match(CATEGORY)
            if named is None:
                self.fail("is no general category such as \\p{Lu}; write the class out", begin)
            mask = self.case(_category(named[1] or named[2]))
            return (mask if c == "p" else EVERY & ~mask), None
        if c in CONTROLS:
            return 0, CONTROLS[c]
        if not c or c not in string.punctuation + " ":
            self.fail("begins an escape that is not known here", begin)
        return 0, ord(c)

    def set_of(self, depth: int) -> int:
        """A class, after its bracket."""
        begin = self.at - 1
        if depth > MAX_DEPTH:
            self.fail(f"opens a class inside of {MAX_DEPTH} others", begin)
        negated, held, kept, operator = self.takes("^"), 0, 0, ""
        while self.takes("-"):  # at the beginning, '-' stands for itself, and so does ']'
            held |= mask_of("-")
        if not held and self.takes("]"):
            held = mask_of("]")
        while self.next() != "]":
            if not self.next():
                self.fail("comes before the class is closed")
            for mark in ("&&", "--", "~~"):
                if self.takes(mark):
                    kept, held, operator = _combined(kept, operator, held), 0, mark
                    break
            else:
                held |= self.case(self.item(depth))
        self.at += 1
        held = _combined(kept, operator, held)
        return EVERY & ~held if negated else held

    def item(self, depth: int) -> int:
        """A class inside a class, a range, or a single character."""
        begin = self.at
        if named := self.match(NAMED):
            if named[2] not in POSIX:
                self.fail(f"begins a class that is not known; wanted one of {', '.join(POSIX)}", begin)
            mask = mask_of(POSIX[named[2]])
            return EVERY & ~mask if named[1] else mask
        if self.takes("["):
            return self.set_of(depth + 1)
        mask, low = self.end_of_range()
        after = self.pattern[self.at + 1 : self.at + 2]
        if self.next() != "-" or after in ("]", "-"):
            return mask if low is None else mask_of(chr(low))
        self.at += 1
        if not self.next():
            self.fail("comes before the class is closed")
        _, high = self.end_of_range()
        if low is None or high is None or low > high:
            self.fail("begins no range of characters", begin)
        return mask_of("".join(map(chr, range(max(low, 32), min(high, 126) + 1))))

    def end_of_range(self) -> tuple[int, int | None]:
        begin = self.at
        if self.takes("\\"):
            return self.escape(begin)
        self.at += 1
        return 0, ord(self.pattern[begin])


def _sequence(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


def _combined(left: int, operator: str, right: int) -> int:
    return {"": right, "&&": left & right, "--": left & ~right, "~~": left ^ right}[operator]

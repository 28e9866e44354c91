"""Text that would be obeyed where it is printed raw, and a look at what was printed."""

from __future__ import annotations

import unicodedata
from typing import Any

from hypothesis import strategies as st

# escapes of terminals (CSI, OSC, their eight-bit forms), marks of direction, halves of characters, HTML
OBEYED = [
    "\x1b[2J", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\", "\x1b[4m", "\x9b2J", "\x9d0;t\x9c", "\x1b\x1b[31m[31m",
    "\r", "\b", "\x7f", "\0", "\v", "\f", "\x85", "\u2028", "\u200b", "\u202e", "\u2066", "\ufeff", "\ud800", "\udc9b",
    "\ue000", "\U000e0041", "<b>", "&lt;", "[red]", "{x}",
]  # fmt: skip
PIECES = [*OBEYED, "a", "b", "1", ".", "é", "漢", "=", "'"]


def hostile(*, without: str = "", **sizes: Any) -> st.SearchStrategy[str]:
    """Texts of which much is obeyed; `without`: characters that they do not have."""
    pieces = [piece for piece in PIECES if not set(piece) & set(without)]
    return st.lists(st.sampled_from(pieces), **{"min_size": 1, "max_size": 6, **sizes}).map("".join)


def names() -> st.SearchStrategy[str]:
    """Names that a file can have."""
    pieces = [p for p in [*PIECES, "\n"] if not set(p) & set("/\0\ud800\udc9b")]
    return st.lists(st.sampled_from([*pieces, "\udcff"]), min_size=1, max_size=6).map("x".join)


def zebras() -> st.SearchStrategy[str]:
    """Puzzles of `zebra` with such names."""
    name = hostile(without="/:,;|#<>{}\0\r\v\f\x85\u2028\ud800\udc9b", max_size=3)
    four = st.lists(name, min_size=6, max_size=6, unique=True)
    return four.map(lambda n: f"houses 2/{n[4]}: {n[0]} {n[1]}/{n[5]}: {n[2]} {n[3]}/{n[0]} = {n[2]}/{n[3]} at 1")


def obeyed(text: str) -> list[str]:
    """What a terminal would obey of this: all that cannot be seen, but ends of lines and tabs.

    Examples
    --------
    >>> obeyed("a\\tb\\n\\x1b[31m")
    ['0x1b']
    """
    return [hex(ord(c)) for c in text if c not in "\n\t" and unicodedata.category(c)[0] in "CZ" and c != " "]

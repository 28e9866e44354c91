"""Text that a spreadsheet would run as a formula: in csv an apostrophe stands before it, which is read as none."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["MAY_RUN", "guarded", "is_ours", "unguarded"]

MAY_RUN = frozenset("=+-@＝＋－＠' \t\r\n")  # what a text begins with that `guarded` may change
RUN = re.compile(r"[ ']*[=+\-@＝＋－＠\t\r\n]")
HARMLESS = re.compile(r"[-+]?[\d.]+([eE][-+]?\d+)?|[-._\d ]+")  # a number; a board whose open cells are dashes
HEADS = (("problem", "solution", "status"), ("puzzle", "solution", "domain"), ("problem", "n"))  # of what we write


def guarded(text: str) -> str:
    """What to write for a text in csv.

    Examples
    --------
    >>> guarded("=SUM(1)"), guarded("-1.5"), guarded("-2--1"), guarded("1-2")
    ("'=SUM(1)", '-1.5', '-2--1', '1-2')
    """
    return "'" + text if RUN.match(text) and not HARMLESS.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text that was written so.

    Examples
    --------
    >>> unguarded("'=SUM(1)"), unguarded("'tis"), unguarded(guarded("'=SUM(1)"))
    ('=SUM(1)', "'tis", "'=SUM(1)")
    """
    return text[1:] if text[:1] == "'" and guarded(text[1:]) != text[1:] else text


def is_ours(titles: Sequence[str]) -> bool:
    """True for the header of a table that was written here: in any other an apostrophe is what it is."""
    return any(tuple(titles[: len(head)]) == head for head in HEADS)

"""Plain text: nothing in it that a terminal, a page or a log would obey, and no more of it than anyone reads.

Text from puzzles, files, weights, packages and options says what it likes: escapes, marks that turn the direction of
writing, halves of characters. It goes through `clean` wherever it becomes a sentence or a drawing. Whatever else a
command prints goes through `Plain`, which stands for both standard streams while it runs: no command can forget it.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["LONGEST", "Plain", "clean", "cut", "guard", "many", "under"]

LONGEST = 4_000  # characters of a sentence


def clean(text: str, keep: str = "") -> str:
    """`text` without anything that is obeyed: white space becomes ' ', all else that cannot be seen '?'.

    Parameters
    ----------
    text
        any
    keep
        characters that stay as they are

    Examples
    --------
    >>> clean("tea\\x1b[31m\\tmilk"), clean("right \\u202e to left")
    ('tea?[31m milk', 'right ? to left')
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else " " if c.isspace() else "?" for c in text)


def cut(text: str, most: int = LONGEST) -> str:
    """`text` of at most so many characters, beside a word on what was left out of its middle.

    Examples
    --------
    >>> cut("a" * 100 + "b" * 10, 20)
    'aaaaaaaaaaaaaaa ... (90 characters left out) ... bbbbb'
    """
    if len(text) <= most:
        return text
    end = most // 4
    return f"{text[: most - end]} ... ({len(text) - most:,} characters left out) ... {text[len(text) - end :]}"


def many(n: int, one: str, more: str = "") -> str:
    """How many there are of what, in a word that fits: `more` of those that take no s.

    Examples
    --------
    >>> many(1, "cell"), many(1200, "cell"), many(0, "entry", "entries")
    ('1 cell', '1,200 cells', '0 entries')
    """
    return f"{n:,} {one if n == 1 else more or one + 's'}"


class Plain:
    """A stream that lets plain lines through to the one under it, and nothing else.

    It has no `buffer`, which would lead past it.

    Examples
    --------
    >>> import io
    >>> Plain(io.StringIO()).write("two\\nlines")
    9
    """

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        if not text.replace("\n", "").isprintable():
            text = clean(text, "\n\t")
        try:
            self.stream.write(text)
        except UnicodeEncodeError:
            encoding = self.stream.encoding
            self.stream.write(text.encode(encoding, "replace").decode(encoding))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name in ("buffer", "stream"):  # and what has no stream yet, as a copy, must not ask itself for it
            raise AttributeError(name)
        return getattr(self.stream, name)


def guard() -> tuple[Any, Any]:
    """Put `Plain` before standard output and error, where it is not yet; gives what was there before."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (s if s is None or isinstance(s, Plain) else Plain(s) for s in before)
    return before


def under(stream: Any) -> Any:
    """What is under all that stands before a stream, for who writes escapes of its own: see `drawing/console.py`."""
    while True:
        lower = stream.stream if isinstance(stream, Plain) else getattr(stream, "rich_proxied_file", None)
        if lower is None:
            return stream
        stream = lower

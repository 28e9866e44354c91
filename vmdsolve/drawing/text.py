"""Text of pictures: cleaned of whatever a terminal would obey, wrapped at words, styled by names."""

from __future__ import annotations

from textwrap import wrap

from ..plain import clean, cut

__all__ = ["MARKS", "STYLES", "Line", "Span", "wrapped"]

Span = tuple[str, str]  # text, and the name of its style
Line = list[Span]

# name of a style: what rich calls it
STYLES = {
    "": "",
    "given": "bold",
    "filled": "cyan",
    "open": "dim",
    "clue": "",
    "wall": "dim",
    "unit": "yellow",
    "next": "bold green",
    "broken": "bold red",
    "aside": "dim",
}
MARKS = {"broken": "!", "next": "*"}  # what stands before a cell of this style, so that it is seen without colour


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Lines of at most `width` characters, broken between words; those after the first begin with `indent`.

    Examples
    --------
    >>> wrapped("row 1 holds no symbol twice", 14, "  ")
    ['row 1 holds no', '  symbol twice']
    """
    lines = wrap(
        clean(cut(text)), width,
        subsequent_indent=indent, break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return lines or [""]

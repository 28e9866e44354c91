"""Text of pictures: cleaned of whatever a terminal would obey, wrapped at words, styled by names."""

from __future__ import annotations

from html import escape
from textwrap import wrap

from ..plain import clean, cut

__all__ = ["MARKS", "STYLES", "Line", "Span", "spanned", "wrapped"]

Span = tuple[str, str]  # text, and the name of its style
Line = list[Span]

# name of a style: what rich calls it, and CSS
STYLES = {
    "": ("", ""),
    "given": ("bold", "font-weight:bold"),
    "filled": ("cyan", "color:#0c8599"),
    "open": ("dim", "color:#888"),
    "clue": ("", "color:#888"),
    "wall": ("dim", ""),
    "unit": ("yellow", "background:#fff3bf;color:#000"),
    "next": ("bold green", "background:#b2f2bb;color:#000;font-weight:bold"),
    "broken": ("bold red", "background:#ffc9c9;color:#000;font-weight:bold"),
    "aside": ("dim", "color:#888"),
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


def spanned(text: str, style: str) -> str:
    """One styled text in HTML, escaped.

    Examples
    --------
    >>> spanned("a<b", "given")
    '<span style="font-weight:bold">a&lt;b</span>'
    """
    said, css = escape(clean(text)), STYLES[style][1]
    return f'<span style="{css}">{said}</span>' if css and said else said

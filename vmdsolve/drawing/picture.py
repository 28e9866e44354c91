"""Pictures: boards and sentences, one under another, as text or as styled text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..plain import clean
from .text import STYLES, Line, wrapped

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["WIDTH", "Frame", "Part", "Picture", "Said"]

WIDTH = 80  # characters a line, where nobody says


class Part(Protocol):
    """A piece of a picture."""

    def lines(self, *, boxes: bool, width: int) -> list[Line]:
        """Lines of (text, style); `boxes`: with box characters; `width`: where sentences are wrapped."""


@dataclass(frozen=True)
class Said:
    """A sentence, wrapped at words; what follows its first line is set in as far as `lead` is long."""

    text: str
    style: str = ""
    lead: str = ""

    def lines(self, *, boxes: bool, width: int) -> list[Line]:
        del boxes
        told = wrapped(self.lead + self.text, max(width, len(self.lead) + 20), " " * len(self.lead))
        return [[(line, self.style)] for line in told]


@dataclass(frozen=True)
class Frame:
    """Lines that are drawn already, each of (text, style)."""

    drawn: tuple[tuple[tuple[str, str], ...], ...]

    def lines(self, *, boxes: bool, width: int) -> list[Line]:
        del boxes, width
        return [[(clean(text), style) for text, style in line] for line in self.drawn]


@dataclass(frozen=True)
class Picture:
    """Parts, one under another.

    Examples
    --------
    >>> print(Picture((Said("a board"), Frame(((("1 2", "given"),),)))).text())
    a board
    1 2
    """

    parts: tuple[Part, ...]

    def lines(self, *, boxes: bool = False, width: int = WIDTH) -> list[Line]:
        return [line for part in self.parts for line in part.lines(boxes=boxes, width=width)]

    def text(self, *, boxes: bool = False, width: int = WIDTH) -> str:
        """Plain text; ASCII unless `boxes`, as far as names are."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self.lines(boxes=boxes, width=width))

    def styled(self, *, boxes: bool = False, width: int = WIDTH) -> Text:
        """For rich to print."""
        from rich.text import Text

        out = Text()
        for number, line in enumerate(self.lines(boxes=boxes, width=width)):
            out.append("\n" * (number > 0))
            for text, style in line:
                for piece, blank in _runs(text):
                    out.append(piece, style=None if blank else STYLES[style] or None)
        return out


def _runs(text: str) -> list[tuple[str, bool]]:
    """`text` cut where blanks at its ends begin and end: they are not styled."""
    body = text.strip(" ")
    if not body:
        return [(text, True)] if text else []
    before = text[: len(text) - len(text.lstrip(" "))]
    after = text[len(before) + len(body) :]
    return [(piece, blank) for piece, blank in ((before, True), (body, False), (after, True)) if piece]

"""What commands show to people: pictures as the output can take them, and sentences wrapped to its width.

A terminal gets box-drawing characters and colours (rich leaves colours out where NO_COLOR is set); a pipe, a terminal
called dumb and an encoding without box-drawing characters get plain text. Nothing here is obeyed by a terminal but
what is meant to be: whatever a puzzle's text holds is cleaned, see `vmdsolve/plain.py`.
"""

from __future__ import annotations

import os
import sys
from shutil import get_terminal_size
from typing import IO, TYPE_CHECKING

import typer

from ..drawing.text import wrapped
from ..plain import clean, cut

if TYPE_CHECKING:
    from ..drawing import Picture

__all__ = ["on_terminal", "say", "show"]

BOXES = "┌─┬┐│├┼┤└┴┘·█●★♛"
PIPE = 80  # characters a line where there is no terminal


def show(picture: Picture, *, err: bool = False) -> None:
    """Print a picture to standard output, or standard error."""
    stream = sys.stderr if err else sys.stdout
    if not picture.parts:
        return
    if not _terminal(stream):
        typer.echo(picture.text(width=PIPE), err=err)
        return
    from ..drawing.console import Coloured

    text = picture.styled(boxes=_encodes(stream), width=_width())
    Coloured(stream).print(text, soft_wrap=True)


def say(text: str, *, indent: str = "", err: bool = False) -> None:
    """Print a sentence: on a terminal wrapped at words, else on one line, for programs to read."""
    stream = sys.stderr if err else sys.stdout
    lines = wrapped(text, _width(), indent) if _terminal(stream) else [clean(cut(text))]
    for line in lines:
        typer.echo(line, err=err)


def on_terminal() -> bool:
    """True if standard output is a terminal that can do more than print lines."""
    return _terminal(sys.stdout)


def _terminal(stream: IO[str] | None) -> bool:
    """True for a terminal that can do more than print lines."""
    return stream is not None and stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown")


def _encodes(stream: IO[str]) -> bool:
    try:
        BOXES.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _width() -> int:
    return get_terminal_size((PIPE, 24)).columns

"""Figures as SVG: still, or one after another. All text is escaped, nothing is loaded, no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from .figure import Figure
from .marks import Area, Box, Disc, Mark, Stroke, Word

__all__ = ["svg"]

MARGIN = 8


def svg(frames: Sequence[Figure], seconds: float = 0.6) -> str:
    """A figure as a document of its own; of several each is shown for some seconds, round and round.

    Examples
    --------
    >>> svg([Figure((Box(0, 0, 9, 9, "#fff0b8"),), 10, 10)]).split("<rect")[-1]
    ' x="0" y="0" width="9" height="9" fill="#fff0b8"/></g></svg>'
    """
    width = max(frame.width for frame in frames) + 2 * MARGIN
    height = max(frame.height for frame in frames) + 2 * MARGIN
    body = "".join(
        f'<g transform="translate({MARGIN} {MARGIN})">{_turn(number, len(frames), seconds)}{_marks(frame)}</g>'
        for number, frame in enumerate(frames)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="monospace"><rect width="100%" height="100%" fill="#ffffff"/>'
        f"{body}</svg>"
    )


def _turn(number: int, of: int, seconds: float) -> str:
    """What shows a frame in its turn."""
    if of == 1:
        return ""
    shown = ";".join("visible" if turn == number else "hidden" for turn in range(of))
    return (
        f'<animate attributeName="visibility" values="{shown}" dur="{seconds * of:g}s" calcMode="discrete" '
        'repeatCount="indefinite"/>'
    )


def _marks(figure: Figure) -> str:
    """Marks in order; lines of one kind that follow each other are one path."""
    out = list[str]()
    for kind, marks in groupby(figure.marks, lambda mark: mark[4:] if isinstance(mark, Stroke) else None):
        if kind is None:
            out += map(_mark, marks)
        else:
            ink, width = kind
            strokes = (mark for mark in marks if isinstance(mark, Stroke))
            path = "".join(f"M{x1:g} {y1:g}L{x2:g} {y2:g}" for x1, y1, x2, y2, *_ in strokes)
            out.append(f'<path d="{path}" stroke="{ink}" stroke-width="{width:g}" stroke-linecap="square"/>')
    return "".join(out)


def _mark(mark: Mark) -> str:
    if isinstance(mark, Box):
        return (
            f'<rect x="{mark.x:g}" y="{mark.y:g}" width="{mark.width:g}" height="{mark.height:g}" fill="{mark.fill}"/>'
        )
    if isinstance(mark, Disc):
        return f'<circle cx="{mark.x:g}" cy="{mark.y:g}" r="{mark.radius:g}" fill="{mark.fill}" stroke="{mark.ink}"/>'
    if isinstance(mark, Area):
        return f'<polygon points="{" ".join(f"{x:g},{y:g}" for x, y in mark.points)}" fill="{mark.fill}"/>'
    assert isinstance(mark, Word)
    more = ' font-weight="bold"' * mark.bold + (f' opacity="{1 - mark.pale:.2f}"' if mark.pale else "")
    place = f'x="{mark.x:g}" y="{mark.y:g}" font-size="{mark.size:g}" fill="{mark.ink}" text-anchor="{mark.at}"'
    return f'<text {place}{more} xml:space="preserve">{escape(mark.text)}</text>'

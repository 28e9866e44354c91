"""What figures draw in and through squares: thermometers, arrows, walls with numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import hypot

from .marks import Disc, Mark, Stroke, Word

__all__ = ["arrow", "on_wall", "tube"]

TUBE, LINE = "#cfd4d9", "#9aa1a9"
RING, POINT = 15, 9  # the radius of an arrow's ring, the length of its point
Place = tuple[float, float]


def tube(places: Sequence[Place]) -> Iterable[Mark]:
    """A thermometer: a large disc at the first place, and one that rounds each corner and the end."""
    for a, b in pairwise(places):
        yield Stroke(*a, *b, TUBE, 8)
    yield Disc(*places[0], 14, TUBE, TUBE)
    for place in places[1:]:
        yield Disc(*place, 3.5, TUBE, TUBE)


def arrow(places: Sequence[Place]) -> Iterable[Mark]:
    """From a ring about the first place to a point at the last."""
    yield from (Stroke(*a, *b, LINE, 2.5) for a, b in pairwise(places))
    yield Disc(*places[0], RING, "#ffffff", LINE)
    (x1, y1), (x2, y2) = places[-2:]
    far = hypot(x2 - x1, y2 - y1)
    dx, dy = POINT * (x2 - x1) / far, POINT * (y2 - y1) / far
    yield Stroke(x2, y2, x2 - dx - dy, y2 - dy + dx, LINE, 2.5)
    yield Stroke(x2, y2, x2 - dx + dy, y2 - dy - dx, LINE, 2.5)


def on_wall(labels: Sequence[str], x: float, y: float, width: float, height: float) -> Iterable[Mark]:
    """A number in the middle of a wall; two numbers, down and across, on both sides of a line."""
    if len(labels) == 1:
        words = [Word(labels[0], x + width / 2, y + height / 2 + 6, 18, "#ffffff")]
    else:
        yield Stroke(x, y, x + width, y + height, "#ffffff", 1)
        down = Word(labels[0], x + 4, y + height - 5, 13, "#ffffff", "start")
        words = [down, Word(labels[1], x + width - 4, y + 15, 13, "#ffffff", "end")]
    yield from (word for word in words if word.text)

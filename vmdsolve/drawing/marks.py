"""Marks, of which figures are made: lines, boxes and words with places, in pixels."""

from __future__ import annotations

from typing import NamedTuple

from .signs import Points

__all__ = ["Area", "Box", "Disc", "Mark", "Stroke", "Word", "paler"]


class Box(NamedTuple):
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str


class Disc(NamedTuple):
    """A filled circle with a thin edge, about its middle."""

    x: float
    y: float
    radius: float
    fill: str
    ink: str


class Stroke(NamedTuple):
    """A line."""

    x1: float
    y1: float
    x2: float
    y2: float
    ink: str
    width: float


class Word(NamedTuple):
    """A text on its baseline; `at` says which end of it x is: start, middle or end; `pale` 0 to 1."""

    text: str
    x: float
    y: float
    size: float
    ink: str
    at: str = "middle"
    bold: bool = False
    pale: float = 0.0


class Area(NamedTuple):
    """A filled shape with straight sides, by its corners."""

    points: Points
    fill: str


Mark = Box | Disc | Stroke | Word | Area


def paler(ink: str, pale: float) -> str:
    """A colour on its way to white, `pale` 0 to 1.

    Examples
    --------
    >>> paler("#000000", 0.2), paler("#075985", 0.0)
    ('#333333', '#075985')
    """
    parts = (int(ink[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * pale):02x}" for part in parts)

"""Signs of pieces as shapes: few fonts have them, and paper knows the letters of Latin alone."""

from __future__ import annotations

from math import cos, pi, sin

__all__ = ["SIGNS", "Points"]

Points = tuple[tuple[float, float], ...]


def _around(*radii: float, n: int) -> Points:
    """n corners about the middle, the first at the top, at these distances in turn."""
    turns = ((radii[i % len(radii)], 2 * pi * i / n) for i in range(n))
    return tuple((round(r * sin(turn), 3), round(-r * cos(turn), 3)) for r, turn in turns)


def _bar(width: float, height: float) -> Points:
    x, y = width / 2, height / 2
    return ((-x, -y), (x, -y), (x, y), (-x, y))


CROWN: Points = (
    (-0.3, 0.16), (-0.38, -0.2), (-0.19, -0.02), (-0.13, -0.3), (0, -0.05), (0.13, -0.3), (0.19, -0.02), (0.38, -0.2),
    (0.3, 0.16),
)  # fmt: skip
# sign: the corners of its parts, in a square of side 1 about the middle; bars of signs between cells are shorter
SIGNS: dict[str, tuple[Points, ...]] = {
    "●": (_around(0.26, n=32),),
    "■": (_bar(0.5, 0.5),),
    "★": (_around(0.34, 0.14, n=10),),
    "♛": (CROWN, ((-0.3, 0.2), (0.3, 0.2), (0.3, 0.3), (-0.3, 0.3))),
    "┃": (_bar(0.16, 0.8),),
    "━": (_bar(0.8, 0.16),),
    "_": (_bar(0.2, 0.04),),  # surely empty
}

"""Figures as pixels: PNG, and GIF of several, by Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from .figure import Figure
from .marks import Area, Box, Disc, Stroke, paler

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

__all__ = ["gif", "png"]

MARGIN, SCALE = 8, 2
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png(figure: Figure) -> bytes:
    """The bytes of a file, two pixels a unit."""
    out = BytesIO()
    _drawn(figure, figure.width, figure.height).save(out, "PNG")
    return out.getvalue()


def gif(frames: Sequence[Figure], seconds: float = 0.6) -> bytes:
    """The bytes of a file that shows each figure for some seconds, round and round; the last three times as long."""
    width, height = max(frame.width for frame in frames), max(frame.height for frame in frames)
    first, *others = (_drawn(frame, width, height) for frame in frames)
    times = [int(1000 * seconds)] * len(others) + [int(3000 * seconds)]
    out = BytesIO()
    first.save(out, "GIF", save_all=True, append_images=others, duration=times, loop=0)
    return out.getvalue()


def _drawn(figure: Figure, width: float, height: float) -> Image:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (int(SCALE * (width + 2 * MARGIN)), int(SCALE * (height + 2 * MARGIN))), "#ffffff")
    pen = ImageDraw.Draw(image)
    for mark in figure.marks:
        if isinstance(mark, Box):
            corners = (mark.x, mark.y, mark.x + mark.width, mark.y + mark.height)
            pen.rectangle([SCALE * (place + MARGIN) for place in corners], fill=mark.fill)
        elif isinstance(mark, Disc):
            x, y, radius = (SCALE * place for place in (mark.x + MARGIN, mark.y + MARGIN, mark.radius))
            pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=mark.fill, outline=mark.ink, width=SCALE)
        elif isinstance(mark, Stroke):
            ends = [SCALE * (place + MARGIN) for place in (mark.x1, mark.y1, mark.x2, mark.y2)]
            pen.line(ends, fill=mark.ink, width=max(1, round(SCALE * mark.width)))
        elif isinstance(mark, Area):
            pen.polygon([(SCALE * (x + MARGIN), SCALE * (y + MARGIN)) for x, y in mark.points], fill=mark.fill)
        else:
            place = (SCALE * (mark.x + MARGIN), SCALE * (mark.y + MARGIN))
            font, bold = _font(round(SCALE * mark.size)), SCALE // 2 * mark.bold
            ink = paler(mark.ink, mark.pale)
            pen.text(place, mark.text, fill=ink, font=font, anchor=ANCHORS[mark.at], stroke_width=bold, stroke_fill=ink)
    return image


@cache
def _font(size: int) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)

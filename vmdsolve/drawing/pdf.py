"""Figures on pages to print, by fpdf2: some a page, each with a title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .figure import Figure
from .marks import Area, Box, Disc, Stroke, paler

if TYPE_CHECKING:
    from fpdf import FPDF

__all__ = ["PAPERS", "on_paper", "pages"]

PAPERS = {"a4": "A4", "letter": "Letter"}
EDGE, TITLE = 15.0, 9.0  # millimetres around a page, and above a figure
LARGEST = 0.28  # millimetres a pixel: a 9x9 board is then ten centimetres wide


def pages(parts: Sequence[Sequence[tuple[str, Figure]]], *, paper: str = "a4", each: int = 4) -> bytes:
    """The bytes of a file: parts begin on a page of their own, `each` titled figures share one.

    Parameters
    ----------
    paper
        one of PAPERS
    each
        figures a page: 1, 2, 4, 6, 9 ... are placed evenly
    """
    from fpdf import FPDF

    out = FPDF(format=PAPERS[paper])
    out.set_auto_page_break(False)
    out.set_compression(True)
    columns = max(1, round((each * out.w / out.h) ** 0.5))
    rows = -(-each // columns)
    width, height = (out.w - 2 * EDGE) / columns, (out.h - 2 * EDGE) / rows
    for part in parts:
        for place, (title, figure) in enumerate(part):
            if place % each == 0:
                out.add_page()
            row, column = divmod(place % each, columns)
            _place(out, title, figure, EDGE + column * width, EDGE + row * height, width - 6, height - 6)
    return bytes(out.output())


def _place(out: FPDF, title: str, figure: Figure, x: float, y: float, width: float, height: float) -> None:
    scale = min(LARGEST, width / max(1, figure.width), (height - TITLE) / max(1, figure.height))
    out.set_font("Helvetica", size=10)
    out.set_text_color(80, 80, 80)
    out.text(x, y + 4, on_paper(title))
    y += TITLE
    for mark in figure.marks:
        if isinstance(mark, Box):
            out.set_fill_color(mark.fill)
            out.rect(x + scale * mark.x, y + scale * mark.y, scale * mark.width, scale * mark.height, "F")
        elif isinstance(mark, Disc):
            out.set_fill_color(mark.fill)
            out.set_draw_color(mark.ink)
            out.set_line_width(scale)
            out.circle(x + scale * mark.x, y + scale * mark.y, scale * mark.radius, "DF")
        elif isinstance(mark, Stroke):
            out.set_draw_color(mark.ink)
            out.set_line_width(scale * mark.width)
            out.line(x + scale * mark.x1, y + scale * mark.y1, x + scale * mark.x2, y + scale * mark.y2)
        elif isinstance(mark, Area):
            out.set_fill_color(mark.fill)
            points = [(x + scale * a, y + scale * b) for a, b in mark.points]
            out.polygon(points, style="F")
        else:
            out.set_font("Helvetica", "B" * mark.bold, size=scale * mark.size * 72 / 25.4)
            out.set_text_color(paler(mark.ink, mark.pale))
            text = on_paper(mark.text)
            shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.at] * out.get_string_width(text)
            out.text(x + scale * mark.x - shift, y + scale * mark.y, text)


def on_paper(text: str) -> str:
    """What the fonts of every reader of PDF have."""
    return text.replace("·", ".").encode("latin-1", "replace").decode("latin-1")

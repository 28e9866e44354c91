"""Figures in HTML, to step through by buttons or arrow keys. Nothing is loaded, there is no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .figure import Figure
from .svg import svg

__all__ = ["page", "steps"]

STYLE = "body{font:16px/1.5 system-ui,sans-serif;margin:1rem;background:#fff;color:#111}svg{max-width:100%;height:auto}"
BUTTONS = ".vmdsolve-steps input{margin:2px;accent-color:#075985}.vmdsolve-steps figure{display:none;margin:8px 0}"


def steps(frames: Sequence[tuple[str, Figure]]) -> str:
    """One element: a button for each frame, of which the last is chosen, and the chosen frame with its caption.

    Buttons of one form know of no others on a page; its method keeps Enter from sending it anywhere.

    Examples
    --------
    >>> both = steps([("step 1", Figure((), 1, 1)), ("step 2", Figure((), 1, 1))])
    >>> both.count("<input "), both.count("<svg "), " checked>" in both
    (2, 2, True)
    """
    figures = [
        f"<figure>{svg([drawn])}{f'<figcaption>{escape(said)}</figcaption>' * bool(said)}</figure>"
        for said, drawn in frames
    ]
    if len(frames) == 1:
        return f"<div>{figures[0]}</div>"
    chosen = ",".join(
        f".vmdsolve-steps input:nth-of-type({n}):checked~figure:nth-of-type({n})" for n in range(1, len(frames) + 1)
    )
    marks = [""] * (len(frames) - 1) + [" checked"]
    buttons = "".join(
        f'<input type="radio" name="step" aria-label="{escape(said)}"{mark}>'
        for mark, (said, _) in zip(marks, frames, strict=True)
    )
    return (
        f'<form class="vmdsolve-steps" method="dialog"><style>{BUTTONS}{chosen}{{display:block}}</style>'
        f"{buttons}{''.join(figures)}</form>"
    )


def page(title: str, frames: Sequence[tuple[str, Figure]]) -> str:
    """A document of its own.

    Examples
    --------
    >>> page("one", [("loop 1", Figure((), 1, 1))]).count("<input")
    0
    """
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{steps(frames)}</body></html>\n"
    )

"""Figures as a page of HTML: a slider goes through them. Nothing is loaded; the script is a few lines of its own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .figure import Figure
from .svg import svg

__all__ = ["page"]

STYLE = "body{font:16px/1.5 system-ui,sans-serif;margin:1rem;background:#fff;color:#111}svg{max-width:100%;height:auto}"
SCRIPT = """
const frames = [...document.querySelectorAll("figure")], slider = document.querySelector("input");
function show() { frames.forEach((frame, n) => { frame.hidden = n !== Number(slider.value); }); }
slider.addEventListener("input", show);
document.querySelector("button").addEventListener("click", () => {
  slider.value = 0; show();
  const turning = setInterval(() => {
    if (Number(slider.value) >= frames.length - 1) clearInterval(turning);
    else { slider.value = Number(slider.value) + 1; show(); }
  }, 500);
});
show();
"""


def page(title: str, frames: Sequence[tuple[str, Figure]]) -> str:
    """A document with a caption for each figure.

    Examples
    --------
    >>> page("one", [("loop 1", Figure((), 1, 1))]).count("<input")
    0
    """
    hidden = [" hidden"] * (len(frames) - 1) + [""]
    body = "".join(
        f"<figure{hide}>{svg([figure])}<figcaption>{escape(said)}</figcaption></figure>"
        for hide, (said, figure) in zip(hidden, frames, strict=True)
    )
    several = ""
    if len(frames) > 1:
        last = len(frames) - 1
        several = (
            f'<p><label>Frame <input type="range" min="0" max="{last}" value="{last}"></label> '
            f"<button>Play</button></p><script>{SCRIPT}</script>"
        )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}{several}</body></html>\n"
    )

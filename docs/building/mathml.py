"""Mathematics as MathML, which browsers draw by themselves: made at build by docutils, no script is loaded for it."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math import latex2mathml

__all__ = ["mathml", "setup"]


def mathml(code: str, *, block: bool = False) -> str:
    """A formula in LaTeX's notation, as MathML; ValueError where it is none."""
    return str(latex2mathml.tex2mathml(code, as_block=block))


def setup(app: Any) -> None:
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))


def _inline(writer: Any, node: Any) -> None:
    writer.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def _block(writer: Any, node: Any) -> None:
    writer.body.append(f'<div class="math">{mathml(node.astext(), block=True)}</div>')
    raise nodes.SkipNode

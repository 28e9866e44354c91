"""What the site has besides its pages: those made from the package, links that leave docs/, mathematics as MathML.

Made pages lie in docs/made/, which git does not know: one a kind of puzzles, one a command, one a module of the API.
A new domain, command or public name has its place there by itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import commands, kinds, links, reference

__all__ = ["MADE", "make", "setup"]

DOCS = Path(__file__).parents[1]
MADE = DOCS / "made"


def make(folder: Path) -> list[Path]:
    """Write the made pages into a folder, those that are as they were left alone; returns all of them."""
    pages = {**kinds.pages(), **commands.pages(), **reference.pages()}
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.relative_to(folder).as_posix() not in pages:  # of a domain or a name that is gone
            path.unlink()
    return [folder / name for name in pages]


def setup(app: Any) -> dict[str, Any]:
    """Sphinx calls this."""
    from . import mathml  # the rest needs no docutils

    app.connect("config-inited", lambda _app, _config: make(MADE))
    app.connect("source-read", links.of_page)
    app.connect("include-read", links.of_included)
    app.connect("autodoc-process-docstring", reference.as_rst, priority=400)  # before napoleon reads the sections
    app.connect("autodoc-skip-member", reference.skipped)
    mathml.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

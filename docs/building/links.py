"""Links of pages that GitHub shows, too: on the site they lead to the site's page, or are no link.

README.md, CONTRIBUTING.md, benchmarks/README.md and the like are pages of the site by a page here that includes each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from os.path import normpath, relpath
from pathlib import Path
from typing import Any

__all__ = ["INCLUDED", "of_included", "of_page", "others", "rewritten"]

ROOT = Path(__file__).parents[2]
HERE = "<!-- pages that are named nowhere above -->"  # in index.md
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)#\s]*)(?P<anchor>#[^)\s]*)?\)")

# File of the repository: the page of docs/ that includes it.
INCLUDED = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "trust.md",
    "CHANGELOG.md": "changelog.md",
    "benchmarks/README.md": "benchmarks.md",
    "puzzles/README.md": "formats.md",
}


def rewritten(text: str, file: str, page: str) -> str:
    """Text of a file of the repository, its links as they are on a page of docs/.

    Examples
    --------
    >>> rewritten("[all](docs/words.md#text), [code](vmdsolve/sets.py)", "README.md", "index.md")
    '[all](words.md#text), code'
    >>> rewritten("[what it costs](../benchmarks/README.md#what-it-costs)", "docs/text.md", "text.md")
    '[what it costs](benchmarks.md#what-it-costs)'
    """

    def led(found: re.Match[str]) -> str:
        target, anchor = found["target"], found["anchor"] or ""
        if not target or ":" in target:
            return found[0]
        there = normpath(Path(file).parent / target)
        if there in INCLUDED:
            there = f"docs/{INCLUDED[there]}"
        elif not there.startswith("docs/") and not found["image"]:
            return found["text"]  # a file of the repository that is no page: its name is enough
        path = relpath(there, Path("docs", page).parent)
        return f"{found['image']}[{found['text']}]({path}{anchor})"

    return LINK.sub(led, text)


def others(index: str, pages: Iterable[str]) -> str:
    """index.md's text, its last line of navigation being of the pages that the others leave out.

    Examples
    --------
    >>> others(f"start\\n{HERE}", ["start", "index", "made/index"])
    'start\\n'
    >>> others(HERE, ["start", "news", "index"]).splitlines()[-3:]
    ['news', 'start', '```']
    """
    named = {"index", *(line.rpartition(" <")[2].rstrip(">") for line in index.splitlines())}
    left = sorted(page for page in pages if page not in named and not page.startswith("made/"))
    tree = ["```{toctree}", ":hidden:", ":caption: More", "", *left, "```"]
    return index.replace(HERE, "\n".join(tree) if left else "")


def of_page(app: Any, name: str, source: list[str]) -> None:
    """Sphinx's `source-read`."""
    page = Path(app.env.doc2path(name, base=False)).as_posix()
    if page.endswith(".md") and not page.startswith("made/"):
        source[0] = rewritten(source[0], f"docs/{page}", page)
    if page == "index.md":
        source[0] = others(source[0], app.env.found_docs)


def of_included(_app: Any, path: Any, _parent: str, content: list[str]) -> None:
    """Sphinx's `include-read`."""
    file = Path(normpath(ROOT / "docs" / path)).relative_to(ROOT).as_posix()
    content[0] = rewritten(content[0], file, INCLUDED[file])

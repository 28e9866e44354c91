"""In a notebook: what its kernel sends of problems, results and progress, and that frames can be stepped through."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import vmdsolve

pytest.importorskip("nbclient", reason="nbclient is not installed")
pytest.importorskip("ipykernel", reason="ipykernel is not installed")

FILLED = "solve('.' * 81, method='vmd-only', steps=4, loops=4, latents=2, trace=True)"
CELLS = {
    "problem": "from vmdsolve import *\np = get_domain('sudoku-4x4').parse('1......2..4..3..')\np",
    "solution": "solve(p)",
    "violation": "check(p, '11..............')[0]",
    "hint": "hint(p)",
    "graph": "solve(get_domain('colouring:3').parse('p edge 3 2/e 1 2/e 2 3'))",
    "trace": f"{FILLED}.trace",
    "progress": "for _ in solve_batch(['.' * 16] * 3000, method='search', progress=True): pass",
}


@pytest.fixture(scope="module")
def sent() -> dict[str, Any]:
    """What each cell shows."""
    script = Path(__file__).parents[1] / "helpers" / "notebook.py"
    done = subprocess.run(
        [sys.executable, script], input=json.dumps([*CELLS.values()]), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(CELLS, json.loads(done.stdout), strict=True))


def html_of(outputs: Any) -> str:
    [shown] = outputs
    assert "text/plain" in shown["data"]
    html = shown["data"]["text/html"]
    return html if isinstance(html, str) else "".join(html)


class Tags(HTMLParser):
    """Which elements there are, and that each that opens closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        if tag not in ("input", "br", "meta"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CELLS if name != "progress"])
def test_what_is_shown_is_whole_and_runs_nothing(name: str, sent: dict[str, Any]) -> None:
    shown = html_of(sent[name])
    tags = Tags(shown)
    assert tags.open == []
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in tags.all}
    assert not [key for _, named in tags.all for key in named if key.startswith("on")]
    assert not re.search(r"(src|href|url\()", shown)


@pytest.mark.slow
def test_a_trace_has_a_button_for_every_frame_and_shows_the_last(sent: dict[str, Any]) -> None:
    shown, tags = html_of(sent["trace"]), Tags(html_of(sent["trace"]))
    buttons = [named for tag, named in tags.all if tag == "input"]
    figures = sum(tag == "figure" for tag, _ in tags.all)
    assert figures == len(buttons) > 2
    assert [("checked" in named) for named in buttons] == [False] * (figures - 1) + [True]
    assert buttons[0]["aria-label"] == "as the model got it"
    for n in range(1, figures + 1):
        assert f"input:nth-of-type({n}):checked~figure:nth-of-type({n})" in shown


@pytest.mark.slow
def test_progress_is_one_output_that_ends_with_all(sent: dict[str, Any]) -> None:
    shown = html_of(sent["progress"])
    assert shown.startswith("3,000 of 3,000 problems, ")
    assert "a second" in shown
    assert "<progress" not in shown


def test_elsewhere_there_is_no_notebook() -> None:
    from vmdsolve.api.progress import notebook

    assert notebook() is None
    assert len(list(vmdsolve.solve_batch(["." * 16] * 3, method="search", progress=True))) == 3

"""What Python shows of puzzles with hostile names: as text, in a notebook, as repr."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from helpers.hostile import hostile, obeyed, zebras
from hypothesis import given, settings

import vmdsolve
from vmdsolve.domains import get
from vmdsolve.drawing import CELL, Cell, Drawn, Picture, Said, Sheet
from vmdsolve.drawing.figure import figure
from vmdsolve.drawing.shown import Shown
from vmdsolve.drawing.svg import svg
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import Solution, Status, Violation

TAGS = {"div", "figure", "svg", "g", "rect", "circle", "path", "text"}
PLACES = {
    "xmlns",
    "viewbox",
    "width",
    "height",
    "transform",
    "x",
    "y",
    "d",
    "cx",
    "cy",
    "r",
    "text-anchor",
    "xml:space",
}
LOOKS = {"fill", "stroke", "stroke-width", "stroke-linecap", "font-family", "font-size", "font-weight", "opacity"}


class Tags(HTMLParser):
    """The names of tags, and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


def is_plain(shown: Shown) -> None:
    page = shown._repr_html_()
    for text in (str(shown), repr(shown), shown.render(boxes=True), page):
        assert obeyed(text) == []
    assert Tags(page).seen <= TAGS | PLACES | LOOKS


@pytest.mark.slow
@settings(deadline=None, max_examples=8)
@given(puzzle=zebras(), text=hostile())
def test_problems_and_results_show_nothing_that_is_obeyed(puzzle: str, text: str) -> None:
    problem = get("zebra").parse(puzzle)
    wrong = get("zebra").parse(puzzle + "/2211")
    for given_ in (problem, wrong):
        is_plain(given_)
        is_plain(vmdsolve.solve(given_, method="search"))
        is_plain(vmdsolve.hint(given_))
        is_plain(vmdsolve.explain(given_))
        for violation in vmdsolve.check(given_, given_.values):
            is_plain(violation)
    broken = Violation("input", (), text)
    is_plain(broken)
    is_plain(Solution(Status.INVALID, reason=text, violations=(broken,)))
    is_plain(Solution(Status.SOLVED, text=text, method=text))


def test_endless_names_are_drawn_short() -> None:
    name = "x" * 100_000
    picture = Picture((Said(name), Drawn(Sheet([[f"{name} {CELL}", name]] * 9), [Cell("1")] * 9)))
    for drawn in (picture.text(), picture.text(boxes=True), svg([figure(picture)])):
        assert "characters left out" in drawn
        assert len(drawn) < 50_000


def test_an_error_in_a_notebook_is_plain() -> None:
    with pytest.raises(InvalidInput, match="zebra, line 3: ") as caught:
        get("zebra").parse("houses 2/a: \x1b[2J b/\x1b[2J = z")
    assert obeyed(str(caught.value)) == []

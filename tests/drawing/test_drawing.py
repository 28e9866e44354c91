"""Pictures: walls, marks, wrapping, escapes, HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.drawing import CELL, Cell, Drawn, Frame, Picture, Said, Sheet, wrapped
from vmdsolve.drawing.figure import figure
from vmdsolve.drawing.svg import svg
from vmdsolve.drawing.text import MARKS, STYLES
from vmdsolve.plain import clean


class Balanced(HTMLParser):
    """Every tag that is opened is closed, in order; what stands between them is kept."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.tags, self.said = [], [], ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.tags.append(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        del attrs
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


@st.composite
def drawings(draw: st.DrawFn) -> Drawn:
    R, C = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    label = st.text("ab<&\x1b\t", max_size=3)
    square = st.one_of(st.just(CELL), label, label.map(lambda text: f"{text} {CELL}"))
    squares = [[draw(square) for _ in range(C)] for _ in range(R)]
    regions = [[draw(st.integers(-1, 2)) for _ in range(C)] for _ in range(R)]
    n = sum(CELL in square for row in squares for square in row)
    cell = st.builds(Cell, st.text("12<.", min_size=1, max_size=3), st.sampled_from([*STYLES]), st.none())
    cells = draw(st.lists(cell, min_size=n, max_size=n))
    return Drawn(Sheet(squares, draw(st.sampled_from([regions, None]))), cells)


@settings(deadline=None, max_examples=50)
@given(drawn=drawings(), boxes=st.booleans())
def test_a_board_is_a_rectangle_in_which_every_cell_stands(drawn: Drawn, boxes: bool) -> None:
    lines = ["".join(text for text, _ in line) for line in drawn.lines(boxes=boxes, width=80)]
    assert len(set(map(len, lines))) == 1
    assert all(line.isprintable() for line in lines)
    assert boxes or "".join(lines).isascii()
    text = "\n".join(lines)
    for cell in drawn.cells:
        assert cell.text in text
        text = text[text.index(cell.text) + 1 :]


@settings(deadline=None, max_examples=50)
@given(drawn=drawings())
def test_walls_are_the_same_in_both_kinds_of_characters(drawn: Drawn) -> None:
    plain, boxed = (Picture((drawn,)).text(boxes=boxes) for boxes in (False, True))
    straight = str.maketrans(dict.fromkeys("└┌├┘┐┤┴┬┼", "+") | dict.fromkeys("│╵╷", "|") | dict.fromkeys("─╴╶", "-"))
    assert boxed.translate(straight) == plain


@settings(deadline=None, max_examples=50)
@given(drawn=drawings())
def test_a_figure_is_well_formed_and_escaped(drawn: Drawn) -> None:
    page = Balanced(svg([figure(Picture((drawn, Said("a<b>&"))))]))
    assert not {*page.tags} - {"svg", "g", "rect", "path", "text"}
    assert page.said.isprintable()
    assert "a<b>&" in page.said


@pytest.mark.parametrize("style", MARKS)
def test_a_mark_stands_before_its_cell(style: str) -> None:
    sheet = Sheet([["9 □", "□"], ["□", "x"]], [[0, 0], [0, 0]])
    cells = [Cell("1", style), Cell("2", style), Cell("3", style)]
    mark = MARKS[style]
    assert Picture((Drawn(sheet, cells),)).text().splitlines()[1:3] == [f"| 9{mark}1{mark}2 |", f"|  {mark}3 x |"]


def test_a_board_without_walls_has_no_margin_unless_it_is_marked() -> None:
    sheet = Sheet([[CELL, CELL]])
    assert Picture((Drawn(sheet, [Cell("1"), Cell("2")]),)).text() == "1 2"
    assert Picture((Drawn(sheet, [Cell("1"), Cell("2", "broken")]),)).text() == " 1!2"


def test_blocks_stand_for_walls_where_they_can_be_shown() -> None:
    drawn = Drawn(Sheet([["x", CELL]], blocks={"x": "█"}), [Cell("o", "", "●")])
    assert [Picture((drawn,)).text(boxes=boxes) for boxes in (False, True)] == ["x o", "█ ●"]


@given(st.text())
def test_nothing_that_is_cleaned_is_obeyed(text: str) -> None:
    assert clean(text).isprintable()
    assert len(clean(text)) == len(text)
    assert clean(clean(text)) == clean(text)
    page = Balanced(svg([figure(Picture((Said(text), Frame((((text, "given"),),)))))]))
    assert page.said.isprintable()


@given(st.lists(st.text("abc", min_size=1, max_size=12), min_size=1), st.integers(12, 60))
def test_sentences_are_broken_between_words(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width)
    assert " ".join(lines).split() == words
    assert all(len(line) <= width for line in lines)


def test_styled_text_says_the_same() -> None:
    picture = Picture((Said("two words", "aside"), Drawn(Sheet([[CELL]], [[0]]), [Cell("1", "given")])))
    text = picture.styled(boxes=True)
    assert text.plain == picture.text(boxes=True)
    assert {str(span.style): text.plain[span.start : span.end] for span in text.spans}["bold"] == "1"

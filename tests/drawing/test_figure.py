"""Figures: every symbol of a board is in its picture, whatever the kind of file, and text stays text."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import vmdsolve
from vmdsolve import domains
from vmdsolve.api.kinds import told_of
from vmdsolve.api.pictures import print_puzzles, save_picture
from vmdsolve.drawing import Picture, Said
from vmdsolve.drawing.figure import Figure, below, beside, figure
from vmdsolve.drawing.marks import Area, Box, Disc, Mark, Stroke, Word
from vmdsolve.drawing.page import page
from vmdsolve.drawing.pdf import on_paper
from vmdsolve.drawing.raster import gif, png
from vmdsolve.drawing.saved import PICTURES
from vmdsolve.drawing.svg import svg

EASY = "1......2..4..3.."
KINDS = sorted(name for name in domains.families() if told_of(name).get("example"))


def texts(source: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(source).iter("{http://www.w3.org/2000/svg}text")]


def extent(mark: Mark) -> tuple[float, float, float, float]:
    """Left, top, right, bottom; of a word as a font of one width has it."""
    match mark:
        case Box(x, y, width, height):
            return x, y, x + width, y + height
        case Disc(x, y, radius):
            return x - radius, y - radius, x + radius, y + radius
        case Stroke(x1, y1, x2, y2):
            return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
        case Area(points):
            xs, ys = zip(*points, strict=True)
            return min(xs), min(ys), max(xs), max(ys)
        case Word(text, x, y, size, _, at):
            width = 0.6 * size * len(text)
            left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[at] * width
            return left, y - 0.7 * size, left + width, y


def pictures(kind: str) -> list[Picture]:
    """A problem, with candidates, solved, and its first hint."""
    problem = domains.get(told_of(kind)["said"]).parse(told_of(kind)["example"])
    others = [problem.picture(candidates=True), vmdsolve.hint(problem).picture()]
    return [problem.picture(), vmdsolve.solve(problem).picture(), *others]


@pytest.mark.parametrize("kind", KINDS)
def test_every_mark_is_within_the_figure_and_no_words_overlap(kind: str) -> None:
    for picture in pictures(kind):
        drawn = figure(picture)
        for mark in drawn.marks:
            left, top, right, bottom = extent(mark)
            assert -1 <= left <= right <= drawn.width + 1, mark
            assert -1 <= top <= bottom <= drawn.height + 1, mark
        words = [(extent(mark), mark) for mark in drawn.marks if isinstance(mark, Word) and mark.text.strip()]
        for (one, word), (two, other) in combinations(words, 2):
            apart = one[2] <= two[0] + 1 or two[2] <= one[0] + 1 or one[3] <= two[1] or two[3] <= one[1]
            assert apart, (word, other)


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_is_in_the_file_and_in_letters_that_paper_knows(kind: str) -> None:
    for picture in pictures(kind):
        drawn = figure(picture)
        words = [mark.text for mark in drawn.marks if isinstance(mark, Word)]
        assert texts(svg([drawn])) == words
        assert "?" not in "".join(on_paper(word) for word in words)


def test_walls_are_black_and_numbers_on_them_stand_in_their_corners() -> None:
    akari = figure(domains.get("akari").parse("2 2/- 1/x -").picture())
    walls = [mark for mark in akari.marks if isinstance(mark, Box) and mark.fill == "#444444"]
    assert [wall[:4] for wall in walls] == [(40, 0, 40, 40), (0, 40, 40, 40)]
    assert [mark.text for mark in akari.marks if isinstance(mark, Word)][:1] == ["1"]
    kakuro = figure(domains.get("kakuro").parse(told_of("kakuro")["example"]).picture())
    down, across = ([mark for mark in kakuro.marks if isinstance(mark, Word) and mark.text == n] for n in ("24", "19"))
    assert (down[0].at, down[0].y > 20, across[0].at) == ("start", True, "end")
    assert not any("\\" in mark.text for mark in kakuro.marks if isinstance(mark, Word) and mark.ink == "#ffffff")


@pytest.mark.parametrize(("kind", "shapes"), [("starbattle", 5), ("queens", 8 * 2 + 56), ("minesweeper", 5)])
def test_pieces_are_shapes_for_no_font_has_them_all(kind: str, shapes: int) -> None:
    drawn = figure(pictures(kind)[1])
    assert sum(isinstance(mark, Area) for mark in drawn.marks) == shapes


def test_a_solved_board_shows_every_symbol_where_it_stands() -> None:
    drawn = figure(vmdsolve.get_domain("sudoku-4x4").picture(vmdsolve.get_domain("sudoku-4x4").parse(EASY).values))
    symbols = sorted((mark.y, mark.x, mark.text) for mark in drawn.marks if isinstance(mark, Word))
    assert [text for _, _, text in symbols] == ["1", "2", "4", "3"]
    assert [int(x // 40) for _, x, _ in symbols] == [0, 3, 2, 1]


def test_a_line_goes_through_the_middles_of_its_cells_from_a_disc_on() -> None:
    drawn = figure(domains.get("thermo").parse("4 4/r1c1 r1c2 r2c2/................").picture())
    one, other = [mark for mark in drawn.marks if isinstance(mark, Stroke) and mark.width == 8]
    assert one[:4] == (20, 20, 60, 20)
    assert other[:4] == (60, 20, 60, 60)
    assert [mark[:2] for mark in drawn.marks if isinstance(mark, Disc)] == [(20, 20), (60, 20), (60, 60)]


def test_what_others_wrote_stays_text() -> None:
    evil = '<script>alert("&")</script>\x1b[2J'
    drawn = figure(Picture((Said(evil),)))
    source = svg([drawn])
    assert "<script" not in source
    assert "".join(texts(source)).replace(" ", "").startswith('<script>alert("&")</script>')
    assert "\x1b" not in source
    assert page(evil, [(evil, drawn)]).count("<script") == 0


def test_figures_stand_beside_and_below_each_other() -> None:
    one, two = Figure((Box(0, 0, 10, 5, "#ffffff"),), 10, 5), Figure((Word("a", 1, 2, 3, "#000000"),), 4, 7)
    assert (below([one, two]).width, below([one, two]).height) == (10, 24)
    assert (beside([one, two]).width, beside([one, two]).height) == (26, 7)
    assert below([one, two]).marks[1] == Word("a", 1, 19, 3, "#000000")
    assert (below([]).width, below([]).height, beside([]).width) == (0, 0, 0)


def test_what_was_watched_has_a_frame_for_each_stop_and_is_pale_where_unsure() -> None:
    seen = vmdsolve.watch(EASY, 2)
    frames = seen.frames()
    assert len(frames) == len(seen.loops)
    first, last = frames[0][1], frames[-1][1]
    paleness = [np.mean([mark.pale for mark in of.marks if isinstance(mark, Word)]) for of in (first, last)]
    assert paleness[0] > 0.1 > paleness[1]
    moving = svg([drawn for _, drawn in frames])
    assert moving.count("<animate ") == len(frames)
    assert [re.findall(r'values="([^"]*)"', moving)[0].split(";").count("visible")] == [1]


def test_a_notebook_shows_frames_one_after_another_without_script() -> None:
    shown = vmdsolve.watch(EASY, 1)._repr_html_()
    assert shown.startswith("<form")
    assert shown.count("<svg ") == shown.count('type="radio"') == 11
    assert "<script" not in shown
    assert vmdsolve.hint(EASY)._repr_html_().startswith("<div>")


def test_a_trace_has_a_frame_for_each_step() -> None:
    solution = vmdsolve.solve("." * 16, domain="sudoku-4x4", method="vmd-only", steps=4, trace=True)
    frames = solution.frames()
    assert solution.trace is not None
    assert len(frames) == len(solution.trace.values)
    held = [sum(isinstance(mark, Word) and mark.text.isdigit() for mark in drawn.marks) for _, drawn in frames]
    assert held == sorted(held)
    assert (held[0], held[-1]) == (0, 16)


def test_pixels_are_a_picture_of_this_size() -> None:
    Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    seen = vmdsolve.watch(EASY, 1).frames()
    drawn = [one for _, one in seen]
    picture = Image.open(BytesIO(png(drawn[-1])))
    assert picture.size == (int(2 * (drawn[-1].width + 16)), int(2 * (drawn[-1].height + 16)))
    assert len(picture.getcolors(1 << 20)) > 2
    assert Image.open(BytesIO(gif(drawn))).n_frames > 1


@pytest.mark.parametrize("ending", PICTURES)
def test_every_kind_of_file_is_written_whole(ending: str, tmp_path: Path) -> None:
    path = save_picture(vmdsolve.hint(EASY), tmp_path / f"hint{ending}")
    begins = {".svg": b"<svg", ".html": b"<!doctype html>", ".png": b"\x89PNG", ".gif": b"GIF8", ".pdf": b"%PDF"}
    assert path.read_bytes().startswith(begins[ending])


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(vmdsolve.InvalidInput, match=r"wanted a name that ends in \.svg, \.html"):
        save_picture(vmdsolve.hint(EASY), tmp_path / "hint.bmp")
    with pytest.raises(vmdsolve.InvalidInput, match="str has no picture"):
        save_picture(EASY, tmp_path / "hint.svg")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("paper", "width"), [("a4", 595), ("letter", 612)])
def test_puzzles_are_printed_some_a_page_and_their_answers_behind(tmp_path: Path, paper: str, width: int) -> None:
    made = list(vmdsolve.generate("sudoku-4x4", 5))
    path = print_puzzles(made, tmp_path / "x.pdf", paper=paper, each=4)
    source = path.read_bytes()
    assert len(re.findall(rb"/Type /Page\b(?!s)", source)) == 4  # 4 and 1 puzzles, 4 and 1 answers
    assert int(float(re.findall(rb"/MediaBox \[0 0 ([\d.]+)", source)[0])) == width
    with pytest.raises(vmdsolve.InvalidInput, match="wanted one of a4, letter"):
        print_puzzles(made, tmp_path / "y.pdf", paper="a3")
    with pytest.raises(vmdsolve.InvalidInput, match="no puzzle"):
        print_puzzles([], tmp_path / "y.pdf")
    assert not (tmp_path / "y.pdf").exists()

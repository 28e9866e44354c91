"""puzz.link: published links with their published answers, what they hold, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import vmdsolve
from vmdsolve.domains import get, notations
from vmdsolve.errors import InvalidProblem
from vmdsolve.problem import Problem

SITE = "https://puzz.link/p?"


def read(text: str) -> Problem:
    notation = notations.find(text)
    assert notation is not None
    assert notation.name == "puzz.link"
    return notation.read(text)


# Examples of robx/pzprjs (test/script), each with the answer that its own check accepts there.
ANSWERED = {
    "sudoku/4/4/g1k23k3g": ("sudoku-4x4", "2143" "4312" "3421" "1234"),
    "kakuro/5/5/48la0.na0lh3l0Bn.0cl.c4a3": ("kakuro", "53" "3412" "1212" "1938" "84"),
    "skyscrapers/4/4/k13h4j3g": ("skyscrapers", "2143" "1234" "4312" "3421"),
    "easyasabc/4/4/3/1m2h3g3h": ("endview", "0bca" "a0bc" "bca0" "ca0b"),
    "lightup/6/6/nekcakbl": ("akari", None),
    "nonogram/6/6/12g1111h11112j12g11g21j11g3h": ("nonogram", "110100" "100010" "010110" "000000" "100010" "011100"),
    "starbattle/6/6/1/4ilbhgdnmhou": ("starbattle", "010000" "000100" "000001" "001000" "000010" "100000"),
}  # fmt: skip


@pytest.mark.parametrize(("link", "expected"), ANSWERED.items())
def test_examples_have_the_answer_that_is_published_with_them(link: str, expected: tuple[str, str | None]) -> None:
    problem = read(SITE + link)
    domain, answer = expected
    assert problem.domain == domain
    solution = vmdsolve.solve(problem, method="search", unique=True)
    assert solution.unique
    if answer is not None:
        assert solution.text == answer
    assert notations.write("puzz.link", problem) == SITE + link
    assert read(link).rules.digest == problem.rules.digest  # without the site before it


# Links that others published; that each has one answer is the check that they are read as they are meant.
UNIQUE = [
    "sudoku/9/9/l768g3g2g7o4h1j2h43h4g5h92h6j7h5o5g9g1g824l",  # semiexp/cspuz, its benchmark
    "skyscrapers/9/9/g4g7g5g5i4g5g7i3g2g8g6i7g8g2h",  # T0nyX1ang/noqx, its examples
    "skyscrapers/5/5/g2l2g43l35",
    "easyasabc/6/6/4/g1313h4131h4343h1434g",  # puzzlekit
    "akari/10/10/q757bzk6bh6bzk757bo",  # swaroopg92/penpa-edit#42
    "akari/10/10/r55..s.g7b.hbtb.h.g6.s0.g.gap",
    "starbattle/10/10/2/5g252c2qkgbakk98igse7g88cp3730so000u",
    "starbattle/15/15/3/31g94h1gk30glmiuum28c52kl8mh0i10o51gh4i1go2h84a4802gt5hah8la6046hc9aign1ga18424a42h8",
    "kakuro/6/5/Dclh4t9fl3-p-gl-alJeC3BgG",  # semiexp/cspuz_core
    "kakuro/15/15/m-dm.ffl-7l9-mQjmIBmbam-anWZs.jSpBjo.7goP4lJ9m..nAjo74lf-.lUUrF9l7-qHNq-clKTrO4l.-clgIoibn"
    ".JbmHglfgo.gOo7NpA-.s7Hnb-m-fm-7m-7m-hl-4l.-Dm-Em46BfgJjhSK79acVZD",
]


@pytest.mark.slow
@pytest.mark.parametrize("link", UNIQUE)
def test_published_links_have_one_answer(link: str) -> None:
    problem = read(SITE + link)
    assert vmdsolve.count_solutions(problem, limit=2, time_limit=60).n == 1
    assert read(notations.write("puzz.link", problem)).rules.digest == problem.rules.digest


@pytest.mark.parametrize(
    ("link", "message"),
    [
        (
            "slither/5/5/gch1222ch331bg222",
            "is of the kind 'slither', which there are no rules for here; there are sudoku",
        ),
        ("sudoku/9/9/l768", "the text ends too early"),
        ("sudoku/4/4/g1k23k3gg", "more than the board needs"),
        ("sudoku/4/4/g1k29k3g", "gives the number 9; wanted 1 to 4"),
        ("sudoku/12/12/" + "z" * 8, "whose boxes a link does not say"),
        ("sudoku/9/8/zzzs", "8 rows and 9 columns; wanted as many"),
        ("sudoku/999/999/z", "999 rows and 999 columns; wanted 1 to 100"),
        ("sudoku/4", "does not say its width and height"),
        ("lightup/v:/6/6/nekcakbl", "has the option 'v:'"),
        ("nonogram/2/1/1.g", r"a '\?' for a run"),
        ("easyasabc/4/4/9/1m2h3g3h", "9 letters in 4 rows"),
        ("starbattle/6/6/4ilbhgdnmhou", "wanted how many stars"),
        ("starbattle/6/6/1/4ilb!gdnmhou", "is no number in base 32"),
    ],
)
def test_what_is_no_such_link_is_refused(link: str, message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        read(SITE + link)


@pytest.mark.parametrize(
    ("domain", "text", "message"),
    [
        ("sudoku-x-4x4", "." * 16, "only the plain ones"),
        ("skyscrapers", "2 2 1/- -/- -/- -/- -", "no places without a tower"),
        ("akari", "1 2/- -/10", "no place for given cells"),
        ("starbattle", "2 2 1/1 @/1 1", "cut by borders"),
        ("starbattle", "2 2 1/1 2/2 1", "cut by borders"),
        ("kenken", "2 2/3 -/- -/1 1/1 -", "it holds sudoku, skyscrapers, easyasabc"),
        ("queens-6", "." * 36, "it holds sudoku, skyscrapers, easyasabc"),
    ],
)
def test_what_no_link_can_hold_is_not_written(domain: str, text: str, message: str) -> None:
    with pytest.raises(InvalidProblem, match=f"{domain} cannot be written as a puzz.link: .*{message}"):
        notations.write("puzz.link", get(domain).parse(text))


def test_sites_and_forms_of_the_link() -> None:
    forms = ("http://pzv.jp/p.html?", "https://pzprxs.vercel.app/p?", "puzz.link/p?", "https://puzz.link/p?")
    boards = [read(form + "sudoku/4/4/g1k23k3g").values for form in forms]
    assert all(np.array_equal(board, boards[0]) for board in boards)
    assert read(SITE + "building/4/4/k13h4j3g").domain == "skyscrapers"
    assert read("https://puzz.link/p?sudoku_edit/4/4/g1k23k3g").domain == "sudoku-4x4"


def test_minarism_is_futoshiki_where_it_shows_no_difference() -> None:
    problem = read(SITE + "minarism/4/4/hhhzigi")
    assert problem.domain == "futoshiki"
    assert vmdsolve.check(problem, "4321241312343142") == []  # the answer that robx/pzprjs accepts
    assert {violation.relation for violation in vmdsolve.check(problem, "1234241343213142")} == {"less"}
    with pytest.raises(InvalidProblem, match="shows the difference of two cells, which there is no rule for here"):
        read(SITE + "minarism/4/4/hhhq21pgi")  # its own example


def test_more_letters_than_there_are_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="has 28 letters in 30 rows; wanted 1 to 26"):
        read(f"{SITE}easyasabc/30/30/28/zzzzzz")

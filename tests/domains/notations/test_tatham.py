"""Game IDs of Simon Tatham's collection: published ones with what is known of them, saved files, refusals."""

from __future__ import annotations

import pytest

import vmdsolve
from vmdsolve.api.generate import generate
from vmdsolve.domains import get, notations
from vmdsolve.domains.notations.games import GAMES
from vmdsolve.domains.notations.tatham import Tatham
from vmdsolve.errors import InvalidProblem
from vmdsolve.problem import Problem


def read(text: str) -> Problem:
    notation = notations.find(text)
    assert notation is not None
    assert notation.name == "tatham"
    return notation.read(text)


LIGHT_UP = "a3cBb0dBBaBdBBa2nBbBh1g3bB1fBc2a1d2a3B0Bd1lBd1BB0a0dBa0cBfBBb0gBhBb1n1a03dBaBBdBb1c2a"
KILLER = (
    "3x3k:zzzc,__aaa___a_a___aa_____a______a____a_a__a______b____aa_abaaaaaa___aa______a_a___aaaaa_a___a_a__aaaaaba,"
    "10_6_8a11a9a12b10_11a16_6b10_17a11c8_8b12_8_21a7b11_7e13_19b4a9_12c9_10a23a10_12_13e12c14_7a15b4c"
)
SAVED = (
    "SAVEFILE:41:Simon Tatham's Portable Puzzle Collection\nVERSION :1:1\nGAME    :8:Light Up\n"
    f"PARAMS  :12:14x14b20s2d0\nCPARAMS :12:14x14b20s2d0\nSEED    :15:729572058378506\nDESC    :85:{LIGHT_UP}\n"
    "NSTATES :1:3\nSTATEPOS:1:3\nMOVE    :4:L0,0\n"
)


@pytest.mark.parametrize(
    ("text", "domain", "answers"),
    [
        (KILLER, "killer", 1),  # chrisboyle/sgtpuzzles#711: one answer, though its poster found two
        ("14x14b20s2d0:" + LIGHT_UP, "akari", 1),  # chrisboyle/sgtpuzzles#741
        (SAVED, "akari", 1),
        ("8x8dn:BbbahDMchcbdDEAc", "takuzu", 1),  # chrisboyle/sgtpuzzles#687: an answer whose rows repeat ...
        ("unruly:8x8udn:BbbahDMchcbdDEAc", "takuzu", 0),  # ... and none where they may not
        (
            "5:0,0L,0L,0,0,0R,0,0L,0D,0L,0R,0,2,0D,0,0,0,0,0,0,0U,0,0,0,0U,",
            "futoshiki",
            1,
        ),  # of the Guardian, in unequal.c
        ("5:0D,0L,0,0R,0,0,0D,0,3,0D,0,0R,0,0R,0D,0U,0L,0,1,2,0,0,0U,0,0L,", "futoshiki", 1),
        ("Pattern:10x10:4.5/2.4/3/1.1.1/5/1/5/7/7/3.1/2/2/1/1.3/1.3/1.6/2.2.3/3.1.3/5.3/3.1.4", "nonogram", 1),
        ("light up:7x7b20s4d0:cBd0c1hBe2h1c0d0c", "akari", 1),
    ],
)
def test_published_ids_have_as_many_answers_as_known(text: str, domain: str, answers: int) -> None:
    problem = read(text)
    assert problem.domain == domain
    assert vmdsolve.count_solutions(problem, limit=3).n == answers
    assert read(notations.write("tatham", problem)).rules.digest == problem.rules.digest


def test_solo_may_be_all_of_its_kinds() -> None:
    assert read("2x2:1b4i2b").values.tolist()[:4] == [0, -1, -1, 3]
    assert read("2x3:zj").layout.h == 2
    assert read("2x2x:p").domain == "sudoku-x-4x4"
    jigsaw = notations.write("tatham", next(generate("jigsaw", seed=1))[0])
    diagonals = jigsaw.replace("9j:", "9jx:")
    assert read(diagonals).rules.relations == ("row", "column", "region", "diagonal")
    assert notations.write("tatham", read(diagonals)) == diagonals


def test_an_id_that_no_game_or_several_may_read(monkeypatch: pytest.MonkeyPatch) -> None:
    tatham = notations.get("tatham")
    assert notations.find("6x6:az") is tatham
    assert notations.find("6:az") is None
    assert notations.find("9x9:53..7....6..195") is None
    with pytest.raises(InvalidProblem, match="no game here reads this game ID; put the game's name before it"):
        tatham.read("6x6:az")
    with pytest.raises(InvalidProblem, match=r"this Light Up ID.*: the text ends too early"):
        tatham.read("6x6:az", "akari")
    monkeypatch.setattr(Tatham, "_fitting", lambda *_: GAMES[4:6])
    with pytest.raises(InvalidProblem, match="may be of unruly or lightup; put the name and ':' before it"):
        tatham.read("6x6:az")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3x3#123456789", "holds a random seed"),
        ("solo:3x3db#123456789", "holds a random seed"),
        ("net:5x5:abc", "no rules here for the game 'net'; there are Solo, Towers"),
        ("SAVEFILE:41:Simon Tatham's Portable Puzzle Collection\nGAME    :8:Galaxies\nPARAMS  :5:3x3dn\nDESC    :1:m\n",
         "no rules here for the game 'Galaxies'"),
        ("SAVEFILE:41:Simon Tatham's Portable Puzzle Collection\nGAME    :4:Solo\n", "no GAME, PARAMS and DESC"),
        ("solo:3x3:1a2", "cells are described up to 3 of 81"),
        ("solo:99x99:a", "of size 9801; wanted 2 to 25"),
        ("solo:3x3:zzzc1", "more than the board needs"),
        ("solo:2x2:9_9_9_9l", "a number beyond 1 to 4"),
        ("solo:3x3k:zzzc;", "wanted ',' and then regions or cages"),
        ("keen:3:_13,a1_", "wanted a, m, s or d and a number"),
        ("keen:3:zz,a1", "lines do not fit the board"),
        ("towers:2:1/2", "the text ends too early"),
        ("unequal:2:0L,0,0,0,", "a sign points off the board"),
        ("unequal:2:0R,0L,0,0,", "each is greater than the other"),
        ("unequal:4a:0,0,0,0", "marks say that neighbours follow"),
        ("unruly:4x4:abc", "the text ends too early"),
        ("lightup:2x2:5c", "wanted B, 0 to 4"),
        ("pattern:2x2:1/1/1", "3 lines of runs; wanted 2 for columns and 2 for rows"),
        ("pattern:2x2:9/1/1/1", "9"),
    ],
)  # fmt: skip
def test_what_no_game_here_reads_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        read(text)


@pytest.mark.parametrize(
    ("domain", "text", "message"),
    [
        ("windoku-9x9", "." * 81, "jigsaws, both diagonals and killer cages"),
        ("killer", "2 2/3 -/- -/1 1/- -", "each of its cells is in one cage"),
        ("kenken", "2 2/3 -/- -/1 1/1 -", "'3', which it cannot say"),
        ("kenken", "2 2/3+ -/- -/1 1/- -", "each of its cells is in a cage"),
        ("skyscrapers", "2 2 1/- -/- -/- -/- -", "no places without a tower"),
        ("akari", "1 2/- -/10", "no place for given cells"),
        ("starbattle", "2 2 1/1 2/2 1", "there is no such game among Solo"),
    ],
)
def test_what_no_id_can_hold_is_not_written(domain: str, text: str, message: str) -> None:
    with pytest.raises(InvalidProblem, match=f"{domain} cannot be written as a game ID: .*{message}"):
        notations.write("tatham", get(domain).parse(text))

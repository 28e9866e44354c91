"""Spelling: open signs are settled by the whole board, and symbols keep what the domain says they are."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from helpers.data import DATA
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve.domains import get, layout_of
from vmdsolve.domains.reading import read, read_answer
from vmdsolve.domains.takuzu import Takuzu
from vmdsolve.errors import InvalidProblem
from vmdsolve.problem import OPEN

SQUARES = {4: "0123123023013012", 5: "0123412340234013401240123"}  # Latin squares that are counted from 0


@pytest.mark.parametrize("sign", "._*?x-")
@pytest.mark.parametrize("n", SQUARES)
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_a_board_that_is_counted_from_0_keeps_its_zeros(n: int, sign: str, data: st.DataObject) -> None:
    keep = data.draw(st.lists(st.booleans(), min_size=n * n, max_size=n * n))
    cells = [c if kept else sign for c, kept in zip(SQUARES[n], keep, strict=True)]
    if not {"0", sign} <= {*cells}:
        return
    problem = read("".join(cells), f"latin-{n}")
    wanted = [OPEN if c == sign else int(c) for c in cells]
    assert problem.values.tolist() == wanted
    layout = layout_of(problem)
    assert layout.symbols == "01234"[:n]
    assert read(layout.write(problem.values), f"latin-{n}").values.tolist() == wanted
    assert read_answer(SQUARES[n], problem).values.tolist() == [*map(int, SQUARES[n])]
    grid = [[None if v == OPEN else v for v in row] for row in np.reshape(wanted, (n, n)).tolist()]
    answer = vmdsolve.solve(grid, domain=f"latin-{n}", method="search").grid
    assert all(g in (None, a) for row, line in zip(grid, answer, strict=True) for g, a in zip(row, line, strict=True))
    for open_number in (-1, float("nan")):
        numbers = [[open_number if v is None else v for v in row] for row in grid]
        assert read(numbers, f"latin-{n}").values.tolist() == wanted


@pytest.mark.parametrize("text", ["0.34" + "1" + "." * 11, "00.." + "." * 12, ".0z1" + "." * 12])
def test_two_signs_for_open_are_asked_about(text: str) -> None:
    with pytest.raises(InvalidProblem, match=r"would be open cells of latin-4|holds 'z'"):
        read(text, "latin-4")


def test_hexadecimal_and_letters_are_read_and_answered_as_they_came() -> None:
    folder = DATA / "field"
    if not folder.is_dir():
        pytest.skip(f"no published board at {folder}; set VMDSOLVE_DATA to a folder that has field")
    puzzle = (folder / "hex-16x16.txt").read_text(encoding="utf-8").strip()
    answer = (folder / "hex-16x16.answer.txt").read_text(encoding="utf-8").strip()
    hexadecimal, letters = "0123456789ABCDEF", "ABCDEFGHIJKLMNOP"
    for alphabet, sign in (
        (hexadecimal, "."),
        (hexadecimal, "-"),
        (letters, "."),
        (letters, "0"),
        (letters[::-1], "_"),
    ):
        table = str.maketrans(hexadecimal + ".", alphabet + sign)
        solution = vmdsolve.solve(puzzle.translate(table), method="search", unique=True)
        assert (solution.text, solution.unique) == (answer.translate(table), True)


def test_any_nine_letters_are_an_alphabet() -> None:
    puzzle = "083020090000800100029300008000098700070000060006740000300006980002005000010030540"
    answer = "183524697547869123629317458235698714471253869896741235354176982962485371718932546"
    table = str.maketrans("0123456789", ".WORKDAYSX".replace("X", "H"))
    assert vmdsolve.solve(puzzle.translate(table), method="search").text == answer.translate(table)


# Symbols that are no digits -----------------------------------------------------------------------------


def test_boards_of_queens_mean_what_people_mean() -> None:
    queens = [(0, 6), (1, 1), (2, 3), (4, 7), (5, 4), (6, 2), (7, 5)]  # reasoning-gym, n_queens example 1
    board = np.zeros((8, 8), int)
    board[tuple(zip(*queens, strict=True))] = 1
    [answer] = [
        p for p in permutations(range(8))
        if all(p[r] == c for r, c in queens)
        and len({p[r] + r for r in range(8)}) == len({p[r] - r for r in range(8)}) == 8
    ]  # fmt: skip
    wanted = "".join("Q" if answer[r] == c else "_" for r in range(8) for c in range(8))
    marks = "\n".join(" ".join("_Q"[n] for n in row) for row in board.tolist())
    listed = [[*row] for row in marks.replace(" ", "").split("\n")]
    digits = marks.replace("_", "0").replace("Q", "1")
    for grid in (board, board.tolist(), board.astype(float), str(board.tolist()), listed, digits, marks,
                 marks.replace("_", ".")):  # fmt: skip
        solution = vmdsolve.solve(grid, domain="queens-8", method="search", unique=True)
        assert (solution.text, solution.unique) == (wanted, True)
    assert vmdsolve.solve(board, domain="queens-8", method="search").grid.sum() == 8
    full = [[int(c == "Q") for c in wanted[at : at + 8]] for at in range(0, 64, 8)]
    assert vmdsolve.check(board, full, domain="queens-8") == []


@settings(deadline=None, max_examples=60)
@given(values=st.lists(st.integers(OPEN, 1), min_size=16, max_size=16))
def test_boards_of_queens_come_back_as_they_were_written(values: list[int]) -> None:
    domain = get("queens-4")
    board = np.array(values, np.int32)
    for text in (domain.format(board), domain.write(board)):
        assert read(text, "queens-4").values.tolist() == values
        assert domain.parse(text).values.tolist() == values
    many = domain.parse_many([domain.format(board)] * 3)
    assert many is not None
    assert many.tolist() == [values] * 3
    assert read(domain.to_numbers(board).reshape(4, 4), "queens-4").values.tolist() == values


def test_squares_without_a_queen_can_be_said() -> None:
    for grid in ("x" + "." * 15, "_" + "." * 15, "x" + "_" * 15, [0] + [None] * 15, [0] + [-1] * 15, [2] + [0] * 15):
        assert read(grid, "queens-4").values.tolist() == [0] + [OPEN] * 15


def test_numbers_are_refused_where_they_stand_for_nothing() -> None:
    for name in ("brackets-4", "text-16", "equation-5"):
        L = get(name).rules.L
        with pytest.raises(InvalidProblem, match="numbers stand for no symbol"):
            read([1] * L, name)
    assert read(["(", None, "", ")"], "brackets-4").values.tolist() == [0, OPEN, OPEN, 1]
    assert read([3, -1, None, 0], "chain").values.tolist() == [3, OPEN, OPEN, 0]


@settings(deadline=None, max_examples=40)
@given(values=st.lists(st.integers(OPEN, 1), min_size=4, max_size=4), sign=st.sampled_from("x-.?_* "))
def test_zero_stays_a_symbol_where_it_is_one(values: list[int], sign: str) -> None:
    board = Takuzu(2, 2, distinct=False)
    problem = board.problem()
    if sign == " " and {*values} == {OPEN}:
        return  # white space alone is no board
    rows = ["".join(sign if v == OPEN else str(v) for v in values[at : at + 2]) for at in (0, 2)]
    assert read_answer("\n".join(rows), problem).values.tolist() == values
    assert read_answer(np.reshape(values, (2, 2)), problem).values.tolist() == values
    with pytest.raises(InvalidProblem, match=r"takuzu uses 01 and '\.' for open cells"):
        board.parse("z" * 4)

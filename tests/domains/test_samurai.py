"""Samurai: every form that people write it in is the same problem, and boards that overlap count as others prove."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vmdsolve
from vmdsolve.api.generate import generate
from vmdsolve.domains import get, layout_of
from vmdsolve.domains.parts.overlapping import STANDARD, WIDE
from vmdsolve.domains.reading import read
from vmdsolve.domains.samurai import Samurai
from vmdsolve.errors import InvalidInput, InvalidProblem
from vmdsolve.files.records import open_input
from vmdsolve.problem import OPEN
from vmdsolve.search import enumerate_values, solve_values
from vmdsolve.testing.oracles import brute_force, cp_sat

[(PUZZLE, ANSWER)] = list(generate("samurai", seed=1))
CELLS = layout_of(PUZZLE).format(PUZZLE.values)
BOARDS = [(0, 0), (0, 12), (6, 6), (12, 0), (12, 12)]
FULL = np.full((21, 21), " ")
FULL[STANDARD] = [*CELLS]


def text(open_sign: str, outside: str, between: str = "") -> str:
    return "\n".join(between.join(row).replace(".", open_sign) for row in np.where(STANDARD, FULL, outside))


FORMS = {
    "as it is written": layout_of(PUZZLE).write(PUZZLE.values),
    "as it is drawn": layout_of(PUZZLE).render(PUZZLE.values),
    "one line": CELLS,
    "rows without what is outside": text(".", "").replace(" ", ""),
    "blanks outside": text(".", " "),
    "blanks outside, cut off": "\n".join(line.rstrip() for line in text(".", " ").split("\n")),
    "blanks outside, and between": text("0", " ", " "),
    "hashes outside": text(".", "#"),
    "zeros everywhere": text("0", "0"),
    "zeros, points outside": text("0", "."),
    "dashes, x outside": text("-", "x"),
    "blanks where open": text(" ", " "),
    "commas": text("", "", ","),
    "on one line of 441": text("0", ".").replace("\n", ""),
    "five boards": "\n".join("".join(FULL[r : r + 9, c : c + 9].ravel()) for r, c in BOARDS),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_problem(form: str) -> None:
    problem = get("samurai").parse(FORMS[form])
    assert problem.values.tolist() == PUZZLE.values.tolist()
    assert problem.layout.corners == BOARDS


NAMELESS = [
    form for form in FORMS if form not in ("as it is written", "blanks where open", "five boards", "on one line of 441")
]


@pytest.mark.parametrize("form", NAMELESS)
def test_text_of_its_shape_alone_needs_no_name(form: str, tmp_path: Path) -> None:
    assert read(FORMS[form]).values.tolist() == PUZZLE.values.tolist()
    file = tmp_path / "some.txt"
    for text in ([FORMS[form]], [FORMS[form]] * 2):
        file.write_text("\n\n".join(text) + "\n", encoding="utf-8")
        found = [read(record.puzzle, record.domain).values.tolist() for record in open_input(str(file))]
        assert found == [PUZZLE.values.tolist()] * len(text)


def test_a_samurai_that_is_none_is_told_by_its_row() -> None:
    with pytest.raises(InvalidInput, match="row 1, column 1 holds 'q'"):
        read("q" + FORMS["rows without what is outside"][1:])


def test_values_of_python_are_the_same_problem() -> None:
    grid = [[None if sign in " ." else int(sign) for sign in row] for row in FULL]
    for values in (grid, np.array(grid, dtype=object), np.array([[n or 0 for n in row] for row in grid])):
        assert get("samurai").problem(values).values.tolist() == PUZZLE.values.tolist()


def test_a_cell_that_one_board_gives_alone_is_given() -> None:
    lines = FORMS["five boards"].split("\n")
    symbol = str(ANSWER[np.count_nonzero(STANDARD[:6]) + 6] + 1)  # the first that boards 1 and 3 share
    for own, other in ((symbol, "."), (".", symbol)):
        first, middle = lines[0][:60] + own + lines[0][61:], other + lines[2][1:]
        whole = "\n".join([first, lines[1], middle, *lines[3:]])
        assert vmdsolve.solve(whole, domain="samurai", unique=True).text == layout_of(PUZZLE).format(ANSWER)


@pytest.mark.parametrize(
    ("side", "corners"),
    [
        (15, [(0, 0), (6, 6)]),  # two boards
        (21, [(0, 0), (6, 6), (12, 12)]),  # three, gattai
        (15, [(0, 0), (0, 6), (6, 3)]),
    ],
)
def test_boards_are_found_where_there_is_no_doubt(side: int, corners: list[tuple[int, int]]) -> None:
    mask = np.full((side, side), "@")
    for r, c in corners:
        mask[r : r + 9, c : c + 9] = "."
    drawn = "\n".join("".join(row) for row in mask)
    if (0, 6) in corners:  # side by side in whole boxes: a board between them would fit, too
        with pytest.raises(InvalidProblem, match="line 1: more than one set of boards fits; wanted a line `rows"):
            get("samurai").parse(drawn)
        return
    assert get("samurai").parse(drawn).layout.corners == corners


@pytest.mark.parametrize(("above", "left"), [(3, 0), (0, 3), (1, 1), (0, 0)])
def test_what_is_around_all_boards_does_not_count(above: int, left: int) -> None:
    mask = np.full((above + 21 + 2, left + 21 + 1), "@")
    mask[above : above + 21, left : left + 21] = [
        [sign if sign in "123456789" else "." for sign in row] for row in FULL
    ]
    mask[above : above + 21, left : left + 21][~STANDARD] = "@"
    found = get("samurai").parse("\n".join("".join(row) for row in mask))
    assert found.layout.corners == PUZZLE.layout.corners
    assert found.values.tolist() == PUZZLE.values.tolist()
    assert get("samurai").parse(layout_of(found).write(found.values)) == found


@pytest.mark.parametrize("board", [0, 2])
def test_what_no_cell_can_hold_is_refused_in_a_cell_that_two_boards_share(board: int) -> None:
    lines = FORMS["five boards"].split("\n")
    at = {0: 60, 2: 0}[board]  # the same cell
    lines[board] = lines[board][:at] + "q" + lines[board][at + 1 :]
    with pytest.raises(InvalidProblem, match="row 7, column 7 holds 'q'"):
        get("samurai").parse("\n".join(lines))


def test_a_flower_says_where_its_boards_begin() -> None:
    flower = Samurai([(0, 3), (3, 0), (3, 3), (3, 6), (6, 3)])
    again = get("samurai").parse(flower.clues.replace("□", "."))
    assert again.layout.corners == flower.corners
    assert flower.rules.L == 15 * 15 - 4 * 9
    assert vmdsolve.solve(again).status.has_solution


@pytest.mark.parametrize(
    ("corners", "grids"),
    [
        ([(0, 0)], 288),
        ([(0, 0), (2, 2)], 288 * 12),  # of 288 grids 12 have a given box
        ([(0, 0), (0, 2)], 48 * 4 * 4 + 48 * 2 * 2),  # of 96 pairs of boxes half stand in 4 grids, half in 2
        ([(0, 0), (0, 4)], 288 * 288),  # which share no cell
        ([(0, 0), (2, 2), (4, 4)], 288 * 12 * 12),
    ],
)
def test_boards_of_4x4_have_as_many_grids_as_known(corners: list[tuple[int, int]], grids: int) -> None:
    rules = Samurai(corners, 4).rules
    assert solve_values(rules, np.full((1, rules.L), OPEN, np.int32), limit=None).counts[0] == grids


@pytest.mark.parametrize("corners", [[(0, 0), (2, 2)], [(0, 0), (0, 2), (2, 1)], [(0, 1), (1, 0)]])
def test_checker_search_and_cp_sat_find_the_same_grids(corners: list[tuple[int, int]]) -> None:
    rules = Samurai(corners, 4).rules
    for seed in range(3):
        values = np.full(rules.L, OPEN, np.int32)
        values[np.random.default_rng(seed).permutation(rules.L)[:3]] = range(3)
        wanted = sorted(brute_force(rules, values))
        assert sorted(map(tuple, enumerate_values(rules, values))) == wanted == sorted(cp_sat(rules, values))


def test_each_board_is_a_sudoku_and_the_answer_the_only_one() -> None:
    solution = vmdsolve.solve(PUZZLE, unique=True, method="search")
    assert solution.unique
    full = np.zeros((21, 21), int)
    full[STANDARD] = ANSWER + 1
    for r, c in BOARDS:
        board = "".join(map(str, full[r : r + 9, c : c + 9].ravel()))
        assert vmdsolve.check(board, "." * 81) == []


def test_hints_name_lines_by_where_they_run() -> None:
    board = layout_of(PUZZLE)
    said = [board.unit_text(rule) for rule in board.constraints]
    assert len({*said}) == len(said) == 5 * 27 - 4
    assert said[0] == "row 1 from column 1 to 9"
    assert board.rule_text(board.constraints[-1]) == "the box at row 19, column 19 holds no symbol twice"
    assert "row " in str(vmdsolve.hint(PUZZLE))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("", "got 0 rows; wanted 21 rows of 21, or of 18, 21 and 9 without what is outside, five lines"),
        ("\n".join(FORMS["hashes outside"].split("\n")[:20]), "line 1: cells are in no board of 9x9; wanted a line"),
        (FORMS["rows without what is outside"][:-1], "line 21: row 21 has 17 cells; wanted 21 rows of 21"),
        (FORMS["hashes outside"].replace("#", "5", 1), "line 1: row 1, column 10 holds '5', which is outside of all"),
        ("q" + CELLS[1:], "line 1: row 1, column 1 holds 'q'; samurai uses 123456789 here"),
        ("1" * 441, "more than one set of boards fits"),
        ("9 9 9 r1c2", "line 1: boards of 9x9 at these cells do not end where 9 rows and 9 columns do"),
        ("18 18 9 r1c1 r1c1 r10c10", "line 1: 3 boards; wanted 64 at most, each once"),
        ("10 9 9 r2c1", "line 1: no board begins in the first row, or none in the first column"),
        ("9 9 9 r0c1", r"a cell is 'r0c1'; wanted \(row, column\) from"),
        ("4 4 4 r1c1/1 2 3", "line 2: 3 entries, wanted 4: cells, @ outside of boards"),
        ("4 4 99 r1c1", "line 1: the order is '99'; wanted a whole number from 2 to 25"),
    ],
)  # fmt: skip
def test_what_is_no_samurai_is_refused_with_its_place(bad: str, message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        get("samurai").parse(bad)


def test_rows_have_as_many_cells_as_boards_give_them() -> None:
    assert WIDE == [18] * 6 + [21] * 3 + [9] * 3 + [21] * 3 + [18] * 6

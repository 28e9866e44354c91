"""Trinairo: counts that another way of counting gives, and what its text may not say."""

from __future__ import annotations

from itertools import permutations, product

import pytest

import vmdsolve
from vmdsolve.domains import get
from vmdsolve.errors import InvalidProblem

COLUMNS = list(permutations("123"))


@pytest.mark.parametrize("marked", [False, True])
def test_boards_of_three_rows_are_as_many_as_their_columns_allow(marked: bool) -> None:
    """A column is one of six; rows have each number twice, and a marked corner another than beside it."""
    wanted = sum(
        (not marked or boards[0][0] != boards[1][0])
        and all([column[row] for column in boards].count(number) == 2 for row in range(3) for number in "12")
        for boards in product(COLUMNS, repeat=6)
    )
    first = "-x - - - - -" if marked else "- - - - - -"
    text = f"3 6/{first}/- - - - - -/- - - - - -"
    assert vmdsolve.count_solutions(text, domain="trinairo", limit=None) == (wanted, True)
    assert wanted == (720 if marked else 900)


@pytest.mark.parametrize(
    ("text", "count"),
    [("3 3" + "/- - -" * 3, 12), ("3 3/- 2x -/-x 1 -/- - -", 2), ("3 3/1x - -/1 - -/- - -", 0)],
)
def test_small_boards_have_as_many_answers_as_known(text: str, count: int) -> None:
    assert vmdsolve.count_solutions(text, domain="trinairo", limit=None) == (count, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3 4", "trinairo, line 1: 3 rows and 4 columns; wanted multiples of 3, 60 at most"),
        ("3 3/- - x/- - -/- - -", "line 2: row 1, column 3 holds 'x'; wanted 1, 2, 3 or '-', with an x behind"),
        ("3 3/- - -/4x - -/- - -", "line 3: row 2, column 1 holds '4x'; wanted 1, 2, 3 or '-'"),
        ("3 3/- - -/- -/- - -", "line 3: 2 entries, wanted 3"),
    ],
)
def test_bad_text_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        get("trinairo").parse(text)

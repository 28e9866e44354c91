"""Boards and messages as people see them, character by character."""

from __future__ import annotations

import numpy as np
import pytest

from vmdsolve.domains import Domain, Family, get, names
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.problem import OPEN, Solution, Status, Violation
from vmdsolve.results import ADVICE

EDGE = "+-------+-------+-------+\n"
DRAWN = {
    "sudoku-4x4": (
        "1.......2......4",
        "+-----+-----+\n| 1 . | . . |\n| . . | . . |\n+-----+-----+\n| 2 . | . . |\n| . . | . 4 |\n+-----+-----+",
    ),
    "sudoku-6x6": (
        "123456" + "." * 30,
        "+-------+-------+\n| 1 2 3 | 4 5 6 |\n| . . . | . . . |\n+-------+-------+\n"
        + "| . . . | . . . |\n| . . . | . . . |\n+-------+-------+\n" * 2,
    ),
    "sudoku-9x9": (
        "53..7...." + "." * 72,
        EDGE + "| 5 3 . | . 7 . | . . . |\n" + "| . . . | . . . | . . . |\n" * 2
        + (EDGE + "| . . . | . . . | . . . |\n" * 3) * 2 + EDGE,
    ),
    "latin-3": ("1..2..3..", "1 . .\n2 . .\n3 . ."),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_boards_are_drawn_like_this(name: str) -> None:
    text, drawing = DRAWN[name]
    assert get(name).render(get(name).parse(text).values) == drawing.rstrip("\n")


def test_a_board_of_16_is_drawn_like_this() -> None:
    lines = get("sudoku-16x16").render(np.arange(256, dtype=np.int32) % 16).split("\n")
    assert lines[1] == "| 1 2 3 4 | 5 6 7 8 | 9 A B C | D E F G |"
    assert lines[0] == lines[5] == lines[10] == lines[20] == "+---------+---------+---------+---------+"
    assert len(lines) == 21


@pytest.mark.parametrize("box", [(1, 4), (4, 1), (2, 3), (3, 2), (2, 2), (3, 4), (4, 3), (3, 3), (4, 4)])
def test_borders_stand_under_each_other_whatever_the_box(box: tuple[int, int]) -> None:
    lines = Sudoku(*box).render(np.full((box[0] * box[1]) ** 2, OPEN, np.int32)).split("\n")
    borders = [line for line in lines if line[0] == "+"]
    rows = [line for line in lines if line[0] == "|"]
    assert len(set(rows)) == 1
    assert len(borders) == box[1] + 1  # h rows a band: N / h bands
    for border in borders:
        assert [i for i, c in enumerate(border) if c == "+"] == [i for i, c in enumerate(rows[0]) if c == "|"]


@pytest.mark.parametrize("name", [name for name in names() if not isinstance(get(name), Family)])
def test_every_drawing_can_be_read_again(name: str) -> None:
    domain = get(name)
    values = np.random.default_rng(0).integers(OPEN, domain.rules.V, domain.rules.L).astype(np.int32)
    assert (domain.parse(domain.render(values)).values == values).all()


def spans(domain: Domain, givens: str, answer: str) -> dict[str, str]:
    """Style -> the characters that have it."""
    text = domain.picture(domain.parse(answer).values, givens=domain.parse(givens).values).styled(boxes=False)
    found: dict[str, str] = {}
    for span in text.spans:
        found[str(span.style)] = found.get(str(span.style), "") + text.plain[span.start : span.end]
    return found


def test_givens_are_bold_and_the_rest_is_coloured() -> None:
    domain = get("sudoku-4x4")
    found = spans(domain, "1......44......1", "1423231441323241")
    assert {style: "".join(sorted(text)) for style, text in found.items() if style == "dim"} == {
        "dim": "".join(sorted("+-----+-----+" * 3 + "|||" * 4))
    }
    del found["dim"]
    assert found == {
        "bold": "1441",
        "cyan": "423231132324",
    }
    text = domain.picture(
        domain.parse("1423231441323241").values, givens=domain.parse("1......44......1").values
    ).styled(boxes=False)
    assert text.plain == domain.render(domain.parse("1423231441323241").values)


def test_broken_rules_are_told_with_symbols_and_names_of_cells() -> None:
    domain = get("sudoku-16x16")
    told = domain.violation_text(Violation("box", (0, 17, 34), "all hold {}", (9,)))
    assert told == "box: all hold A (row 1, column 1 and row 2, column 2 and row 3, column 3)"
    assert domain.violation_text(Violation("less", (0, 1), "{} is not smaller than {}", (3, 2))).startswith(
        "less: 4 is not smaller than 3 ("
    )


def test_a_long_list_of_cells_is_cut() -> None:
    told = get("sudoku-9x9").violation_text(Violation("count", tuple(range(20)), "{} stands 3 times, not 2", (0,)))
    assert told.startswith("count: 1 stands 3 times, not 2 (row 1, column 1 and ")
    assert told.endswith("row 1, column 9 and 11 more)")


def test_reasons_without_cells_and_changed_givens_speak_for_themselves() -> None:
    domain = get("sudoku-4x4")
    assert domain.violation_text(Violation("input", (), "cell 3 holds value 99")) == "cell 3 holds value 99"
    given = Violation("given", (1,), "row 1, column 2 is given as 3, not 5")
    assert domain.violation_text(given) == "given: row 1, column 2 is given as 3, not 5"
    assert domain.violation_text(Violation("x", (0,), "holds {}", (99,))) == "x: holds symbol 100 (row 1, column 1)"


def test_what_was_not_checked_is_not_called_solved() -> None:
    said = Solution(Status.UNCHECKED, grid="a", text="a", method="vmd").outcome
    assert said == "filled in by vmd; nothing was checked; 0.00 s"


@pytest.mark.parametrize("status", [status for status in Status if not status.has_solution])
def test_every_other_status_comes_with_advice(status: Status) -> None:
    assert Solution(status).outcome == f"{status}: {ADVICE[status]}; 0.00 s"


def test_an_answer_is_told_with_what_it_cost() -> None:
    assert Solution(Status.SOLVED, method="search", unique=False, nfe=1, seconds=1.5).outcome == (
        "solved by search; not the only answer; 1 network evaluation; 1.50 s"
    )

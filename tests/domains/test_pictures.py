"""Everything can be looked at, whatever its kind: problems, answers, hints, broken rules."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import Problem, Solution, Status, Violation
from vmdsolve.domains import Domain, Family, get, layout_of, names
from vmdsolve.domains.sequence import TokenSequence
from vmdsolve.drawing import Picture, Shown
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Rules
from vmdsolve.testing import specimens

ESCAPE = "houses 2/\x1b[31mpet: f\x1b]0;ox d\x07og/drink: tea milk/12.."


def kinds() -> list[str]:
    """One name, and the smallest, of each kind of puzzle."""
    seen: dict[str, str] = {}
    for name in names():
        domain = get(name)
        kind = domain.kind if isinstance(domain, Family) else type(domain)
        seen.setdefault("Colouring" if kind.__name__.startswith("Colouring") else kind.__name__, name)
    return [*seen.values(), "regex:4:[ab]+"]


@cache
def instance(name: str) -> tuple[Problem, np.ndarray]:
    return specimens.problem(get(name), 1, seed=3)


def told(thing: Shown) -> list[str]:
    """Everything that is shown of it, checked as far as it is the same for all."""
    out = []
    for boxes in (False, True):
        text = thing.render(boxes=boxes)
        assert all(line.isprintable() for line in text.split("\n"))
        assert boxes or text.isascii()
        out.append(text)
    assert str(thing) == out[0]
    html = thing._repr_html_()
    assert html.startswith("<div>")
    assert "<script" not in html
    assert html.isprintable()
    return [*out, html]


@pytest.mark.parametrize("name", kinds())
@settings(deadline=None, max_examples=12)
@given(data=st.data())
def test_every_board_is_drawn_with_a_place_for_every_cell(name: str, data: st.DataObject) -> None:
    problem, _ = instance(name)
    board, rules = layout_of(problem), problem.rules
    values = np.array(data.draw(st.lists(st.integers(OPEN, rules.V - 1), min_size=rules.L, max_size=rules.L)), np.int32)
    told(Problem(problem.domain, rules, values, board))
    cell = data.draw(st.integers(0, rules.L - 1))
    if name == "zebra":
        drawn = board.picture(values).text()
        assert all(item in drawn for item in board.cell)
        return
    cells = board.cells_of(values, values)
    assert len(cells) == rules.L
    changed = values.copy()
    changed[cell] = values[cell] - 1 if values[cell] > OPEN else 0
    for boxes in (False, True):
        text = board.picture(values).text(boxes=boxes)
        for shown in cells:
            wanted = shown.boxed if boxes and shown.boxed is not None else shown.text
            if not isinstance(board, TokenSequence):  # a row is written as it is read, an open cell as '.'
                assert wanted in text
        assert board.picture(changed).text(boxes=boxes) != text
    looks = {cell: data.draw(st.sampled_from(["broken", "next"]))}
    plain = board.picture(values, looks=looks).text()
    assert plain != board.picture(values).text()  # a mark is seen without colour


@pytest.mark.parametrize("name", kinds())
def test_every_result_is_drawn(name: str) -> None:
    problem, answer = instance(name)
    board = layout_of(problem)
    solution = vmdsolve.solve(problem, method="search")
    for text in told(solution)[:2]:
        assert text.endswith(solution.outcome)
        if name != "zebra":
            filled = board.picture(board.parse(solution.text).values).lines()
            assert text.split("\n")[: len(filled)] == [
                "".join(t for t, _ in line).rstrip() for line in board.picture(
                    board.parse(solution.text).values
                ).lines(boxes=text == solution.render(boxes=True) != solution.render())
            ]  # fmt: skip
    told(vmdsolve.hint(problem))
    told(vmdsolve.explain(problem))
    told(Solution(Status.TIMEOUT, layout=board, givens=problem.values))
    other = answer.copy()
    other[0] = (answer[0] + 1) % problem.rules.V
    for broken in vmdsolve.check(problem, Problem(problem.domain, problem.rules, other, board)):
        told(broken)
        assert "symbol" not in broken._words().replace("holds no symbol", "")
        assert broken.relation in repr(broken)


@pytest.mark.parametrize("name", kinds())
def test_candidates_are_what_no_single_rule_excludes(name: str) -> None:
    problem, answer = instance(name)
    marks = problem.pencil_marks()
    for cell, left in enumerate(marks):
        assert (not left) == (problem.values[cell] != OPEN)
        assert problem.values[cell] != OPEN or int(answer[cell]) in left
    assert (problem.render(candidates=True) != problem.render()) == bool((problem.values == OPEN).any())


def test_candidates_are_drawn_like_this() -> None:
    assert get("sudoku-4x4").parse("1......2..4..3..").render(candidates=True, boxes=True).split("\n") == [
        "┌─────────┬─────────┐",
        "│   1  24 │ (3)  34 │",
        "│  34 (4) │  13   2 │",
        "├─────────┼─────────┤",
        "│ (2)  12 │   4  13 │",
        "│  24   3 │  12 (1) │",
        "└─────────┴─────────┘",
    ]


def test_clues_are_apart_from_the_cells() -> None:
    problem = get("skyscrapers").parse("3 3 3/3 - 1/- 2 -/3 2 -/- - 1/1 . ./. . ./. . .")
    assert str(problem).split("\n") == [
        "    3   1",
        "  +-------+",
        "3 | 1 . . |",
        "2 | . . . |",
        "  | . . . | 1",
        "  +-------+",
        "      2",
    ]


def test_a_zebra_is_a_table_of_houses() -> None:
    problem = get("zebra").parse("houses 2/pet: fox dog/drink: tea milk/fox = milk/12..")
    assert str(problem).split("\n") == [
        "+-----------------+",
        "| house pet drink |",
        "+-----------------+",
        "|     1 fox .     |",
        "|     2 dog .     |",
        "+-----------------+",
        "not placed: tea, milk",
        "fox and milk are in the same house",
    ]
    wide = max(map(len, str(problem).split("\n")))
    assert wide <= 80


def test_what_a_puzzle_says_is_never_obeyed() -> None:
    problem = get("zebra").parse(ESCAPE)
    for text in told(problem) + told(vmdsolve.solve(problem, method="search")):
        assert "\x1b" not in text
        assert "\x07" not in text
    assert "?[31mpet" in str(problem)


def test_a_problem_that_only_names_its_domain_is_drawn_as_such() -> None:
    domain = get("sudoku-4x4")
    problem = domain.parse("1......2..4..3..")
    assert str(Problem(problem.domain, problem.rules, problem.values)) == str(problem)
    unknown = Problem("nobody's", Rules(3, 2), np.array([0, OPEN, 1]))
    assert repr(unknown) == 'Problem("nobody\'s", 2 of 3 given)'
    assert told(unknown)[0].endswith("\n1 . 2")
    assert unknown.render(candidates=True) == unknown.render()


class Printer:
    """What IPython and hypothesis hand to `_repr_pretty_`."""

    def __init__(self) -> None:
        self.said = ""

    def text(self, text: str) -> None:
        assert "\n" not in text
        self.said += text

    def break_(self) -> None:
        self.said += "\n"

    def group(self, indent: int) -> Printer:
        del indent
        return self

    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def test_hypothesis_and_ipython_show_the_board() -> None:
    problem = get("latin-2").parse("1...")
    printer = Printer()
    problem._repr_pretty_(printer, cycle=False)
    assert printer.said == str(problem) == "1 .\n. ."
    again = Printer()
    problem._repr_pretty_(again, cycle=True)
    assert again.said == "Problem(...)"


def test_hypothesis_itself_shows_the_board() -> None:
    from hypothesis.vendor.pretty import pretty

    assert "| 1 . | . . |" in pretty(get("sudoku-4x4").parse("1......2..4..3.."))


def test_a_broken_rule_is_seen_on_its_board() -> None:
    first = vmdsolve.check("1......2..4..3..", "2234341221434321")[1]
    assert str(first).split("\n")[:3] == [
        "row: both hold 2 (row 1, column 1 and row 1, column 2)",
        "+-----+-----+",
        "|!2!2 | 3 4 |",
    ]
    assert (
        repr(Violation("row", (0, 4), "both hold {}", (6,))) == "Violation('row', cells=(0, 4), 'both hold symbol 7')"
    )
    assert str(Violation("row", (0, 4), "both hold {}", (6,))) == "row: both hold symbol 7"


def test_a_count_is_said() -> None:
    assert [str(vmdsolve.count_solutions(*p)) for p in (("1......2..4..3..",), ("11" + "." * 14,))] == [
        "1 solution, the only one",
        "no solution",
    ]
    assert str(vmdsolve.count_solutions("." * 16)) == "2 solutions, perhaps more"
    assert told(vmdsolve.count_solutions("." * 16, limit=None))[0] == "288 solutions"


def test_a_picture_has_to_be_said() -> None:
    with pytest.raises(NotImplementedError):
        Shown().picture()
    assert Picture(()).text() == ""


class Drawn(Domain):
    """An adapter with a drawing of its own, in plain text."""

    name, symbols, shape, constraints = "drawn", "12", (1, 2), ()

    def frame(self) -> str:
        return "[□|□]\n □"[:5]


def test_a_drawing_of_an_adapters_own_is_kept() -> None:
    board = Drawn()
    assert board.picture(board.parse("1.").values).text() == "[1|.]"
    assert board.picture(board.parse("1.").values, looks={0: "next"}).text() == "[1|.]"  # no blank, no mark


def test_bad_names_stay_bad() -> None:
    with pytest.raises(InvalidInput):
        layout_of(Problem("nobody's", Rules(3, 2), np.array([0, OPEN, 1])))

"""What the page can ask: every question of every kind, and what is refused."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode, b64encode
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import domains
from vmdsolve.api.convert import convert
from vmdsolve.api.kinds import told_of
from vmdsolve.web.answers import ASKED, MOST_CELLS, answer
from vmdsolve.web.shapes import shape_of

KINDS = sorted(name for name in domains.families() if told_of(name).get("example"))
SUDOKU = {"domain": "sudoku-4x4", "text": "1......2..4..3.."}


def asked(what: str, seconds: float = 10.0, **question: Any) -> dict[str, Any]:
    found = answer(what, question, seconds)
    json.dumps(found)  # all of it can be sent
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_example_that_can_be_opened_solved_checked_and_explained(kind: str) -> None:
    told = told_of(kind)
    opened = asked("open", text=told["example"], domain=told["said"])
    again = {"text": opened["text"], "domain": opened["domain"]}
    assert asked("open", **again) == opened | {"others": []}  # a link finds it again

    solved = asked("solve", **again)
    assert solved["status"] in ("SOLVED", "UNCHECKED")
    checked = asked("check", **again, held=solved["values"])
    assert checked["right"]
    assert checked["said"][0].startswith("solved")
    assert asked("explain", **again)["status"] == "SOLVED"
    assert asked("count", **again)["n"] >= 1
    assert len(asked("marks", **again)["marks"]) == len(opened["givens"])
    for form in ("line", "cells", "board"):
        assert asked("write", **again, held=solved["values"], form=form)["text"]
    for form in opened["forms"]:  # those of other programs say the puzzle as it was given
        if form not in ("line", "cells", "board"):
            assert asked("write", **again, held=solved["values"], form=form)["text"] == convert(
                told["example"], form, domain=told["said"]
            )
    drawn = asked("draw", **again, n=2)
    assert len(drawn["boards"]) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_shape_shows_every_cell_once(kind: str) -> None:
    problem = domains.get(told_of(kind)["said"]).parse(told_of(kind)["example"])
    shape = shape_of(domains.layout_of(problem))
    if shape["is"] == "sheet":
        cells = [square["cell"] for row in shape["rows"] for square in row if "cell" in square]
        assert {len(row) for row in shape["rows"]} == {len(shape["above"][0])}
    elif shape["is"] == "lines":
        cells = [piece for row in shape["rows"] for piece in row if isinstance(piece, int)]
    else:
        cells = list(range(len(shape["at"])))
        assert all(0 <= a < b < len(cells) for a, b in shape["edges"])
    assert sorted(cells) == list(range(problem.rules.L))


def looks(layout: domains.Domain) -> list[Any]:
    """What a page shows of a board before anything is in it."""
    return [shape_of(layout), layout.legend, sorted(layout.shaded())]


@pytest.mark.parametrize("kind", KINDS)
def test_boards_with_other_rules_look_different(kind: str) -> None:
    layout = domains.layout_of(domains.get(told_of(kind)["said"]).parse(told_of(kind)["example"]))
    for seed in range(3):
        other = layout.image(np.random.default_rng(seed))[0]
        if {*other.constraints} != {*layout.constraints}:
            assert looks(other) != looks(layout)


def test_clues_that_stand_at_no_cell_are_shown() -> None:
    houses = "houses 3/pet: fox dog cat/drink: tea milk water/fox = tea/water at 1"
    assert (
        asked("open", text=houses, domain="zebra")["legend"]
        == "fox and tea are in the same house; water lives in house 1"
    )
    thermo = asked("open", text="4 4/r1c4 r1c3 r2c4/r4c1 r4c2 r3c2/............2...", domain="thermo")
    assert thermo["shape"]["paths"] == [[3, 2, 7], [12, 13, 9]]
    assert thermo["legend"] == "thermometer r1c4 r1c3 r2c4; thermometer r4c1 r4c2 r3c2"


def test_hints_lead_to_the_solution() -> None:
    held = [-1] * 16
    for _ in range(16):
        found = asked("hint", **SUDOKU, held=held)
        if found["technique"] == "solved":
            break
        assert found["steps"]
        held[found["cell"]] = found["value"]
    text = asked("write", **SUDOKU, held=held, form="cells")["text"]
    assert text == vmdsolve.solve(SUDOKU["text"]).text


def test_a_given_is_not_replaced_by_what_is_filled_in() -> None:
    held = [3, *[-1] * 15]
    assert asked("write", **SUDOKU, held=held, form="cells")["text"] == SUDOKU["text"]


def test_packed_files_are_read() -> None:
    packed = b64encode(gzip.compress(f"{SUDOKU['text']}\n{'.' * 16}\n".encode())).decode()
    found = asked("open", base64=packed, name="two.txt.gz")
    assert [other["text"] for other in found["others"]] == [SUDOKU["text"], "." * 16]
    assert asked("open", base64=packed)["others"] == found["others"]  # it is known by its first bytes, too


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"text": "a,b\n1,2\n", "name": "mine.csv"}, "mine.csv has no column"),
        ({"text": "a,b\n1,2\n", "name": "../../\x1b[2J.csv"}, ".csv has no column"),
        ({"base64": "H4sI", "name": "mine.gz"}, "mine.gz cannot be read"),
        ({"base64": "?", "name": "mine.gz"}, "base64"),
        ({"base64": 1}, "base64 is no text"),
    ],
)
def test_a_file_is_called_by_its_own_name(question: dict[str, Any], said: str) -> None:
    error = answer("open", question, 2.0)["error"]
    assert said in error
    assert "dropped" not in error
    assert "\x1b" not in error


def test_a_page_to_print_is_a_pdf() -> None:
    pytest.importorskip("fpdf", reason="the extra print is not installed")
    assert b64decode(asked("write", **SUDOKU, form="pdf")["base64"]).startswith(b"%PDF")


def test_walls_and_what_stands_between_cells_are_told_from_cells() -> None:
    akari = asked("open", text="2 2/- 1/x -", domain="akari")["shape"]["rows"]
    assert akari == [[{"cell": 0}, {"wall": ["1"]}], [{"wall": [""]}, {"cell": 1}]]
    kakuro = asked("open", text=told_of("kakuro")["example"], domain="kakuro")["shape"]["rows"]
    assert next(square for square in kakuro[0] if len(square["wall"]) > 1) == {"wall": ["24", ""]}
    mines = asked("open", text=told_of("minesweeper")["example"], domain="minesweeper")["shape"]["rows"]
    assert {"tile": True, "text": "3"} in mines[2]
    tubes = asked("open", text=told_of("thermometers")["example"], domain="thermometers")["shape"]
    assert not any(square.get("before") for row in tubes["rows"] for square in row)  # a bulb is drawn, not written
    assert len(tubes["paths"]) > 3


def test_what_is_wrong_is_named_with_its_cells() -> None:
    found = asked("check", **SUDOKU, held=[-1, 3, *[-1] * 14])
    assert not found["right"]
    assert found["broken"] == [1]


def test_two_answers_differ_where_it_is_said() -> None:
    found = asked("explain", domain="sudoku-4x4", text="." * 16)
    one, other = map(np.array, found["answers"])
    assert found["differ"] == np.flatnonzero(one != other).tolist() != []


def test_a_board_without_answer_says_which_givens_clash() -> None:
    found = asked("explain", domain="sudoku-4x4", text="11" + "." * 14)
    assert found["status"] == "UNSATISFIABLE"
    assert found["broken"] == [0, 1]


def test_the_model_is_watched_loop_after_loop() -> None:
    found = asked("watch", **SUDOKU, n=3)
    assert np.shape(found["values"]) == np.shape(found["confidence"]) == (len(found["loops"]), 3, 16)
    assert all(found["right"][-1])
    assert "no weights" in asked("watch", domain="zebra", text=told_of("zebra")["example"])["error"]


def test_a_made_puzzle_has_one_answer_and_is_the_same_by_its_seed() -> None:
    made = [asked("generate", domain="sudoku:4", seed=seed)["text"] for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]
    assert asked("count", domain="sudoku:4", text=made[2]) == {"n": 1, "complete": True, "said": "1 solution"}


def test_of_a_file_every_puzzle_is_offered() -> None:
    text = "puzzle,rating\n1......2..4..3..,1\n....4..3.1..3...,2\n"
    found = asked("open", text=text, name="mine.csv")
    assert [other["text"] for other in found["others"]] == ["1......2..4..3..", "....4..3.1..3..."]
    assert found["text"] == found["others"][0]["text"]
    pasted = asked("open", text="1......2..4..3..\n....4..3.1..3...\n")
    assert [other["text"] for other in pasted["others"]] == [other["text"] for other in found["others"]]


@pytest.mark.parametrize(
    ("what", "question", "said"),
    [
        ("open", {"text": ""}, "there is no puzzle; type or paste one"),
        ("open", {}, "text is missing; wanted text"),
        ("open", {"text": 7}, "text is no text; wanted text"),
        ("open", {"text": "1......2", "domain": "sudoku:4"}, "16"),
        ("open", {"text": "." * 4225, "domain": "latin:65"}, "64"),
        ("open", {"text": "p edge 5000 1\ne 1 2", "domain": "colouring:3"}, f"at most {MOST_CELLS:,}"),
        ("open", {"text": "1......2..4..3..", "domain": "nothing"}, "unknown domain"),
        ("check", {**SUDOKU, "held": [0]}, "held has 1 value; wanted 16, one a cell"),
        ("check", {**SUDOKU, "held": "12"}, "held has no values; wanted 16, one a cell"),
        ("check", {**SUDOKU, "held": [9] * 16}, "a value of held"),
        ("solve", {**SUDOKU, "method": "magic"}, "method"),
        ("solve", {**SUDOKU, "loops": -1}, "loops"),
        ("write", {**SUDOKU, "form": "doc"}, "nothing is written as 'doc'; wanted one of line, board, cells"),
        ("write", {**SUDOKU, "form": "non"}, "cannot be written as a .non"),
        ("draw", {**SUDOKU, "n": 1000}, "n is 1000"),
        ("generate", {"domain": "sudoku", "difficulty": "silly"}, "difficulty"),
        ("generate", {}, "domain is missing; wanted text"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said(what: str, question: dict[str, Any], said: str) -> None:
    found = asked(what, **question)
    assert said in found["error"]


@given(st.sampled_from(sorted(ASKED)), st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99) | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)
).flatmap(lambda value: st.dictionaries(
    st.sampled_from(["text", "base64", "domain", "held", "n", "seed", "method", "form", "loops", "name", "exact"]),
    st.just(value),
)))  # fmt: skip
def test_whatever_is_asked_gets_an_answer_or_a_sentence(what: str, question: dict[str, Any]) -> None:
    found = answer(what, question, 2.0)
    json.dumps(found)
    if "error" in found:
        assert found["error"]
        assert "\n" not in found["error"]


def test_an_answer_that_takes_too_long_says_so() -> None:
    found = asked("count", 0.05, domain="sudoku", text="." * 81)
    assert found["complete"] is False
    assert found["said"].startswith("at least ")

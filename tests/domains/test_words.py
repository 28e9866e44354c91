"""Every kind of puzzle has words of its own for each of its rules."""

from __future__ import annotations

import pytest

import vmdsolve
from vmdsolve.api.generate import generate
from vmdsolve.domains import Family, get, layout_of, names

PLAIN = ("obeys its rule", "follows its pattern", "allowed rows", "stands 1 to", "stands 0 to")
CLUES = "fox = tea/fox != milk/fox next-to milk/fox left-of milk/tea before milk/dog after tea/dog at 2/dog at 1 2"


@pytest.mark.parametrize("name", [*names(), "regex:4:[ab]+"])
def test_every_rule_is_said_in_the_puzzles_words(name: str) -> None:
    domain = get(name)
    if isinstance(domain, Family):
        if name.startswith("colouring-"):
            return  # as colouring
        sizes = domain.kind.sizes
        boards = [layout_of(next(iter(generate(name, 1, seed=seed, size=sizes[1])))[0]) for seed in (1, 2)]
    else:
        boards = [domain]
    for board in boards:
        rules = board.rules.constraints
        for rule in rules[:400]:
            said, unit = board.rule_text(rule), board.unit_text(rule)
            assert not any(plain in said for plain in PLAIN), said
            assert said.isprintable()
            assert unit
        assert len(rules) < 2 or len({board.rule_text(rule) for rule in rules[:400]}) > 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("nonogram", "2 3/1/0/2/1 1/1", "row 1 reads 1 1"),
        ("nonogram", "2 3/1/0/2/1 1/1", "column 2 reads 0"),
        ("takuzu", "4 4 distinct", "row 3 has as many 0 as 1"),
        ("takuzu", "4 4 distinct", "row 2, columns 2 to 4 are not all alike"),
        ("takuzu", "4 4 distinct", "column 1, rows 2 to 4 are not all alike"),
        ("takuzu", "4 4 distinct", "columns 2 and 4 are not the same"),
        ("killer", "4 4/9 - - -/- - - -/- - - -/- - - -/1 1 1 -/- - - -/- - - -/- - - -",
         "the cage of 9 at row 1, column 1 adds up to 9"),
        ("kenken", "2 2/2: -/3+ -/1 1/2 2", "the cage 2: at row 1, column 1 has the quotient 2"),
        ("kakuro", "2 3/- - -/\\3 . .", "the run of 3 across from row 2, column 2 adds up to 3 without repeats"),
        ("akari", "2 2/1 -/- -", "the wall at row 1, column 1 has 1 bulb beside it"),
        ("akari", "2 2/1 -/- -", "row 1, column 2 is lit by a bulb in its row or column"),
        ("starbattle", "4 4 1/1 1 1 1/2 2 2 2/3 3 3 3/4 4 4 @", "no star stands outside of the regions"),
        ("skyscrapers", "2 2 2/1 -/- -/- 2/- -", "2 towers can be seen in row 2 from the left"),
        ("endview", "2 2 b/a -/- -/- -/- -", "the first letter in column 1 from above is a"),
        ("colouring", "colours 2/p edge 2 1/e 1 2", "vertex 1 and vertex 2 are joined, so no two are alike"),
    ],
)  # fmt: skip
def test_rules_are_said_like_this(name: str, text: str, said: str) -> None:
    problem = get(name).parse(text)
    assert said in [layout_of(problem).rule_text(rule) for rule in problem.rules.constraints]


def test_clues_about_houses_are_sentences() -> None:
    board = layout_of(get("zebra").parse(f"houses 3/pet: fox dog cat/drink: tea milk beer/{CLUES}/cat between fox dog"))
    said = [board.rule_text(rule) for rule in board.rules.constraints]
    assert said[:2] == ["each house has one of attribute pet", "each house has one of attribute drink"]
    for sentence in (
        "fox and tea are in the same house", "fox and milk are in different houses", "fox lives next to milk",
        "fox lives just left of milk", "tea lives somewhere left of milk", "dog lives somewhere right of tea",
        "dog lives in house 2", "dog lives in house 1 or 2", "cat lives somewhere between fox and dog",
    ):  # fmt: skip
        assert sentence in said


def test_a_hint_speaks_as_the_puzzle_does() -> None:
    found = vmdsolve.hint("houses 2/pet: fox dog/fox at 1", domain="zebra")
    assert found.steps == ("fox lives in house 1: that is a clue",)
    found = vmdsolve.hint("1 2/1/1/2", domain="nonogram")
    assert found.reason == "row 1, column 1 is painted: row 1 reads 2"
    assert found.symbol == "1"


def test_a_broken_rule_is_said_in_the_puzzles_words() -> None:
    wrong = vmdsolve.check("1 2/1/1/2", "10", domain="nonogram")
    assert [violation._words() for violation in wrong] == [
        "row: not so that row 1 reads 2",
        "column: not so that column 2 reads 1",
    ]
    [three, *_] = vmdsolve.check("4 4", "111.............", domain="takuzu")[1:]
    assert three._words() == "three: not so that row 1, columns 1 to 3 are not all alike (1 stands 3 times, not 1 to 2)"


def test_what_cannot_be_is_said_in_the_puzzles_words_too() -> None:
    board = layout_of(get("zebra").parse("houses 2/pet: fox dog/drink: tea milk/fox = milk"))
    assert board.absence_text([0], "house 2") == "fox does not live in house 2"
    assert board.absence_text([0, 3], "house 1 or house 2") == "fox and milk do not live in house 1 or house 2"
    assert get("queens-4").absence_text([0], "a queen") == "row 1, column 1 is not a queen"
    assert get("latin-2").absence_text([0, 3], "2") == "no 2 in row 1, column 1 and row 2, column 2"


def test_candidates_of_items_are_houses() -> None:
    drawn = get("zebra").parse("houses 2/pet: fox dog/drink: tea milk/fox at 1").render(candidates=True)
    assert "\nnot placed: fox (1), dog (1 2), tea (1 2), milk (1 2)\n" in drawn

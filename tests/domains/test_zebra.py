"""Zebra puzzles: the classic one, and what each clue means."""

from __future__ import annotations

import pytest

import vmdsolve
from vmdsolve.domains import get

EINSTEIN = """\
houses 5
colour: red green ivory yellow blue
nation: english spanish ukrainian norwegian japanese
pet: dog snails fox horse zebra
drink: coffee tea milk juice water
smoke: oldgold kools chesterfield luckystrike parliament
english = red
spanish = dog
coffee = green
ukrainian = tea
green right-of ivory
oldgold = snails
kools = yellow
milk at 3
norwegian at 1
chesterfield next-to fox
kools next-to horse
luckystrike = juice
japanese = parliament
norwegian next-to blue
"""


def houses(text: str) -> tuple[dict[str, int], bool | None]:
    """House of every item, and whether this is the only answer."""
    problem = get("zebra").parse(text)
    solution = vmdsolve.solve(problem, method="search", unique=True, time_limit=30)
    assert solution.status.has_solution
    return dict(zip(problem.layout.cell, solution.grid.ravel().tolist(), strict=True)), solution.unique


def test_who_owns_the_zebra() -> None:
    answer, alone = houses(EINSTEIN)
    assert alone
    assert answer["zebra"] == answer["japanese"]
    assert answer["water"] == answer["norwegian"]
    nations = sorted(["norwegian", "ukrainian", "english", "spanish", "japanese"], key=answer.__getitem__)
    assert nations == ["norwegian", "ukrainian", "english", "spanish", "japanese"]


def test_every_clue_of_the_classic_is_needed() -> None:
    lines = EINSTEIN.splitlines()
    for clue in lines[6:]:
        assert not houses("\n".join(line for line in lines if line != clue))[1], clue


def test_a_drawing_names_the_items() -> None:
    problem = get("zebra").parse("houses 2/pet: fox dog/drink: tea milk/fox = milk/12..")
    assert problem.layout.render(problem.values) == "pet      fox 1    dog 2\ndrink    tea .   milk ."
    assert problem.layout.cell_name(3) == "the house of milk"


@pytest.mark.parametrize(
    ("clue", "house"),
    [
        ("k left-of l/l left-of m", "123"),
        ("k right-of l/l right-of m", "321"),
        ("k before l/l before m", "123"),
        ("k after l/l after m", "321"),
        ("k between m l", "231"),
        ("k at 2/l at 1 2", "213"),
    ],
)
def test_houses_are_counted_from_the_left(clue: str, house: str) -> None:
    assert vmdsolve.solve(f"houses 3/a: k l m/{clue}", domain="zebra", method="search", unique=True).text == house

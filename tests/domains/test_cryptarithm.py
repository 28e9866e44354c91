"""Cryptarithms: against trying all digits, in any base, with signs; what is refused, and how."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve.domains import get
from vmdsolve.errors import InvalidProblem

WORDS = st.text("ABC", min_size=1, max_size=3) | st.text("ABC1", min_size=1, max_size=2)


def tried(left: list[tuple[str, str]], right: list[tuple[str, str]], base: int) -> set[tuple[int, ...]]:
    """Digits of the letters, by trying all."""
    words = [word for _, word in (*left, *right)]
    letters = list(dict.fromkeys(c for word in words for c in word if c.isalpha()))
    found = set()
    for digits in permutations(range(base), len(letters)):
        of = dict(zip(letters, digits, strict=True)) | {"1": 1}

        def number(word: str, of: dict[str, int] = of) -> int:
            value = 0
            for c in word:
                value = value * base + of[c]
            return value

        def side(terms: list[tuple[str, str]]) -> int:
            return sum(-number(word) if sign == "-" else number(word) for sign, word in terms)

        if side(left) == side(right) and all(of[word[0]] or len(word) == 1 for word in words):
            found.add(digits)
    return found


@settings(deadline=None, max_examples=60)
@given(
    left=st.lists(st.tuples(st.sampled_from("+-"), WORDS), min_size=1, max_size=3),
    right=st.lists(st.tuples(st.sampled_from("+-"), WORDS), min_size=1, max_size=2),
    base=st.sampled_from([3, 5, 10, 12]),
)
def test_all_answers_are_those_that_trying_finds(
    left: list[tuple[str, str]], right: list[tuple[str, str]], base: int
) -> None:
    text = "=".join("".join(sign + word for sign, word in side) for side in (left, right)) + f" base {base}"
    if not any(c.isalpha() for _, word in (*left, *right) for c in word):
        with pytest.raises(InvalidProblem, match="0 letters"):
            get("cryptarithm").parse(text)
        return
    problem = get("cryptarithm").parse(text)
    answers = vmdsolve.enumerate_solutions(problem, limit=None)
    found = {tuple("0123456789AB".index(c) for c in str(answer.text)) for answer in answers}
    assert found == tried(left, right, base)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("SEND+MORE=MONEY", "95671082"),
        ("send + more = money", "95671082"),
        ("MONEY-MORE=SEND", "10652897"),
        ("DONALD+GERALD=ROBERT", "5264819730"),
        ("SEND+MORE=MONEY/9.......", "95671082"),
        ('{"words": "SEND+MORE=MONEY", "givens": [9, null, null, null, 1, null, null, null]}', "95671082"),
    ],
)
def test_known_answers(text: str, answer: str) -> None:
    solution = vmdsolve.solve(text, domain="cryptarithm", method="search", unique=True)
    assert (solution.unique, solution.text) == (True, answer)


def test_hints_speak_of_the_sum() -> None:
    hint = vmdsolve.hint(get("cryptarithm").parse("SEND+MORE=MONEY"))
    assert str(hint).startswith("M is 1: SEND + MORE = MONEY")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SEND+MORE", r"0 '=' in 'SEND\+MORE'; wanted one"),
        ("A=B=C", "2 '=' in"),
        ("A*B=C", r"'\*B' is no word with a sign"),
        ("A+=C", r"'\+' is no word with a sign"),
        ("=A", "'' is no word with a sign"),
        ("12+A=3B base 3", "3B holds 3; base 3 has the digits 012"),
        ("ABC=D base 3", "4 letters; wanted 1 to 3"),
        ("A=B base 1", "the base is '1'; wanted a whole number from 2 to 36"),
        ("A" * 20 + "=B", r"the sum of these words reaches \d+ with its coefficients"),
        ("A" * 63 + "=B", "a word of 63 letters"),
        ("A=B/12/3", "wanted the end"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        get("cryptarithm").parse(text)

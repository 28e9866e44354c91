"""How JSON is written: numbers within bounds against fractions, strings against Python's own reader and writer."""

from __future__ import annotations

import json
import random
import re
from fractions import Fraction

from helpers.words import drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.automata.dfa import Dfa
from vmdsolve.automata.nodes import Sequence
from vmdsolve.automata.pattern import parse
from vmdsolve.canvas import json_text as written

DECIMALS = st.builds(lambda n, d: Fraction(n, 10**d), st.integers(-3000, 3000), st.integers(0, 3))
TEXTS = st.from_regex(r"-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})?", fullmatch=True, alphabet="-.0123456789")


@settings(deadline=None, max_examples=200)
@given(st.none() | DECIMALS, st.none() | DECIMALS, st.booleans(), st.booleans(), st.lists(TEXTS, max_size=20))
def test_numbers_are_those_within_their_bounds(
    low: Fraction | None, high: Fraction | None, above: bool, below: bool, texts: list[str]
) -> None:
    if low is None and high is None:
        return
    tree = written.bounded(low, high, above, below)
    dfa = None if tree is None else Dfa.of(tree)
    ends = [str(float(end + step)) for end in (low, high) if end is not None for step in (0, Fraction(1, 1000))]
    for text in [*texts, *ends]:
        x = Fraction(text)
        inside = (low is None or (x > low if above else x >= low)) and (
            high is None or (x < high if below else x <= high)
        )
        if text.startswith("-0") and not x:  # -0 is as good as 0, and may be missing
            continue
        assert (dfa is not None and dfa.accepts(text.encode())) == inside, text


@settings(deadline=None, max_examples=100)
@given(st.none() | st.integers(-2000, 2000), st.none() | st.integers(-2000, 2000), st.lists(st.integers(-3000, 3000)))
def test_whole_numbers_are_those_within_their_bounds(low: int | None, high: int | None, numbers: list[int]) -> None:
    tree = written.integers(low, high)
    dfa = None if tree is None else Dfa.of(tree)
    for n in [*numbers, *(end + step for end in (low, high) if end is not None for step in (-1, 0, 1))]:
        inside = (low is None or n >= low) and (high is None or n <= high)
        assert (dfa is not None and dfa.accepts(str(n).encode())) == inside, n


@given(st.integers(1, 60), st.integers(-5000, 5000))
def test_multiples_are_counted_digit_by_digit(of: int, n: int) -> None:
    assert written.multiples(of).accepts(str(n).encode()) == (n % of == 0)


ANY = Dfa.of(written.STRING)
PATTERNS = ["a", "^[^b]*$", r"\n|\\", '"$', "^.{2}$", r"^\w+$", "é"]


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=4), st.sampled_from(PATTERNS))
def test_a_pattern_is_found_in_what_the_string_says_however_it_is_escaped(text: str, pattern: str) -> None:
    word = json.dumps(text, ensure_ascii=False).encode()
    assert ANY.accepts(word)
    assert ANY.accepts(json.dumps(text).encode())
    found = written.matching(pattern).accepts(word)
    python = re.search(pattern.replace("$", r"\Z"), text, re.ASCII) is not None
    assert found == python or (pattern == "^.{2}$" and not found and set(text) & {*"\r\u2028\u2029"})


def test_any_value_is_json() -> None:
    dfa, rng = Dfa.of(written.any_value(2)), random.Random(0)
    for _ in range(200):
        json.loads(drawn(dfa, rng, rng.choice([2, 10, 40])))
    value = [1.5e3, {"é\n": "x\\", "b": None}, {}, [True]]
    assert dfa.accepts(json.dumps(value, ensure_ascii=False).encode())
    assert not dfa.accepts(b'"\xed\xa0\x80"')
    assert not any(
        dfa.accepts(text) for text in (rb'"\ud800"', b"01", b"1.", b"[1,2]", b"nul", b'"\n"', b"+1", b"{1: 2}")
    )


def test_counted_strings_count_characters() -> None:
    dfa = Dfa.of(written.counted(1, 2))
    for text, inside in (("", False), ("é", True), ("🙂\n", True), ('"\\', True), ("abc", False)):
        assert dfa.accepts(json.dumps(text, ensure_ascii=False).encode()) == inside
    assert Dfa.of(Sequence((parse("x"), written.counted(0, None)))).accepts(b'x"ab"')

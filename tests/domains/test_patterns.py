"""Regular expressions as domains: their symbols, that no pattern takes long, and that what is too large is refused."""

from __future__ import annotations

import itertools
import re
import time

import pytest
from helpers.ticking import ticking
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains import regex
from vmdsolve.domains.regex import Regex
from vmdsolve.errors import InvalidInput

COMMON = [
    "a", "b", "x", " ", ".", r"\d", r"\S", r"[^\W_]", "[ab]", "[^a]", "[a-c]", r"\.", r"\x41", "]", "[]a]", "[a-]",
]  # fmt: skip
AGAIN = ["", "", "*", "+", "?", "*?", "{2}", "{1,3}", "{2,}", "{0}"]


def patterns(pieces: list[str]) -> st.SearchStrategy[str]:
    """Patterns of these pieces, brackets in pairs."""
    piece = st.tuples(st.sampled_from(pieces), st.sampled_from(AGAIN)).map("".join)
    return st.recursive(
        st.lists(piece, max_size=4).map("".join),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map("|".join),
            st.tuples(inner, st.sampled_from(AGAIN)).map(lambda part: f"({part[0]}){part[1]}"),
        ),
        max_leaves=4,
    )


LARGE = [
    "[[:digit:]]?(a|b)*a(a|b){24}", "(a|b)*a(a|b){24}", "(a|b)*a" + "(a|b)" * 24, "(a{999}){999}", "(a?b?){2000}",
     "(((a?){50}b?){50}c?){50}", "((((((a{9}){9}){9}){9}){9}){9}){9}",
    r"(\w|\W)*\w(\w|\W){24}",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("pattern", LARGE)
def test_a_pattern_too_large_is_refused_with_little_work(pattern: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(InvalidInput, match="needs over 4,096 states"):
        Regex(pattern, 4)
    assert time.perf_counter() - begun < 5  # a fraction of a second where nothing else runs


def test_anchors_stand_where_rows_begin_and_end() -> None:
    anchored, plain = Regex("^a+b$", 4), Regex("a+b", 4)
    assert anchored.constraints == plain.constraints
    with pytest.raises(InvalidInput, match="no row of 4 characters matches"):
        Regex("a^b", 4)


@pytest.mark.slow
def test_long_rows_of_many_states_take_no_longer_than_short_ones() -> None:
    with ticking() as gone:  # (ab)*a[ab]{9}: 1,024 states, each of which can be held at nearly every cell
        assert Regex("[ab]*a[ab]{9}", 4096).symbols == "ab"
        assert gone() < 1


def test_rows_whose_states_never_settle_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex, "WORK", 1000)
    with pytest.raises(InvalidInput, match=r"'\[ab\]\*a\[ab\]\{9\}' needs over 4,096 states, or too long to find them"):
        Regex("[ab]*a[ab]{9}", 40)


@settings(deadline=None, max_examples=60)
@given(patterns(COMMON), st.integers(1, 4))
def test_symbols_are_the_characters_of_the_rows_that_match(pattern: str, length: int) -> None:
    alphabet = "ab.A7]"
    rows = ["".join(row) for row in itertools.product(alphabet, repeat=length)]
    wanted = {c for row in rows if re.fullmatch(pattern, row) for c in row}
    if wanted:
        assert set(Regex(pattern, length, symbols=alphabet).symbols) == wanted

"""Regular expressions: what is read, against two other readers; and that no pattern takes long, or memory."""

from __future__ import annotations

import itertools
import re
import time
import tracemalloc
from typing import Any

import pytest
from helpers.ticking import ticking
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains import regex
from vmdsolve.domains.parts.pattern import ALPHABET, parse
from vmdsolve.domains.parts.subsets import Automaton, TooLarge, automaton
from vmdsolve.domains.regex import Regex
from vmdsolve.errors import InvalidInput

COMMON = [
    "a", "b", "x", " ", ".", r"\d", r"\S", r"[^\W_]", "[ab]", "[^a]", "[a-c]", r"\.", r"\x41", "]", "[]a]", "[a-]",
]  # fmt: skip
RUST = [
    "[[:alpha:]]", "[[:^digit:]]", "[a-c&&[^b]]", "[a-c--b]", "[a~~[bc]]", "[&&a]", "[--a]", r"\p{Lu}", r"\PL",
    r"[\p{L}5]", "(?i:aB)", "(?i)", "(?-i)", "(?P<n>a)", "(?<n>b)", r"\x{62}", r"\u0063", "{2}", "a{2}{1,2}",
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


def accepts(found: Automaton, text: str) -> bool:
    steps, accept = found
    state = 0
    for character in text:
        if character not in steps[state]:
            return False
        state = steps[state][character]
    return state in accept


@settings(deadline=None, max_examples=150)
@given(patterns(COMMON))
def test_rows_are_those_that_pythons_re_matches(pattern: str) -> None:
    found = automaton(parse(pattern), 4096)
    for length in range(4):
        for text in map("".join, itertools.product("ab.A 7_]"[: 8 - length], repeat=length)):
            assert accepts(found, text) == bool(re.fullmatch(pattern, text)), (pattern, text)


def library(pattern: str) -> Automaton:
    """The automaton that outlines-core builds over the same characters. ValueError: it refuses the pattern."""
    outlines: Any = pytest.importorskip("outlines_core", reason="a peer, which only tests need")
    stop = len(ALPHABET)  # a newline after the pattern makes a match known by reading it
    tokens = {character: [i] for i, character in enumerate([*ALPHABET, "\n"])}
    index = outlines.Index(f"(?:{pattern})\n", outlines.Vocabulary(len(tokens), tokens))
    rows, ends = index.get_transitions(), index.get_final_states()
    numbers = {state: i for i, state in enumerate(dict.fromkeys([index.get_initial_state(), *rows, *ends]))}
    steps: list[dict[str, int]] = [{} for _ in numbers]
    for state, row in rows.items():
        steps[numbers[state]] = {ALPHABET[t]: numbers[to] for t, to in row.items() if t < stop}
    return steps, {numbers[state] for state, row in rows.items() if row.get(stop) in ends}


def trimmed(found: Automaton) -> Automaton:
    """Without steps from which nothing is accepted any more."""
    steps, accept = found
    alive: set[int] = set()
    more = set(accept)
    while more - alive:
        alive |= more
        more = {i for i, row in enumerate(steps) if not alive.isdisjoint(row.values())} | accept
    return [{c: to for c, to in row.items() if to in alive} for row in steps], accept


def same_language(a: Automaton, b: Automaton) -> bool:
    pairs = [(0, 0)]
    for left, right in pairs:  # grows while it is read
        if a[0][left].keys() != b[0][right].keys() or (left in a[1]) != (right in b[1]):
            return False
        pairs += {(to, b[0][right][c]) for c, to in a[0][left].items()} - set(pairs)
    return True


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(patterns(COMMON + RUST).filter(lambda pattern: pattern.count("<n>") < 2))
def test_a_pattern_means_what_it_means_to_rust(pattern: str) -> None:
    try:
        wanted = library(pattern)
    except ValueError as error:
        if "vocabulary" in str(error).lower():  # it refuses patterns that match nothing, too
            return
        with pytest.raises(InvalidInput):
            parse(pattern)
        return
    try:
        ours = parse(pattern)
    except InvalidInput as error:  # it takes repetitions of one another without end
        assert "repetitions of one another; wanted at most 4" in str(error)  # noqa: PT017
        return
    assert same_language(trimmed(automaton(ours, 4096)), trimmed(wanted)), pattern


LARGE = [
    "[[:digit:]]?(a|b)*a(a|b){24}", "(a|b)*a(a|b){24}", "(a|b)*a" + "(a|b)" * 24, "(a{999}){999}", "(a?b?){2000}",
    "((){65536}){65536}", "(((a?){50}b?){50}c?){50}", "(.*a){1000}", "((((((a{9}){9}){9}){9}){9}){9}){9}",
    r"(\w|\W)*\w(\w|\W){24}",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("pattern", LARGE)
def test_a_pattern_too_large_is_refused_with_little_work_and_memory(pattern: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(InvalidInput, match="needs over 4,096 states"):
        Regex(pattern, 4)
    assert time.perf_counter() - begun < 5  # a fraction of a second where nothing else runs
    tracemalloc.start()
    with pytest.raises(TooLarge):
        automaton(parse(pattern), 4096)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000


@pytest.mark.parametrize(("pattern", "n"), [("(a?){2000}", 2001), ("((a+)*)*", 1), ("(a*){3,9}", 1), ("(a+){3}", 4)])
def test_repetitions_of_repetitions_are_no_trouble(pattern: str, n: int) -> None:
    assert len(automaton(parse(pattern), 4096)[0]) == n


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a)b", r"'\)', character 2, closes no group"),
        ("(a", "the end comes before a group is closed"),
        ("[a", "the end comes before the class is closed"),
        ("[a-", "the end comes before the class is closed"),
        ("[z-a]", "'z', character 2, begins no range of characters"),
        (r"[\d-z]", "begins no range"),
        ("[[:beta:]]", "character 2, begins a class that is not known; wanted one of alnum, alpha"),
        ("*a", r"'\*', character 1, repeats nothing"),
        ("a{", "begins no count"),
        ("a{3,2}", r"'\{', character 2, begins a count that is not rising"),
        ("a{65537}", "over 65,536"),
        ("a******", "after 5 repetitions"),
        ("(?=a)", "there is no look-around"),
        ("(?<=a)", "there is no look-around"),
        ("(?x)a b", "neither a group nor the flags"),
        (r"\bfoo", "an anchor or a back-reference"),
        (r"(a)\1", "an anchor or a back-reference"),
        (r"\p{Greek}", "no general category"),
        (r"\q", "begins an escape that is not known"),
        (r"\x{110000}", "is no character"),
        ("\\", "begins an escape that is not known"),
        ("(" * 60, "opens a group inside of 50 others"),
        ("[" * 60, "opens a class inside of 50 others"),
        ("a" * 20_000, "20,000 characters; wanted at most 16,384"),
    ],
)
def test_what_is_not_read_is_refused_with_its_place(pattern: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as refusal:
        parse(pattern)
    assert len(str(refusal.value)) < 300


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("ab()[]{}^$*+?|\\&-~:.,0123456789xpuLiP<>é\n"), max_size=40))
def test_no_text_does_worse_than_be_refused(text: str) -> None:
    try:
        tree = parse(text)
    except InvalidInput:
        return
    try:
        steps, accept = automaton(tree, 300)
    except TooLarge:
        return
    assert accept <= set(range(len(steps)))
    assert all(to < len(steps) <= 300 for row in steps for to in row.values())


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

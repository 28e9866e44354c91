"""Automata: the smallest, whatever they were made from; two made one; tables; limits."""

from __future__ import annotations

import itertools
import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.automata.dfa import Dfa, TooLarge
from vmdsolve.automata.nodes import Embedded, Listed, Sequence, text
from vmdsolve.automata.pattern import parse
from vmdsolve.errors import InvalidInput

PATTERNS = ["", "a", "(ab|é)*", "a*b", "[ab]{2,4}", "^a|b$", "(a|b)*a(a|b)", "é|è", "[^a]", "a?b?a?"]


def words(alphabet: str, most: int) -> list[str]:
    return ["".join(w) for n in range(most + 1) for w in itertools.product(alphabet, repeat=n)]


def accepted(dfa: Dfa) -> list[str]:
    return [word for word in words("abéè", 4) if dfa.accepts(word.encode())]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_automaton_with_the_same_words_is_smaller(pattern: str) -> None:
    """Any two states are told apart by a word, and each is on the way to one."""
    dfa = Dfa.of(parse(pattern))
    told: set[tuple[int, int]] = set()
    while True:
        pairs = {
            (p, q)
            for p in range(-1, dfa.Q)
            for q in range(dfa.Q)
            if p != q and (p, q) not in told
            and ((p >= 0 and dfa.accepting[p]) != dfa.accepting[q] or any(
                (min(a, b), max(a, b)) in told for a, b in zip(
                    dfa.step[p] if p >= 0 else np.full(dfa.step.shape[1], -1), dfa.step[q], strict=True)))
        }  # fmt: skip
        if not pairs:
            break
        told |= pairs | {(q, p) for p, q in pairs}
    assert all((p, q) in told for p in range(-1, dfa.Q) for q in range(dfa.Q) if p != q)


@pytest.mark.parametrize(("a", "b"), [*itertools.product(PATTERNS, PATTERNS)])
def test_two_automata_at_once_are_what_sets_of_words_are(a: str, b: str) -> None:
    left, right = Dfa.of(parse(a)), Dfa.of(parse(b))
    assert set(accepted(left & right)) == set(accepted(left)) & set(accepted(right))
    assert set(accepted(left - right)) == set(accepted(left)) - set(accepted(right))
    assert (left - left).empty
    assert (left & left).digest() == left.digest()


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_tables_are_walked_as_they_are_written(data: st.DataObject) -> None:
    Q = data.draw(st.integers(1, 5))
    some = np.array(data.draw(st.lists(st.integers(-1, Q - 1), min_size=3 * Q, max_size=3 * Q))).reshape(Q, 3)
    ends, start = data.draw(st.lists(st.integers(0, Q - 1))), data.draw(st.integers(0, Q - 1))
    step = np.full((Q, 256), -1)
    step[:, [ord(c) for c in "abc"]] = some
    dfa = Dfa.from_table(step, ends, start)
    assert dfa.Q <= Q
    for word in words("abc", 4):
        state = start
        for c in word:
            state = some[state, "abc".index(c)] if state >= 0 else -1
        assert dfa.accepts(word.encode()) == (state in ends)


def test_an_automaton_within_a_tree_is_its_words() -> None:
    inner = Dfa.of(parse("a+|é"))
    whole = Dfa.of(Sequence((text("<"), Embedded(inner), text(">"))))
    assert whole.digest() == Dfa.of(parse("<(a+|é)>")).digest()


@pytest.mark.parametrize("required", [*itertools.product([True, False], repeat=3)])
def test_listed_parts_stand_in_order_with_a_separator_between_each_two(required: tuple[bool, ...]) -> None:
    tree = Listed(
        tuple((text(c), must) for c, must in zip("abc", required, strict=True)), text(","), text("."), text("!")
    )
    wanted = set()
    for kept in itertools.product([True, False], repeat=3):
        if all(k or not must for k, must in zip(kept, required, strict=True)):
            parts = [c for c, k in zip("abc", kept, strict=True) if k]
            wanted.add(",".join(parts) + ("." if parts else "!"))
    dfa = Dfa.of(tree)
    every = {",".join(p) + end for n in range(4) for p in itertools.permutations("abc", n) for end in ".!"}
    assert {word for word in every if dfa.accepts(word.encode())} == wanted


def test_characters_are_all_that_utf8_has() -> None:
    dfa = Dfa.of(parse("(?s:.)"))
    for code in [*range(0x300), *range(0x7F0, 0x810), *range(0xD7F0, 0xE010), 0xFFFF, 0x10000, 0x10FFFF]:
        character = chr(code).encode(errors="surrogatepass")
        assert dfa.accepts(character) == (not 0xD800 <= code < 0xE000)
    for wrong in (b"\x80", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"):
        assert not dfa.accepts(wrong)


LARGE = [
    "[[:digit:]]?(a|b)*a(a|b){24}", "(a|b)*a" + "(a|b)" * 24, "(a{999}){999}", "(a?b?){2000}",
    "(((a?){50}b?){50}c?){50}", "(.*a){1000}", "((((((a{9}){9}){9}){9}){9}){9}){9}", r"(\w|\W)*\w(\w|\W){24}",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("pattern", LARGE)
def test_a_pattern_too_large_is_refused_with_little_work(pattern: str) -> None:
    begun = time.process_time()
    with pytest.raises(TooLarge):
        Dfa.of(parse(pattern), states=4096)
    assert time.process_time() - begun < 5  # a second or two


@pytest.mark.parametrize(
    ("pattern", "n"),
    [("(a?){2000}", 2001), ("((a+)*)*", 1), ("(a*){3,9}", 1), ("(a+){3}", 4), ("((){65536}){65536}", 1)],
)
def test_repetitions_of_repetitions_are_no_trouble(pattern: str, n: int) -> None:
    dfa = Dfa.of(parse(pattern), states=4096)
    assert n == dfa.Q


def test_tables_that_are_none_are_refused() -> None:
    for step, ends, start, message in (
        (np.zeros((2, 3), int), [0], 0, r"shape \[2, 3\]; wanted \[Q, 256\]"),
        (np.zeros((0, 256), int), [], 0, "wanted integers"),
        (np.full((1, 256), 1), [0], 0, r"step \[0, 0\] is 1"),
        (np.full((1, 256), -1), [0.5], 0, "accepting is"),
        (np.full((1, 256), -1), [True, False], 0, "accepting is"),
        (np.full((1, 256), -1), [0], -1, "start is -1"),
    ):
        with pytest.raises(InvalidInput, match=message):
            Dfa.from_table(step, ends, start)


def test_python_agrees_on_long_words() -> None:
    pattern = r"(?:[a-z]+\.)*[a-z]+@\d{1,3}(?:é|\s)*"
    dfa = Dfa.of(parse(pattern))
    for word in ("a.b.c@12é é", "a@1", "a..b@1", "a@1234", "a.b@12\n\té"):
        assert dfa.accepts(word.encode()) == bool(re.fullmatch(pattern, word, re.ASCII))

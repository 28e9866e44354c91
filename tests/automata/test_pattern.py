"""Regular expressions: what is read, against Python's `re`; JavaScript's notation; what is refused, with its place."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.automata.dfa import Dfa, TooLarge
from vmdsolve.automata.pattern import ECMA, parse
from vmdsolve.errors import InvalidInput

COMMON = [
    "a", "b", "x", " ", ".", r"\d", r"\S", r"[^\W_]", "[ab]", "[^a]", "[a-c]", r"\.", r"\x41", "]", "[]a]", "[a-]", "é",
    "[à-ï]", r"\D", r"[^\dé]", "🙂", r"\W", r"\u00e9", "(?i:aÉ)", "(?s:.)", r"\n", "^", "$", r"\A", r"\Z",
]  # fmt: skip
AGAIN = ["", "", "*", "+", "?", "*?", "{2}", "{1,3}", "{2,}", "{0}"]
ALPHABET = "ab.A7_é\n🙂"


def patterns(pieces: list[str]) -> st.SearchStrategy[str]:
    """Patterns of these pieces, brackets in pairs; what stands for no character is not repeated."""
    again = st.sampled_from(AGAIN)
    piece = st.sampled_from(pieces).flatmap(lambda p: st.just(p) if p in "^$\\A\\Z" else again.map(p.__add__))
    return st.recursive(
        st.lists(piece, max_size=4).map("".join),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map("|".join),
            st.tuples(inner, again).map(lambda part: f"({part[0]}){part[1]}"),
        ),
        max_leaves=4,
    )


@settings(deadline=None, max_examples=250)
@given(patterns(COMMON))
def test_texts_are_those_that_pythons_re_matches(pattern: str) -> None:
    found = Dfa.of(parse(pattern))
    python = pattern.replace("$", r"\Z")  # Python's $ also stands before a last \n
    plain, any_letters = re.compile(python, re.ASCII), re.compile(python)
    same = not re.search(r"\\[DSW]", pattern)
    for length in range(4):
        for text in map("".join, itertools.product(ALPHABET[: 9 - length], repeat=length)):
            accepted, wanted = found.accepts(text.encode()), bool(plain.fullmatch(text))
            if same or text.isascii():
                assert accepted == wanted, (pattern, text)
            assert not accepted or (wanted and any_letters.fullmatch(text)), (pattern, text)


@pytest.mark.parametrize("pattern", [r"\D", r"\S", r"\W", r"[^\w\s]", r"[^\d]", "(?i)[^ks]", "(?i)[^iÉ]"])
def test_what_is_left_out_is_left_out_for_every_reader(pattern: str) -> None:
    found, readers = Dfa.of(parse(pattern)), [re.compile(pattern, flag) for flag in (0, re.ASCII)]
    for code in [*range(0x3000), 0x212A, 0xFEFF, 0x1D7D8, 0x1F642]:
        both = all(reader.fullmatch(chr(code)) for reader in readers)
        assert both or not found.accepts(chr(code).encode()), hex(code)
    assert found.accepts("🙂".encode())


@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        ("[[:alpha:]]", "[A-Za-z]"),
        ("[[:^digit:]]", "[^0-9]"),
        ("[a-c&&[^b]]", "[ac]"),
        ("[a-c--b]", "[ac]"),
        ("[a~~[bc]]", "[abc]"),
        ("[ab~~[bc]]", "[ac]"),
        (r"\p{Nd}", r"(?u:\d)"),
        (r"\PL", r"[^\p{L}]"),
        (r"[\p{Lu}5&&[A-Z5]]", "[A-Z5]"),
        ("(?i:aB)", "[aA][bB]"),
        ("(?i)a(?-i)b", "[aA]b"),
        ("(?P<n>a)", "a"),
        ("(?<n>b)", "b"),
        (r"\x{62}", "b"),
        (r"\u0063", "c"),
        (r"\U0001F642", "🙂"),
        ("a{2}{1,2}", "aa(aa)?"),
        ("(?iu:k)", "[kK\u212a]"),
        ("(?iu:[a-zé])", "[A-Za-zéÉ\u212a\u017f\u0130\u0131]"),
        (r"(?u)\w", r"[\w\p{L}\p{N}_]"),
        (r"(?a:\d)", "[0-9]"),
    ],
)
def test_what_rust_and_unicode_add_means_what_it_says(pattern: str, other: str) -> None:
    assert Dfa.of(parse(pattern)).digest() == Dfa.of(parse(other)).digest()


@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        (r"[^]", r"(?s:.)"),
        ("[[]", r"\["),
        ("[a&&b]", "[ab&]"),
        (r"\cA", r"\x01"),
        (r"\/", "/"),
        (r"\ud83d\ude42", "🙂"),
        ("a{", r"a\{"),
        ("{a}", r"\{a\}"),
        (r"[\w-.]", r"[\w.\-]"),
        (r"[\b]", r"\x08"),
        ("(?:a)(?<n>b)", "ab"),
        (".", "[^\n\r\u2028\u2029]"),
        (r"\s", r"[ \t\n\r\f\v]"),
        (r"\S", r"(?u:[^\s\ufeff])"),
        (r"[^\s]", r"(?u:[^\s\ufeff])"),
        (r"[^\S]", r"[ \t\n\r\f\v]"),
    ],
)
def test_javascripts_notation_means_what_it_says(pattern: str, other: str) -> None:
    assert Dfa.of(parse(pattern, ECMA)).digest() == Dfa.of(parse(other)).digest()


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
        ("a*+", r"'\+', character 3, comes after a repetition: possessive in one notation"),
        ("(?=a)", "there is no look-around"),
        ("(?<=a)", "there is no look-around"),
        ("(?>a)", "there is no look-around"),
        ("(?x)a b", "neither a group nor the flags"),
        (r"\bfoo", "begins a word's edge or a back-reference"),
        (r"(a)\1", "begins a word's edge or a back-reference"),
        ("(?m)^a", "'\\^', character 5, is an anchor of lines"),
        (r"\p{Greek}", "no general category"),
        (r"\q", "begins an escape that is not known"),
        (r"\x{110000}", "is no character"),
        (r"\ud800", "is no character, or half of one"),
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


def test_where_a_text_begins_is_told_from_where_it_goes_on_alike() -> None:
    dfa = Dfa.of(parse("(ab)*$^"))  # after ab all is as at the beginning, but for ^
    assert dfa.accepts(b"")
    assert not dfa.accepts(b"ab")


@pytest.mark.parametrize("pattern", ["(?i)a", "a**", r"\Aa", r"\a0", "(?<=a)b", r"\1", "(?!a)"])
def test_javascript_has_none_of_these_or_no_automaton_has(pattern: str) -> None:
    with pytest.raises(InvalidInput, match="is not taken"):
        parse(pattern.replace(r"\a0", r"\A0"), ECMA)


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("ab()[]{}^$*+?|\\&-~:.,0123456789xpuLiP<>é\n"), max_size=40), st.booleans())
def test_no_text_does_worse_than_be_refused(text: str, ecma: bool) -> None:
    try:
        dfa = Dfa.of(parse(text, ECMA) if ecma else parse(text), states=300)
    except (InvalidInput, TooLarge):
        return
    assert (dfa.step < dfa.Q).all()
    assert dfa.Q <= 300

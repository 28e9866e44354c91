"""Sequence domains: known counts, text in and out, and automata against independent judges."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import check, count_solutions, domains, solve
from vmdsolve.checker import accepts
from vmdsolve.domains.brackets import Brackets
from vmdsolve.domains.equation import Equation
from vmdsolve.domains.reading import find_domain
from vmdsolve.domains.regex import Regex
from vmdsolve.domains.sequence import TokenSequence, automaton_of, shown
from vmdsolve.domains.text import Text
from vmdsolve.errors import InvalidInput, InvalidProblem
from vmdsolve.measure.law import law_of
from vmdsolve.problem import OPEN
from vmdsolve.search import solve_values


def count(domain: TokenSequence) -> int:
    """Solutions that exact search finds."""
    found = solve_values(domain.rules, np.full((1, domain.rules.L), OPEN, np.int32), limit=None)
    assert found.complete.all()
    return int(found.counts[0])


def rows(domain: TokenSequence) -> set[str]:
    return set(domain.format_many(law_of(domain).boards))


def assert_rows(domain: TokenSequence, judge: Callable[[str], Any]) -> None:
    """Of all rows, search and checker take just those that the judge does."""
    every = ["".join(row) for row in itertools.product(domain.symbols, repeat=domain.rules.L)]
    wanted = {row for row in every if judge(row)}
    assert rows(domain) == wanted
    boards = np.stack([domain.parse(row).values for row in every])
    good = accepts(domain.rules, np.full(domain.rules.L, OPEN, np.int32), boards)
    assert {row for row, ok in zip(every, good, strict=True) if ok} == wanted


# Brackets -------------------------------------------------------------------------------------------


def balanced(text: str) -> bool:
    """By striking out pairs that stand together, until nothing is left."""
    while (shorter := re.sub(r"\(\)|\[\]|\{\}|<>", "", text)) != text:
        text = shorter
    return not text


@pytest.mark.parametrize(("length", "kinds"), [(2, 1), (6, 1), (10, 1), (4, 2), (6, 2), (4, 3), (4, 4)])
def test_balanced_brackets_are_what_striking_out_pairs_leaves_empty(length: int, kinds: int) -> None:
    assert_rows(Brackets(length, kinds), balanced)


def catalan(n: int) -> int:
    return math.comb(2 * n, n) // (n + 1)


@pytest.mark.parametrize(("length", "kinds"), [(2, 1), (8, 1), (12, 1), (20, 1), (8, 2), (8, 3)])
def test_brackets_count_as_catalan_does(length: int, kinds: int) -> None:
    assert count(Brackets(length, kinds)) == catalan(length // 2) * kinds ** (length // 2)


def test_depth_is_bounded_where_asked() -> None:
    assert [count(Brackets(n, depth=1)) for n in (2, 6, 10)] == [1, 1, 1]
    assert [count(Brackets(n, depth=2)) for n in (4, 6, 10, 16)] == [2, 4, 16, 128]
    assert count(Brackets(8, 2, 3)) == (catalan(4) - 1) * 2**4  # all but the one nested four deep
    assert Brackets(8, depth=4).name == "brackets-8"
    assert domains.get("brackets-12-3-deep-4").rules.V == 6


def test_brackets_that_cannot_be_are_refused() -> None:
    for wrong, message in (((3,), "even length"), ((4, 5), "1 to 4 kinds"), ((4, 1, 3), "nest 1 to 2 deep")):
        with pytest.raises(InvalidInput, match=message):
            Brackets(*wrong)
    with pytest.raises(InvalidInput, match="over 4096 states"):
        Brackets(40, 3)


# Equations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "known"), [(5, 152), (6, 328), (7, 5612)])
def test_equations_are_those_that_are_true(length: int, known: int) -> None:
    form = re.compile(r"(0|[1-9]\d*)([-+*])(0|[1-9]\d*)=(0|[1-9]\d*)")
    found = rows(Equation(length))
    assert len(found) == known
    for text in found:
        match = form.fullmatch(text)
        assert match is not None
        a, sign, b, c = match.groups()
        assert {"+": int(a) + int(b), "-": int(a) - int(b), "*": int(a) * int(b)}[sign] == int(c)
    turned = {f"{c}-{b}={a}" for a, b, c in (re.split("[+=]", text) for text in found if "+" in text)}
    assert turned == {text for text in found if "-" in text}


@pytest.mark.slow
def test_equations_are_listed_only_when_their_rules_are_asked_for() -> None:
    domain = Equation(8)  # every call that finds a domain by the size of a grid makes one of each
    assert "rules" not in vars(domain)
    assert domain.rules.L == 8


@pytest.mark.slow
def test_longer_equations_have_their_known_count() -> None:
    domain = domains.get("equation-8")
    assert count(domain) == 25_888
    with pytest.raises(InvalidInput, match="5 to 8"):
        Equation(9)


@settings(deadline=None)
@given(st.sets(st.tuples(*[st.integers(0, 2)] * 4), min_size=1))
def test_the_automaton_of_some_words_accepts_just_these(words: set[tuple[int, ...]]) -> None:
    dfa = automaton_of(sorted(words), 3)
    for word in itertools.product(range(3), repeat=4):
        q = dfa.start
        for v in word:
            q = dfa.step[q][v] if q >= 0 else -1
        assert (q in dfa.accept) == (word in words)


# Regular expressions --------------------------------------------------------------------------------

PATTERNS = [
    "[ab]+c", "a*", "(ab|c)*", "a?b{1,3}c*", "(a|b)*a(a|b)", "[^b-z]{3}[abc]", r"a|abc|\.\.",
    "(abc|ab|c)+", "x y?", "a|ab|b*?c+?",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("length", [1, 3, 4])
def test_rows_are_those_that_pythons_re_matches(pattern: str, length: int) -> None:
    alphabet = "abc. xy"
    wanted = {text for text in map("".join, itertools.product(alphabet, repeat=length)) if re.fullmatch(pattern, text)}
    if not wanted:
        with pytest.raises(InvalidInput, match=f"no row of {length} characters matches"):
            Regex(pattern, length, symbols=alphabet)
        return
    domain = Regex(pattern, length, symbols=alphabet)
    assert {row.replace("_", " ") for row in rows(domain)} == wanted
    assert set(domain.symbols.replace("_", " ")) == set("".join(wanted))


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize(("least", "length"), [(0, 3), (2, 4), (3, 3)])
def test_shorter_matches_are_padded_at_the_end(pattern: str, least: int, length: int) -> None:
    alphabet = "abc. xy"
    wanted = {
        text
        for n in range(least, length + 1)
        for text in map("".join, itertools.product(alphabet, repeat=n))
        if re.fullmatch(pattern, text)
    }
    if not wanted:
        with pytest.raises(InvalidInput, match="matches"):
            Regex(pattern, length, least=least, symbols=alphabet)
        return
    domain = Regex(pattern, length, least=least, symbols=alphabet)
    pad = domain.symbols[-1]
    shown_words = {text.replace(" ", "_").ljust(length, pad) for text in wanted}
    assert rows(domain) == shown_words


def test_a_regex_is_named_on_the_command_line() -> None:
    assert count(domains.get("regex:8:[ab]+c")) == 2**7
    assert count(domains.get("regex:3-8:[ab]+c")) == 252
    ip = domains.get(r"regex:7-15:(\d{1,3}\.){3}\d{1,3}")
    assert ip.symbols == ".0123456789_"
    assert ip.parse("1?.0.0.1_______").values.tolist()[:3] == [2, OPEN, 0]
    assert "regex:" not in domains.names()
    for wrong in ("regex:", "regex:x:a", "regex:0:a", "regex:5-4:a"):
        with pytest.raises(InvalidInput):
            domains.get(wrong)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("[", "not taken"), ("(?=a)b", "not taken"), (r"(a)\1", "not taken"), ("a{9}", "no row of 4 characters"),
     ("(a|b)*a(a|b){12}", "over 4,096 states"), ("[!-^a-z]{4}", "over 64"), ("....", "both a space"),
     ("(?m)^a$", "is an anchor of lines"), ("é{4}", "no row of 4 characters"), ("(a{999}){999}", "over 4,096 states")],
)  # fmt: skip
def test_a_regex_that_cannot_be_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        Regex(pattern, 4)


def test_calls_take_a_domain_as_well_as_its_name() -> None:
    domain = Regex("[ab]+c", 4)
    solution = solve("a..c", domain=domain, method="search")
    assert solution.text in ("aaac", "abac", "aabc", "abbc")
    assert solve(["a", "", "", ""], domain=domain, method="search").grid[0] == "a"
    assert count_solutions("a...", domain=domain, limit=None) == (4, True)
    assert count_solutions(domain.parse("a..."), limit=None) == (4, True)  # a problem knows its own board
    assert solve(domain.parse("a..c"), method="search").text == solution.text
    assert [v.relation for v in check("a...", "bbbb", domain=domain)] == ["given", "regex"]
    assert solve("a..c", domain="regex:4:[ab]+c", method="search").text == solution.text
    assert find_domain("a..c", domain) is domain


# Text -----------------------------------------------------------------------------------------------


def test_text_has_no_rules_and_spaces_are_written_as_underscores() -> None:
    text = Text(11)
    assert (text.rules.V, text.rules.constraints) == (27, ())
    assert text.format(text.parse("hello world").values) == text.format(text.parse("hello_world").values)
    assert text.render(text.parse(" h.llo worl").values) == "_h.llo_worl"
    many = text.parse_many(["hello world", "........ rl"])
    assert many is not None
    assert text.format_many(many) == ["hello_world", "........_rl"]


@pytest.mark.parametrize("character", ["é", "\U0001f600", "ā", "\x80", "\xff", "\ud800"])
def test_no_character_beyond_ascii_is_read_as_an_open_cell(character: str) -> None:
    for symbols in (".a", "?.a", "ab"):  # an open cell is '?', '*' or '.'
        row = TokenSequence("x", symbols, 2)
        with pytest.raises(InvalidProblem, match="character 1 is "):
            row.parse(character + "a")
        assert row.parse_many([character + "a"]) is None


def test_a_wrong_character_or_length_is_named() -> None:
    with pytest.raises(InvalidProblem, match="character 3 is 'A'; text-4 uses"):
        Text(4).parse("abAd")
    with pytest.raises(InvalidProblem, match="text-4 needs 4 characters, got 5"):
        Text(4).parse("abcde")
    with pytest.raises(InvalidInput, match="a text has 1 character or more"):
        Text(0)


def test_symbols_are_printable_ascii() -> None:
    assert shown("b a") == "_ab"
    with pytest.raises(InvalidInput, match="cannot be a symbol"):
        shown("né")
    with pytest.raises(InvalidInput, match="both a space and '_'"):
        shown("_ ")
    with pytest.raises(InvalidInput, match="wanted distinct ones"):
        _ = TokenSequence("twice", "aa", 2).rules

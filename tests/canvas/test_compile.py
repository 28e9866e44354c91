"""Grammars over tokens: against every short row of tokens of small vocabularies, and what is refused."""

from __future__ import annotations

import itertools
import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.canvas.compile import compile_choice, compile_dfa, compile_json_schema, compile_regex, compile_token_dfa
from vmdsolve.canvas.grammar import Grammar
from vmdsolve.canvas.vocabulary import Vocabulary
from vmdsolve.errors import InvalidInput

PATTERNS = ["a|b|ab", "(ab)*", "[ab]{2,3}", "(a|b)*abb", "a?é+", "", "[^a]", "(?:é|b){2}a*", "^a.?$", "b+|c"]
WORDS = Vocabulary.from_bytes(
    [b"a", b"b", b"ab", None, b"</s>", "é".encode(), b"\xc3", b"\xa9b", b"ba", b"b", b"", b"<pad>"],
    vocab_size=13, eos=4, pad=[11, 4],
)  # fmt: skip
BYTES = Vocabulary.from_bytes([bytes([byte]) for byte in range(256)])


def rows(V: int, most: int) -> list[tuple[int, ...]]:
    return [row for length in range(most + 1) for row in itertools.product(range(V), repeat=length)]


def allowed(pattern: str, row: tuple[int, ...]) -> bool:
    """Whether a row is a text of the pattern, closed by EOS and filled up, or not closed: from the words alone."""
    text = list(row)
    if 4 in text:
        end = text.index(4)
        if set(text[end:]) - {4, 11}:
            return False
        text = text[:end]
    pieces = [WORDS.tokens[token] for token in text]
    if None in pieces:
        return False
    try:
        return re.fullmatch(pattern, b"".join(piece or b"" for piece in pieces).decode(), re.ASCII) is not None
    except UnicodeDecodeError:
        return False


def assert_least_is_the_fewest_tokens(grammar: Grammar) -> None:
    for q in range(grammar.Q):
        reached, n = {q}, 0
        while not any(grammar.accepting[state] for state in reached):
            span = [range(grammar.edge_first[state], grammar.edge_first[state + 1]) for state in reached]
            reached, n = {int(grammar.edge_next[e]) for edges in span for e in edges}, n + 1
        assert grammar.least[q] == n


@pytest.mark.parametrize("pattern", PATTERNS)
def test_rows_of_tokens_are_those_whose_bytes_match(pattern: str) -> None:
    if pattern == "b+|c":  # no token writes c
        assert compile_regex(pattern, WORDS).Q == 3
    grammar = compile_regex(pattern, WORDS)
    for row in rows(WORDS.V, 3):
        assert grammar.accepts([*row]) == allowed(pattern, row), row
    assert_least_is_the_fewest_tokens(grammar)


def test_every_token_leads_where_its_bytes_do_and_sets_of_a_state_share_nothing() -> None:
    grammar = compile_regex("([ab]é?){0,5}", WORDS)
    for q in range(grammar.Q):
        taken = [int(c) for e in range(*grammar.edge_first[q : q + 2]) for c in grammar.classes(e)]
        assert len(set(taken)) == len(taken)
        assert 0 not in taken
    dead = [v for v in range(grammar.V) if all(grammar.step(q, v) < 0 for q in range(grammar.Q))]
    assert dead == np.flatnonzero(grammar.token_class == 0).tolist()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.binary(min_size=1, max_size=3), min_size=1, max_size=12), st.sampled_from(PATTERNS), st.data())
def test_any_vocabulary_leads_where_single_bytes_do(tokens: list[bytes], pattern: str, data: st.DataObject) -> None:
    tokens = [*tokens, *(bytes([byte]) for byte in "abé".encode())]
    vocabulary = Vocabulary.from_bytes(tokens)
    grammar, single = compile_regex(pattern, vocabulary), compile_regex(pattern, BYTES)
    row = data.draw(st.lists(st.integers(0, len(tokens) - 1), max_size=6))
    assert grammar.accepts(row) == single.accepts([*vocabulary.text(row)])


def test_states_that_no_tokens_leave_are_left_out() -> None:
    """Without a token for the last byte of é, what begins it leads nowhere."""
    vocabulary = Vocabulary.from_bytes([b"a", b"\xc3", b"b"])
    grammar = compile_regex("a(b|é)", vocabulary)
    assert grammar.Q == 3
    assert grammar.token_class[1] == 0
    with pytest.raises(InvalidInput, match="allows no text that the vocabulary's tokens write"):
        compile_regex("é", vocabulary)


def test_a_choice_is_its_texts() -> None:
    texts = ["a", "ab", "bé", "ab"]
    grammar = compile_choice(texts, BYTES)
    assert all(grammar.accepts([*text.encode()]) for text in texts)
    assert not any(grammar.accepts([*text.encode()]) for text in ("", "b", "aba", "bé "))


def test_tables_over_bytes_and_over_tokens_say_the_same() -> None:
    step = np.full((4, 256), -1)
    step[2, ord("a")], step[0, ord("b")], step[0, ord("a")] = 0, 1, 3
    by_bytes = compile_dfa(step, [False, True, False, False], WORDS, start=2)
    assert [row for row in rows(WORDS.V, 2) if by_bytes.accepts([*row])] == [(2,), (0, 1), (0, 9), (2, 4)]
    tokens = np.full((3, WORDS.V), -1)
    tokens[0, [0, 2]], tokens[1, [1, 9]] = [1, 2], 2
    by_tokens = compile_token_dfa(tokens, [2], eos=4)
    assert [by_tokens.accepts([*row]) for row in rows(WORDS.V, 3)] == [
        by_bytes.accepts([*row]) and 11 not in row for row in rows(WORDS.V, 3)
    ]


def test_states_of_a_table_that_are_of_no_use_are_left_out() -> None:
    step = [[-1, 0, -1], [2, 3, -1], [-1, 1, -1], [3, 3, -1]]  # 0 is never reached, 3 never leads to acceptance
    grammar = compile_token_dfa(step, [2], start=1, eos=2)
    assert (grammar.Q, grammar.start) == (3, 0)
    assert [row for row in rows(3, 3) if grammar.accepts([*row])] == [(0,), (0, 2), (0, 1, 0), (0, 2, 2)]
    assert_least_is_the_fewest_tokens(grammar)


def test_weights_stand_on_the_edges_of_their_steps() -> None:
    rng = np.random.default_rng(0)
    step = rng.integers(-1, 4, (4, 6))
    step[3] = [3, 3, 3, 3, 3, -1]
    step[0, 0] = 3
    weight = rng.integers(0, 3, (4, 6)) - 1.0
    weight[1, 1] = -np.inf
    grammar = compile_token_dfa(step, [3], weight=weight)
    assert grammar.edge_weight is not None
    at, state = 0, grammar.start
    reached = {0: state}
    for at in (0, *range(4)):  # states keep their order, so that two passes reach all
        for token in range(6):
            to = grammar.step(reached[at], token) if at in reached else -1
            if to >= 0:
                reached.setdefault(int(step[at, token]), to)
                kind = grammar.token_class[token]
                span = range(*grammar.edge_first[reached[at] : reached[at] + 2])
                found = [float(grammar.edge_weight[e]) for e in span if kind in grammar.classes(e)]
                assert found == [weight[at, token]]
    assert len(reached) >= 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compile_regex("(?=a)b", BYTES), "there is no look-around"),
        (lambda: compile_regex(None, BYTES), "a regular expression is None; wanted text"),
        (lambda: compile_choice(["a"], [b"a"]), "wanted a Vocabulary"),
        (lambda: compile_regex("a[^\\s\\S]", BYTES), "allows nothing, not even the empty text"),
        (lambda: compile_regex("(a|b)*a(a|b){24}", BYTES), "needs over 10,000 states, or too long to find them"),
        (lambda: compile_regex("a{0,200}", BYTES, max_states=100), "needs over 100 states"),
        (lambda: compile_regex("a", BYTES, max_states=0), "max_states is 0; wanted a whole number, 1 or more"),
        (lambda: compile_json_schema({}, BYTES, max_states="x"), "max_states is 'x'; wanted a whole number"),
        (lambda: compile_choice([], BYTES), "wanted a list of texts, at least one"),
        (lambda: compile_choice("ab", BYTES), "choices are 'ab'; wanted a list of texts"),
        (lambda: compile_choice(["\ud800"], BYTES), "half of a character"),
        (lambda: compile_choice(["a" * 2_000_000], BYTES), "2,000,000 characters; wanted at most"),
        (lambda: compile_dfa(np.zeros((2, 255), int), [0], BYTES), r"wanted \[Q, 256\]"),
        (lambda: compile_dfa(np.full((2, 256), 2), [0], BYTES), r"step \[0, 0\] is 2; wanted a state, 0 to 1, or -1"),
        (lambda: compile_dfa(np.full((2, 256), -1), [], BYTES), "allows nothing"),
        (lambda: compile_dfa(np.full((2, 256), -1), [5], BYTES), "wanted bools"),
        (lambda: compile_dfa(np.full((2, 256), -1), [0], BYTES, start=2), "start is 2"),
        (lambda: compile_token_dfa(np.zeros((2, 3)), [0]), "wanted integers"),
        (lambda: compile_token_dfa([[0, 1], [1, 1]], [1], weight=[[0, np.nan], [0, 0]]), r"weight \[0, 1\] is nan"),
        (lambda: compile_token_dfa([[0, 1], [1, 1]], [1], weight=[0, 0]), "weight has the shape"),
        (lambda: compile_token_dfa([[0, 1], [1, 1]], [1], eos=1), "eos is 1; wanted a token 0 to 1 that has no steps"),
        (lambda: compile_token_dfa([[1, 1], [1, 1]], [1], weight=[[-np.inf] * 2] * 2), "accepts nothing"),
    ],
)
def test_what_is_no_grammar_is_refused(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(InvalidInput, match=message):
        call()


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern", ["(a?){2000}", "((a{1,50}){1,50}){1,50}", "(a?b?){2000}", r"(?:\w+\s?){1,900}", ".{9000}"]
)
def test_hostile_patterns_end_soon(pattern: str) -> None:
    begun = time.process_time()
    try:
        assert compile_regex(pattern, BYTES).Q <= 10_000
    except InvalidInput as refusal:
        assert "needs over 10,000 states" in str(refusal)  # noqa: PT017
    assert time.process_time() - begun < 20  # a second or two


def test_a_schema_that_grows_too_large_is_held_shorter_and_says_so() -> None:
    line = {"type": "object", "properties": {"text": {"type": "string", "maxLength": 80}}, "required": ["text"]}
    schema = {"type": "array", "items": line, "maxItems": 30}
    letters = Vocabulary.from_bytes([bytes([byte]) for byte in range(256)])
    grammar = compile_json_schema(schema, letters)
    assert "held shorter" in grammar.notes[0]
    assert grammar.accepts([*b'[{"text": "a"}, {"text": "b"}]'])
    assert not grammar.accepts([*b'[{"text": 1}]'])
    assert "held shorter" not in str(compile_json_schema({"type": "array", "items": line}, letters).notes)
    with pytest.raises(InvalidInput, match=r"needs over 10 states, .* lower what it counts .* or raise max_states"):
        compile_json_schema(schema, letters, max_states=10)

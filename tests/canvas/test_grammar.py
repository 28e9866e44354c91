"""The data class of grammars: what it refuses, bytes in and out, and what a damaged file does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import _native
from vmdsolve.canvas.compile import compile_regex, compile_token_dfa
from vmdsolve.canvas.grammar import DTYPES, HASH_BYTES, MAGIC, Grammar
from vmdsolve.canvas.vocabulary import Vocabulary
from vmdsolve.errors import InvalidInput

LETTERS = Vocabulary.from_bytes([b"a", b"b", b"ab", None], eos=3)
PLAIN = compile_regex("(a|b)*ab", LETTERS)
WEIGHTED = compile_token_dfa([[1, 0, -1], [1, 1, -1]], [1], weight=[[0.5, -1, 0], [0, 0, 0]], eos=2)


@pytest.mark.parametrize("grammar", [PLAIN, WEIGHTED, dataclasses.replace(PLAIN, notes=("é\n", "x"))])
def test_what_is_saved_is_read_back(grammar: Grammar) -> None:
    again = Grammar.from_bytes(grammar.to_bytes())
    assert again.to_bytes() == grammar.to_bytes()
    assert (again.start, again.end, again.eos, again.pad) == (grammar.start, grammar.end, grammar.eos, grammar.pad)
    assert again.notes == grammar.notes
    for name, dtype in DTYPES.items():
        array = getattr(again, name)
        assert array is None or (array.dtype == dtype and not array.flags.writeable)
        np.testing.assert_array_equal(array, getattr(grammar, name))


def test_every_array_is_saved() -> None:
    others = {"start", "end", "eos", "pad", "notes"}
    assert {field.name for field in dataclasses.fields(Grammar)} == others | DTYPES.keys()


def hashed(said: bytes) -> bytes:
    """As `to_bytes` closes what it says."""
    of = _native.XXH64()
    of.update(said)
    return said + of.digest()


@settings(deadline=None, max_examples=300)
@given(st.sampled_from([PLAIN, WEIGHTED]), st.integers(0), st.integers(1, 255))
def test_a_byte_that_was_flipped_is_noticed(grammar: Grammar, at: int, flip: int) -> None:
    saved = bytearray(grammar.to_bytes())
    saved[at % len(saved)] ^= flip
    what = "no grammar that this version saved" if at % len(saved) < len(MAGIC) else "its bytes are damaged"
    with pytest.raises(InvalidInput, match=what):
        Grammar.from_bytes(bytes(saved))


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_changed_bytes_do_worse_than_be_refused(data: st.DataObject) -> None:
    saved = bytearray(data.draw(st.sampled_from([PLAIN, WEIGHTED])).to_bytes()[:-HASH_BYTES])
    for _ in range(data.draw(st.integers(1, 4))):
        saved[data.draw(st.integers(0, len(saved) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(saved)))
    for damaged in (bytes(saved), bytes(saved[:cut]), bytes(saved) + b"x"):
        try:
            grammar = Grammar.from_bytes(hashed(damaged))
        except InvalidInput:
            continue
        assert grammar.accepting.view(np.uint8).max() <= 1
        assert all(grammar.step(q, v) < grammar.Q for q in range(grammar.Q) for v in range(grammar.V))


def ints(*numbers: int) -> Any:
    return np.array(numbers, np.int32)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"token_class": ints()}, "no token"),
        ({"token_class": ints(1, 2, 3, -1)}, "token_class is negative"),
        ({"token_class": np.zeros(4)}, "token_class is no"),
        ({"token_class": ints(0, 0, 0, 0)}, "set_class names no class"),
        ({"set_first": ints(0, 5, 2)}, "set_first does not rise"),
        ({"edge_first": ints(0, 1)}, "edge_first does not rise"),
        ({"edge_next": PLAIN.edge_next + 9}, "edge_next names no state"),
        ({"edge_set": PLAIN.edge_set + 99}, "edge_set names no set"),
        ({"edge_set": PLAIN.edge_set[1:]}, "not of one length"),
        ({"edge_weight": np.zeros(2, np.float32)}, "edge_weight and edge_next"),
        ({"edge_weight": np.full(PLAIN.E, np.nan, np.float32)}, "edge_weight is no number"),
        ({"least": PLAIN.least - 9}, "least is negative"),
        ({"least": PLAIN.least[1:]}, "states of edges"),
        ({"start": PLAIN.Q}, "start or end"),
        ({"end": -2}, "start or end"),
        ({"eos": (4,)}, "eos or pad"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        dataclasses.replace(PLAIN, **change)


def test_the_arrays_of_the_caller_stay_as_they_are() -> None:
    given = PLAIN.token_class.copy()
    grammar = dataclasses.replace(PLAIN, token_class=given)
    assert grammar.token_class is not given
    given[:] = 0
    assert grammar.token_class.any()


@pytest.mark.parametrize("change", [lambda saved: saved + b"x", lambda saved: saved[:-1], lambda saved: b"x" + saved])
def test_bytes_more_or_less_are_refused(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(InvalidInput, match="a grammar cannot be used: "):
        Grammar.from_bytes(change(PLAIN.to_bytes()))
    with pytest.raises(InvalidInput, match="a grammar cannot be used: "):
        Grammar.from_bytes(hashed(change(PLAIN.to_bytes()[:-HASH_BYTES])))


def test_a_byte_that_is_no_bool_is_read_as_one() -> None:
    saved = bytearray(PLAIN.to_bytes()[:-HASH_BYTES])
    at = len(saved) - 5 * PLAIN.Q  # accepting, before least
    assert not saved[at]
    saved[at] = 2
    assert Grammar.from_bytes(hashed(bytes(saved))).accepting.view(np.uint8).tolist() == [1, *PLAIN.accepting[1:]]

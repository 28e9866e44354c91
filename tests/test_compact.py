"""Compact columns say what the lists say that they are made of."""

from __future__ import annotations

import pickle

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.compact import Even, Same, joined

TEXT = st.text(st.characters(max_codepoint=300), max_size=3)
EVEN = st.integers(1, 3).flatmap(
    lambda w: st.lists(st.text(st.characters(max_codepoint=127), min_size=w, max_size=w), min_size=1, max_size=6)
)


@given(st.lists(TEXT, max_size=6) | EVEN, st.slices(6))
def test_even_texts_are_the_texts(texts: list[str], some: slice) -> None:
    even = Even.of(texts)
    plain = bool(texts) and all(text.isascii() and len(text) == len(texts[0]) > 0 for text in texts)
    assert (even is not None) == plain
    if even is not None:
        assert list(even) == texts == [even[i] for i in range(len(texts))] == pickle.loads(pickle.dumps(even))
        assert even[some] == texts[some]
        assert even.bytes().decode() == "".join(texts)
        assert even.bytes("\n").decode() == "".join(f"{text}\n" for text in texts)


@given(st.lists(st.text("1.# \n\x1c", max_size=3), min_size=1, max_size=4))
def test_lines_are_those_of_the_text_or_none(texts: list[str]) -> None:
    text = "".join(f"{one}\n" for one in texts)
    lines, split = Even.lines(text), text.split("\n")[:-1]
    plain = split == text.split() and len(set(map(len, split))) == 1
    assert (lines is not None) == plain
    assert lines is None or list(lines) == split
    assert text.endswith("\n\n") or Even.lines(text[:-1]) is None


@given(st.lists(st.tuples(st.booleans(), EVEN), min_size=1, max_size=3))
def test_joined_columns_are_one_after_another(parts: list[tuple[bool, list[str]]]) -> None:
    columns = [Even.of(texts) if even else texts for even, texts in parts]
    assert list(joined([one for one in columns if one is not None])) == [text for _, texts in parts for text in texts]


def test_one_value_stays_one_where_it_is_of_one_type() -> None:
    assert isinstance(joined([Same(1, 2), Same(1, 3)]), Same)
    assert not isinstance(joined([Same(1, 2), Same(True, 3)]), Same)
    assert joined([Same(1, 2), Same(True, 3)]) == [1, 1, True, True, True]
    assert Same(None, 3)[1:] == [None] * 2
    assert Same(0.5, 2)[-1] == 0.5


def test_even_texts_of_a_part_of_a_matrix() -> None:
    codes = np.frombuffer(b"ab\ncd\n", np.uint8).reshape(2, 3)[:, :2]
    assert list(Even(codes)) == ["ab", "cd"]
    assert Even(codes)[1] == "cd"

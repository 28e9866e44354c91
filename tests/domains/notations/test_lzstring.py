"""LZ-string: known texts, round trips, and packed texts that would be too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.domains.notations.lzstring import compress, decompress
from vmdsolve.errors import InvalidInput, InvalidProblem

# What lz-string 1.5 (npm) gives.
KNOWN = {
    "": "Q===",
    "a": "IZA=",
    "hello": "BYUwNmD2Q===",
    '{"x":3}': "N4IgHiBcDMC+Q===",
}


@pytest.mark.parametrize(("text", "packed"), KNOWN.items())
def test_known_texts(text: str, packed: str) -> None:
    assert compress(text) == packed
    assert decompress(packed) == text


@given(st.text(max_size=300) | st.text("ab", max_size=2000))
def test_what_is_packed_is_unpacked_again(text: str) -> None:
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert decompress(compress(text)) == text


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=é", max_size=200))
def test_no_packed_text_does_worse_than_be_refused(packed: str) -> None:
    try:
        assert len(decompress(packed, most=1000)) <= 1000
    except InvalidInput:
        return


def test_a_small_text_that_would_unpack_to_a_huge_one_is_refused() -> None:
    packed = compress("a" * 2_000_000)
    assert len(packed) < 5000
    with pytest.raises(InvalidProblem, match="over 1,048,576 characters, unpacked"):
        decompress(packed)

"""Plain text: nothing is left that is obeyed, nothing else is changed, and no stream lets anything else through."""

from __future__ import annotations

import io
import sys

import pytest
from helpers.hostile import OBEYED, hostile, obeyed
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput, MissingExtra
from vmdsolve.plain import LONGEST, Plain, clean, cut, guard, under

texts = st.text() | hostile()


@given(texts)
def test_a_text_that_is_cleaned_can_be_seen_and_keeps_its_length(text: str) -> None:
    assert not obeyed(clean(text))
    assert len(clean(text)) == len(text)
    assert clean(clean(text)) == clean(text)
    assert clean(text) == text or obeyed(text) or {*text} & set("\n\t")


@given(texts, st.integers(4, 40))
def test_a_text_is_cut_in_its_middle_alone(text: str, most: int) -> None:
    short = cut(text, most)
    if len(text) <= most:
        assert short == text
    else:
        before, after = short.split(f" ... ({len(text) - most} characters left out) ... ")
        assert text.startswith(before)
        assert text.endswith(after)
        assert len(before + after) == most


@given(st.lists(texts))
def test_a_stream_passes_lines_that_are_plain(written: list[str]) -> None:
    stream = io.StringIO()
    plain = Plain(stream)
    for text in written:
        assert plain.write(text) == len(text)
    assert stream.getvalue() == "".join(clean(text, "\n\t") for text in written)
    assert not obeyed(stream.getvalue())


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8", "utf-16"])
@given(text=texts)
def test_a_stream_of_any_encoding_takes_any_text(encoding: str, text: str) -> None:
    raw = io.BytesIO()
    plain = Plain(io.TextIOWrapper(raw, encoding=encoding, newline="\n"))
    plain.writelines([text, "end"])
    plain.flush()
    assert raw.getvalue().decode(encoding).endswith("end")
    assert not obeyed(raw.getvalue().decode(encoding))


def test_nothing_leads_past_a_stream() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    plain = Plain(stream)
    assert not hasattr(plain, "buffer")
    assert plain.encoding == "utf-8"
    assert under(plain) is stream
    with pytest.raises(TypeError):
        plain.write(b"\x1b")


def test_both_streams_are_guarded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", None)
    assert guard() == (out, None)
    once = sys.stdout
    assert guard() == (once, None)
    assert sys.stdout is once
    print("\x1b[2J")
    assert out.getvalue() == "?[2J\n"


@given(texts)
def test_an_error_says_one_line_that_is_plain(text: str) -> None:
    for error in (InvalidInput(text), MissingExtra(text)):
        assert str(error) == clean(text)


def test_an_error_says_no_more_than_anyone_reads() -> None:
    said = str(InvalidInput(f"a file holds {'x' * 10_000_000}; save it as text"))
    assert said.startswith("a file holds xxx")
    assert said.endswith("xxx; save it as text")
    assert len(said) < LONGEST + 100


def test_all_that_is_obeyed_is_known_to_the_tests() -> None:
    assert all(obeyed(text) for text in OBEYED if text.isprintable() is False)

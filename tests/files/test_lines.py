"""Lines are found where they begin, in any order, and nothing moves the file's position."""

from __future__ import annotations

import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.files import lines
from vmdsolve.files.lines import Lines


@given(content=st.lists(st.binary(max_size=40), max_size=20).map(b"\n".join), rank=st.lists(st.integers(0, 99)))
def test_lines_are_those_of_the_file_in_any_order(content: bytes, rank: list[int]) -> None:
    with tempfile.TemporaryFile(buffering=0) as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "WINDOW", 16)
        file.write(content)
        found = Lines(file.fileno())
        whole = list(found.all())
        assert b"".join(line for _, line in whole) == content
        assert all(line.endswith(b"\n") for _, line in whole[:-1])
        assert all(b"\n" not in line[:-1] for _, line in whole)
        for place in rank[: len(whole) * 5]:
            begin, line = whole[place % len(whole)]
            assert found.at(begin) == line
        assert file.tell() == len(content)


def test_a_line_longer_than_any_is_met_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "WINDOW", 16)
    monkeypatch.setattr(lines, "MOST", 64)
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(b"x" * 200 + b"\nshort\n")
        sizes = [len(line) for _, line in Lines(file.fileno()).all()]
    assert sizes == [64, 64, 64, 9, 6]


def test_what_is_appended_is_found() -> None:
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(b"one\ntw")
        found = Lines(file.fileno())
        assert found.at(4) == b"tw"
        file.write(b"o\n")
        assert found.at(4) == b"two\n"

"""JSON that others wrote: what the standard library reads is the same here, and the rest is one ValueError."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import untrusted
from vmdsolve.errors import ModelMismatch
from vmdsolve.untrusted import DEEPEST, loads, read_json

NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_what_is_json_is_read_as_it_was_written(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert loads(text) == loads(text.encode()) == json.loads(text) == value


@given(st.text(max_size=30) | st.text('[]{}",:01-e.\\udNaInfity ', max_size=30))
def test_anything_else_is_a_value_error(text: str) -> None:
    try:
        value = loads(text)
    except ValueError:
        return
    assert value == json.loads(text)


DEEP = [
    "[" * 100_000,
    "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
    '{"a":' * 900 + "1" + "}" * 900,
    '[{"a":' * 100_000,
    "[" + "[[]]," * 40 + "[" * DEEPEST + "]" * (DEEPEST + 1),
]


@pytest.mark.parametrize("text", DEEP)
def test_what_is_deep_is_refused_however_it_ends(text: str) -> None:
    with pytest.raises(ValueError, match=r"^lists or objects more than 64 deep$"):
        loads(text)


def test_as_deep_as_may_be_is_read() -> None:
    text = "[" * DEEPEST + "]" * DEEPEST
    assert json.dumps(loads(text)) == text
    assert len(loads("[" + "[]," * 1000 + "[]]")) == 1001


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1, "b": 2, "a": 3}', "an object has the name 'a' twice"),
        ("[NaN]", "NaN is no number of JSON"),
        ("-Infinity", "-Infinity is no number of JSON"),
        ("1e999", "1e999 is too large a number"),
        ("1" * 5000, "a whole number of thousands of digits"),
        ('{"\\ud800": 1}', "half of a character"),
        (b"\xff", "'utf-8' codec can't decode"),
        ("", "Expecting value: line 1 column 1"),
        ("[1]" + " " * 100, "over 100 characters"),
    ],
)
def test_what_json_has_not_is_named(text: str | bytes, why: str) -> None:
    with pytest.raises(ModelMismatch, match=rf"^the recipe cannot be read: {re.escape(why)}"):
        read_json(text, "the recipe", error=ModelMismatch, most=100 if "over" in why else 10**6)


@pytest.mark.parametrize(
    "text",
    ["[" + "[]," * 1000 + "[]]", '["' + '","' * 1000 + '"]', json.dumps({f"k{i}": i for i in range(1000)})],
)
def test_values_are_bounded_by_the_memory_that_they_take(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(loads(text)) >= 1000
    monkeypatch.setattr(untrusted, "MOST_MEMORY", 60_000)
    with pytest.raises(ValueError, match=r"^so many values that they would take over 0 MB$"):
        loads(text)


def test_there_is_no_other_reader() -> None:
    root = Path(vmdsolve.__file__).parent
    own = [root / "untrusted.py", root / "domains/notations/scl.py"]  # which reads one text in quotes at a time
    tops = ("domains", "files", "model", "train")
    others = [path for top in tops for path in (root / top).rglob("*.py") if path not in own]
    assert [path.name for path in others if "json.load" in path.read_text(encoding="utf-8")] == []

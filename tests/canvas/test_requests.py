"""Requests in the names that servers have."""

from __future__ import annotations

from typing import Any

import pytest

from vmdsolve.canvas import GrammarCompiler, Vocabulary, grammar_of_request
from vmdsolve.errors import InvalidInput

BYTES = Vocabulary.from_bytes([bytes([byte]) for byte in range(256)])


@pytest.mark.parametrize(
    ("request_", "text", "other"),
    [
        ({"regex": "a+b"}, b"aab", b"ba"),
        ({"choice": ["yes", "no"], "regex": None}, b"yes", b"maybe"),
        ({"json": {"type": "boolean"}}, b"true", b"1"),
        ({"json_schema": '{"enum": [3]}'}, b"3", b"4"),
        ({"json_object": True, "json": None}, b"{}", b"[]"),
    ],
)
def test_each_name_is_what_servers_mean_by_it(request_: dict[str, Any], text: bytes, other: bytes) -> None:
    compiler = GrammarCompiler(BYTES)
    for words in (BYTES, compiler):
        grammar = grammar_of_request(request_, words)
        assert grammar.accepts([*text])
        assert not grammar.accepts([*other])
    assert grammar_of_request(request_, compiler) is grammar


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "asks for nothing"),
        ({"regex": "a", "choice": ["a"]}, "asks for choice, regex; wanted one of"),
        ({"grammar": "root ::= x"}, "asks for 'grammar'; wanted one of json"),
        ({"regex": "("}, "regular expression"),
        ([], r"a request is \[\]; wanted a mapping with one of json"),
        ("regex", "a request is 'regex'; wanted a mapping"),
        ({1: "a", "b": "a"}, "asks for 1; wanted one of json"),
        ({"json_object": {"type": "object"}}, "json_object is {.*wanted True, or a schema as json"),
    ],
)
def test_what_is_none_is_refused_by_name(request_: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        grammar_of_request(request_, BYTES)

"""Values that satisfy a JSON Schema are in its grammar, others are not, keyword by keyword."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.schemas import accepted, assert_sound

FORMATS = [  # a format, texts of it, others
    (
        "ipv6",
        ["::", "::1", "2001:DB8::1", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8"],
        ["1:2:3:4:5:6:7", "1::2::3", "g::", ":1"],
    ),
    (
        "uri",
        ["https://u@a.org:50051/b?c=d#e", "mailto:a@b.org", "urn:isbn:1", "file:///a"],
        ["a.org", "/a", "http://a b"],
    ),
    ("uri-reference", ["", "/a/b?c", "a", "#b", "../c"], ["\\", "a b", "%4"]),
    ("uuid", ["123e4567-E89B-12d3-a456-426614174000"], ["123e4567e89b12d3a456426614174000"]),
    ("duration", ["P1Y2M3DT4H5M6S", "PT1H", "P2W"], ["P", "PT", "P1Y2W", "1D"]),
    ("regex", ["^[a-z]+$", r"\d{3}(a|b)?"], ["(", "["]),
    ("hostname", ["a.b-c.org", "a" * 63], ["a" * 64, "-a", "a..b"]),
]

KNOWN: list[tuple[Any, list[Any], list[Any]]] = [  # a schema, values that it allows, values that it does not
    ({"type": "integer", "minimum": -17, "maximum": 1234}, [-17, 0, 999, 1234], [-18, 1235, 1.5, "1", True]),
    ({"type": "integer", "exclusiveMinimum": 99}, [100, 10**12], [99, -100]),
    ({"type": "integer", "maximum": -10}, [-10, -99999], [-9, 0, 10]),
    ({"type": "integer", "multipleOf": 7}, [0, 7, -14, 7 * 12345], [1, -13]),
    ({"type": "integer", "minimum": 3, "exclusiveMinimum": True}, [4], [3]),
    ({"type": "number"}, [0, -0.5, 1e-7, 12.25], ["1", None]),
    ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, [0.5, 0.001], [0, 1, 0.0, -0.5]),
    ({"type": "number", "minimum": 0.1, "maximum": 0.95}, [0.1, 0.25, 0.9, 0.94999, 0.95], [0, 1, 0.09, 0.951, 0.99]),
    ({"type": "number", "minimum": -2.5, "exclusiveMaximum": 10.25}, [-2.5, -2, 0, 10, 10.2, 10.2499], [10.25, -2.51]),
    ({"type": "number", "exclusiveMinimum": 0.5}, [0.51, 0.5001, 1, 123456.75], [0.5, 0.4, 0, -1]),
    ({"type": "number", "minimum": -1, "maximum": 2}, [-1, -0.5, 0, 1.99, 2, 2.0], [2.01, -1.01]),
    ({"type": "string", "minLength": 2, "maxLength": 3}, ["ab", "é\n\x01", "🙂🙂🙂"], ["a", "abcd"]),
    ({"type": "string", "pattern": "^[a-c]+$"}, ["a", "abc"], ["", "ad", "a\n"]),
    ({"type": "string", "pattern": "b"}, ["b", "abc", '"b'], ["", "ac"]),
    ({"type": "string", "pattern": '^(x|"\\\\)$'}, ["x", '"\\'], ['"']),
    ({"enum": [1, "a", None, {"x": [1.5]}]}, [1, "a", None, {"x": [1.5]}], [2, "b", True]),
    ({"enum": [1, "abc", "b"], "type": "string", "minLength": 2}, ["abc"], [1, "b"]),
    (
        {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2},
        [[1], [1, 2]],
        [[], [1, 2, 3], ["a"]],
    ),
    (
        {"type": "array", "prefixItems": [{"type": "null"}, {"const": 1}], "items": False},
        [[], [None, 1]],
        [[1], [None, 1, 1]],
    ),
    (
        {
            "type": "array",
            "items": {"enum": ["a", 1, "a", 1.0, None]},
            "uniqueItems": True,
            "minItems": 1,
            "maxItems": 2,
        },
        [["a"], ["a", 1], [1, None]],
        [[], ["a", "a"], ["a", 1, None], ["b"]],
    ),
    ({"type": "array", "uniqueItems": True, "maxItems": 1}, [[], [5]], [[1, 1]]),
    ({"type": "array", "uniqueItems": True, "items": {"type": "string"}}, [[], ["a"]], [["a", "a"]]),
    ({"type": "array", "uniqueItems": True, "items": {"type": "boolean"}}, [[], [False, True]], [[True, True]]),
    (
        {"type": "array", "uniqueItems": True, "items": {"type": "integer", "minimum": -1, "maximum": 4}},
        [[], [-1, 0, 4]],
        [[0, 0], [5]],
    ),
    ({"type": "array", "uniqueItems": True, "contains": {"const": 1}}, [[1]], [[], [1, 1], [2]]),
    ({"type": "array"}, [[], [1, "a", [2]]], [{}]),
    (
        {"type": "object", "properties": {"a": {"const": 1}, "b": {}, "c": {"type": "null"}}, "required": ["b"]},
        [{"a": 1, "b": 2}, {"b": [], "c": None}],
        [{}, {"a": 1}, {"a": 2, "b": 1}, []],
    ),
    ({"type": "object", "additionalProperties": {"type": "integer"}}, [{}, {"x": 1, "y": 2}], [{"x": "a"}]),
    (
        {"type": "object", "properties": {"a": {"type": "null"}}, "additionalProperties": {"type": "integer"}},
        [{}, {"a": None}, {"a": None, "x": 1}, {"x": 1}, {"aa": 1}],
        [{"a": 1}, {"x": None}],
    ),
    (
        {
            "type": "object",
            "patternProperties": {"^x": {"type": "integer"}, "^y": {"type": "null"}},
            "additionalProperties": False,
        },
        [{"x1": 1, "y": None}],
        [{"y": 1}, {"z": 1}],
    ),
    ({"type": ["string", "null"]}, ["a", None], [1]),
    ({"minimum": 3}, [3, 4.5], [2]),
    ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, [1, "a"], [None]),
    ({"allOf": [{"minimum": 2}, {"type": "integer", "maximum": 5}]}, [2, 5], [1, 6]),
    (
        {"$ref": "#/$defs/n", "$defs": {"n": {"type": "array", "items": {"$ref": "#/$defs/n"}}}},
        [[], [[], [[]]]],
        [1, [1]],
    ),
    ({"type": "string", "not": {"enum": ["a", "b"]}}, ["c", "ab", ""], ["a", "b"]),
    ({"type": "string", "minLength": 1, "not": {"pattern": "^x"}}, ["ax", '"'], ["x", "xa", ""]),
    ({"type": ["integer", "null"], "not": {"enum": [3, 5.0, None]}}, [2, 4, -3, 35], [3, 5, None]),
    ({"not": {"type": ["null", "object"]}}, [1, "a", [], True], [None, {}]),
    ({"type": "integer", "not": {"minimum": 3, "maximum": 5}}, [2, 6], [3, 4, 5]),
    ({"type": "integer", "not": {"not": {"minimum": 3}}}, [3], [2]),
    ({"if": {"not": {"type": "array", "items": False}}, "then": {"type": "null"}}, [None, []], [[""], 1]),
    ({"type": "array", "items": {"type": "integer"}, "not": {"contains": {"const": 5}}}, [[], [1]], [[5], [1, 5]]),
    ({"type": "array", "items": {"type": "integer"}, "contains": {"const": 5}}, [[5], [1, 5], [5, 5, 1]], [[], [1]]),
    (
        {"type": "array", "items": {"type": "integer"}, "contains": {"minimum": 5}, "minItems": 2, "maxItems": 3},
        [[5, 1], [1, 5], [1, 2, 7]],
        [[5], [1, 2], [5, 5, 5, 5]],
    ),
    (
        {
            "type": "object",
            "properties": {"k": {"enum": ["a", "b"]}, "v": {"type": "integer"}},
            "required": ["k"],
            "if": {"properties": {"k": {"const": "a"}}},
            "then": {"required": ["v"]},
            "else": {"properties": {"v": False}},
        },
        [{"k": "a", "v": 1}, {"k": "b"}],
        [{"k": "a"}, {"k": "b", "v": 1}, {}],
    ),
    (
        {"type": "object", "properties": {"a": {"type": "null"}, "b": {}}, "dependentRequired": {"a": ["b"]}},
        [{}, {"b": 1}, {"a": None, "b": 2}],
        [{"a": None}],
    ),
    (
        {
            "type": "object",
            "properties": {"a": {"type": "null"}},
            "dependencies": {"a": {"properties": {"c": {"type": "null"}}, "required": ["c"]}},
        },
        [{}, {"a": None, "c": None}],
        [{"a": None}, {"a": None, "c": 1}],
    ),
    (
        {"type": "object", "properties": {n: {"type": "null"} for n in "abc"}, "minProperties": 2, "maxProperties": 2},
        [{"a": None, "b": None}, {"a": None, "c": None}, {"b": None, "c": None}],
        [{}, {"a": None}, {"a": None, "b": None, "c": None}],
    ),
    (
        {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1, "maxProperties": 2},
        [{"x": 1}, {"x": 1, "y": 2}],
        [{}, {"x": 1, "y": 2, "z": 3}],
    ),
    (
        {"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "null"}, "minProperties": 2},
        [{"a": 1, "x": None}],
        [{}, {"a": 1}, {"x": None}],
    ),
    (
        {"type": "object", "additionalProperties": {"type": "integer"}, "propertyNames": {"pattern": "^[a-z]+$"}},
        [{}, {"x": 1, "y": 2}],
        [{"X": 1}],
    ),
    (
        {
            "type": "object",
            "properties": {"xa": {"minimum": 2}},
            "patternProperties": {"^x": {"type": "integer"}, "y$": {"minimum": 0}},
            "additionalProperties": False,
        },
        [{"xa": 3}, {"xb": -1}, {"zy": 0.5}, {"xy": 1}],
        [{"xa": 1}, {"xy": -1}, {"xy": 0.5}, {"z": 1}, {"xa": 2.5}],
    ),
    ({"oneOf": [{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 10}]}, [-1, 11], [0, 5, 10]),
    ({"oneOf": [{"not": {"type": "integer"}}, {"type": "number", "maximum": 9}], "enum": [-2.5, 3]}, [3], [-2.5]),
    ({"type": "string", "allOf": [{"pattern": "a"}, {"pattern": "b"}]}, ["ab", "ba"], ["a", "b"]),
    ({"type": "string", "allOf": [{"pattern": c} for c in "abcd"]}, ["abcd", "dxcab"], ["abc", "bcd", "acd", "abd"]),
    (
        {"type": "string", "pattern": "a", "allOf": [{"allOf": [{"pattern": "b"}, {"pattern": "c"}]}]},
        ["abc"],
        ["ab", "ac"],
    ),
    ({"allOf": [{"exclusiveMinimum": 2}, {"exclusiveMinimum": 4, "type": "integer"}]}, [5], [3, 4]),
    ({"allOf": [{"multipleOf": 4}, {"multipleOf": 6}], "type": "integer"}, [0, 12, -24], [4, 6]),
    (
        {
            "type": "object",
            "allOf": [
                {"properties": {"a": {"type": "null"}}, "additionalProperties": False},
                {"properties": {"b": {"type": "null"}}},
            ],
        },
        [{}, {"a": None}],
        [{"b": None}, {"a": None, "b": None}],
    ),
    (
        {
            "type": "object",
            "properties": {"a": {"type": "null"}},
            "allOf": [{"properties": {"b": {"type": "null"}}}],
            "unevaluatedProperties": False,
        },
        [{"a": None, "b": None}],
        [{"c": 1}],
    ),
    (
        {"anyOf": [{"type": "integer"}, {"type": "string"}], "allOf": [{"anyOf": [{"const": 1}, {"const": None}]}]},
        [1],
        [None, 2, "a"],
    ),
    (
        {
            "type": "object",
            "allOf": [
                {"patternProperties": {"^a": {"type": "integer"}}},
                {"patternProperties": {"^a": {"minimum": 2}}},
            ],
            "patternProperties": {"b$": {"maximum": 5}},
        },
        [{"a": 6, "b": 5}, {"ab": 3}],
        [{"a": 1}, {"ab": 6}, {"b": 6}, {"a": 2.5}],
    ),
    ({"$ref": "#/definitions/a~1b%25", "definitions": {"a/b%": {"const": 1}}}, [1], [2]),
]


@pytest.mark.parametrize(("schema", "allowed", "others"), KNOWN, ids=lambda part: json.dumps(part)[:40])
def test_values_are_in_the_grammar_where_they_satisfy_the_schema(
    schema: Any, allowed: list[Any], others: list[Any]
) -> None:
    assert [value for value in allowed if not accepted(schema, value)] == []
    assert [value for value in others if accepted(schema, value)] == []
    assert_sound(schema)


@pytest.mark.parametrize(("name", "texts", "others"), FORMATS, ids=lambda part: str(part)[:20])
def test_texts_that_people_write_are_of_their_format(name: str, texts: list[str], others: list[str]) -> None:
    schema = {"type": "string", "format": name}
    assert [text for text in texts if not accepted(schema, text)] == []
    assert [text for text in others if accepted(schema, text)] == []

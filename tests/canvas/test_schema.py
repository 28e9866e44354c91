"""JSON Schema: every text of its grammar satisfies it, by another reader; values that satisfy it are in the grammar."""

from __future__ import annotations

import json
import random
import re
import time
from contextlib import suppress
from typing import Any

import pytest
from helpers.words import drawn
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from vmdsolve.automata.dfa import Dfa, TooLarge
from vmdsolve.canvas.formats import FORMATS
from vmdsolve.canvas.schema import read_schema
from vmdsolve.errors import InvalidInput

jsonschema = pytest.importorskip("jsonschema", reason="it is the judge; of the extra `test`")


def judged(schema: Any, value: Any) -> bool:
    """Whether a value satisfies a schema."""
    kind = jsonschema.Draft202012Validator if "prefixItems" in str(schema) else jsonschema.Draft7Validator
    return bool(kind(schema, format_checker=kind.FORMAT_CHECKER).is_valid(value))


def words(schema: Any, n: int = 40) -> list[bytes]:
    """Texts of the schema's grammar, drawn at random."""
    dfa, rng = Dfa.of(read_schema(schema).tree), random.Random(json.dumps(schema))
    return [drawn(dfa, rng, rng.choice([2, 8, 25])) for _ in range(n)]


def accepted(schema: Any, value: Any) -> bool:
    return Dfa.of(read_schema(schema).tree).accepts(json.dumps(value, ensure_ascii=False).encode())


def assert_sound(schema: Any) -> None:
    for word in words(schema):
        assert judged(schema, json.loads(word)), (schema, word)


# Schemas at random, for a few names and small numbers, so that parts of them meet.
SMALL = st.integers(-12, 30)
NAMES = st.sampled_from(["a", "b", "é", 'q"'])
VALUES = st.recursive(
    st.none() | st.booleans() | SMALL | st.sampled_from([0.5, -2.25, "a", "ab", "é\n", "\\"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
SCALARS = st.one_of(
    st.sampled_from([{"type": kind} for kind in ("null", "boolean", "string", "number", "integer")]),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={
            "minimum": SMALL | st.sampled_from([0.1, -2.75, 3.5]), "maximum": SMALL, "exclusiveMinimum": SMALL,
            "exclusiveMaximum": st.sampled_from([0.25, 3, -0.5, 10.125, 1e-8]),
        },
    ),
    st.fixed_dictionaries({"type": st.just("integer"), "multipleOf": st.integers(1, 12)}, optional={"minimum": SMALL}),
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "minLength": st.integers(0, 3), "maxLength": st.integers(0, 5),
            "pattern": st.sampled_from(["^a", "b$", "^[ab]{1,2}$", "\\\\", '"|\\n', "^$", r"^\S+$", "[^a-z]", "é?x"]),
        },
    ),
    st.fixed_dictionaries({"enum": st.lists(VALUES, min_size=1, max_size=3)}, optional={"type": st.just("string")}),
    st.fixed_dictionaries({"const": VALUES}),
)  # fmt: skip


def wider(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    sizes = {"minItems": st.integers(0, 2), "maxItems": st.integers(0, 3)}
    properties = st.dictionaries(NAMES, inner, max_size=3)
    some = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.fixed_dictionaries({"type": st.just("array"), "items": inner | st.booleans()}, optional=sizes),
        st.fixed_dictionaries({"type": st.just("array"), "prefixItems": some, "items": inner}, optional=sizes),
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": properties},
            optional={"required": st.lists(NAMES, max_size=2), "additionalProperties": inner | st.booleans()},
        ),
        st.fixed_dictionaries({"anyOf": some}, optional={"type": st.sampled_from(["integer", "object"])}),
        st.fixed_dictionaries({"oneOf": some}),
        st.fixed_dictionaries({"allOf": some}),
    )


SCHEMAS = st.recursive(SCALARS, wider, max_leaves=5)


@pytest.mark.slow
@settings(deadline=None, max_examples=120, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # shrinking is slow
@given(SCHEMAS)
def test_every_text_of_a_schema_satisfies_it(schema: Any) -> None:
    try:
        found = words(schema, 12)
    except (InvalidInput, TooLarge):
        return
    for word in found:
        assert judged(schema, json.loads(word)), word


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
    ({"$ref": "#/definitions/a~1b%25", "definitions": {"a/b%": {"const": 1}}}, [1], [2]),
]


@pytest.mark.parametrize(("schema", "allowed", "others"), KNOWN, ids=lambda part: json.dumps(part)[:40])
def test_values_are_in_the_grammar_where_they_satisfy_the_schema(
    schema: Any, allowed: list[Any], others: list[Any]
) -> None:
    assert [value for value in allowed if not accepted(schema, value)] == []
    assert [value for value in others if accepted(schema, value)] == []
    assert_sound(schema)


@pytest.mark.parametrize("name", FORMATS)
def test_texts_of_a_format_are_of_that_format(name: str) -> None:
    assert_sound({"type": "string", "format": name})


def test_one_of_is_never_read_as_any_of() -> None:
    objects = [
        {"type": "object", "properties": {"a": {"type": "integer"}, name: {}}, "required": ["a"]} for name in "bc"
    ]
    with pytest.raises(InvalidInput, match="may hold together with another part of oneOf"):
        read_schema({"oneOf": objects})
    nullable = [{"type": ["object", "null"], "properties": {"k": {"const": i}}, "required": ["k"]} for i in range(2)]
    for parts in (
        nullable,
        [{"enum": [1, 2]}, {"enum": [2.0, 3]}],
        [{"type": "integer"}, {"type": "number"}],
        [{}, {}],
    ):
        with pytest.raises(InvalidInput, match="may hold together with another part of oneOf"):
            read_schema({"oneOf": parts})
    assert accepted({"oneOf": [{"enum": [1, 2]}, {"const": True}, {"const": "1"}]}, 1)
    assert accepted({"type": "object", "oneOf": nullable}, {"k": 0})
    told_apart = [{**part, "properties": {"k": {"const": i}}, "required": ["k"]} for i, part in enumerate(objects)]
    assert accepted({"oneOf": told_apart}, {"k": 0})
    mixed = {"oneOf": [*objects, {"type": "string"}]}
    assert accepted(mixed, "a")
    assert not accepted(mixed, {"a": 1})
    assert any("a part of oneOf is left out" in note for note in read_schema(mixed).notes)


def test_objects_are_open_where_that_is_asked_or_said() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "null"}}}
    assert not accepted(schema, {"a": None, "b": [1]})
    assert accepted(schema | {"additionalProperties": True}, {"a": None, "b": [1]})
    dfa = Dfa.of(read_schema(schema, closed=False).tree)
    assert dfa.accepts(b'{"a": null, "b": [1], "c": {}}')
    assert dfa.accepts(b'{"b": 1}')
    assert not dfa.accepts(b'{"a": 1}')
    assert not dfa.accepts(b'{"a": null, "a": null}')


def test_what_is_tightened_is_said() -> None:
    for schema, what in (
        ({"type": "string", "maxLength": 1000}, "at most 100 characters"),
        ({"type": "array", "items": {"type": "null"}, "maxItems": 99}, "at most 32 items"),
        ({"type": "number", "minimum": 1e-7}, "bounds are moved inwards to 6 decimals"),
        ({"type": "string", "format": "colour"}, "format 'colour' is not looked at"),
        ({"type": "object", "properties": {"a": {"type": "null"}}}, "no properties besides those that are named"),
        ({"type": "object", "properties": {"a": {"not": {}}}}, "#/properties/a: is left out: .* has 'not'"),
        ({"type": "object", "additionalProperties": {"type": "null"}}, "may come twice"),
        ({"minLength": 1}, "no type is given: only string"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "array", "items": {"$ref": "#/$defs/a"}}}}, "left out 4 deep"),
        (True, "lists and objects at most 2 deep"),
    ):
        notes = read_schema(schema).notes
        assert any(re.search(what, note) for note in notes), (schema, notes)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ('{"type": ', "the JSON Schema cannot be read"),
        ({"const": {1, 2}}, "the JSON Schema is no JSON"),
        ({"const": float("nan")}, "NaN is no number of JSON"),
        ([], "# is \\[\\]; wanted an object, true or false"),
        ({"type": "text"}, "has type 'text'; wanted some of object"),
        (False, "allows nothing"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "allows nothing"),
        *(({"type": "object", name: {}}, f"has '{name}', which is not read")
          for name in ("not", "propertyNames", "unevaluatedProperties", "contains")),
        ({"if": {}, "then": {}}, "has 'if', which is not read"),
        ({"type": "array", "uniqueItems": True}, "has 'uniqueItems', which is not read"),
        ({"type": "array", "items": {"type": "null"}, "uniqueItems": True}, "not read but for an enum"),
        ({"type": "object", "dependencies": {"a": ["b"]}}, "has 'dependencies'"),
        ({"type": "object", "properties": {"a": {}}, "minProperties": 1}, "minProperties or maxProperties that matter"),
        ({"type": "number", "multipleOf": 0.01}, "has multipleOf 0.01, which is not counted"),
        ({"$ref": "http://x.org/a"}, "refers to 'http://x.org/a', which is not in it"),
        ({"$ref": "#/$defs/a"}, "refers to '#/\\$defs/a', where there is nothing"),
        ({"type": "string", "pattern": "(?=a)"}, "there is no look-around"),
        ({"type": "string", "minLength": "a"}, "has 'minLength' as 'a'; wanted a whole number"),
        ({"type": "object", "properties": []}, "has 'properties' as \\[\\]; wanted an object"),
        ({"allOf": [{"pattern": "a"}, {"pattern": "b"}]}, "says 'pattern' twice"),
        ({"allOf": [{"type": "string"}, {"type": "null"}]}, "has to be 'null' and 'string' at once"),
        (
            {"allOf": [{"properties": {"a": {}}, "additionalProperties": False}, {"properties": {"b": {}}}]},
            "has additionalProperties beside properties of another part",
        ),
        ({"type": "object", "properties": {"xa": {}}, "patternProperties": {"^x": {}}}, "that match a property, too"),
        ({"type": "object", "patternProperties": {"^x": {}, "y$": {}}}, "and others that match the same"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_refused_by_name(schema: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_schema(schema)


def bomb(width: int, depth: int) -> dict[str, Any]:
    """Every definition refers to the next, several times."""
    parts = {str(i): {"type": "array", "prefixItems": [{"$ref": f"#/$defs/{i + 1}"}] * width} for i in range(depth)}
    return {"$ref": "#/$defs/0", "$defs": parts | {str(depth): {"type": "null"}}}


@pytest.mark.slow
def test_hostile_schemas_end_soon() -> None:
    both = {name: {"anyOf": [{"$ref": f"#/$defs/{other}"} for other in "abcd"] + [{"type": "null"}]} for name in "abcd"}
    deep: Any = {"type": "integer"}
    for _ in range(40):
        deep = {"type": "object", "properties": {"a": deep, "b": deep}}
    chain = {str(i): {"type": "object", "properties": {"a": {"$ref": f"#/$defs/{i + 1}"}}} for i in range(400)}
    for schema in (
        {"$ref": "#/$defs/0", "$defs": chain | {"400": {}}},
        bomb(9, 9),
        bomb(3, 40),
        {"$ref": "#/$defs/a", "$defs": both},
        deep,
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}] * 9},
    ):
        begun = time.process_time()
        with suppress(InvalidInput, TooLarge):
            Dfa.of(read_schema(schema).tree)
        assert time.process_time() - begun < 10

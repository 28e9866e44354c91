"""JSON Schema: every text of its grammar satisfies it, by another reader; values that satisfy it are in the grammar."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from typing import Any

import pytest
from helpers.schemas import accepted, assert_sound, judged, words
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from vmdsolve.automata.dfa import Dfa, TooLarge
from vmdsolve.canvas.formats import FORMATS
from vmdsolve.canvas.schema import read_schema
from vmdsolve.errors import InvalidInput

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
            optional={
                "required": st.lists(NAMES, max_size=2),
                "additionalProperties": inner | st.booleans(),
                "minProperties": st.integers(0, 2),
                "maxProperties": st.integers(0, 3),
                "patternProperties": st.dictionaries(st.sampled_from(["a", "^b", "é$", ""]), inner, max_size=2),
                "propertyNames": st.sampled_from([{"pattern": "^[ab]"}, {"enum": ["a", "b"]}, {"maxLength": 2}]),
                "dependencies": st.dictionaries(NAMES, st.lists(NAMES, max_size=2) | inner, max_size=1),
            },
        ),
        st.fixed_dictionaries({"type": st.just("array"), "items": inner, "contains": inner}, optional=sizes),
        st.fixed_dictionaries({"not": inner}, optional={"type": st.sampled_from(["integer", "object", "string"])}),
        st.fixed_dictionaries({"if": inner, "then": inner}, optional={"else": inner}),
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


def test_leap_days_are_those_of_leap_years() -> None:
    dates = [f"{year:04}-02-29" for year in (0, 4, 1900, 2000, 2023, 2024, 2100, 2400)]
    assert [d for d in dates if accepted({"type": "string", "format": "date"}, d)] == [dates[i] for i in (1, 3, 5, 7)]


def test_properties_come_in_the_order_in_which_parts_are_written() -> None:
    base, own = {"properties": {"a": {"type": "null"}}}, {"properties": {"b": {"type": "null"}}}
    assert accepted({"type": "object", "allOf": [base], **own}, {"a": None, "b": None})
    assert accepted({"type": "object", **own, "allOf": [base]}, {"b": None, "a": None})
    assert accepted({"$ref": "#/$defs/base", **own, "$defs": {"base": base}}, {"a": None, "b": None})
    assert accepted({**own, "$ref": "#/$defs/base", "$defs": {"base": base}}, {"b": None, "a": None})


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
    for parts in ([{"type": "integer"}, {"type": "number"}], [{}, {}]):
        with pytest.raises(InvalidInput, match="may hold together with another part of oneOf"):
            read_schema({"oneOf": parts})
    either = {"oneOf": [{"enum": [1, 2]}, {"enum": [2.0, 3]}]}
    assert [value for value in (1, 2, 3) if accepted(either, value)] == [1, 3]
    assert [value for value in ({"k": 0}, {"k": 1}, None) if accepted({"oneOf": nullable}, value)] == [
        {"k": 0},
        {"k": 1},
    ]
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
        ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, "at most 1 item: different ones are not"),
        ({"type": "number", "minimum": 1e-7}, "bounds are moved inwards to 6 decimals"),
        ({"type": "string", "format": "colour"}, "format 'colour' is not looked at"),
        ({"type": "object", "properties": {"a": {"type": "null"}}}, "no properties besides those that are named"),
        ({"type": "object", "properties": {"a": {"extends": {}}}}, "#/properties/a: is left out: .* has 'extends'"),
        ({"type": "number", "multipleOf": 0.5}, "only whole numbers that are multiples"),
        ({"type": "number", "not": {"const": 1}}, "whole numbers only, since some numbers are left out"),
        ({"not": {"const": []}}, "no array, since some are left out"),
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
        ({"$dynamicRef": "#a", "$defs": {"x": {"$dynamicAnchor": "a"}, "y": {"$id": "b", "$dynamicAnchor": "a"}}},
         "has '\\$dynamicRef', which is not read"),
        ({"type": "array", "contains": {}, "maxContains": 2}, "has 'maxContains', which is not read"),
        ({"type": "array", "contains": {}, "minContains": 2}, "has 'minContains', which is not read"),
        ({"type": "array", "contains": {}, "prefixItems": [{}]}, "has 'contains' beside items one by one"),
        ({"unevaluatedProperties": {"type": "null"}}, "has 'unevaluatedProperties' that is no true or false"),
        ({"if": {"required": ["a"]}, "then": {}, "unevaluatedProperties": False}, "has conditions in a schema with"),
        ({"not": {"format": "date"}}, "says not 'format', which cannot be told"),
        ({"not": {"uniqueItems": True}}, "says not 'uniqueItems', which cannot be told"),
        ({"not": {}}, "allows nothing"),
        ({"type": "array", "uniqueItems": True, "minItems": 2}, "has 'uniqueItems' of 2 items or more"),
        ({"$ref": "#k", "$defs": {"x": {"$anchor": "k"}, "y": {"$anchor": "k"}}}, "refers to '#k', which is not in it"),
        ({"type": "number", "multipleOf": 1001}, "has multipleOf 1001, which is not counted"),
        ({"type": "object", "additionalProperties": True, "minProperties": 9999}, "of too many properties"),
        ({"$ref": "http://x.org/a"}, "refers to 'http://x.org/a', which is not in it"),
        ({"$ref": "#/$defs/a"}, "refers to '#/\\$defs/a', where there is nothing"),
        ({"type": "object", "minProperties": 2}, "only one counts towards minProperties"),
        ({"type": "string", "pattern": "(?=a)"}, "begins no group; there is no look-around"),
        ({"type": "string", "minLength": "a"}, "has 'minLength' as 'a'; wanted a whole number"),
        ({"type": "object", "properties": []}, "has 'properties' as \\[\\]; wanted an object"),
        ({"allOf": [{"type": "string"}, {"type": "null"}]}, "allows nothing"),
        ({"allOf": [{"format": "date"}, {"format": "time"}]}, "says 'format' twice"),
        (
            {"allOf": [{"patternProperties": {"^x": {}}}, {"properties": {"b": {}}, "additionalProperties": False}]},
            "has additionalProperties beside patterns of another part",
        ),
        ({"allOf": [{"anyOf": [{"minimum": i} for i in range(9)]}, {"anyOf": [{"maximum": i} for i in range(9)]}]},
         "one of 9 and one of 9 at once"),
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

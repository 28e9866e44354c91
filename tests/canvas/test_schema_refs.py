"""References of a JSON Schema lead where another reader finds them, however they are written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.schemas import accepted, judged

from vmdsolve.canvas.schema_refs import rooted

NUMBER, WORD = {"type": "integer"}, {"type": "string"}
HOME = "https://a.org/dir/root.json"
OLD = "http://json-schema.org/draft-04/schema#"
CASES: dict[str, dict[str, Any]] = {  # schemas of which {"a": 1} is a value, and {"a": "x"} is none
    "pointer": {"properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": NUMBER}},
    "escaped pointer": {"properties": {"a": {"$ref": "#/$defs/n~1m%20"}}, "$defs": {"n/m ": NUMBER}},
    "anchor": {"properties": {"a": {"$ref": "#n"}}, "$defs": {"x/y %": {"$anchor": "n", **NUMBER}}},
    "own name": {"$id": HOME, "properties": {"a": {"$ref": "root.json#/$defs/n"}}, "$defs": {"n": NUMBER}},
    "whole name": {"$id": HOME, "properties": {"a": {"$ref": f"{HOME}#/$defs/n"}}, "$defs": {"n": NUMBER}},
    "urn": {"$id": "urn:a:b", "properties": {"a": {"$ref": "urn:a:b#/$defs/n"}}, "$defs": {"n": NUMBER}},
    "bundled": {"$id": HOME, "properties": {"a": {"$ref": "n.json"}}, "$defs": {"x": {"$id": "n.json", **NUMBER}}},
    "bundled in a folder": {
        "$id": HOME,
        "properties": {"a": {"$ref": "sub/n.json#k"}},
        "$defs": {"x": {"$id": "sub/n.json", "$defs": {"y": {"$anchor": "k", **NUMBER}}}},
    },
    "begins at the part that names itself": {
        "$id": HOME,
        "allOf": [{"$id": "in.json", "properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": NUMBER}}],
        "$defs": {"n": WORD},
    },
    "begins there for what it says within": {
        "$id": HOME,
        "properties": {"a": {"$ref": "in.json"}},
        "$defs": {"n": WORD, "x": {"$id": "in.json", "allOf": [{"$ref": "#/$defs/n"}], "$defs": {"n": NUMBER}}},
    },
    "draft 4": {
        "$schema": OLD, "id": HOME, "properties": {"a": {"$ref": "#n"}}, "definitions": {"x": {"id": "#n", **NUMBER}},
    },
    "no name in values": {"properties": {"a": {"$ref": "#/$defs/n", "default": {"$id": "x", "$ref": "#/y"}}},
                          "$defs": {"n": NUMBER}},
    "properties that are called so": {
        "properties": {"a": NUMBER, "$id": WORD, "$ref": WORD, "$anchor": WORD, "enum": {"$ref": "#/properties/a"}}
    },
}  # fmt: skip


@pytest.mark.parametrize("schema", CASES.values(), ids=CASES.keys())
def test_references_lead_where_another_reader_finds_them(schema: dict[str, Any]) -> None:
    schema = {"type": "object", "$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
    schema["properties"] = {"a": {}} | schema.get("properties", {})
    for value in ({"a": 1}, {"a": "x"}):
        assert accepted(schema, value) == (value == {"a": 1}), value
        assert judged(schema, value) == (value == {"a": 1}), value


def test_a_tree_may_refer_to_itself_as_the_dynamic_keywords_do() -> None:
    for part in ({"$ref": "#"}, {"$recursiveRef": "#"}, {"$dynamicRef": "#node"}):
        tree = {"$dynamicAnchor": "node", "type": "object", "properties": {"v": NUMBER, "next": part}}
        assert accepted(tree, {"v": 1, "next": {"v": 2}})
        assert not accepted(tree, {"next": {"v": "x"}})


def test_what_leads_elsewhere_or_to_two_places_stays_as_it_is() -> None:
    twice = {"x": {"$anchor": "n"}, "y": {"$anchor": "n"}}
    for said in ("other.json", "#nowhere", "#n", "https://b.org/#/a"):
        schema = {"properties": {"a": {"$ref": said}}, "$defs": twice}
        assert rooted(json.loads(json.dumps(schema))) == schema


def test_what_is_no_schema_is_left_alone() -> None:
    assert [rooted(said) for said in (True, [1], None)] == [True, [1], None]

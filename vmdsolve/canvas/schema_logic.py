"""`not`, `if` and what depends on a property, as parts that all have to hold: nothing else is left to be read.

What is said of values by "not" is one of several ways in which a schema fails: each keyword's own. A way that cannot be
said is left out, which only tightens. Two ways need keywords of our own, which no JSON Schema has:

    OTHERS  values that are not allowed      UNLIKE  patterns that must not be found      LIKE  patterns that must be
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .schema_keywords import LIKE, OTHERS, TYPES, UNLIKE, Schema, refuse, types_of

__all__ = ["conditions", "negation"]

Ways = list[Any]
Say = Callable[[Any], Any]


def conditions(said: Schema, resolve: Say, where: str) -> list[Any]:
    """What the keywords of LOGIC in a schema say, as schemas that hold all together.

    >>> conditions({"dependentRequired": {"a": ["b"]}}, lambda schema: schema, "#")
    [{'anyOf': [{'properties': {'a': False}}, {'required': ['a', 'b']}]}]
    """
    out: list[Any] = []
    if isinstance(said.get("not"), dict) and said["not"].keys() == {"not"}:
        out.append(said["not"]["not"])
    elif "not" in said:
        out.append(negation(resolve(said["not"]), f"{where}/not"))
    if "if" in said and ("then" in said or "else" in said):
        chosen, then, other = said["if"], said.get("then", True), said.get("else", True)
        out.append({"anyOf": [{"allOf": [chosen, then]}, {"allOf": [{"not": chosen}, other]}]})
    for keyword in ("dependencies", "dependentRequired", "dependentSchemas"):
        for name, needs in said.get(keyword, {}).items():
            with_it: Any = {"required": [name]}
            if isinstance(needs, list):
                with_it = {"required": [name, *needs]}
            elif needs is not True and needs != {}:
                with_it = {"allOf": [with_it, needs]}
            out.append({"anyOf": [{"properties": {name: False}}, with_it]})
    return out


def negation(said: Any, where: str) -> Any:
    """What holds where a schema, without references and parts, does not.

    >>> negation({"minimum": 3, "type": "integer"}, "#")["anyOf"][0]
    {'type': 'number', 'exclusiveMaximum': 3}

    Raises
    ------
    InvalidInput
        None of its keywords can be said the other way.
    """
    if isinstance(said, bool):
        return not said
    ways = [way for name in said for way in _ways(name, said, where)]
    if not said:
        return False
    if not ways:
        refuse(where, f"says not {', '.join(sorted(map(repr, said)))}, which cannot be told; leave it out")
    return ways[0] if len(ways) == 1 else {"anyOf": ways}


def _ways(name: str, said: Schema, where: str) -> Ways:
    """How one keyword of a schema can fail."""
    value = said[name]
    if name == "type":
        return _other_types(types_of(said, where) or [])
    if name in ("const", "enum"):
        return [{OTHERS: [value] if name == "const" else value}]
    if name in ("anyOf", "oneOf"):  # of oneOf, more than one would do as well
        return [{"allOf": [{"not": part} for part in value]}]
    if name == OTHERS:
        return [{"enum": value}]
    if name in ("pattern", LIKE):
        return [{"type": "string", UNLIKE: [each]} for each in ([value] if name == "pattern" else value)]
    if name == UNLIKE:
        return [{"type": "string", "pattern": each} for each in value]
    if name == "required":
        return [{"type": "object", "properties": {each: False}} for each in value]
    if name == "properties":
        return [
            {"type": "object", "required": [each], "properties": {each: {"not": part}}}
            for each, part in value.items()
            if part is not True and part != {}
        ]
    if name == "items" and isinstance(value, dict) and "prefixItems" not in said:
        return [{"type": "array", "contains": {"not": value}}]
    if name == "contains":
        return [{"type": "array", "items": {"not": value}}]
    return _beyond(name, said)


def _other_types(types: list[str]) -> Ways:
    """Numbers that are not whole cannot be told from those that are."""
    others = [kind for kind in TYPES if kind not in types]
    if "number" in types or "integer" in types:
        others = [kind for kind in others if kind not in ("number", "integer")]
    return [{"type": others}] if others else []


OTHER_END = {  # how a bound fails
    "minimum": "exclusiveMaximum",
    "maximum": "exclusiveMinimum",
    "exclusiveMinimum": "maximum",
    "exclusiveMaximum": "minimum",
}


def _beyond(name: str, said: Schema) -> Ways:
    """The other side of a bound."""
    value = said[name]
    if name in OTHER_END and not isinstance(value, bool):
        end = OTHER_END[name]
        if said.get(f"exclusive{name.capitalize()}") is True:  # as draft 4 says it
            end = end.removeprefix("exclusive").lower()
        return [{"type": "number", end: value}]
    for what, kind in (("Length", "string"), ("Items", "array"), ("Properties", "object")):
        if name == f"min{what}":
            return [{"type": kind, f"max{what}": value - 1}] if value else []
        if name == f"max{what}":
            return [{"type": kind, f"min{what}": value + 1}]
    return []

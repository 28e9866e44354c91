"""Keywords of JSON Schema: which are read, which change nothing, and which schemas exclude each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from ..errors import InvalidInput

__all__ = [
    "GROUPS",
    "LIKE",
    "LOGIC",
    "OTHERS",
    "TYPES",
    "UNLIKE",
    "annotated",
    "apart",
    "check_keywords",
    "refuse",
    "types_of",
]

Schema = dict[str, Any]
TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
OTHERS, LIKE, UNLIKE = "\0others", "\0like", "\0unlike"  # of our own, schema_logic.py; they only tighten
LOGIC = {"not", "if", "then", "else", "dependencies", "dependentRequired", "dependentSchemas"}
GROUPS = {  # the type whose values a keyword is about
    "object": {
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "minProperties",
        "maxProperties",
        "propertyNames",
        "unevaluatedProperties",
    },
    "array": {
        "items",
        "prefixItems",
        "additionalItems",
        "minItems",
        "maxItems",
        "uniqueItems",
        "contains",
        "unevaluatedItems",
    },
    "string": {"minLength", "maxLength", "pattern", "format", LIKE, UNLIKE},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}
COUNTED = ("Length", "Items", "Properties")
READ = {"type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", OTHERS}.union(LOGIC, *GROUPS.values())
REFUSED = {"maxContains", "$dynamicRef", "$recursiveRef", "extends", "disallow"}
NO_EFFECT: dict[str, Callable[[Schema], bool]] = {  # values with which a keyword says nothing
    "maxContains": lambda schema: "contains" not in schema,
    "minContains": lambda schema: "contains" not in schema or schema["minContains"] == 1,
    "contains": lambda schema: schema.get("minContains") == 0,
    "unevaluatedProperties": lambda schema: schema["unevaluatedProperties"] in (True, {}),
    "unevaluatedItems": lambda schema: schema["unevaluatedItems"] in (True, {}),
}


def refuse(where: str, reason: str) -> NoReturn:
    raise InvalidInput(f"the JSON Schema is not taken: {where or '#'} {reason}")


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _count(value: Any) -> bool:
    return _number(value) and value == int(value) and 0 <= value < 1 << 31


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _schemas(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0


def _dependent(value: Any) -> bool:
    return isinstance(value, dict) and all(_names(part) or isinstance(part, (dict, bool)) for part in value.values())


WANTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), (_number, "a number")),
    **dict.fromkeys(
        ("exclusiveMinimum", "exclusiveMaximum"), (lambda v: _number(v) or isinstance(v, bool), "a number")
    ),
    **dict.fromkeys(
        [f"{end}{what}" for end in ("min", "max") for what in COUNTED], (_count, "a whole number, 0 or more")
    ),
    **dict.fromkeys(("properties", "patternProperties"), (lambda v: isinstance(v, dict), "an object of schemas")),
    **dict.fromkeys(("anyOf", "oneOf", "allOf"), (_schemas, "a list of schemas, at least one")),
    **dict.fromkeys(("pattern", "format", "$ref"), (lambda v: isinstance(v, str), "text")),
    "required": (_names, "a list of names"),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "dependencies"), (_dependent, "an object by names")),
    **dict.fromkeys((OTHERS, LIKE, UNLIKE), (lambda v: isinstance(v, list), "a list")),
    "uniqueItems": (lambda v: isinstance(v, bool), "true or false"),
    "enum": (lambda v: isinstance(v, list), "a list of values"),
    "prefixItems": (_schemas, "a list of schemas, at least one"),
}


def says_nothing(name: str, schema: Schema) -> bool:
    return name in NO_EFFECT and NO_EFFECT[name](schema)


def check_keywords(schema: Any, where: str) -> None:
    """Refuse what is no schema, keywords that are not read, and values that they cannot have.

    What is in none of the sets here is an annotation, which changes nothing.
    """
    if not isinstance(schema, (dict, bool)):
        refuse(where, f"is {schema!r:.40}; wanted an object, true or false")
    if isinstance(schema, bool):
        return
    for name, value in schema.items():
        if name in REFUSED | {"minContains"} and not says_nothing(name, schema):
            refuse(where, f"has {name!r}, which is not read; leave it out, and check the answer for it")
        if name.startswith("unevaluated") and value is not False and not says_nothing(name, schema):
            refuse(where, f"has {name!r} that is no true or false, which is not read; leave it out")
        if name in WANTED and not WANTED[name][0](value):
            refuse(where, f"has {name!r} as {value!r:.40}; wanted {WANTED[name][1]}")


def annotated(schema: Schema) -> Schema:
    """What a schema says, without what only describes it."""
    return {name: value for name, value in schema.items() if name in READ and not says_nothing(name, schema)}


def types_of(schema: Schema, where: str) -> list[str] | None:
    """The types that a schema names; None: any."""
    given = schema.get("type")
    if given is None:
        return None
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not names or any(name not in TYPES for name in names):
        refuse(where, f"has type {given!r:.60}; wanted some of {', '.join(TYPES)}")
    return list(dict.fromkeys(names))


def same(a: Any, b: Any) -> bool:
    """Equality of JSON: 1 is 1.0, and not true."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    return bool(a == b)


def type_of(value: Any) -> str:
    """The type of a value, the narrower of two."""
    if isinstance(value, float) and value == int(value):
        return "integer"
    kinds = {bool: "boolean", type(None): "null", str: "string", int: "integer", float: "number", list: "array"}
    return kinds.get(type(value), "object")


def apart(a: Any, b: Any, resolve: Callable[[Any], Any], depth: int = 3) -> bool:
    """True if it is plain that no value satisfies both, False if it is not.

    Parameters
    ----------
    resolve
        what a schema says, whatever it refers to
    depth
        how deep properties of properties are compared
    """
    a, b = resolve(a), resolve(b)
    if a is False or b is False:
        return True
    if a is True or b is True:
        return False
    for one, other in ((a, b), (b, a)):
        for name in ("anyOf", "oneOf"):
            if name in one and depth and all(apart(part, other, resolve, depth - 1) for part in one[name]):
                return True
    left, right = _values(a), _values(b)
    if left is not None and right is not None:
        return not any(same(x, y) for x in left for y in right)
    kinds = [_kinds(schema, values) for schema, values in ((a, left), (b, right))]
    if not (kinds[0] & kinds[1]):
        return True
    if kinds[0] & kinds[1] != {"object"} or depth == 0:
        return False
    for one, other in ((a, b), (b, a)):
        for name in one.get("required") or ():
            theirs = (other.get("properties") or {}).get(name)
            ours = (one.get("properties") or {}).get(name, True)
            if theirs is None and other.get("additionalProperties") is False and "patternProperties" not in other:
                return True
            if theirs is not None and apart(ours, theirs, resolve, depth - 1):
                return True
    return False


def _values(schema: Schema) -> list[Any] | None:
    """The values that a schema lists, whatever else it says; None: it lists none."""
    if "const" in schema:
        return [schema["const"]]
    return schema["enum"] if isinstance(schema.get("enum"), list) else None


def _kinds(schema: Schema, values: list[Any] | None) -> set[str]:
    """The types that its values can have, a number being an integer, too."""
    found = set(TYPES) if values is None else {type_of(value) for value in values}
    named = schema.get("type")
    if named is not None:
        names = set([named] if isinstance(named, str) else named)
        found &= names | ({"integer"} if "number" in names else set())
    return found

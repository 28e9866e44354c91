"""Keywords of JSON Schema: which are read, which change nothing, and what two schemas say together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from ..errors import InvalidInput

__all__ = ["GROUPS", "TYPES", "annotated", "apart", "check_keywords", "merged", "refuse", "types_of"]

Schema = dict[str, Any]
TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
GROUPS = {  # the type whose values a keyword is about
    "object": {"properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties"},
    "array": {"items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems"},
    "string": {"minLength", "maxLength", "pattern", "format"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}
COUNTED = ("Length", "Items", "Properties")
READ = {"type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref"}.union(*GROUPS.values())
REFUSED = {
    "not", "if", "then", "else", "dependencies", "dependentRequired", "dependentSchemas", "propertyNames", "contains",
    "minContains", "maxContains", "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef",
    "extends", "disallow",
}  # fmt: skip
NO_EFFECT: dict[str, Callable[[Schema], bool]] = {  # values with which a refused keyword says nothing
    "if": lambda schema: "then" not in schema and "else" not in schema,
    "then": lambda schema: "if" not in schema,
    "else": lambda schema: "if" not in schema,
    "dependencies": lambda schema: schema["dependencies"] == {},
    "dependentRequired": lambda schema: schema["dependentRequired"] == {},
    "dependentSchemas": lambda schema: schema["dependentSchemas"] == {},
    "unevaluatedItems": lambda schema: schema["unevaluatedItems"] is True,
    "minContains": lambda schema: "contains" not in schema,
    "maxContains": lambda schema: "contains" not in schema,
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
        if name in REFUSED and not says_nothing(name, schema):
            refuse(where, f"has {name!r}, which is not read; leave it out, and check the answer for it")
        if name in WANTED and not WANTED[name][0](value):
            refuse(where, f"has {name!r} as {value!r:.40}; wanted {WANTED[name][1]}")


def annotated(schema: Schema) -> Schema:
    """What a schema says, without what only describes it."""
    return {name: value for name, value in schema.items() if name in READ}


def types_of(schema: Schema, where: str) -> list[str] | None:
    """The types that a schema names; None: any."""
    given = schema.get("type")
    if given is None:
        return None
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not names or any(name not in TYPES for name in names):
        refuse(where, f"has type {given!r:.60}; wanted some of {', '.join(TYPES)}")
    return list(dict.fromkeys(names))


def merged(a: Any, b: Any, where: str) -> Any:
    """A schema of what holds for both; `$ref` in one of them alone.

    Raises
    ------
    InvalidInput
        They say something of the same that cannot be put into one schema.
    """
    if a is False or b is False:
        return False
    if a is True or b is True:
        return b if a is True else a
    out = dict(a)
    for name, value in annotated(b).items():
        if name not in annotated(a) or a[name] == value:
            out[name] = value
        elif name in MERGES:
            out[name] = MERGES[name](a[name], value, where)
        else:
            refuse(where, f"says {name!r} twice, in parts that all have to hold; write them as one")
    _closed(a, b, where)
    _closed(b, a, where)
    return out


def _closed(a: Schema, b: Schema, where: str) -> None:
    """Where `a` allows no properties but its own, `b` must not bring others."""
    others = set(b.get("properties") or ()) - set(a.get("properties") or ())
    if a.get("additionalProperties", True) is not True and (others or "patternProperties" in b):
        refuse(where, "has additionalProperties beside properties of another part that has to hold; write them as one")
    if "patternProperties" in a and others:
        refuse(where, "has patternProperties beside properties of another part that has to hold; write them as one")
    rows = {name: a[name] for name in ("items", "prefixItems", "additionalItems") if name in a}
    theirs = {name: b[name] for name in ("items", "prefixItems", "additionalItems") if name in b}
    if ("prefixItems" in rows or isinstance(rows.get("items"), list)) and theirs and rows != theirs:
        refuse(where, "has items one by one beside items of another part that has to hold; write them as one")


def _types(a: Any, b: Any, where: str) -> Any:
    left, right = (set(types_of({"type": given}, where) or ()) for given in (a, b))
    both = left & right
    both |= (
        {"integer"} if ("integer" in left and "number" in right) or ("integer" in right and "number" in left) else set()
    )
    return [name for name in TYPES if name in both] or refuse(where, f"has to be {a!r:.30} and {b!r:.30} at once")


def _properties(a: Schema, b: Schema, _: str) -> Schema:
    both = {name: {"allOf": [a[name], b[name]]} for name in a if name in b and a[name] != b[name]}
    return a | b | both


MERGES: dict[str, Callable[[Any, Any, str], Any]] = {
    "type": _types,
    "properties": _properties,
    "required": lambda a, b, _: list(dict.fromkeys([*a, *b])),
    "enum": lambda a, b, _: [value for value in a if any(same(value, other) for other in b)],
    "items": lambda a, b, _: {"allOf": [a, b]},
    "minimum": lambda a, b, _: max(a, b),
    "minLength": lambda a, b, _: max(a, b),
    "minItems": lambda a, b, _: max(a, b),
    "minProperties": lambda a, b, _: max(a, b),
    "maximum": lambda a, b, _: min(a, b),
    "maxLength": lambda a, b, _: min(a, b),
    "maxItems": lambda a, b, _: min(a, b),
    "maxProperties": lambda a, b, _: min(a, b),
    "allOf": lambda a, b, _: [*a, *b],
    "uniqueItems": lambda a, b, _: a or b,
}


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

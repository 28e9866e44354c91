"""What two JSON Schemas say together, as one."""

from __future__ import annotations

from collections.abc import Callable
from math import lcm
from typing import Any

from .schema_keywords import LIKE, OTHERS, TYPES, UNLIKE, Schema, annotated, refuse, same, types_of

__all__ = ["merged"]

MOST_WAYS = 64  # of two anyOf that both have to hold


def merged(a: Any, b: Any, where: str) -> Any:
    """A schema of what holds for both, of which `a` is a part and `b` the whole; `$ref` in one of them alone.

    Raises
    ------
    InvalidInput
        They say something of the same that cannot be put into one schema.
    """
    if a is False or b is False:
        return False
    if a is True or b is True:
        return b if a is True else a
    a = _evaluated(a)
    out, said = dict(a), annotated(a)
    like = [*a.get(LIKE, ()), *b.get(LIKE, ())]
    for name, value in annotated(b).items():
        if name not in said or (said[name] == value and same(said[name], value)):
            out[name] = value
        elif name == "const":
            return False
        elif name == "pattern":
            like.append(value)
        elif name in MERGES:
            out[name] = MERGES[name](a[name], value, where)
            if name == "type" and not out[name]:
                return False
        else:
            refuse(where, f"says {name!r} twice, in parts that all have to hold; write them as one")
    if like:
        out[LIKE] = like
    _closed(a, b, out, where)
    _closed(b, a, out, where)
    return out


def _evaluated(part: Schema) -> Schema:
    """A part knows no properties and items but its own."""
    if part.get("unevaluatedProperties") is False:
        part = {"additionalProperties": False} | part
    if part.get("unevaluatedItems") is False and "items" not in part:
        part = part | {"items": False}
    return {name: value for name, value in part.items() if not name.startswith("unevaluated")}


def _closed(a: Schema, b: Schema, out: Schema, where: str) -> None:
    """Where `a` says something of properties that it does not name, it says so of those that `b` brings."""
    others = [name for name in b.get("properties") or () if name not in (a.get("properties") or ())]
    more = a.get("additionalProperties", True)
    if more is not True and "patternProperties" in b:
        refuse(where, "has additionalProperties beside patterns of another part that has to hold; write them as one")
    if "patternProperties" in a and others and more is not True:
        refuse(where, "has patternProperties beside properties of another part that has to hold; write them as one")
    if more is not True and others:
        out["properties"] = out["properties"] | {
            name: False if more is False else {"allOf": [b["properties"][name], more]} for name in others
        }
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
    return [name for name in TYPES if name in both]


def _properties(a: Schema, b: Schema, _: str) -> Schema:
    """In the order of `b`, which is the whole where `a` is a part of it."""
    both = {name: {"allOf": [b[name], a[name]]} for name in a if name in b and a[name] != b[name]}
    return b | {name: part for name, part in a.items() if name not in b} | both


def _ways(a: list[Any], b: list[Any], where: str) -> list[Any]:
    """One of these and one of those."""
    if len(a) * len(b) > MOST_WAYS:
        refuse(where, f"has to be one of {len(a)} and one of {len(b)} at once, which is too many; write them as one")
    return [{"allOf": [other, one]} for other in b for one in a]


def _steps(a: Any, b: Any, where: str) -> Any:
    if a != int(a) or b != int(b) or min(a, b) < 1:
        refuse(where, "says 'multipleOf' twice, in parts that all have to hold; write them as one")
    return lcm(int(a), int(b))


def _end(tighter: Callable[[Any, Any], Any]) -> Callable[[Any, Any, str], Any]:
    def merge(a: Any, b: Any, where: str) -> Any:
        if isinstance(a, bool) or isinstance(b, bool):
            refuse(where, "says an exclusive bound twice, in parts that all have to hold; write them as one")
        return tighter(a, b)

    return merge


MERGES: dict[str, Callable[[Any, Any, str], Any]] = {
    "type": _types,
    "properties": _properties,
    "patternProperties": _properties,
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
    "anyOf": _ways,
    "multipleOf": _steps,
    "exclusiveMinimum": _end(max),
    "exclusiveMaximum": _end(min),
    "additionalProperties": lambda a, b, _: False if a is False or b is False else {"allOf": [a, b]},
    "propertyNames": lambda a, b, _: {"allOf": [a, b]},
    **dict.fromkeys((OTHERS, UNLIKE, LIKE), lambda a, b, _: [*a, *b]),
}

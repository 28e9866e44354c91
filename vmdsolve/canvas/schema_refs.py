"""References of a JSON Schema, however they name a part of it, as pointers from its root: `#/$defs/a`.

A part with an `$id` is a resource of its own, whose references begin at it; `$anchor` names a part within a resource.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urldefrag, urljoin

__all__ = ["rooted"]

MAPS = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"}  # of schemas
VALUES = {"const", "enum", "default", "examples"}  # of no schemas
Place = tuple[dict[str, Any], str, str]  # a part, the pointer to it, its resource


def rooted(schema: Any) -> Any:
    """A schema whose references are pointers from its root, as far as they lead to where it says.

    >>> rooted({"$ref": "#a", "$defs": {"b": {"$anchor": "a", "type": "string"}}})["$ref"]
    '#/$defs/b'

    Parameters
    ----------
    schema
        JSON of its own, which is changed
    """
    if not isinstance(schema, dict):
        return schema
    draft = str(schema.get("$schema"))
    name = "id" if "draft-03" in draft or "draft-04" in draft else "$id"
    alone = any(f"draft-0{n}" in draft for n in (3, 4, 6, 7))  # nothing counts beside a $ref, not even a name
    parts = [*_parts(schema, "#", "", name, alone)]
    named = _names(parts, name, alone)
    anchors = [str(part["$dynamicAnchor"]) for part, _, _ in parts if "$dynamicAnchor" in part]
    settled = {"$dynamicRef": len(set(anchors)) == len(anchors)}  # there is but one part that it can mean
    settled["$recursiveRef"] = not any("$recursiveAnchor" in part for part, _, _ in parts)
    for part, _, resource in parts:
        for word, plain in settled.items():
            if plain and isinstance(part.get(word), str) and "$ref" not in part:
                part["$ref"] = part.pop(word)
        if isinstance(part.get("$ref"), str):
            part["$ref"] = _pointer(part["$ref"], resource, named)
    return schema


def _names(parts: list[Place], name: str, alone: bool) -> dict[str, str]:
    """Pointers to resources and to parts with a name; of two with the same name, to none."""
    found: list[tuple[str, str]] = []
    for part, pointer, resource in parts:
        if (own := _id(part, name, alone)) is not None or pointer == "#":
            found.append((resource + own if own and own.startswith("#") else resource, pointer))
        anchors = {part[word] for word in ("$anchor", "$dynamicAnchor") if isinstance(part.get(word), str)}
        found += [(f"{resource}#{anchor}", pointer) for anchor in anchors]
    once = Counter(said for said, _ in found)
    return {said: pointer for said, pointer in found if once[said] == 1}


def _joined(resource: str, said: str) -> str:
    return resource + said if said.startswith("#") else urljoin(resource, said)


def _pointer(said: str, resource: str, named: dict[str, str]) -> str:
    """A reference as a pointer from the root; as it is, where it leads elsewhere."""
    whole = _joined(resource, said).removesuffix("#")
    if whole in named:
        return named[whole]
    base, fragment = urldefrag(whole)
    return named[base] + fragment if base in named and fragment.startswith("/") else said


def _id(part: dict[str, Any], name: str, alone: bool) -> str | None:
    """The name that a part gives itself, which may be one within its resource: `#name`."""
    own = part.get(name)
    return own if isinstance(own, str) and not (alone and "$ref" in part) else None


def _parts(said: Any, pointer: str, resource: str, name: str, alone: bool) -> Iterator[Place]:
    """All parts that may be schemas."""
    if isinstance(said, list):
        for i, inner in enumerate(said):
            yield from _parts(inner, f"{pointer}/{i}", resource, name, alone)
    if not isinstance(said, dict):
        return
    own = _id(said, name, alone)
    if own is not None and not own.startswith("#"):
        resource = _joined(resource, own).removesuffix("#")
    yield said, pointer, resource
    for word, inner in said.items():
        at = f"{pointer}/{_step(word)}"
        if word in MAPS and isinstance(inner, dict):
            for key, part in inner.items():
                yield from _parts(part, f"{at}/{_step(key)}", resource, name, alone)
        elif word not in VALUES:
            yield from _parts(inner, at, resource, name, alone)


def _step(name: str) -> str:
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="!$&'()*+,;=:@~")

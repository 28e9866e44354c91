"""JSON Schema as a tree of the JSON texts that it allows.

A subset is always sound: what is hard to say is tightened, and said in notes, and what cannot be said is refused.
Objects hold their properties in the order in which they are declared; if nothing is said of others, they hold none.
A text that is written satisfies the schema; of those that satisfy it, one that is spaced as `json.dumps` does, in that
order and within the notes, can be written.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ..automata.dfa import Dfa, TooLarge
from ..automata.nodes import Alternatives, Embedded, Node, Sequence, either, text
from ..automata.pattern import parse
from ..errors import InvalidInput
from ..untrusted import read_json
from . import json_text as written
from .formats import FORMATS, LONGEST
from .schema_arrays import array_tree
from .schema_keywords import (
    GROUPS,
    LIKE,
    LOGIC,
    OTHERS,
    TYPES,
    UNLIKE,
    annotated,
    apart,
    check_keywords,
    refuse,
    same,
    type_of,
    types_of,
)
from .schema_logic import conditions
from .schema_merge import merged
from .schema_numbers import number
from .schema_objects import object_tree
from .schema_reading import LIMITS, Limits, Path
from .schema_refs import rooted

__all__ = ["LIMITS", "Limits", "Read", "Reader", "read_schema"]

MOST_PARTS = 20_000  # schemas within a schema, those that are unrolled again
MOST_TEXT = 1 << 20  # characters of a schema


@dataclass(frozen=True)
class Read:
    """The texts that a schema allows, and what was left out of them."""

    tree: Node
    notes: tuple[str, ...]


def read_schema(
    schema: str | bytes | bool | dict[str, Any], *, closed: bool = True, limits: Limits = LIMITS[0]
) -> Read:
    """What a schema allows.

    >>> read_schema({"const": [1, "a"]}).notes
    ()

    Parameters
    ----------
    closed
        objects for which nothing is said of other properties hold none; False: any, after those that are declared

    Raises
    ------
    InvalidInput
        No schema, keywords that are not read, or nothing is allowed.
    TooLarge
    """
    try:
        root = rooted(read_json(_text_of(schema), "the JSON Schema", most=MOST_TEXT))
        reader = Reader(root, closed, limits)
        tree = reader.value(root, "#", ())
    except (TypeError, ValueError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"the JSON Schema is no JSON: {error}") from None
    except RecursionError:
        refuse("#", "has parts within parts too deeply; write it with fewer levels")
    if tree is None:
        refuse("#", "allows nothing; " + ("; ".join(reader.notes) or "its parts exclude each other"))
    return Read(tree, tuple(reader.notes))


def _text_of(schema: Any) -> str | bytes:
    """A schema as text, no longer than it is to be: in Python one part may stand in many places."""
    if isinstance(schema, (str, bytes)):
        return schema
    pieces, length = [], 0
    for piece in json.JSONEncoder().iterencode(schema):
        pieces.append(piece)
        length += len(piece)
        if length > MOST_TEXT:
            break
    return "".join(pieces)


class Reader:
    """Notes and finished parts of one schema. None as a tree: nothing is allowed."""

    def __init__(self, root: Any, closed: bool, limits: Limits) -> None:
        self.root, self.closed, self.limits, self.parts = root, closed, limits, 0
        self.negated = 0
        self.notes: dict[str, None] = {}
        self.built: dict[tuple[int, frozenset[tuple[str, int]]], tuple[Any, Node | None]] = {}
        self.dfas: dict[str, Dfa] = {}

    def note(self, where: str, what: str) -> None:
        self.notes[f"{where}: {what}"] = None

    # What a part says ---------------------------------------------------------------------------

    def plain(self, schema: Any, where: str, path: Path) -> tuple[Any, Path]:
        """A schema without $ref, allOf and conditions, and the path to it; False: nothing is allowed."""
        check_keywords(schema, where)
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise TooLarge
        if not isinstance(schema, dict):
            return schema, path
        said = annotated(schema)
        if LOGIC & said.keys():
            if self.negated:
                refuse(where, "has conditions in what must not hold, which is not read; say it without one of them")
            self.want_no_unevaluated(where, "conditions")
            parts = conditions(said, lambda part: self.exact(part, where, path), where)
            said = {name: value for name, value in said.items() if name not in LOGIC}
            said |= {"allOf": [*said.get("allOf", ()), *parts]} if parts else {}
        order = [*said]
        for name in ("$ref", "allOf"):
            if name not in said:
                continue
            given = said.pop(name)
            out: Any = said
            for i, part in enumerate([given] if name == "$ref" else given):
                place = f"{where}/allOf/{i}"
                if name == "$ref":
                    if path.count(part) >= self.limits.unrolled:
                        if self.negated:
                            refuse(where, f"has {part} within itself in what must not hold, which is not read")
                        self.note(where, f"{part} within itself is left out {self.limits.unrolled} deep")
                        return False, path
                    place, path, part = part, (*path, part), self.target(part, where)
                part, path = self.plain(part, place, path)
                out = part if out == {} else merged(part, out, where)
            own = said.get("properties")
            if own and order.index(name) < order.index("properties") and isinstance(out, dict):
                out = out | {
                    "properties": {k: v for k, v in out["properties"].items() if k not in own} | out["properties"]
                }
            return self.plain(out, where, path) if isinstance(out, dict) and "allOf" in out else (out, path)
        return said, path

    def exact(self, schema: Any, where: str, path: Path) -> Any:
        """What a schema says that must not hold: not less, since then more would be allowed."""
        self.negated += 1
        try:
            return self.plain(schema, where, path)[0]
        finally:
            self.negated -= 1

    def want_no_unevaluated(self, where: str, what: str) -> None:
        """What is said by not is no evaluation, and is not told from others here."""
        if "unevaluatedProperties" in json.dumps(self.root):
            refuse(where, f"has {what} in a schema with 'unevaluatedProperties'; leave one of them out")

    def target(self, pointer: str, where: str) -> Any:
        """The part of the whole schema that a $ref means."""
        if pointer != "#" and not pointer.startswith("#/"):
            refuse(where, f"refers to {pointer!r:.60}, which is not in it; write that part into $defs")
        found = self.root
        for name in pointer.split("/")[1:]:
            name = unquote(name).replace("~1", "/").replace("~0", "~")
            inside = isinstance(found, list) and name.isdecimal() and int(name) < len(found)
            if not inside and not (isinstance(found, dict) and name in found):
                refuse(where, f"refers to {pointer!r:.60}, where there is nothing")
            found = found[int(name)] if isinstance(found, list) else found[name]
        return found

    # Trees --------------------------------------------------------------------------------------

    def value(self, schema: Any, where: str, path: Path) -> Node | None:
        key = (id(schema), frozenset(Counter(path).items()))
        if key not in self.built:
            self.built[key] = schema, self.read(*self.plain(schema, where, path), where)
        return self.built[key][1]

    def read(self, schema: Any, path: Path, where: str) -> Node | None:
        if schema is False:
            return None
        if schema is True or not schema:
            self.note(where, f"any value: lists and objects at most {self.limits.any_depth} deep")
            return written.any_value(self.limits.any_depth)
        for name in ("anyOf", "oneOf"):
            if name in schema:
                return self.some_of(name, dict(schema), where, path)
        if "enum" in schema or "const" in schema:
            return self.listed(schema, where, path)
        types = types_of(schema, where)
        if types is None:
            types = [kind for kind, names in GROUPS.items() if names & schema.keys()]
            if types:
                self.note(where, f"no type is given: only {' and '.join(types)}, which its keywords are about")
            types = types or list(TYPES)
        if "number" in types and "integer" in types:
            types.remove("integer")
        ways = [self.of_type(kind, schema, where, path) for kind in types]
        kept = [way for way in ways if way is not None]
        return either(*kept) if kept else None

    def some_of(self, name: str, schema: dict[str, Any], where: str, path: Path) -> Node | None:
        """anyOf, and oneOf as far as its parts exclude each other."""
        branches = schema.pop(name)
        ways: list[Node] = []
        refusals: list[InvalidInput] = []
        for i, branch in enumerate(branches):
            place = f"{where}/{name}/{i}"
            others = [other for j, other in enumerate(branches) if j != i]
            try:
                together = name == "oneOf" and not self.alone(branch, others, schema, place, path)
                if together:
                    self.want_no_unevaluated(place, "parts of oneOf that may hold together")
                    branch = {"allOf": [branch, *({"not": other} for other in others)]}
                part, inner = self.plain(branch, place, path)
                way = self.value(merged(part, schema, place) if schema else part, place, inner)
                if together and way is None:
                    refuse(place, "may hold together with another part of oneOf; write anyOf, or tell them apart")
            except InvalidInput as error:
                refusals.append(error)
                continue
            ways += [] if way is None else [way]
        if refusals and not ways:
            raise refusals[0]
        for refusal in refusals:
            self.note(where, f"a part of {name} is left out: {refusal}")
        return either(*ways) if ways else None

    def alone(self, branch: Any, others: list[Any], rest: dict[str, Any], where: str, path: Path) -> bool:
        """Whether it is plain that no value satisfies `branch`, what is said beside it, and another.

        Of what is read as less than it says, it is never plain.
        """

        def said(part: Any) -> Any:
            return self.exact(part, where, path)

        def whole(part: Any) -> Any:
            return merged(said(part), rest, where) if rest else said(part)

        try:
            return all(apart(whole(branch), whole(other), said) for other in others)
        except InvalidInput:
            return False

    def listed(self, schema: dict[str, Any], where: str, path: Path) -> Node | None:
        """Values that are given one by one, as far as they satisfy what else is said."""
        rest = {name: value for name, value in schema.items() if name not in ("enum", "const")}
        values = [schema["const"]] if "const" in schema else schema["enum"]
        values = [value for value in values if not any(same(value, other) for other in schema.get(OTHERS, ()))]
        rest.pop(OTHERS, None)
        if (
            "const" in schema
            and "enum" in schema
            and merged({"enum": values}, {"enum": schema["enum"]}, where)["enum"] == []
        ):
            return None
        types = types_of(rest, where)
        if types is not None:
            allowed = {*types, *(("integer",) if "number" in types else ())}
            values = [value for value in values if type_of(value) in allowed]
        texts = list(dict.fromkeys(written.dumped(value) for value in values))
        if rest.keys() - {"type"} and texts:
            tree = self.value(rest, where, path)
            allows = None if tree is None else Dfa.of(tree)
            texts = [t for t in texts if allows is not None and allows.accepts(t.encode())]
        return Alternatives(tuple(text(t) for t in texts)) if texts else None

    def of_type(self, kind: str, schema: dict[str, Any], where: str, path: Path) -> Node | None:
        others = schema.get(OTHERS, ())
        if kind in ("null", "boolean"):
            values = [None] if kind == "null" else [True, False]
            texts = [text(written.dumped(value)) for value in values if not any(same(value, other) for other in others)]
            return either(*texts) if texts else None
        if kind == "string":
            return self.string(schema, where)
        if kind not in ("object", "array"):
            return self.number(kind, schema, where)
        if any(isinstance(value, dict if kind == "object" else list) for value in others):
            self.note(where, f"no {kind}, since some are left out")
            return None
        return (object_tree if kind == "object" else array_tree)(self, schema, where, path)

    def matching(self, pattern: str) -> Dfa:
        if pattern not in self.dfas:
            self.dfas[pattern] = written.matching(pattern)
        return self.dfas[pattern]

    def string(self, schema: dict[str, Any], where: str) -> Node | None:
        wanted = ([schema["pattern"]] if "pattern" in schema else []) + schema.get(LIKE, [])
        parts = [self.matching(pattern) for pattern in wanted]
        known = FORMATS.get(schema.get("format", ""))
        if known is not None:
            parts.append(Dfa.of(Sequence((text('"'), written.escaped(parse(known)), text('"')))))
        elif "format" in schema:
            self.note(where, f"format {schema['format']!r:.40} is not looked at")
        unwanted = [self.matching(pattern) for pattern in schema.get(UNLIKE, ())]
        others = [text(written.dumped(value)) for value in schema.get(OTHERS, ()) if isinstance(value, str)]
        unwanted += [Dfa.of(Alternatives(tuple(others)))] if others else []
        least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
        if (longest := LONGEST.get(schema.get("format", ""))) is not None:
            most = longest if most is None else min(most, longest)
        limit = max(least, self.limits.beside_pattern if parts else self.limits.characters)
        if most is not None and most > limit:
            most = limit
            self.note(where, f"at most {limit} characters")
        if most is not None and least > most:
            return None
        if not parts and not unwanted:
            return written.STRING if not least and most is None else written.counted(least, most)
        if least or most is not None:
            parts.append(Dfa.of(written.counted(least, most)))
        elif unwanted:
            parts.append(Dfa.of(written.KEY))  # one text a string, so that what is taken away is gone
        found = parts[0]
        for part in parts[1:]:
            found &= part
        for part in unwanted:
            found -= part
        return None if found.empty else Embedded(found)

    def number(self, kind: str, schema: dict[str, Any], where: str) -> Node | None:
        others = [value for value in schema.get(OTHERS, ()) if type_of(value) in ("integer", "number")]
        if others and kind == "number":
            self.note(where, "whole numbers only, since some numbers are left out")
            kind = "integer"
        tree = number(kind, schema, where, self.note)
        whole = [text(str(int(value))) for value in others if value == int(value)]
        if tree is None or not whole:
            return tree
        found = Dfa.of(tree) - Dfa.of(Alternatives(tuple(whole)))
        return None if found.empty else Embedded(found)

    def any_inside(self, where: str, what: str) -> Node:
        """Any value within an object."""
        self.note(where, f"{what}: lists and objects at most {self.limits.any_depth - 1} deep in it")
        return written.any_value(self.limits.any_depth - 1)

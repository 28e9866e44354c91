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
from ..automata.nodes import Alternatives, Embedded, Listed, Node, Repeat, Sequence, either, optional, text
from ..automata.pattern import parse
from ..errors import InvalidInput
from ..untrusted import read_json
from . import json_text as written
from .formats import FORMATS
from .schema_keywords import GROUPS, annotated, apart, check_keywords, merged, refuse, type_of, types_of
from .schema_numbers import number

__all__ = ["Read", "read_schema"]

MOST_UNROLLED, ANY_DEPTH = 4, 2  # a $ref within itself; lists and objects within a value of which nothing is said
MOST_CHARACTERS, MOST_BESIDE_PATTERN, MOST_ITEMS, MOST_DIFFERENT = 100, 256, 32, 64
MOST_PARTS = 20_000  # schemas within a schema, those that are unrolled again
MOST_TEXT = 1 << 20  # characters of a schema
Path = tuple[str, ...]  # of the $refs that lead to a part


@dataclass(frozen=True)
class Read:
    """The texts that a schema allows, and what was left out of them."""

    tree: Node
    notes: tuple[str, ...]


def read_schema(schema: str | bytes | bool | dict[str, Any], *, closed: bool = True) -> Read:
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
        root = read_json(_text_of(schema), "the JSON Schema", most=MOST_TEXT)
        reader = _Reader(root, closed)
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


class _Reader:
    """Notes and finished parts of one schema. None as a tree: nothing is allowed."""

    def __init__(self, root: Any, closed: bool) -> None:
        self.root, self.closed, self.parts = root, closed, 0
        self.notes: dict[str, None] = {}
        self.built: dict[tuple[int, frozenset[tuple[str, int]]], tuple[Any, Node | None]] = {}
        self.dfas: dict[str, Dfa] = {}

    def note(self, where: str, what: str) -> None:
        self.notes[f"{where}: {what}"] = None

    # What a part says ---------------------------------------------------------------------------

    def plain(self, schema: Any, where: str, path: Path) -> tuple[Any, Path]:
        """A schema without $ref and allOf, and the path to it; False: nothing is allowed."""
        check_keywords(schema, where)
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise TooLarge
        if not isinstance(schema, dict):
            return schema, path
        said = annotated(schema)
        for name in ("$ref", "allOf"):
            if name not in said:
                continue
            given = said.pop(name)
            out: Any = said
            for i, part in enumerate([given] if name == "$ref" else given):
                place = f"{where}/allOf/{i}"
                if name == "$ref":
                    if path.count(part) >= MOST_UNROLLED:
                        self.note(where, f"{part} within itself is left out {MOST_UNROLLED} deep")
                        return False, path
                    place, path, part = part, (*path, part), self.target(part, where)
                part, path = self.plain(part, place, path)
                out = merged(part, out, where) if out else part
            return self.plain(out, where, path) if isinstance(out, dict) and "allOf" in out else (out, path)
        return said, path

    def target(self, pointer: str, where: str) -> Any:
        """The part of the whole schema that a $ref means."""
        base = self.root.get("$id") if isinstance(self.root, dict) else None
        inner = pointer[len(base) :] if isinstance(base, str) and pointer.startswith(base) else pointer
        if inner not in ("", "#") and not inner.startswith("#/"):
            refuse(where, f"refers to {pointer!r:.60}, which is not in it; write that part into $defs")
        found = self.root
        for name in unquote(inner).split("/")[1:]:
            name = name.replace("~1", "/").replace("~0", "~")
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
            self.note(where, f"any value: lists and objects at most {ANY_DEPTH} deep")
            return written.any_value(ANY_DEPTH)
        for name in ("anyOf", "oneOf"):
            if name in schema:
                return self.some_of(name, dict(schema), where, path)
        if "enum" in schema or "const" in schema:
            return self.listed(schema, where, path)
        types = types_of(schema, where)
        if types is None:
            types = [kind for kind, names in GROUPS.items() if names & schema.keys()]
            self.note(where, f"no type is given: only {' and '.join(types)}, which its keywords are about")
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
                if name == "oneOf" and not self.alone(branch, others, schema, place, path):
                    refuse(place, "may hold together with another part of oneOf; write anyOf, or tell them apart")
                part, inner = self.plain(branch, place, path)
                way = self.value(merged(part, schema, place) if schema else part, place, inner)
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
        """Whether it is plain that no value satisfies `branch`, what is said beside it, and another."""

        def said(part: Any) -> Any:
            return self.plain(part, where, path)[0]

        def whole(part: Any) -> Any:
            return merged(said(part), rest, where) if rest else said(part)

        return all(apart(whole(branch), whole(other), said) for other in others)

    def listed(self, schema: dict[str, Any], where: str, path: Path) -> Node | None:
        """Values that are given one by one, as far as they satisfy what else is said."""
        rest = {name: value for name, value in schema.items() if name not in ("enum", "const")}
        values = [schema["const"]] if "const" in schema else schema["enum"]
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
        if kind in written.LITERALS:
            return written.LITERALS[kind]
        if kind == "object":
            return self.object(schema, where, path)
        if kind == "array":
            return self.array(schema, where, path)
        return self.string(schema, where) if kind == "string" else number(kind, schema, where, self.note)

    def object(self, schema: dict[str, Any], where: str, path: Path) -> Node | None:
        properties = dict(schema.get("properties") or {})
        required = set(schema.get("required") or ())
        more = schema.get("additionalProperties")  # None: nothing is said of it
        patterns = schema.get("patternProperties") or {}
        for name in sorted(required - properties.keys(), key=list(schema.get("required") or ()).index):
            if patterns:
                refuse(where, f"requires {name!r:.40} beside patternProperties; declare it among properties")
            properties[name] = True if more is None else more
        counts = (schema.get("minProperties", 0), schema.get("maxProperties"))
        if counts[0] > len(required) or (counts[1] is not None and counts[1] < len(properties)):
            refuse(where, "has minProperties or maxProperties that matter, which are not counted; leave them out")
        items: list[tuple[Node, bool]] = []
        for name, inner in properties.items():
            place = f"{where}/properties/{name}"
            try:
                tree = self.value(inner, place, path)
            except InvalidInput as refusal:
                if name in required:
                    raise
                self.note(place, f"is left out: {refusal}")
                continue
            if tree is None and name in required:
                return None
            if tree is not None:
                items.append((Sequence((text(written.dumped(name)), written.COLON, tree)), name in required))
        end: Node = text("}")
        entries = self.entries(properties, more, patterns, where, path)
        if counts[1] is not None and entries:
            refuse(where, "has maxProperties beside properties of any name, which are not counted; leave it out")
        if not entries:
            return Sequence((text("{"), Listed(tuple(items), written.COMMA, end, end)))
        self.note(where, "names of properties that are not declared may come twice; they come after the others")
        entry = either(*entries)
        rest = Sequence((Repeat(Sequence((written.COMMA, entry)), 0, None), end))
        alone = Alternatives((end, Sequence((entry, rest))))
        return Sequence((text("{"), Listed(tuple(items), written.COMMA, rest, alone)))

    def entries(
        self, properties: dict[str, Any], more: Any, patterns: dict[str, Any], where: str, path: Path
    ) -> list[Node]:
        """Names and values that an object may hold besides its properties."""
        names = Dfa.of(written.KEY)
        if properties:
            names -= Dfa.of(Alternatives(tuple(text(written.dumped(name)) for name in properties)))
        out: list[Node] = []
        for pattern, inner in patterns.items():
            matching = self.matching(pattern)
            if any(matching.accepts(written.dumped(name).encode()) for name in properties):
                refuse(where, f"has patternProperties {pattern!r:.40} that match a property, too; write them as one")
            if any(not (matching & self.matching(other)).empty for other in patterns if other != pattern):
                refuse(
                    where, f"has patternProperties {pattern!r:.40} and others that match the same; write them as one"
                )
            names -= matching
            if (found := self.value(inner, f"{where}/patternProperties/{pattern}", path)) is not None:
                out.append(Sequence((Embedded(matching), written.COLON, found)))
        if self.closed and more is None and (properties or patterns):
            self.note(where, "no properties besides those that are named")
            return out
        if more in (None, True, {}) and (properties or patterns):
            self.note(where, f"any other property: lists and objects at most {ANY_DEPTH - 1} deep in it")
            tree: Node | None = written.any_value(ANY_DEPTH - 1)
        else:
            tree = self.value(True if more is None else more, f"{where}/additionalProperties", path)
        if tree is not None:
            out.append(Sequence((Embedded(names), written.COLON, tree)))
        return out

    def array(self, schema: dict[str, Any], where: str, path: Path) -> Node | None:
        given = schema.get("items", True)
        first = schema.get("prefixItems") or (given if isinstance(given, list) else [])
        more = schema.get("additionalItems", True) if isinstance(given, list) else given
        least, most = int(schema.get("minItems", 0)), schema.get("maxItems")
        if schema.get("uniqueItems") and most not in (0, 1):
            return self.different(more if not first else None, least, most, where, path)
        if most is not None and most > max(MOST_ITEMS, least, len(first)):
            most = max(MOST_ITEMS, least, len(first))
            self.note(where, f"at most {most} items")
        if most is not None and least > most:
            return None
        trees = [self.value(part, f"{where}/items/{i}", path) for i, part in enumerate(first[:most])]
        room = None if most is None else int(most) - len(trees)
        tail = self.value(more, f"{where}/items", path) if room is None or room > 0 else None
        if None in trees:
            trees, tail = trees[: trees.index(None)], None
        short = max(least - len(trees), 0)
        if tail is None and short:
            return None
        after: Node = text("]")
        if tail is not None:
            following = Repeat(Sequence((written.COMMA, tail)), short, room)
            if not trees:
                rest = Repeat(Sequence((written.COMMA, tail)), max(short - 1, 0), None if room is None else room - 1)
                some = Sequence((tail, rest))
                return Sequence((text("["), some if short else optional(some), after))
            after = Sequence((following, after))
        for i in reversed(range(len(trees))):
            tree = trees[i]
            assert tree is not None
            after = Sequence((written.COMMA, tree, after)) if i else Sequence((tree, after))
            if i >= least:
                after = Alternatives((after, text("]")))
        return Sequence((text("["), after))

    def different(self, items: Any, least: int, most: float | None, where: str, path: Path) -> Node | None:
        """Lists of different values, if they are given one by one."""
        said, inner = self.plain(False if items is None else items, f"{where}/items", path)
        values = said.get("enum") if isinstance(said, dict) else None
        if not values or len(values) > MOST_DIFFERENT:
            refuse(
                where, f"has 'uniqueItems', which is not read but for an enum of at most {MOST_DIFFERENT}; leave it out"
            )
        trees = [self.value({**said, "enum": [value]}, f"{where}/items", inner) for value in values]
        kept = [tree for i, tree in enumerate(trees) if tree is not None and values.index(values[i]) == i]
        self.note(where, "different items come in the order of their enum")
        found = written.sublists(kept, least, len(kept) if most is None else int(most))
        return None if found is None else Sequence((text("["), found, text("]")))

    def matching(self, pattern: str) -> Dfa:
        if pattern not in self.dfas:
            self.dfas[pattern] = written.matching(pattern)
        return self.dfas[pattern]

    def string(self, schema: dict[str, Any], where: str) -> Node | None:
        parts = [self.matching(schema["pattern"])] if "pattern" in schema else []
        known = FORMATS.get(schema.get("format", ""))
        if known is not None:
            parts.append(Dfa.of(Sequence((text('"'), parse(known), text('"')))))
        elif "format" in schema:
            self.note(where, f"format {schema['format']!r:.40} is not looked at")
        least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
        limit = max(least, MOST_BESIDE_PATTERN if parts else MOST_CHARACTERS)
        if most is not None and most > limit:
            most = limit
            self.note(where, f"at most {limit} characters")
        if most is not None and least > most:
            return None
        if not parts:
            return written.STRING if not least and most is None else written.counted(least, most)
        if least or most is not None:
            parts.append(Dfa.of(written.counted(least, most)))
        found = parts[0]
        for part in parts[1:]:
            found &= part
        return None if found.empty else Embedded(found)

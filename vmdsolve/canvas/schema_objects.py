"""Objects of a JSON Schema as trees: properties in order, then others, as many as are asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..automata.dfa import Dfa
from ..automata.nodes import Alternatives, Embedded, Listed, Node, Repeat, Sequence, either, text
from ..errors import InvalidInput
from . import json_text as written
from .schema_keywords import refuse
from .schema_reading import Path, Reading

__all__ = ["object_tree"]

MOST_PARTS_OF_NAMES = 32  # parts that patterns divide names into
MOST_COUNTED = 4096  # properties times how many of them are counted
Item = tuple[Node, bool]  # name and value, and whether it is required


def object_tree(reader: Reading, schema: dict[str, Any], where: str, path: Path) -> Node | None:
    """The objects that a schema without references and parts allows; None: there are none."""
    names = _names(reader, schema, where, path)
    more = schema.get("additionalProperties")  # None: nothing is said of it
    if more is None and schema.get("unevaluatedProperties") is False:
        more = False
    patterns = {pattern: reader.matching(pattern) for pattern in schema.get("patternProperties") or {}}
    properties = _properties(schema, patterns, more)
    required = set(schema.get("required") or ())
    items: list[Item] = []
    for name, inner in properties.items():
        place = f"{where}/properties/{name}"
        allowed = names is None or names.accepts(written.dumped(name).encode())
        try:
            tree = reader.value(inner, place, path) if allowed else None
        except InvalidInput as refusal:
            if name in required:
                raise
            reader.note(place, f"is left out: {refusal}")
            continue
        if tree is None and name in required:
            return None
        if tree is not None:
            items.append((Sequence((text(written.dumped(name)), written.COLON, tree)), name in required))
    entries = _entries(reader, schema, properties, patterns, names, more, where, path)
    if entries:
        reader.note(where, "names of properties that are not declared may come twice; they come after the others")
    least, most = int(schema.get("minProperties", 0)), schema.get("maxProperties")
    if least <= sum(needed for _, needed in items) and (most is None or (most >= len(items) and not entries)):
        return _uncounted(items, entries)
    if entries and least > len(items) + 1:
        reader.note(where, "no object: of names that are not declared only one counts towards minProperties")
    return _counted(items, entries, least, most, where)


def _names(reader: Reading, schema: dict[str, Any], where: str, path: Path) -> Dfa | None:
    """Names that `propertyNames` allows; None: any."""
    if schema.get("propertyNames", True) is True:
        return None
    inner = {"allOf": [{"type": "string"}, schema["propertyNames"]]}
    tree = reader.value(inner, f"{where}/propertyNames", path)
    return Dfa.of(written.KEY) & Dfa.of(tree) if tree is not None else Dfa.of(written.KEY) - Dfa.of(written.KEY)


def _properties(schema: dict[str, Any], patterns: dict[str, Dfa], more: Any) -> dict[str, Any]:
    """What is said of each property that is named, by itself or by patterns; those that are only required come last."""
    properties = dict(schema.get("properties") or {})
    declared = set(properties)
    for name in schema.get("required") or ():
        properties.setdefault(name, True)
    for name, own in properties.items():
        word = written.dumped(name).encode()
        parts = [schema["patternProperties"][pattern] for pattern, dfa in patterns.items() if dfa.accepts(word)]
        if not parts and name not in declared and more is not None:
            parts = [more]
        if parts:
            properties[name] = {"allOf": [own, *parts]} if own is not True or len(parts) > 1 else parts[0]
    return properties


def _entries(
    reader: Reading,
    schema: dict[str, Any],
    properties: dict[str, Any],
    patterns: dict[str, Dfa],
    names: Dfa | None,
    more: Any,
    where: str,
    path: Path,
) -> list[Node]:
    """Names and values that an object may hold besides its properties."""
    free = Dfa.of(written.KEY) if names is None else names
    if properties:
        free -= Dfa.of(Alternatives(tuple(text(written.dumped(name)) for name in properties)))
    parts: list[tuple[Dfa, list[Any]]] = [(free, [])]  # names, and what is said of their values
    for pattern, dfa in patterns.items():
        inner = schema["patternProperties"][pattern]
        split = [(both, [*said, inner]) for part, said in parts if not (both := part & dfa).empty]
        parts = split + [(rest, said) for part, said in parts if not (rest := part - dfa).empty]
        if len(parts) > MOST_PARTS_OF_NAMES:
            refuse(where, "has patternProperties that match the same names in too many ways; write fewer of them")
    out: list[Node] = []
    for part, said in parts:
        if said:
            tree = reader.value(said[0] if len(said) == 1 else {"allOf": said}, f"{where}/patternProperties", path)
        elif not part.empty:
            tree = _other_value(reader, bool(properties or patterns), more, where, path)
        else:
            tree = None
        if tree is not None:
            out.append(Sequence((Embedded(part), written.COLON, tree)))
    return out


def _other_value(reader: Reading, declared: bool, more: Any, where: str, path: Path) -> Node | None:
    """The value of a property that no name and no pattern declares."""
    if reader.closed and more is None and declared:
        reader.note(where, "no properties besides those that are named")
        return None
    if more in (None, True, {}) and more is not False and declared:
        return reader.any_inside(where, "any other property")
    return reader.value(True if more is None else more, f"{where}/additionalProperties", path)


def _uncounted(items: list[Item], entries: list[Node]) -> Node:
    end: Node = text("}")
    if not entries:
        return Sequence((text("{"), Listed(tuple(items), written.COMMA, end, end)))
    entry = either(*entries)
    rest = Sequence((Repeat(Sequence((written.COMMA, entry)), 0, None), end))
    alone = Alternatives((end, Sequence((entry, rest))))
    return Sequence((text("{"), Listed(tuple(items), written.COMMA, rest, alone)))


def _counted(items: list[Item], entries: list[Node], least: int, most: int | None, where: str) -> Node | None:
    """Objects of `least` to `most` properties. Of names that may come twice only one counts towards `least`."""
    enough = least if most is None else int(most) + 1  # more need not be told apart
    if len(items) * (enough + 1) > MOST_COUNTED or enough > MOST_COUNTED:
        refuse(where, "has minProperties or maxProperties of too many properties; leave them out")
    entry = either(*entries) if entries else None

    def others(n: int) -> Node | None:
        """What follows n properties that are declared."""
        low, room = 1 if n < least else 0, None if most is None else int(most) - n
        if n + low < least or (room is not None and room < low):
            return None
        if entry is None:
            return None if low else text("}")
        each = Sequence((written.COMMA, entry))
        if n:
            return Sequence((Repeat(each, low, room), text("}")))
        some = Sequence((entry, Repeat(each, 0, None if room is None else room - 1), text("}"))) if room != 0 else None
        ways = [way for way in (None if low else text("}"), some) if way is not None]
        return either(*ways) if ways else None

    @cache
    def after(i: int, n: int) -> Node | None:
        """What may follow once n of the first i items are written, as far as they are counted."""
        if i == len(items):
            return others(n)
        node, needed = items[i]
        taken = after(i + 1, min(n + 1, max(enough, 1)))
        ways: list[Node] = [] if taken is None else [Sequence((*((written.COMMA,) if n else ()), node, taken))]
        left = None if needed else after(i + 1, n)
        ways += [] if left is None else [left]
        return either(*ways) if ways else None

    found = after(0, 0)
    return None if found is None else Sequence((text("{"), found))

"""Lists of a JSON Schema as trees."""

from __future__ import annotations

from typing import Any

from ..automata.nodes import Alternatives, Node, Repeat, Sequence, either, optional, text
from . import json_text as written
from .schema_keywords import refuse, same
from .schema_reading import Path, Reading

__all__ = ["array_tree"]

MOST_DIFFERENT = 64  # listed values, of lists that hold no value twice
KNOWN = f"{MOST_DIFFERENT} values at most, listed or whole numbers between bounds"


def array_tree(reader: Reading, schema: dict[str, Any], where: str, path: Path) -> Node | None:
    """The lists that a schema without references and parts allows; None: there are none."""
    given = schema.get("items", "prefixItems" not in schema or schema.get("unevaluatedItems") is not False)
    first = schema.get("prefixItems") or (given if isinstance(given, list) else [])
    more = schema.get("additionalItems", True) if isinstance(given, list) else given
    least, most = int(schema.get("minItems", 0)), schema.get("maxItems")
    if schema.get("uniqueItems") and most not in (0, 1):
        listed = None if first or "contains" in schema else _values(reader, more, where, path)
        if listed is not None:
            return _different(reader, *listed, least, most, where)
        if least > 1:
            refuse(
                where, f"has 'uniqueItems' of {least} items or more, which is not read but for {KNOWN}; leave it out"
            )
        most = 1
        reader.note(where, f"at most 1 item: different ones are not told from each other, but for {KNOWN}")
    if most is not None and most > (limit := max(reader.limits.items, least, len(first))):
        most = limit
        reader.note(where, f"at most {most} items")
    if most is not None and least > most:
        return None
    if "contains" in schema:
        if first:
            refuse(where, "has 'contains' beside items one by one, which is not read; leave it out")
        return _containing(reader, more, schema["contains"], max(least, 1), most, where, path)
    trees = [reader.value(part, f"{where}/items/{i}", path) for i, part in enumerate(first[:most])]
    room = None if most is None else int(most) - len(trees)
    tail = reader.value(more, f"{where}/items", path) if room is None or room > 0 else None
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


def _containing(
    reader: Reading, items: Any, wanted: Any, least: int, most: int | None, where: str, path: Path
) -> Node | None:
    """Lists of `least` items or more, one of which is as `contains` says; the first such, and others around it."""
    if most is not None and most < 1:
        return None
    both = {"allOf": [items, wanted]} if items is not True else wanted
    special, item = reader.value(both, f"{where}/contains", path), reader.value(items, f"{where}/items", path)
    if special is None or item is None:
        return None
    before, after = Sequence((item, written.COMMA)), Sequence((written.COMMA, item))
    ways: list[Node] = []
    for i in range(least - 1 if most is None else int(most)):
        room = None if most is None else int(most) - 1 - i
        ways.append(Sequence((Repeat(before, i, i), special, Repeat(after, max(least - 1 - i, 0), room))))
    if most is None:
        ways.append(Sequence((Repeat(before, least - 1, None), special, Repeat(after, 0, None))))
    return Sequence((text("["), either(*ways), text("]")))


def _values(reader: Reading, items: Any, where: str, path: Path) -> tuple[Any, list[Any], Path] | None:
    """What is said of items, the few values that it leaves, and the path to it; None: there are more, or none."""
    said, inner = reader.plain(False if items is None else items, f"{where}/items", path)
    if not isinstance(said, dict):
        return None
    values = [said["const"]] if "const" in said else said.get("enum")
    if values is None and said.get("type") == "boolean":
        values = [False, True]
    ends: list[Any] = [said.get(name) for name in ("minimum", "maximum")]
    if values is None and said.get("type") == "integer" and all(type(end) is int for end in ends):
        values = [*range(ends[0], min(ends[1], ends[0] + MOST_DIFFERENT) + 1)]
    return (said, values, inner) if values and len(values) <= MOST_DIFFERENT else None


def _different(
    reader: Reading, said: Any, values: list[Any], path: Path, least: int, most: float | None, where: str
) -> Node | None:
    """Lists of different values, which are given one by one."""
    once = [value for i, value in enumerate(values) if not any(same(value, other) for other in values[:i])]
    rest = {name: part for name, part in said.items() if name != "const"}
    trees = [reader.value({**rest, "enum": [value]}, f"{where}/items", path) for value in once]
    kept = [tree for tree in trees if tree is not None]
    reader.note(where, "different items come in the order of their values")
    found = written.sublists(kept, least, len(kept) if most is None else int(most))
    return None if found is None else Sequence((text("["), found, text("]")))

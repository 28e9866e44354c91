"""JSON Schemas at random, and whether a judge finds a text of their grammars that does not satisfy them."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np

from vmdsolve.canvas import Grammar, Vocabulary, compile_json_schema, posterior
from vmdsolve.canvas.formats import FORMATS
from vmdsolve.errors import InvalidInput

from .driver import Row, table

__all__ = ["METHOD", "judged", "rows", "schema", "shown", "value"]

METHOD = (
    "schemas at random by seed and number, of a few names and small numbers, so that parts of them meet. Of each that "
    "compiles: texts drawn from the law of canvases of several lengths over single bytes, from logits at random; "
    "values at random, and drawn ones with a part changed. unsound = in the grammar, and not valid for jsonschema "
    "(draft 7, or 2020-12 where a keyword is newer), formats checked."
)
NAMES = ("a", "b", "é", 'q"')
STRINGS = ("", "a", "ab", "b", "é\n", "\\", '"', "xx")
PATTERNS = ("^a", "b$", "^[ab]{1,2}$", "\\\\", '"|\\n', "^$", r"^\S+$", "[^a-z]", "é?x")
BOUNDS = (0.1, -2.75, 3.5, 0.25, -0.5, 10.125, 1e-8)
NEWER = ("prefixItems", "dependentRequired", "dependentSchemas", "unevaluated")
LENGTHS = (8, 24, 64)  # bytes of a canvas
DRAWN, MADE = 4, 24  # texts of each length, and values at random


def value(rng: random.Random, depth: int = 2) -> Any:
    """A value of JSON."""
    kind = rng.randrange(7 if depth else 5)
    if kind == 0:
        return rng.choice((None, True, False))
    if kind < 3:
        return rng.choice((rng.randint(-12, 30), rng.choice(BOUNDS), float(rng.randint(-3, 3))))
    if kind < 5:
        return rng.choice(STRINGS)
    inner = [value(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    return inner if kind == 5 else {rng.choice(NAMES): one for one in inner}


def schema(rng: random.Random, depth: int = 2) -> Any:
    """A JSON Schema."""
    if depth == 0 or rng.random() < 0.2:
        return _scalar(rng)

    def inner() -> Any:
        return schema(rng, depth - 1)

    def some() -> list[Any]:
        return [inner() for _ in range(rng.randint(1, 3))]

    sizes: dict[str, Any] = {"minItems": rng.randint(0, 2), "maxItems": rng.randint(0, 3), "uniqueItems": True}
    kind = rng.randrange(9)
    if kind == 0:
        return {"type": "array", "items": rng.choice((inner(), True, False)), **_some(rng, sizes)}
    if kind == 1:
        return {"type": "array", "prefixItems": some(), "items": rng.choice((inner(), False)), **_some(rng, sizes)}
    if kind == 2:
        return {"type": "array", "items": inner(), "contains": inner(), **_some(rng, sizes)}
    if kind < 5:
        return {"type": "object", "properties": _named(rng, inner), **_some(rng, _of_objects(rng, inner))}
    if kind == 5:
        return {"not": inner(), **_some(rng, {"type": rng.choice(("integer", "object", "string"))})}
    if kind == 6:
        return {"if": inner(), "then": inner(), **_some(rng, {"else": inner()})}
    joined = {rng.choice(("anyOf", "oneOf", "allOf")): some()}
    return joined if kind == 7 else {**_scalar(rng), **joined}


def _scalar(rng: random.Random) -> dict[str, Any]:
    kind = rng.randrange(6)
    if kind == 0:
        return {"type": rng.choice(("null", "boolean", "string", "number", "integer"))}
    if kind == 1:
        names = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        bounds = {name: rng.choice((rng.randint(-12, 30), rng.choice(BOUNDS))) for name in names}
        return {"type": rng.choice(("integer", "number")), **_some(rng, bounds)}
    if kind == 2:
        return {"type": "integer", "multipleOf": rng.randint(1, 12), **_some(rng, {"minimum": rng.randint(-12, 30)})}
    if kind == 3:
        lengths = {"minLength": rng.randint(0, 3), "maxLength": rng.randint(0, 5), "pattern": rng.choice(PATTERNS)}
        lengths["format"] = rng.choice([*FORMATS])
        return {"type": "string", **_some(rng, lengths)}
    if kind == 4:
        return {"enum": [value(rng) for _ in range(rng.randint(1, 3))]}
    return {"const": value(rng)}


def _of_objects(rng: random.Random, inner: Any) -> dict[str, Any]:
    return {
        "required": sorted({rng.choice(NAMES) for _ in range(rng.randint(0, 2))}),
        "additionalProperties": rng.choice((inner(), True, False)),
        "minProperties": rng.randint(0, 2),
        "maxProperties": rng.randint(0, 3),
        "patternProperties": {rng.choice(("a", "^b", "é$", "^")): inner()},
        "propertyNames": rng.choice(({"pattern": "^[ab]"}, {"enum": ["a", "b"]}, {"maxLength": 2})),
        "dependencies": {rng.choice(NAMES): rng.choice((["a"], ["a", "b"], inner()))},
    }


def _named(rng: random.Random, inner: Any) -> dict[str, Any]:
    return {rng.choice(NAMES): inner() for _ in range(rng.randint(0, 3))}


def _some(rng: random.Random, keywords: dict[str, Any]) -> dict[str, Any]:
    """A few of them."""
    return {name: keywords[name] for name in keywords if rng.random() < 0.3}


def _changed(rng: random.Random, of: Any) -> Any:
    """A value of which one part is another."""
    if rng.random() < 0.4 or not isinstance(of, list | dict) or not of:
        return value(rng)
    if isinstance(of, list):
        at = rng.randrange(len(of))
        return [_changed(rng, one) if i == at else one for i, one in enumerate(of)]
    name = rng.choice(list(of))
    if rng.random() < 0.3:
        return {key: one for key, one in of.items() if key != name}
    return {key: _changed(rng, one) if key == name else one for key, one in of.items()}


def judged(of: Any, found: Any) -> bool:
    """Whether jsonschema finds that a value satisfies a schema."""
    jsonschema = import_module("jsonschema")
    of = _as_python(of)
    newer = any(name in str(of) for name in NEWER)
    kind = jsonschema.Draft202012Validator if newer else jsonschema.Draft7Validator
    return bool(kind(of, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER).is_valid(found))


def _as_python(said: Any) -> Any:
    """Patterns at whose end JavaScript, unlike Python, wants no more line; jsonschema asks Python."""
    if isinstance(said, dict):
        return {_as_python(name): _as_python(part) for name, part in said.items()}
    if isinstance(said, list):
        return [_as_python(part) for part in said]
    return said[:-1] + r"\Z" if isinstance(said, str) and said.endswith("$") else said


def _drawn(grammar: Grammar, rng: random.Random) -> Iterator[bytes]:
    for L in LENGTHS:
        if grammar.least[grammar.start] > L:
            continue
        scale = rng.choice((0.0, 1.0, 3.0))
        noise = np.random.default_rng(rng.getrandbits(32)).standard_normal((DRAWN, L, grammar.V), np.float32)
        law = posterior(grammar, np.float32(scale) * noise)
        for row in law.draw(rng.getrandbits(32)).tolist():
            yield bytes(token for token in row if token < 256)


def rows(seed: int, minutes: float, each: int = 250) -> Iterator[Row]:
    """A row of every `each` schemas, until the time is over."""
    vocabulary = Vocabulary.from_bytes([bytes([byte]) for byte in range(256)] + [None], eos=256)
    end, number = time.monotonic() + 60 * minutes, 0
    while time.monotonic() < end:
        row: Row = {"first": number, "schemas": 0, "compiled": 0, "texts": 0, "values": 0, "allowed": 0, "unsound": []}
        while row["schemas"] < each and time.monotonic() < end:
            rng = random.Random(f"{seed}:{number}")
            number += 1
            row["schemas"] += 1
            of = schema(rng)
            try:
                grammar = compile_json_schema(of, vocabulary, max_states=3000)
            except InvalidInput:
                continue
            row["compiled"] += 1
            texts = [*_drawn(grammar, rng)]
            known = [json.loads(text) for text in texts]
            for text, read in zip(texts, known, strict=True):
                row["texts"] += 1
                if not judged(of, read):
                    row["unsound"].append({"schema": of, "text": text.decode()})
            for _ in range(MADE):
                made = _changed(rng, rng.choice(known)) if known and rng.random() < 0.5 else value(rng)
                word = json.dumps(made, ensure_ascii=False).encode()
                row["values"] += 1
                if grammar.accepts(list(word)):
                    row["allowed"] += 1
                    if not judged(of, made):
                        row["unsound"].append({"schema": of, "text": word.decode()})
        yield row


def shown(rows: list[Row]) -> str:
    """All rows together, and what was unsound."""
    parts = ("schemas", "compiled", "texts", "values", "allowed")
    found = [fault for row in rows for fault in row["unsound"]]
    line = [f"{sum(row[part] for row in rows):,}" for part in parts]
    head = ["schemas at random", "compiled", "texts drawn", "values tried", "values allowed", "unsound"]
    return "\n".join([table(head, [[*line, len(found)]]), *(json.dumps(fault) for fault in found[:8])])

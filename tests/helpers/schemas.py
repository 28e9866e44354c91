"""JSON Schemas and texts of their grammars, and who judges them."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from helpers.words import drawn
from vmdsolve.automata.dfa import Dfa
from vmdsolve.canvas.schema import read_schema

jsonschema = pytest.importorskip("jsonschema", reason="it is the judge; of the extra `test`")


def judged(schema: Any, value: Any) -> bool:
    """Whether a value satisfies a schema."""
    newer = any(name in str(schema) for name in ("prefixItems", "dependentRequired", "unevaluated"))
    other = jsonschema.Draft202012Validator if newer else jsonschema.Draft7Validator
    kind = jsonschema.validators.validator_for(schema, default=other)
    return bool(kind(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER).is_valid(value))


def words(schema: Any, n: int = 40) -> list[bytes]:
    """Texts of the schema's grammar, drawn at random."""
    dfa, rng = Dfa.of(read_schema(schema).tree), random.Random(json.dumps(schema))
    return [drawn(dfa, rng, rng.choice([2, 8, 25])) for _ in range(n)]


def accepted(schema: Any, value: Any) -> bool:
    return Dfa.of(read_schema(schema).tree).accepts(json.dumps(value, ensure_ascii=False).encode())


def assert_sound(schema: Any) -> None:
    for word in words(schema):
        assert judged(schema, json.loads(word)), (schema, word)

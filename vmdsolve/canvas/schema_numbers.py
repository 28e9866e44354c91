"""Numbers of JSON Schema: their bounds, whichever draft says them, and multiples."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import Any

from ..automata.dfa import Dfa
from ..automata.nodes import Embedded, Node
from . import json_text as written
from .schema_keywords import refuse

__all__ = ["number"]

MOST_MULTIPLE, LARGEST = 1000, 10**30


def number(kind: str, schema: dict[str, Any], where: str, note: Callable[[str, str], None]) -> Node | None:
    """What a schema says of numbers; None: there are none. `note` is told what was tightened.

    Parameters
    ----------
    kind
        integer or number

    Raises
    ------
    InvalidInput
        A multiple that is not counted.
    """
    low, above = bound(schema, "minimum", "exclusiveMinimum", max)
    high, below = bound(schema, "maximum", "exclusiveMaximum", min)
    if any(end is not None and abs(end) > LARGEST for end in (low, high)):
        refuse(where, f"has a bound beyond {LARGEST:.0e}; leave it out")
    multiple = Fraction(str(schema.get("multipleOf", 1)))
    if not 0 < multiple.numerator <= MOST_MULTIPLE:
        refuse(
            where, f"has multipleOf {schema['multipleOf']!r:.20}, which is not counted; wanted up to {MOST_MULTIPLE}"
        )
    if multiple.denominator > 1 and kind == "number":
        note(where, "only whole numbers that are multiples")
    if kind == "integer" or "multipleOf" in schema:
        first = None if low is None else ceil(low) + (above and low == ceil(low))
        last = None if high is None else floor(high) - (below and high == floor(high))
        tree = written.integers(first, last)
        if tree is None or multiple.numerator == 1:
            return tree
        found = Dfa.of(tree) & written.multiples(multiple.numerator)
        return None if found.empty else Embedded(found)
    if low is None and high is None:
        return written.NUMBER
    if any(end is not None and end * 10**written.MOST_DECIMALS % 1 for end in (low, high)):
        note(where, f"bounds are moved inwards to {written.MOST_DECIMALS} decimals")
    return written.bounded(low, high, above, below)


def bound(schema: dict[str, Any], name: str, exclusive: str, tighter: Any) -> tuple[Fraction | None, bool]:
    """The bound of numbers at one end, and whether it is left out itself; in draft 4 that was said by true."""
    ends = [(Fraction(str(schema[name])), schema.get(exclusive) is True)] if name in schema else []
    if not isinstance(schema.get(exclusive, True), bool):
        ends.append((Fraction(str(schema[exclusive])), True))
    if not ends:
        return None, False
    end = tighter(value for value, _ in ends)
    return end, any(left_out for value, left_out in ends if value == end)

"""JSON that others wrote, in a file, a link or a text: size, depth, memory are bounded, what is wrong is a sentence."""

from __future__ import annotations

import json
import re
from collections import Counter
from math import isinf
from typing import Any, NoReturn

from .errors import InvalidInput

__all__ = ["DEEPEST", "MOST", "MOST_MEMORY", "loads", "read_json"]

MOST = 1 << 26  # characters
DEEPEST = 64  # lists and objects within each other
MOST_MEMORY = 400_000_000  # bytes that values take, by what a text of them shows
COSTS = {",": 32, '"': 30, "[": 64, "{": 64, ":": 150}  # bytes, at most, of what each of these signs stands for
HALF = re.compile(r"\\u[dD][89a-fA-F]")  # of a character that takes two escapes


def loads(text: str | bytes, most: int = MOST) -> Any:
    """What a text of JSON says: as `json.loads`, but whatever is wrong with it is a ValueError.

    Refused, too, is what JSON does not have or does not define: NaN and infinity, a name twice in one object, half
    of a character.

    Parameters
    ----------
    text
        As bytes it is UTF-8.
    most
        How many characters, or bytes, it may have.

    Raises
    ------
    ValueError
        No JSON (a JSONDecodeError, which says where), too long, of too many values, or nested too deeply.

    Examples
    --------
    >>> loads('{"a": [1, null]}')
    {'a': [1, None]}
    >>> loads("[" * 100_000)
    Traceback (most recent call last):
    ValueError: lists or objects more than 64 deep
    """
    if len(text) > most:
        raise ValueError(f"over {most:,} characters")
    if isinstance(text, bytes):
        text = text.decode()  # a UnicodeDecodeError is a ValueError
    if sum(cost * text.count(sign) for sign, cost in COSTS.items()) > MOST_MEMORY:
        raise ValueError(f"so many values that they would take over {MOST_MEMORY // 1_000_000} MB")
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        if "int_max_str_digits" in str(error):
            raise ValueError("a whole number of thousands of digits") from None
        raise
    if text.count("[") + text.count("{") > DEEPEST and _deeper(value):
        raise _too_deep()
    if HALF.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("half of a character (a lone surrogate)") from None
    return value


def read_json(text: str | bytes, what: str, *, error: type[ValueError] = InvalidInput, most: int = MOST) -> Any:
    """As `loads`; what is wrong is an `error`, with `what` it is wrong with.

    Raises
    ------
    error

    Examples
    --------
    >>> read_json('{"a": NaN}', "the recipe in w.safetensors")
    Traceback (most recent call last):
    vmdsolve.errors.InvalidInput: the recipe in w.safetensors cannot be read: NaN is no number of JSON
    """
    try:
        return loads(text, most)
    except ValueError as wrong:
        raise error(f"{what} cannot be read: {wrong}") from wrong


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"an object has the name {name!r:.80} twice")
    return out


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _float(digits: str) -> float:
    value = float(digits)
    if isinf(value):
        raise ValueError(f"{digits:.20} is too large a number")
    return value


def _too_deep() -> ValueError:
    return ValueError(f"lists or objects more than {DEEPEST} deep")


def _deeper(value: Any) -> bool:
    """Whether lists and objects are more than DEEPEST within each other."""
    level = [value] if isinstance(value, (list, dict)) else []
    for _ in range(DEEPEST):
        inner = (whole.values() if isinstance(whole, dict) else whole for whole in level)
        level = [part for parts in inner for part in parts if isinstance(part, (list, dict))]
        if not level:
            return False
    return True


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)

"""Arguments of public calls: one way to check each kind, and one sentence for what is wrong."""

from __future__ import annotations

import operator
from collections.abc import Collection
from itertools import chain
from math import inf, isfinite, nan
from numbers import Real
from typing import Any

from .errors import InvalidInput

__all__ = ["choice", "flag", "number", "rows", "seconds", "whole"]


def whole(value: Any, what: str, least: int | None = None, most: int | None = None) -> int:
    """`value` as an int. Nothing is rounded or read as a number that is none: 1.5, "1" and True are refused.

    >>> whole(3, "total"), whole(7, "steps", 1, 16)
    (3, 7)

    Raises
    ------
    InvalidInput
        No whole number, or none from `least` to `most`.
    """
    if not isinstance(value, bool):
        try:
            number = operator.index(value)
        except TypeError:
            pass
        else:
            if (least is None or least <= number) and (most is None or number <= most):
                return number
    reach = "" if least is None else f", {least} or more" if most is None else f" from {least:,} to {most:,}"
    raise InvalidInput(f"{what} is {value!r}; wanted a whole number{reach}")


def number(
    value: Any, what: str, *, above: float | None = None, least: float | None = None, most: float = inf
) -> float:
    """`value` as a float that is finite, and above `above` or at least `least`, and at most `most`.

    >>> number(1, "temperature", least=0)
    1.0

    Raises
    ------
    InvalidInput
        No number, NaN, infinite or out of reach.
    """
    found = _real(value)
    if -inf < found < inf and found <= most and (above is None or found > above) and (least is None or found >= least):
        return found
    low = f" above {above:g}" if above is not None else "" if least is None else f", {least:g} or more"
    raise InvalidInput(f"{what} is {value!r}; wanted a number{low}" + (f", at most {most:g}" if most < inf else ""))


def seconds(value: Any, what: str = "time_limit") -> float | None:
    """Seconds as a float, or None for no limit, which infinity means, too.

    >>> seconds(3), seconds(None), seconds(float("inf"))
    (3.0, None, None)

    Raises
    ------
    InvalidInput
        No number, NaN or below 0.
    """
    if value is None:
        return None
    found = _real(value)
    if found >= 0:
        return found if found < inf else None
    instead = "; of a timedelta, .total_seconds()" if hasattr(value, "total_seconds") else ""
    raise InvalidInput(f"{what} is {value!r}; wanted seconds, 0 or more, or None{instead}")


def choice(value: Any, what: str, names: Collection[str]) -> str:
    """One of these names.

    Raises
    ------
    InvalidInput
        Another name, or no text at all.
    """
    if isinstance(value, str) and value in names:
        return value
    raise InvalidInput(f"{what} is {value!r}; wanted one of {', '.join(names)}")


def flag(value: Any, what: str) -> bool:
    """True or False; NumPy's are taken, too, but numbers and text are not.

    Raises
    ------
    InvalidInput
        Neither True nor False.
    """
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return bool(value)
    raise InvalidInput(f"{what} is {value!r}; wanted True or False")


def rows(value: Any, what: str) -> tuple[tuple[float, ...], ...]:
    """Numbers [D], or rows of them [K, D]: lists, arrays, tensors, lists of these, or text with commas and semicolons.

    >>> rows([1, 2.5], "z"), rows("0,1; 2,3", "z")
    (((1.0, 2.5),), ((0.0, 1.0), (2.0, 3.0)))

    Raises
    ------
    InvalidInput
        Something else, rows of different lengths, NaN or infinity.
    """
    if isinstance(value, str):
        held: list[Any] = [[_read(part) for part in row.split(",")] for row in value.split(";")]
    else:
        held = [_listed(row) for row in _listed(value) or []]
        held = [_listed(value)] if None in held else held
    found = [[_real(one) for one in row] for row in held if row is not None]
    alike = len({len(row) for row in found}) == 1 and all(isfinite(number) for number in chain(*found))
    if not alike or not found[0]:
        text = " ".join(f"{value!r}".split())
        raise InvalidInput(f"{what} is {text:.80}; wanted finite numbers [D], or rows of them [K, D] of one length")
    return tuple(map(tuple, found))


def _listed(value: Any) -> list[Any] | None:
    """What a list, an array or a tensor holds; None of anything else."""
    found = value.tolist() if hasattr(value, "tolist") else value
    return list(found) if isinstance(found, (list, tuple)) else None


def _read(text: str) -> float:
    """The number that a text says; NaN if it says none."""
    try:
        return float(text)
    except ValueError:
        return nan


def _real(value: Any) -> float:
    """`value` as a float; NaN if it is no number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return nan
    try:
        return float(value)
    except OverflowError:
        return inf

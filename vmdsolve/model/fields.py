"""Fields of a dataclass of choices: default, range and help of each stand together, and are checked from there.

The command line makes its options of the same lines. Neither NumPy nor torch is imported.
"""

from __future__ import annotations

import math
from dataclasses import field, fields
from numbers import Integral, Real
from typing import Any

__all__ = ["check", "choice", "read"]


def choice(
    default: Any,
    help: str,  # noqa: A002 - what the command line calls it, too
    *,
    low: float | None = None,
    high: float | None = None,
    among: tuple[str, ...] = (),
) -> Any:
    """A dataclass field with what a person should know of it.

    Parameters
    ----------
    default
        Its type is the field's.
    help
        One sentence, as the command line shows it.
    low, high
        The least and the greatest value, for numbers.
    among
        The names there are, for text.
    """
    return field(default=default, metadata={"help": help, "low": low, "high": high, "among": among})


def check(choices: Any, error: type[Exception]) -> None:
    """Check all fields of a (frozen) dataclass that were made by `choice`; whole numbers become plain ints.

    Raises
    ------
    error
        A field of another type or out of its range; it is named.
    """
    for one in fields(choices):
        if "among" not in one.metadata:
            continue
        value = getattr(choices, one.name)
        found, wanted = read(value, one.default, **{key: one.metadata[key] for key in ("low", "high", "among")})
        if found is None:
            raise error(f"{one.name} is {value!r}; wanted {wanted}")
        object.__setattr__(choices, one.name, found)


def read(
    value: Any, default: Any, low: float | None = None, high: float | None = None, among: tuple[str, ...] = ()
) -> tuple[Any, str]:
    """The value, or None if it is no such thing; and what is wanted, in words.

    Parameters
    ----------
    value
        What somebody gave.
    default
        Its type is what is wanted.
    low, high, among
        As of `choice`.

    Examples
    --------
    >>> read(3, 1, low=2), read(1.5, 1, low=2)
    ((3, 'a whole number, 2 or more'), (None, 'a whole number, 2 or more'))
    """
    if isinstance(default, bool):
        return value if isinstance(value, bool) else None, "True or False"
    if isinstance(default, str):
        fits = isinstance(value, str) and (not among or value in among)
        return value if fits else None, f"one of {', '.join(among)}" if among else "text"
    whole = isinstance(default, int)
    reach = "" if low is None else f" from {low:,} to {high:,}" if high is not None else f", {low:,} or more"
    wanted = f"a {'whole ' if whole else ''}number{reach}"
    kind: Any = Integral if whole else Real  # NumPy's are these, too
    number: Any = value if isinstance(value, kind) and not isinstance(value, bool) else math.nan
    if not _finite(number) or (low is not None and number < low) or (high is not None and number > high):
        return None, wanted
    return int(number) if whole else value, wanted


def _finite(number: Any) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number beyond all floats
        return False

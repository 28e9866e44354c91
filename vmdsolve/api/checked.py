"""How the values of options are checked: each takes a value and its option's name, and gives what is meant.

Neither NumPy nor torch is imported until a value asks for it.
"""

from __future__ import annotations

import re
from os import PathLike, fspath
from os.path import isdir, isfile
from typing import Any, get_args

from ..arguments import choice, number, rows, whole
from ..errors import InvalidInput, ModelMismatch
from ..extras import want_torch
from ..orders import ALIASES, ORDERS
from .option import Check

__all__ = [
    "MOST_NATIVE",
    "MOST_SOLUTIONS",
    "a_domain",
    "as_it_is",
    "device_name",
    "from_",
    "one_of",
    "or_none",
    "order_name",
    "refuse_absent",
    "rows_or_none",
    "share",
    "solutions",
    "some_weights",
    "temperature",
]

MOST_NATIVE = 2**63 - 1  # whole numbers that nothing else bounds
MOST_SOLUTIONS = 2**62


def from_(least: int, most: int | None = None) -> Check:
    reach = MOST_NATIVE if most is None else most
    return lambda value, name: whole(whole(value, name, least, most), name, least, reach)


def or_none(check: Check) -> Check:
    return lambda value, name: None if value is None else check(value, name)


def one_of(kinds: Any) -> Check:
    """One of the names of a Literal."""
    return lambda value, name: choice(value, name, get_args(kinds))


def as_it_is(value: Any, name: str) -> Any:
    del name
    return value


def temperature(value: Any, name: str) -> float:
    return number(value, name, least=0)


def share(value: Any, name: str) -> float:
    return number(value, name, above=0, most=1)


def order_name(value: Any, name: str) -> str:
    """The order's own name, so that nobody behind the door sees an alias."""
    return ALIASES.get(str(value)) or choice(value, name, ORDERS)


def a_domain(value: Any, name: str) -> Any:
    if value is None:
        return None
    from ..domains import Domain, get  # which imports NumPy

    if isinstance(value, Domain):
        return value
    if isinstance(value, str):
        return get(value)
    raise InvalidInput(f"{name} is {value!r}; wanted the name of a domain, or a Domain")


def some_weights(value: Any, name: str) -> Any:
    if isinstance(value, (str, PathLike)):
        if isdir(value):  # noqa: PTH112 - what cannot be a name is none, and raises nothing
            from ..model.folder import weights_in  # which imports NumPy

            value = weights_in(fspath(value))
        if not isfile(value):  # noqa: PTH113
            raise ModelMismatch(f"no weights at {value!s:.200}")
        return fspath(value)
    if value is None or hasattr(value, "config"):  # not isinstance: that would import torch
        return value
    raise InvalidInput(f"{name} is {value!r}; wanted a file of weights, or a model")


def device_name(value: Any, name: str) -> str | None:
    """The device's name as torch spells it; None: a GPU if there is one."""
    text = str(value) if type(value).__module__.partition(".")[0] == "torch" else value
    if text is None or text == "auto":
        return None
    if isinstance(text, str) and (found := re.fullmatch(r"(cpu)(?::0)?|(cuda(?::\d{1,3})?)", text)):
        return found[1] or found[2]
    raise InvalidInput(f"{name} is {value!r}; wanted auto, cpu, cuda, or one GPU of several, as in cuda:1")


def rows_or_none(value: Any, name: str) -> Any:
    return None if value is None else rows(value, name)


def refuse_absent(device: str) -> None:
    """A GPU that is asked for must be there."""
    want_torch(f"device {device!r}")
    import torch

    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if int(device.partition(":")[2] or 0) >= there:
        raise InvalidInput(f"device is {device!r}, and torch finds {there} GPUs here; use cpu, or auto")


def solutions(value: Any, name: str) -> int:
    if whole(value, name, 1) > MOST_SOLUTIONS:
        raise InvalidInput(f"{name} is {value:,}; nobody counts further than {MOST_SOLUTIONS:,}; None has no limit")
    return whole(value, name)

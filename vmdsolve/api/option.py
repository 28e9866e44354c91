"""Option: one line of the table in options.py, and what is made of such lines: signatures and docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ForwardRef, TypeVar

__all__ = ["Check", "Option", "table_of", "takes", "type_text"]

Check = Callable[[Any, str], Any]  # (value, name) -> the value to work with; raises InvalidInput
Call = TypeVar("Call", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Option:
    """One option of one call.

    Attributes
    ----------
    default
        The same in Python and on the command line.
    check
        Function of (value, name) that gives the value to work with, or raises InvalidInput.
    help
        A sentence or two, for the commands, the docstrings and docs/solving.md.
    flag
        What the command line calls it, if not by its name.
    settles
        False if answers cannot depend on it.
    """

    default: Any
    check: Check
    help: str
    flag: str = ""
    settles: bool = True


@cache
def table_of(kind: Any) -> Mapping[str, Option]:
    """The options of one call, by name.

    Examples
    --------
    >>> from vmdsolve.api.options import CountOptions
    >>> table_of(CountOptions)["limit"].default
    2
    """
    return {name: kind.__annotations__[name].__metadata__[0] for name in kind.__annotations__}


def type_text(kind: Any, name: str) -> str:
    """An option's type in words.

    Examples
    --------
    >>> from vmdsolve.api.options import SolveOptions
    >>> type_text(SolveOptions, "time_limit"), type_text(SolveOptions, "domain")
    ('float | None', 'str | Domain | None')
    """
    hint = kind.__annotations__[name].__origin__
    if isinstance(hint, ForwardRef):
        return hint.__forward_arg__
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")


def takes(kind: Any) -> Callable[[Call], Call]:
    """Of a function that takes `**options: Unpack[kind]`, make signature and docstring's `{options}` from the table."""

    def described(call: Call) -> Call:
        signature = inspect.signature(call)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        keywords = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=option.default, annotation=type_text(kind, name)
            )
            for name, option in table_of(kind).items()
        ]
        call.__signature__ = signature.replace(parameters=own + keywords)  # type: ignore[attr-defined]
        call.__doc__ = (call.__doc__ or "").replace("{options}", _documented(kind, table_of(kind)))
        return call

    return described


def _documented(kind: Any, table: Mapping[str, Option]) -> str:
    lines = (
        f"{name} : {type_text(kind, name)}, default {option.default!r}\n        {option.help}"
        for name, option in table.items()
    )
    return "\n    ".join(lines)

"""How commands print: as text for people, as csv, or as json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer
from typer import Option

from ..arguments import choice

__all__ = ["FORMATS", "Json", "OutputFormat", "format_named", "line_of", "say"]

FORMATS = ("text", "csv", "json")
OutputFormat = Annotated[
    str | None,
    Option(
        "--output-format",
        help="text (boards are drawn), csv, or json (an object a line); by default text on a terminal, else csv.",
        autocompletion=lambda: FORMATS,
    ),
]
Json = Annotated[bool, Option("--json", help="Print a JSON object.")]


def format_named(name: str | None) -> str | None:
    """The format asked for; None: whatever suits.

    Raises
    ------
    InvalidInput
        For a name that is none of FORMATS.
    """
    return None if name is None else str(choice(name, "--output-format", FORMATS))


def line_of(row: Mapping[str, Any], shape: str, *, head: bool = False) -> str:
    """A row of csv, with its header before it if it is the first; or of json.

    Examples
    --------
    >>> line_of({"n": 2, "complete": True}, "csv", head=True), line_of({"n": 2}, "json")
    ('n,complete\\n2,true\\n', '{"n": 2}\\n')
    """
    if shape == "json":
        return json.dumps(row) + "\n"
    from ..files.formats.csv import quoted

    return quoted(row) * head + quoted(row.values())


def say(facts: Iterable[tuple[str, Any]], *, width: int = 9) -> None:
    """Facts with their names, a line each."""
    for name, value in facts:
        typer.echo(f"{name:<{width}} {value}")

"""The command `domains`."""

from __future__ import annotations

import json
import textwrap
from typing import Annotated, Any

import typer
from typer import Argument, Option

__all__ = ["list_domains"]

WIDE = 100


def list_domains(
    kind: Annotated[
        str | None, Argument(metavar="[KIND]", help="One kind, or kind:size, to be told all of it.")
    ] = None,
    as_json: Annotated[bool, Option("--json", help="All that is known, as JSON.")] = False,
) -> None:
    """List the kinds of puzzles that are installed, a line each; of one kind also its text and an example.

    A size follows a colon: sudoku:16, sudoku:3x2 (boxes of 3 rows by 2 columns), latin:12, queens:20, colouring:4.

    Weights: `own` came along for some size of it, `shared` are those for every all-different puzzle.
    """
    from .. import domains
    from ..api.kinds import told_of

    if kind is not None:
        told = told_of(*domains.find(kind))
        typer.echo(json.dumps(told, indent=2) if as_json else _page(told))
        return
    kinds = [told_of(name) for name in domains.families()]
    if as_json:
        typer.echo(json.dumps(kinds, indent=2))
        return
    rows = [("kind", "sizes", "weights", "what is asked for")]
    rows += [(told["kind"], told["sizes"], told["weights"], told["about"]) for told in kinds]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    typer.echo("\n`vmdsolve domains KIND` says how a problem is written, and shows one.")


def _page(told: dict[str, Any]) -> str:
    """All of it on some lines."""
    title = told["kind"] + (f" ({told['domain']})" if told.get("domain", told["kind"]) != told["kind"] else "")
    usual = f"; {told['usual']} if none is said" if told["usual"] else ""
    lines = [title, *textwrap.wrap(told["about"], WIDE), ""]
    facts = {
        "sizes": told["sizes"] + usual,
        "also": ", ".join(told["aliases"]),
        "weights": told["weights"],
        "text": told.get("text_form", ""),
        "symbols": told.get("symbols", ""),
        "open": " ".join(told.get("open", ())),
        "Python": f"get_domain({told['kind']!r}).problem({told['parameters']})" if "parameters" in told else "",
    }
    for name, said in facts.items():
        if said:
            lines += textwrap.wrap(f"{name:<8} {said}", WIDE, subsequent_indent=" " * 9, break_on_hyphens=False)
    if told.get("example"):
        lines += ["", "example", f"  vmdsolve solve --domain {told['said']} '{told['example']}'", ""]
        lines += [f"  {line}" for line in told["picture"].split("\n")]
    return "\n".join(lines)

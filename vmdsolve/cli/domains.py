"""The command `domains`."""

from __future__ import annotations

import json
import sys
import textwrap
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..errors import InvalidInput
from ..plain import clean, cut

if TYPE_CHECKING:
    from ..domains import Domain

__all__ = ["list_domains"]

SIGNS = (".", "0", "-", "_", "?", "*", "x")  # that may mean an open cell
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

    if kind is not None:
        told = _told(*domains.find(kind))
        typer.echo(json.dumps(told, indent=2) if as_json else _page(told))
        return
    kinds = [_told(name, "") for name in domains.families()]
    if as_json:
        typer.echo(json.dumps(kinds, indent=2))
        return
    rows = [("kind", "sizes", "weights", "what is asked for")]
    rows += [(told["kind"], told["sizes"], told["weights"], told["about"]) for told in kinds]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    typer.echo("\n`vmdsolve domains KIND` says how a problem is written, and shows one.")


def _told(name: str, size: str) -> dict[str, Any]:
    """What is known of a kind, as plain values; why it cannot be made, where that is so."""
    from .. import domains

    of = domains.families()[name]
    told: dict[str, Any] = {
        "kind": name, "about": "", "sizes": of.sizes or "one", "usual": of.default or "", "weights": "no",
        "names": list(of.named), "aliases": list(of.aliases),
    }  # fmt: skip
    shown = size or of.shown or of.default or ""
    try:
        domain = domains.get(f"{name}:{shown}" if shown else name)
        asked = size or (shown if of.sizes and shown != of.default else "")
        told |= {"about": domain.about or _sentence(domain), "text_form": domain.text_form}
        told["said"] = f"{name}:{asked}" if asked else name
        problem = domain.parse(domain.example) if shown == of.shown and domain.example else None
        if problem is None and not isinstance(domain, domains.Family):
            problem = domain.problem()
        if isinstance(domain, domains.Family):
            told["parameters"] = domain.parameters
            told["sizes"] = of.sizes or "each problem's own"
        if problem is not None:
            board = domains.layout_of(problem)
            told |= {
                "domain": domain.name, "example": board.write(problem.values), "picture": board.render(problem.values),
                "symbols": board.symbols, "open": [sign for sign in SIGNS if _is_open(board, sign)],
                "weights": _weights([domain.name] if size else of.named, board),
            }  # fmt: skip
    except Exception as error:  # what a package does is its own; the others are listed all the same
        if size:
            raise
        told["about"] = f"cannot be made: {error}"
    return {**told, "about": clean(cut(told["about"]))}


def _sentence(domain: Domain) -> str:
    """What the author of a domain says of it, where the class has no `about`."""
    of = type(domain)
    said = vars(of).get("__doc__") or getattr(sys.modules.get(of.__module__), "__doc__", None) or ""
    return " ".join(said.strip().split("\n\n")[0].split())


def _is_open(board: Domain, sign: str) -> bool:
    try:
        return bool((board.parse(sign * board.rules.L).values < 0).all())
    except InvalidInput:
        return False


def _weights(names: Any, board: Domain) -> str:
    from ..model.packaged import SAMPLE, packaged_files, weights_for
    from ..model.sizes import kind_of

    own = {path.stem.removesuffix(SAMPLE) for path in packaged_files()} & {*names, board.name, kind_of(board)}
    return "own" if own else "shared" if weights_for(board) else "no"


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

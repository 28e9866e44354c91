"""The command `domains`."""

from __future__ import annotations

from collections import Counter

import typer

__all__ = ["list_domains"]


def list_domains() -> None:
    """List the kinds of puzzles that are installed: cells L, symbols V, constraints by relation, weights.

    Any regular expression makes one more: regex:LENGTH:PATTERN, or regex:FEWEST-MOST:PATTERN with padding.
    """
    from .. import domains
    from ..model.packaged import packaged_files

    trained = {path.stem for path in packaged_files()}
    rows = [("name", "L", "V", "weights", "constraints")]
    for name in domains.names():
        domain = domains.get(name)
        has = "yes" if name in trained else "no"
        if isinstance(domain, domains.Family):
            rows.append((name, "-", "-", has, "each problem has a board and clues of its own"))
            continue
        relations = Counter(c.relation for c in domain.constraints)
        constraints = ", ".join(f"{count} {relation}" for relation, count in relations.items())
        rows.append((name, str(domain.rules.L), str(domain.rules.V), has, constraints))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

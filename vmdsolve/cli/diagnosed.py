"""What `diagnose` prints of a latent, as text and as JSON."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from .output import say

if TYPE_CHECKING:
    from ..domains import Domain
    from ..measure.gaps import Gaps
    from ..measure.latent import Diagnosis
    from ..measure.traversal import Traversal

__all__ = ["DEAD", "WIDEST", "gaps_text", "held", "print_diagnosis", "three", "told_of"]

WIDEST = 81  # cells of a board that is printed on one line
DEAD = "dead: no dimension of z tells the network anything"


def told_of(d: Diagnosis, domain: Domain) -> dict[str, Any]:
    """All of a diagnosis for JSON, with boards as text."""
    import numpy as np

    whole = asdict(d)
    for one, shown in zip(d.traversals, whole["traversals"], strict=True):
        shown["boards"] = domain.format_many(np.array(one.boards, np.int32))
        shown["moved"] = [[round(value, 4) for value in cells] for cells in one.moved]
        shown["changed"] = one.changed
    whole["embedding"]["points"] = [[round(a, 4), round(b, 4)] for a, b in d.embedding.points]
    return {"dead": d.dead, **whole}


def print_diagnosis(d: Diagnosis, domain: Domain, left: Gaps | None) -> None:
    """A table of the dimensions or groups, then what holds for all, then what z changes."""
    from rich.box import SIMPLE
    from rich.table import Table

    from ..drawing.console import Coloured

    names = [_unit(d), "KL", "information"]
    columns = [map(str, range(len(d.kl))), *([three(value) for value in row] for row in (d.kl, d.information_each))]
    if d.classes:
        names += ["classes used", "perplexity"]
        columns += [[f"{share * d.classes:.0f} of {d.classes}" for share in d.used], [f"{p:.2f}" for p in d.perplexity]]
    table = Table(box=SIMPLE)
    for name in names:
        table.add_column(name, justify="right")
    for row in zip(*columns, strict=True):
        table.add_row(*row)
    Coloured(sys.stdout, width=100).print(table)
    of = "I(x0; z | start)" if d.conditional else "I(x0, start; z), starts differ"
    first, second = (f"{100 * share:.0f} %" for share in d.embedding.shares)
    apart = f"two axes hold {first} and {second} of what tells posteriors apart"
    explained = f"{100 * d.explained:.1f} % of the open cells' variance"
    if d.explained <= 0:
        explained = f"nothing of the open cells' variance ({100 * d.explained:.1f} %: one z says no more than all)"
    say(
        (
            ("KL", f"{sum(d.kl):.3f} nats a board"),
            ("active", f"{d.active} of {len(d.kl)} (KL above 0.01 nats)"),
            (
                "information",
                f"{three(d.information)} nats, {of}; limit {d.information_limit:.2f}, log of {d.informed} boards",
            ),
            ("explained", f"{explained}, by {d.predicted} boards"),
            ("gaps", gaps_text(left)),
            ("embedding", apart if any(d.embedding.shares) else "all posteriors are one and the same point"),
            ("latent", DEAD if d.dead else "alive"),
        ),
        width=12,
    )
    for one in d.traversals[:1]:
        _print_traversal(one, d, domain)


def held(left: Gaps | None) -> dict[str, Any] | None:
    """Gaps for JSON, which knows no infinity."""
    from math import isfinite

    if left is None:
        return None
    return {
        name: None if isinstance(value, float) and not isfinite(value) else value
        for name, value in asdict(left).items()
    }


def gaps_text(left: Gaps | None) -> str:
    """Where the law of one evaluation leaves the exact one."""
    if left is None:
        return "not measured: no board was found in time whose answers are 2 or more, and few enough to be listed"
    own = "" if left.posterior is None else f" - posterior {three(left.posterior)}"
    decoder = f"decoder {three(left.decoder)} (unsaid {three(left.unsaid)}, misfit {three(left.misfit)})"
    return (
        f"KL(law || model) {three(left.kl)} nats = {decoder} + prior {three(left.prior)}{own}; of {left.answers:,} "
        f"answers to one board, all loops of one evaluation, symbols drawn; {left.draws:,} draws of z make it "
        f"{three(left.floor)} too large"
    )


def _print_traversal(one: Traversal, d: Diagnosis, domain: Domain) -> None:
    """What the dimension or group that says most changes of one board, a line a value."""
    import numpy as np

    typer.echo(
        f"\none board, as {_unit(d)} {one.dimension} changes: {100 * one.most:.1f} % of what is predicted moves at most"
    )
    boards = domain.format_many(np.array(one.boards, np.int32))
    for value, board, changed in zip(one.values, boards, one.changed, strict=True):
        shown = f"{value:>8.0f}" if d.classes else f"{round(value, 2) + 0.0:>8.2f}"
        line = f"{board}  " if len(board) <= WIDEST else ""
        typer.echo(f"{shown}  {line}{changed} cells changed")


def three(value: float) -> str:
    """With three digits, and no minus before what is 0."""
    return f"{round(value, 3) + 0.0:.3f}"


def _unit(d: Diagnosis) -> str:
    return "group" if d.classes else "dimension"

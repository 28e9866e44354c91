"""What a job writes of records, many at once: the columns of a table from the records and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..domains import Domain
from ..problem import Status
from .record import Record
from .rows import repeated
from .texts import Texts

__all__ = ["table_of"]

LAYOUT = "layout"  # the Domain that each was read as, a column that is not written
Columns = Mapping[str, list[Any]]


def table_of(records: Sequence[Record], found: Columns, domain: Domain | None) -> dict[str, list[Any]]:
    """The columns of a table: the problem, what became of it, and what the input said besides.

    Parameters
    ----------
    found
        What became of each record: columns of `solution`, `status`, `reason`, `layout` and others.
    domain
        The one that was asked for, or None.
    """
    told = {name: column for name, column in found.items() if name != LAYOUT}
    problems, others = _as_they_are(records, found, domain)
    if problems is None:
        columns = (found[name] for name in ("solution", "status", "reason", LAYOUT))
        rows = [
            repeated(record, answer, Status(status), reason, layout, domain or record.domain)
            for record, answer, status, reason, layout in zip(records, *columns, strict=True)
        ]
        problems, told["reason"], others = [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
    names = dict.fromkeys(name for one in others for name in one)
    return {"problem": problems, **told, **{name: [one.get(name) for one in others] for name in names}}


def _as_they_are(
    records: Sequence[Record], found: Columns, domain: Domain | None
) -> tuple[list[str] | None, Sequence[Mapping[str, Any]]]:
    """Problems that all were read as they stand, a character a cell, and what came with them; None where not all."""
    plain = isinstance(records, Texts)
    problems = records.texts if isinstance(records, Texts) else [record.puzzle for record in records]
    text, answers = "".join(problems), found["solution"]
    if " " in text or not text.isprintable() or None in answers or any(found["reason"]):
        return None, []
    if list(map(len, problems)) != list(map(len, answers)):
        return None, []
    others: Sequence[Mapping[str, Any]] = [] if plain else [record.others for record in records]
    if domain is not None:
        return problems, [{**one, "domain": domain.name} for one in others or [{}] * len(problems)]
    if not plain and any(record.domain is not None for record in records):
        return None, []
    return problems, others

"""What to solve of a record."""

from __future__ import annotations

from ..domains import Domain, registry
from ..domains.reading import read
from ..errors import InvalidInput
from ..problem import Problem
from .record import Record

__all__ = ["puzzle_of"]


def puzzle_of(record: Record, domain: Domain | str | None) -> tuple[str | Problem, str]:
    """What to solve of a record, or an empty text, INVALID in every domain, and why.

    `domain`: the one asked for, or None.

    Examples
    --------
    >>> puzzle_of(Record("a.csv", 2, "1......2..4..3.."), None)
    ('1......2..4..3..', '')
    """
    if record.reason:
        return "", record.reason
    if domain is not None or record.domain is None:
        return record.puzzle, ""
    if registry.by_cells().get(len(record.puzzle)) == (record.domain,):  # which its size says, too
        return record.puzzle, ""
    try:
        return read(record.puzzle, record.domain), ""
    except InvalidInput as error:
        return "", str(error)

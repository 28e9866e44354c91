"""`solve --all N`: as many answers to each problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

import typer

from ..errors import InvalidInput

if TYPE_CHECKING:
    from ..domains import Domain
    from ..files.records import Record
    from ..problem import Solution

__all__ = ["every"]


def every(
    records: Iterator[Record], n: int, domain: Domain | None, time_limit: float | None
) -> Iterator[tuple[Record, Solution]]:
    """Each record with up to n answers, as they are found; with an honest status where there is none."""
    from ..api.exact import enumerate_solutions
    from ..domains.reading import read
    from ..problem import Solution, Status, Violation

    for record in records:
        try:
            given = read("" if record.reason else record.puzzle, domain or record.domain)
        except InvalidInput as error:
            wrong = Violation("input", (), str(error))
            yield record, Solution(Status.INVALID, violations=(wrong,), reason=wrong.reason)
            continue
        found, count = enumerate_solutions(given, limit=n, time_limit=time_limit), 0
        few = list(
            islice(found, 2)
        )  # of one it is not known before the second is looked for whether it is the only one
        unique = False if len(few) > 1 else True if found.complete else None
        for solution in chain(few, found):
            count += 1
            yield record, replace(solution, unique=unique)
        if not count:
            ended = Status.UNSATISFIABLE if found.complete else Status.TIMEOUT
            nodes, clauses = found.effort
            yield record, Solution(ended, method="search", nodes=nodes, clauses=clauses)
        elif not found.complete and count < n:
            typer.echo(f"{record.where}time ran out after {count} of at most {n} answers", err=True)

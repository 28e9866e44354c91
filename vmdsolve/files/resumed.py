"""A killed job goes on: what it left is compared with the input, and every answer is checked again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from ..checker import accepts
from ..domains import Domain, layout_of
from ..domains.reading import read_answer, read_each
from ..errors import InvalidInput
from ..problem import Board, Problem, Rules, Status
from .journal import Journal
from .kept import digest_of
from .puzzle import puzzle_of
from .record import Record
from .rows import Row

__all__ = ["to_do"]

AT_ONCE = 1024  # records that are compared together


def to_do(records: Iterable[Record], journal: Journal, domain: Domain | str | None) -> Iterator[tuple[int, Record]]:
    """The records of which no right row is in the journal, each with its number from 0; the others it is told of.

    A row is right if it is of that very puzzle, and says what can be: the checker accepts its answer, or nothing can
    read the puzzle. That there is no answer, or that time ran out, is held to the line's own hash alone.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with Journal(Path(tempfile.mkdtemp()) / "out.txt", {}) as journal:
    ...     list(to_do([Record("", 1, "1...")], journal, None))
    [(0, Record(source='', line=1, puzzle='1...', solution=None, reason='', domain=None, others={}))]
    """
    source, total = iter(records), 0
    while total < journal.reach and (batch := list(islice(source, min(AT_ONCE, journal.reach - total)))):
        yield from _wrong(list(enumerate(batch, total)), journal, domain)
        total += len(batch)
    for record in source:
        total += 1
        yield total - 1, record
    journal.total = total


def _wrong(
    batch: Sequence[tuple[int, Record]], journal: Journal, domain: Domain | str | None
) -> list[tuple[int, Record]]:
    """Those of which there is no right row; the journal is told of all."""
    found: dict[int, tuple[Record, Row]] = {}
    for number, record in batch:
        left = journal.left(number)
        if left is None or left[0] != digest_of(record):
            journal.drop(number, f"is not of problem {number + 1} of the input" if left else "is damaged")
        else:
            found[number] = record, left[1]
    believed = set()
    for (number, (_, row)), right in zip(found.items(), _right(list(found.values()), domain), strict=True):
        if right:
            journal.believe(number, row)
            believed.add(number)
        else:
            journal.drop(number, f"says of problem {number + 1} what is not so")
    return [(number, record) for number, record in batch if number not in believed]


def _right(found: Sequence[tuple[Record, Row]], domain: Domain | str | None) -> list[bool]:
    """Of each row whether it may be what came of its record."""
    problems = list(read_each([puzzle_of(record, domain)[0] for record, _ in found], domain))
    out = [False] * len(found)
    members: dict[tuple[Domain, Rules], list[tuple[int, Problem, str]]] = {}
    for place, (problem, (_, row)) in enumerate(zip(problems, found, strict=True)):
        status = Status(row.status)
        if isinstance(problem, InvalidInput):
            out[place] = status is Status.INVALID and row.solution is None
        elif row.solution is None:
            out[place] = status is not Status.INVALID and not status.has_solution
        elif status is Status.SOLVED.under(problem.rules):
            members.setdefault((layout_of(problem), problem.rules), []).append((place, problem, row.solution))
    for (layout, rules), several in members.items():
        givens = np.stack([problem.values for _, problem, _ in several])
        boards = _answers(layout, [(problem, text) for _, problem, text in several])
        for (place, _, _), good in zip(several, accepts(rules, givens, boards).tolist(), strict=True):
            out[place] = good
    return out


def _answers(layout: Domain, several: Sequence[tuple[Problem, str]]) -> Board:
    """Values [B, L] of answers to problems of one kind; all open where a text is no answer."""
    plain = layout.parse_many([text for _, text in several])
    if plain is not None:
        return plain
    return np.stack([_answer(problem, text) for problem, text in several])


def _answer(problem: Problem, text: str) -> Board:
    try:
        return read_answer(text, problem).values
    except InvalidInput:
        return np.full_like(problem.values, -1)

"""A killed job goes on: what it left is compared with the input, and every answer is checked again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from ..checker import accepts
from ..domains import Domain, layout_of
from ..domains.reading import read_answer, read_each, read_many
from ..errors import InvalidInput
from ..problem import Board, Problem, Rules, Status
from .formats.base import Table
from .journal import Journal
from .kept import digest_of
from .puzzle import puzzle_of
from .record import Record
from .skipping import taken
from .texts import Texts, gathered

__all__ = ["Numbered", "to_do"]

AT_ONCE = 1 << 14  # records that are looked at together
APART = 1 << 15  # records that wait at most for the others of their line

Numbered = tuple[Sequence[int], Sequence[Record]]  # records with their numbers, from 0


class _Line(NamedTuple):
    """What was met so far of the records that a line tells of."""

    numbers: list[int]
    records: list[Sequence[Record]]


def to_do(
    records: Iterator[Record], journal: Journal, domain: Domain | str | None, at_once: int = AT_ONCE
) -> Iterator[Numbered]:
    """The records of which no right row is in the journal, with their numbers; the others it is told of.

    The rows of a line are right if they are of those very puzzles, and say what can be: the checker accepts the
    answers, or nothing can read the puzzle. That there is no answer, or that time ran out, is held to the line's own
    hash alone.

    Parameters
    ----------
    at_once
        Records that are taken together, where none may wait for others.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with Journal(Path(tempfile.mkdtemp()) / "out.txt", {}) as journal:
    ...     [(numbers, some[0].puzzle) for numbers, some in to_do(iter([Record("", 1, "1...")]), journal, None)]
    [(range(0, 1), '1...')]
    """
    total = 0
    waiting: dict[int, _Line] = {}
    while total < journal.reach and len(batch := taken(records, min(AT_ONCE, journal.reach - total))):
        at = 0
        for place, same in groupby(journal.left(total, total + len(batch))):
            begin, at = at, at + len(list(same))
            numbers, some = range(total + begin, total + at), batch[begin:at]
            if place:
                line = waiting.setdefault(place, _Line([], []))
                line.numbers.extend(numbers)
                line.records.append(some)
            else:
                yield numbers, some
        total += len(batch)
        yield from _compared(waiting, journal, domain)
    while waiting:  # the input has become shorter
        yield from _dropped(waiting, journal, f"and the input has {total}")
    for begin in range(total, journal.reach, AT_ONCE):
        for place in filter(None, dict.fromkeys(journal.left(begin, begin + AT_ONCE))):
            said = journal.said(place)
            its: Sequence[int] = range(begin, begin + AT_ONCE) if said is None else said[0].numbers
            journal.drop(place, its, f"is of problem {max(its) + 1}, and the input has {total}")
    while len(batch := taken(records, at_once)):
        yield range(total, total + len(batch)), batch
        total += len(batch)
    journal.total = total


def _compared(waiting: dict[int, _Line], journal: Journal, domain: Domain | str | None) -> Iterator[Numbered]:
    """What is wrong of the lines of which all records were met; the journal is told of these lines."""
    for place, line in [*waiting.items()]:
        said = journal.said(place)
        if said is not None and len(line.numbers) < len(said[0].numbers):
            continue
        del waiting[place]
        some = gathered(line.records)
        first = f"problem {line.numbers[0] + 1}"
        if said is None:
            why = "is damaged"
        elif said[0].puzzles != digest_of(some):
            why = f"is not of {first} of the input"
        elif (wrong := _wrong(some, said[1], domain)) is not None:
            why = f"says of problem {line.numbers[wrong] + 1} what is not so"
        else:
            journal.believe(place, said[0].numbers, said[1])
            continue
        journal.drop(place, said[0].numbers if said else line.numbers, why)
        yield line.numbers, some
    while sum(len(line.numbers) for line in waiting.values()) > APART:
        yield from _dropped(waiting, journal, "far from the others of its line")


def _dropped(waiting: dict[int, _Line], journal: Journal, why: str) -> Iterator[Numbered]:
    """The records of the oldest line that waits for others."""
    place = next(iter(waiting))
    line, said = waiting.pop(place), journal.said(place)
    numbers = line.numbers if said is None else said[0].numbers
    journal.drop(place, numbers, f"is of problem {max(numbers) + 1}, {why}")
    yield line.numbers, gathered(line.records)


def _wrong(records: Sequence[Record], table: Table, domain: Domain | str | None) -> int | None:
    """The first row that cannot be what came of its record; None if all may be."""
    if isinstance(records, Texts) and (fast := _all_solved(records.texts, table, domain)) is not None:
        return None if fast.all() else int(np.argmin(fast))
    right = _right(records, table, domain)
    return None if all(right) else right.index(False)


def _all_solved(texts: Sequence[str], table: Table, domain: Domain | str | None) -> np.ndarray | None:
    """Of answers to plain lines of one domain which are right; None if they are not all such."""
    read = read_many(texts, domain)
    if read is None or None in table["solution"] or {*table["status"]} != {Status.SOLVED.under(read[0].rules).value}:
        return None
    answers = read[0].parse_many(table["solution"])
    return None if answers is None else accepts(read[0].rules, read[1], answers)


def _right(records: Sequence[Record], table: Table, domain: Domain | str | None) -> list[bool]:
    """Of each row whether it may be what came of its record."""
    problems = list(read_each([puzzle_of(record, domain)[0] for record in records], domain))
    out = [False] * len(problems)
    members: dict[tuple[Domain, Rules], list[tuple[int, Problem, str]]] = {}
    for place, (problem, told, solution) in enumerate(zip(problems, table["status"], table["solution"], strict=True)):
        status = Status(told)
        if isinstance(problem, InvalidInput):
            out[place] = status is Status.INVALID and solution is None
        elif solution is None:
            out[place] = status is not Status.INVALID and not status.has_solution
        elif status is Status.SOLVED.under(problem.rules):
            members.setdefault((layout_of(problem), problem.rules), []).append((place, problem, solution))
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

"""What commands that read problems are given: which inputs, of which domain, and the problems in them, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from ..errors import InvalidInput
from .streams import refuse_own_input

if TYPE_CHECKING:
    from ..domains import Domain
    from ..files.records import Record
    from ..problem import Problem

__all__ = ["domain_first", "each_problem", "only_problem", "problem_of", "records_of"]


def domain_first(inputs: Sequence[str], domain: str | None) -> tuple[list[str], str | None]:
    """Inputs and their domain, which may be named before them, as in `solve cryptarithm SEND+MORE=MONEY`."""
    from ..domains.registry import known
    from ..files.opening import is_file

    if domain is None and len(inputs) > 1 and known(inputs[0]) and not is_file(inputs[0]):
        return list(inputs[1:]), inputs[0]
    return list(inputs), domain


def records_of(
    inputs: Sequence[str], domain: str | Domain | None, form: str | None = None, column: str | None = None
) -> Iterator[Record]:
    """The records of all inputs, one after another; what cannot be opened is refused at once."""
    from ..files.records import expanded, open_input

    refuse_own_input(inputs)
    opened = [open_input(argument, domain, format=form, column=column) for argument in expanded(inputs)]
    return chain.from_iterable(opened)


def problem_of(record: Record, domain: str | Domain | None) -> Problem:
    """The problem that a record says.

    Raises
    ------
    InvalidInput
        It is none, or none was read; where it stands is left to say.
    """
    from ..domains.reading import read

    if record.reason:
        raise InvalidInput(record.reason)
    return read(record.puzzle, domain or record.domain)


def each_problem(records: Iterator[Record], domain: str | Domain | None) -> Iterator[tuple[Record, Problem]]:
    """Records with their problems, up to the first that is none.

    Raises
    ------
    InvalidInput
        It is none, and stands there.
    """
    for record in records:
        try:
            given = problem_of(record, domain)
        except InvalidInput as error:
            raise InvalidInput(f"{record.where}{error}") from error
        yield record, given


def only_problem(inputs: Sequence[str], domain: str | Domain | None, what: str) -> Problem:
    """The one problem that these inputs hold.

    Raises
    ------
    InvalidInput
        There are several, or none, or it cannot be read.
    """
    records = list(islice(records_of(inputs, domain), 2))
    if len(records) != 1:
        raise InvalidInput(f"{what} takes one puzzle, got {'several' if records else 'none'}")
    [(_, given)] = each_problem(iter(records), domain)
    return given

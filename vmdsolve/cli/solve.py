"""The command `vmdsolve solve`: a stream of problems in, a stream of results out."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from .._version import __version__
from ..api.option import table_of
from ..api.options import BatchOptions, Options
from ..errors import InvalidInput
from .every import every
from .output import OutputFormat, format_named
from .shared import Column, Format, Output, count_of, options_from
from .shown import Shown

if TYPE_CHECKING:
    from ..domains import Domain
    from ..files.records import Record
    from ..files.rows import Tally
    from ..problem import Problem, Solution

__all__ = ["solve"]

STDOUT = Path("-")


@options_from(BatchOptions, without=("invalid", "progress"))
def solve(
    inputs: Annotated[list[str], Argument(metavar="INPUT", help="Files, - for standard input, or puzzles.")],
    output: Output = None,
    output_format: OutputFormat = None,
    resume: Annotated[bool, Option("--resume", help="Continue a job that was killed; needs -o.")] = False,
    all_: Annotated[
        int | None, Option("--all", metavar="N", min=1, help="N answers to each puzzle, by exact search, not one.")
    ] = None,
    format: Format = None,  # noqa: A002
    column: Column = None,
    **options: Any,
) -> None:
    """Solve puzzles from files, standard input or the command line.

    On a terminal boards are drawn: the answer to one puzzle, or the first few of many. Otherwise a line of csv a
    puzzle is printed, in input order, as results come; a line that is no puzzle has the status INVALID and its
    reason. With -o OUT the file appears when all is done; until then OUT.partial.jsonl grows, and --resume
    continues from it. --trace writes the boards after each step of the model to standard error.
    """
    from ..files.records import open_input

    if resume and output in (None, STDOUT):
        raise InvalidInput("--resume continues the job of an output file; name it with -o")
    shape = format_named(output_format) or ("csv" if output == STDOUT else None)
    if shape and output not in (None, STDOUT):
        raise InvalidInput(f"--output-format is for what is printed; the ending of {output} says how that is written")
    if resume and all_:
        raise InvalidInput("--resume continues a job of one answer a puzzle; leave out --all")
    given = Options(BatchOptions, **options)  # bad usage is told before any file is read
    options["domain"] = given.domain or _told_by(given.model)
    file = {"format": format, "column": column}
    domain = options["domain"]
    opened = [open_input(argument, domain, format=format, column=column) for argument in inputs]
    records = chain.from_iterable(opened)
    total = None if all_ else count_of(inputs, domain, format, column)
    begun = perf_counter()
    if output is None or output == STDOUT:
        tally, drawn = _to_stdout(records, total, options, shape, all_)
    else:
        tally = _to_file(records, inputs, output, options, given, file, resume=resume, n=all_, total=total)
        drawn = False
    if not drawn:  # a drawing says it all
        done = tally if all_ is None else f"{tally.solved.total()} answers"
        typer.echo(f"{done} in {perf_counter() - begun:.1f} s", err=True)
    raise typer.Exit(0 if tally.all_solved else 1)


def _told_by(weights: str | None) -> Domain | None:
    """The domain that weights bring along, if they were trained on examples alone; else None."""
    if weights is None:
        return None
    from .. import domains
    from ..model.checkpoint import domain_of

    told = domain_of(weights)
    return None if told is None or told.name in domains.names() else told


def _solved(records: Iterator[Record], options: dict[str, Any], n: int | None) -> Iterator[tuple[Record, Solution]]:
    """Records with their solutions, one each or n; no more than a batch of them is in memory."""
    from ..api.solve import solve_batch

    if n is not None:
        yield from every(records, n, options["domain"], options["time_limit"])
        return
    waiting: deque[Record] = deque()

    def puzzles() -> Iterator[str | Problem]:
        for record in records:
            puzzle, reason = _puzzle(record, options["domain"])
            waiting.append(replace(record, reason=reason) if reason else record)
            yield puzzle

    for solution in solve_batch(puzzles(), invalid="report", **options):
        record = waiting.popleft()
        if solution.trace is not None:
            _trace(record, solution, options["domain"])
        yield record, solution


def _puzzle(record: Record, domain: Domain | str | None) -> tuple[str | Problem, str]:
    """What to solve of a record, or an empty text, INVALID in every domain, and why."""
    from ..domains import registry
    from ..domains.reading import read

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


def _to_stdout(
    records: Iterator[Record], total: int | None, options: dict[str, Any], shape: str | None, n: int | None
) -> tuple[Tally, bool]:
    """Drawings for people, csv or json for everything else; and whether a single drawing was all."""
    from ..api.progress import counted
    from ..files.rows import CSV_HEADER, NAMES, Tally, csv_line, json_line, quoted, row_of

    tally, name, terminal = Tally(), options["domain"], sys.stdout.isatty()
    others: list[str] = []  # columns of the input that go on, by the first row
    left: set[str] = set()
    few = list(islice(records, 2))
    shown = Shown(alone=len(few) == 1 and n is None, few=shape is None and len(few) > 1)
    results = _solved(chain(few, records), options, n)
    draws = shape == "text" or (shape is None and terminal)
    if draws and shown.few:  # a bar and boards would write over each other
        results = chain(islice(results, shown.MOST), counted(results, "problems", total, shown.MOST))
    elif not terminal:
        results = counted(results, "problems", total)
    try:
        for record, solution in results:
            row = row_of(record, solution, name or record.domain)
            if draws:
                shown.show(record, solution, row.reason)
            elif shape == "json":
                typer.echo(json_line(row), nl=False)
            else:
                if not tally.total:
                    others = list(row.others)
                    typer.echo(CSV_HEADER if not others else quoted([*NAMES, *others]), nl=False)
                typer.echo(csv_line(row, others), nl=False)
                left |= {*row.others}.difference(others)
            tally.add(row)
    except KeyboardInterrupt:
        if tally.total:
            typer.echo(f"\n{tally}", err=True)
        raise
    if draws:
        shown.end()
    if left:
        typer.echo(f"not in the first file, so not printed: {', '.join(sorted(left))}; -o keeps them", err=True)
    return tally, draws and shown.alone


def _to_file(
    records: Iterator[Record], inputs: list[str], output: Path, options: dict[str, Any], given: Options,
    file: dict[str, Any], *, resume: bool, n: int | None, total: int | None,
) -> Tally:  # fmt: skip
    """Everything into one file, by way of a journal that survives being killed."""
    from ..api.progress import counted
    from ..files.journal import Journal
    from ..files.opening import is_file
    from ..files.records import STDIN, is_plain, same_file
    from ..files.rows import kind_of, row_of

    kind_of(output)  # refuse what cannot be written before reading anything
    if any(same_file(argument, output) for argument in inputs):
        raise InvalidInput(f"{output} is also an input; write to another file")
    for argument in inputs if resume else ():
        if argument == STDIN or (is_file(argument) and not is_plain(argument)):
            what = "standard input" if argument == STDIN else argument
            raise InvalidInput(f"{what} cannot be read a second time; --resume works with files")
    first = next(records)  # an unreadable file is noticed here, before a journal is begun
    with Journal(output, {**_settings(inputs, options["domain"], given, n), **file}, resume=resume) as journal:
        if journal.done:
            typer.echo(f"resumed: {journal.done} problems were done before", err=True)
        left = islice(chain([first], records), journal.done, None)
        try:
            for record, solution in counted(_solved(left, options, n), "problems", total, journal.done):
                journal.add(row_of(record, solution, options["domain"] or record.domain))
        except KeyboardInterrupt:
            how = "delete the journal to begin anew" if n else "--resume continues"
            typer.echo(f"\n{journal.tally.total} problems are done; {how}", err=True)
            raise
        journal.finish()
        return journal.tally


def _settings(inputs: list[str], domain: Domain | None, given: Options, n: int | None) -> dict[str, Any]:
    """What must be the same for a job to go on: whatever answers depend on."""
    from ..files.records import fingerprint

    settles = [name for name, option in table_of(BatchOptions).items() if option.settles and name != "invalid"]
    return {
        **{name: getattr(given, name) for name in settles},
        **({} if n is None else {"all": n}),
        "domain": domain and domain.name,
        "model": given.model and fingerprint(given.model),
        "inputs": [fingerprint(argument) for argument in inputs],
        "version": __version__,
    }


def _trace(record: Record, solution: Solution, name: str | Domain | None) -> None:
    """The boards after each step of the accepted latent, a line each."""
    from ..domains import layout_of
    from ..domains.reading import read

    layout = layout_of(read(record.puzzle, name or record.domain))
    for step, board in enumerate([] if solution.trace is None else layout.format_many(solution.trace), 1):
        typer.echo(f"{record.where}step {step}: {board}", err=True)

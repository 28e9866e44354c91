"""The command `vmdsolve solve`: a stream of problems in, a stream of results out."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from .._version import __version__
from ..errors import InvalidInput
from ..files import WRITTEN
from .shared import DomainName

if TYPE_CHECKING:
    from ..domains import Domain
    from ..files.records import Record
    from ..files.rows import Tally
    from ..problem import Problem, Solution

__all__ = ["solve"]

def solve(
    inputs: Annotated[list[str], Argument(metavar="INPUT", help="Files, - for standard input, or puzzles.")],
    output: Annotated[Path | None, Option("-o", "--output", help=f"Write here: {', '.join(WRITTEN)}.")] = None,
    domain: DomainName = None,
    method: Annotated[str, Option(help="vmd, vmd-only (the learned model alone) or search (exact only).")] = "vmd",
    latents: Annotated[int, Option(help="Boards the model may sample for a problem.")] = 8,
    steps: Annotated[int, Option(help="Network evaluations a board may cost.")] = 16,
    order: Annotated[str, Option(help="Filled first: margin, top_prob, entropy or random.")] = "margin",
    seed: Annotated[int, Option(help="The same seed gives the same answers.")] = 0,
    time_limit: Annotated[float | None, Option(help="Seconds a problem may take.")] = None,
    unique: Annotated[bool, Option("--unique", help="Also settle if the answer is the only one.")] = False,
    weights: Annotated[str | None, Option(help="File of weights, instead of those that come along.")] = None,
    device: Annotated[str | None, Option(help="cpu or cuda; by default a GPU if there is one.")] = None,
    bf16: Annotated[
        bool | None, Option("--bf16/--no-bf16", help="Multiply in bfloat16: faster; by default on a GPU only.")
    ] = None,
    batch_size: Annotated[int, Option(help="Problems at once; answers do not depend on it.")] = 1024,
    resume: Annotated[bool, Option("--resume", help="Continue a job that was killed; needs -o.")] = False,
) -> None:
    """Solve puzzles from files, standard input or the command line.

    One puzzle on a terminal is drawn. Otherwise a line of csv a puzzle is printed, in input order, as
    results come; a line that is no puzzle has the status INVALID and its reason. With -o OUT the file
    appears when all is done; until then OUT.partial.jsonl grows, and --resume continues from it.
    """
    from .. import domains
    from ..files.records import open_input

    if resume and output is None:
        raise InvalidInput("--resume continues the job of an output file; name it with -o")
    if domain is not None:
        domains.get(domain)  # an unknown name is bad usage, not a file full of invalid puzzles
    options: dict[str, Any] = {
        "domain": domain or _told_by(weights), "method": method, "latents": latents, "steps": steps, "order": order,
        "seed": seed, "time_limit": time_limit, "unique": unique, "model": weights, "device": device, "bf16": bf16,
    }  # fmt: skip
    records = chain.from_iterable([open_input(argument, options["domain"]) for argument in inputs])
    begun = perf_counter()
    if output is None:
        tally = _to_stdout(records, options, batch_size)
    else:
        tally = _to_file(records, inputs, output, options, batch_size, resume=resume)
    if output is not None or tally.total > 1 or not sys.stdout.isatty():  # a drawing says it all
        typer.echo(f"{tally} in {perf_counter() - begun:.1f} s", err=True)
    raise typer.Exit(0 if tally.all_solved else 1)


def _told_by(weights: str | None) -> Domain | None:
    """The domain that weights bring along, if they were trained on examples alone; else None."""
    if weights is None:
        return None
    from .. import domains
    from ..model.checkpoint import domain_of

    told = domain_of(weights)
    return None if told is None or told.name in domains.names() else told


def _solved(records: Iterator[Record], options: dict[str, Any], batch_size: int) -> Iterator[tuple[Record, Solution]]:
    """Records with their solutions; no more than a batch of them is in memory."""
    from ..api.solve import solve_batch
    from ..domains.reading import read

    waiting: deque[Record] = deque()

    def puzzles() -> Iterator[str | Problem]:
        for record in records:
            waiting.append(record)
            named = options["domain"] is None and record.domain
            # an empty text is INVALID in every domain
            yield read(record.puzzle, named) if named else "" if record.reason else record.puzzle

    for solution in solve_batch(puzzles(), batch_size=batch_size, invalid="report", **options):
        yield waiting.popleft(), solution


def _to_stdout(records: Iterator[Record], options: dict[str, Any], batch_size: int) -> Tally:
    """A drawing of one problem for a person, csv for everything else."""
    from ..files.rows import CSV_HEADER, Tally, csv_line, row_of

    tally, name = Tally(), options["domain"]
    few = list(islice(records, 2))
    results = _solved(chain(few, records), options, batch_size)
    terminal = sys.stdout.isatty()
    if not terminal:
        results = _with_progress(results)
    for record, solution in results:
        row = row_of(record, solution, name or record.domain)
        if terminal and len(few) == 1:
            _draw(record, solution, row.reason, name or record.domain)
        else:
            typer.echo(("" if tally.total else CSV_HEADER) + csv_line(row), nl=False)
        tally.add(row)
    return tally


def _to_file(
    records: Iterator[Record],
    inputs: list[str],
    output: Path,
    options: dict[str, Any],
    batch_size: int,
    *,
    resume: bool,
) -> Tally:
    """Everything into one file, by way of a journal that survives being killed."""
    from ..files.journal import Journal
    from ..files.records import STDIN, fingerprint, same_file
    from ..files.rows import kind_of, row_of

    kind_of(output)  # refuse what cannot be written before reading anything
    if any(same_file(argument, output) for argument in inputs):
        raise InvalidInput(f"{output} is also an input; write to another file")
    if resume and STDIN in inputs:
        raise InvalidInput("standard input cannot be read a second time; --resume works with files")
    settings = {
        **options,
        "domain": getattr(options["domain"], "name", options["domain"]),
        "model": options["model"] and fingerprint(options["model"]),
        "inputs": [fingerprint(argument) for argument in inputs],
        "version": __version__,
    }
    first = next(records)  # an unreadable file is noticed here, before a journal is begun
    with Journal(output, settings, resume=resume) as journal:
        if journal.done:
            typer.echo(f"resumed: {journal.done} problems were done before", err=True)
        left = islice(chain([first], records), journal.done, None)
        try:
            for record, solution in _with_progress(_solved(left, options, batch_size), journal.done):
                journal.add(row_of(record, solution, options["domain"] or record.domain))
        except KeyboardInterrupt:
            typer.echo(f"\n{journal.tally.total} problems are done; --resume continues", err=True)
            raise
        journal.finish()
        return journal.tally


def _with_progress(results: Iterator[tuple[Record, Solution]], done: int = 0) -> Iterator[tuple[Record, Solution]]:
    """The same results; with a bar on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield from results
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.completed:,.0f} problems"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, completed=done)  # a stream: nobody knows how many will come
        for result in results:
            yield result
            progress.advance(task)


def _draw(record: Record, solution: Solution, reason: str, name: str | Domain | None) -> None:
    from rich.console import Console

    from ..domains import layout_of
    from ..domains.reading import read
    from ..domains.show import outcome, styled

    if solution.text is not None:
        problem = read(record.puzzle, name)
        board = layout_of(problem)
        Console().print(styled(board, problem.values, board.parse(solution.text).values), soft_wrap=True)
    elif reason:
        typer.echo(reason)
    typer.echo(outcome(solution), err=True)

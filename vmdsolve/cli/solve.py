"""The command `vmdsolve solve`: a stream of problems in, a stream of results out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import BatchOptions, Options
from ..arguments import choice
from ..errors import InvalidInput
from .ending import ended_well
from .every import every
from .job import to_file, to_folder
from .output import OutputFormat, format_named
from .problems import domain_first
from .shared import Column, Format, Output, count_of, options_from
from .shown import Shown
from .single import prove_one
from .streams import refuse_own_input
from .traced import Traced, drawn_trace, save_trace

if TYPE_CHECKING:
    from ..domains import Domain
    from ..files.records import Record
    from ..files.rows import Tally
    from ..problem import Problem, Solution

__all__ = ["solve"]

STDOUT = Path("-")
ENGINES = ("local", "ray")
LIMIT = 60.0  # seconds a problem of a file or of standard input, where nobody says
UNASKED = f" Of files {LIMIT:g} if nothing is asked for; inf is no limit."
Solver = Callable[..., Iterator[tuple[int, "Solution"]]]


@options_from(BatchOptions, without=("invalid", "progress", "trace"), says={"time_limit": UNASKED})
def solve(
    inputs: Annotated[
        list[str], Argument(metavar="INPUT", help="Files, patterns of their names, - for standard input, or puzzles.")
    ],
    output: Output = None,
    output_format: OutputFormat = None,
    resume: Annotated[bool, Option("--resume", help="Continue a job that was killed; needs -o.")] = False,
    all_: Annotated[
        int | None, Option("--all", metavar="N", min=1, help="N answers to each puzzle, by exact search, not one.")
    ] = None,
    shard_size: Annotated[
        int | None,
        Option("--shard-size", metavar="N", min=1, max=10**9, help="Make OUT a folder, of files of N problems."),
    ] = None,
    shard: Annotated[
        str | None, Option("--shard", metavar="K/N", help="Do the K-th of N parts of the shards; auto asks Slurm, ....")
    ] = None,
    prove: Annotated[
        Path | None,
        Option("--prove", metavar="FILE", help="Write a proof (LRAT) that the answer is the only one, or none."),
    ] = None,
    engine: Annotated[str, Option("--engine", help="Who solves shards: local, or ray, a cluster of it.")] = "local",
    trace: Traced = None,
    statistics: Annotated[
        bool,
        Option(
            "--statistics",
            help="Tell what each puzzle took, nodes and clauses of search and so on, too; with -o in columns.",
        ),
    ] = False,
    format: Format = None,  # noqa: A002
    column: Column = None,
    **options: Any,
) -> None:
    """Solve puzzles from files, standard input or the command line, where their domain may be named first.

    On a terminal boards are drawn: the answer to one puzzle, or the first few of many. Otherwise a line of csv a
    puzzle is printed, in input order, as results come; a line that is no puzzle has the status INVALID and its
    reason. With -o OUT the file appears when all is done; until then its rows are in .vmdsolve-OUT, or in the
    journal OUT.partial.jsonl, and --resume continues from these. --trace FILE draws how the model filled the first
    puzzle, step after step, each latent's board.

    With --shard-size OUT is a folder, out.parquet for one, of files that appear as they are whole, which data tools
    read as one table; --shard splits the work among processes that need not talk. `vmdsolve join` checks and joins.

    A problem of a file or of standard input has 60 s if --time-limit does not say otherwise, so that none holds up a
    job for ever: the last line says how many ended so. A puzzle on the command line has no limit.

    With --prove FILE a single puzzle is solved, as with --unique, and what is found is proved: `vmdsolve check --proof`
    checks it without search, and so do programs that read LRAT, over the clauses of `vmdsolve convert --to dimacs`.
    """
    from ..files.records import expanded, open_input
    from ..files.skipping import Chained
    from ..problem import Status

    if resume and output in (None, STDOUT):
        raise InvalidInput("--resume continues the job of an output file; name it with -o")
    shape = format_named(output_format) or ("csv" if output == STDOUT else None)
    if shape and output not in (None, STDOUT):
        raise InvalidInput(f"--output-format is for what is printed; the ending of {output} says how that is written")
    inputs, options["domain"] = domain_first(inputs, options["domain"])
    inputs = expanded(inputs)
    sharded = shard_size is not None or shard is not None or engine != "local"
    if sharded and (output in (None, STDOUT) or all_ or trace):
        raise InvalidInput(
            "shards are files of a folder, of one answer a puzzle: name it with -o; no --all, no --trace"
        )
    if trace is not None and all_:
        raise InvalidInput("--trace draws what the model does, and --all asks search alone: leave one of them out")
    options["trace"] = drawn_trace(trace)
    if statistics and sharded:
        raise InvalidInput("--statistics goes with one file, or what is printed; leave it out, or the shards")
    if resume and all_:
        raise InvalidInput("--resume continues a job of one answer a puzzle; leave out --all")
    limited = options["time_limit"] is None and (len(inputs) > 1 or _is_input(inputs[0]))
    if limited:
        options["time_limit"] = LIMIT
    given = Options(BatchOptions, **options)  # bad usage is told before any file is read
    options["domain"] = given.domain or _told_by(given.model)
    if prove is not None:
        if output is not None or all_ or sharded:
            raise InvalidInput("--prove solves one puzzle and prints its answer; leave out -o, --all and shards")
        prove_one(inputs, prove, options, statistics=statistics)
    file = {"format": format, "column": column}
    domain = options["domain"]
    opened = [open_input(argument, domain, format=format, column=column) for argument in inputs]
    records = Chained(opened)
    total = None if all_ else count_of(inputs, domain, format, column)
    begun = perf_counter()
    drawn = False
    if output is None or output == STDOUT:
        refuse_own_input(inputs)
        tally, drawn = _to_stdout(records, total, options, shape, all_, trace, statistics=statistics)
    elif sharded:
        engine = choice(engine, "engine", ENGINES)
        with ended_well():
            tally = to_folder(
                records, inputs, output, given, file,
                resume=resume, size=shard_size, shard=shard, total=total, engine=engine,
            )  # fmt: skip
    else:
        with ended_well():
            tally = to_file(
                records, inputs, output, given, {**options, "domain": domain}, file,
                partial(_as_done, options=options, n=all_, trace=trace) if all_ or trace or statistics else None,
                resume=resume, n=all_, total=total, statistics=statistics,
            )  # fmt: skip
    if not drawn:  # a drawing says it all
        done = tally if all_ is None else f"{tally.solved.total()} answers"
        late = tally.others[Status.TIMEOUT] * limited
        why = f"; {late} ended by the limit of {LIMIT:g} s a problem, --time-limit sets another, inf none"
        typer.echo(f"{done} in {perf_counter() - begun:.1f} s{why * bool(late)}", err=True)
    raise typer.Exit(0 if tally.all_solved else 1)


def _is_input(argument: str) -> bool:
    """True for a file or standard input, of which nobody knows how much it holds."""
    from ..files.opening import STDIN, is_file

    return argument == STDIN or is_file(argument)


def _told_by(weights: str | None) -> Domain | None:
    """The domain that weights bring along, if they were trained on examples alone; else None."""
    if weights is None:
        return None
    from .. import domains
    from ..model.about import domain_of

    told = domain_of(weights)
    return None if told is None or told.name in domains.names() else told


def _each(
    numbered: Iterable[tuple[int, Record]], options: dict[str, Any], solver: Solver, trace: Path | None = None
) -> Iterator[tuple[int, Record, Solution]]:
    """Numbered records with their solutions, as the solver gives them; what it has not yet answered is in memory."""
    from ..files.puzzle import puzzle_of

    domain = options["domain"]
    waiting: dict[int, tuple[int, Record]] = {}

    def puzzles() -> Iterator[str | Problem]:
        for place, (number, record) in enumerate(numbered):
            puzzle, reason = puzzle_of(record, domain)
            waiting[place] = number, replace(record, reason=reason) if reason else record
            yield puzzle

    for place, solution in solver(puzzles(), invalid="report", **options):
        number, record = waiting.pop(place)
        if trace is not None and place == 0:
            save_trace(solution.trace, trace)
        yield number, record, solution


def _in_order(
    records: Iterable[Record], options: dict[str, Any], n: int | None, trace: Path | None = None
) -> Iterator[tuple[Record, Solution]]:
    """Records with their solutions, one each or n, in the order of the input."""
    from ..api.solve import solve_batch

    if n is not None:
        yield from every(iter(records), n, options["domain"], options["time_limit"])
        return
    numbered = _each(
        enumerate(records), options, lambda *grids, **named: enumerate(solve_batch(*grids, **named)), trace
    )
    yield from ((record, solution) for _, record, solution in numbered)


def _as_done(
    numbered: Iterable[tuple[int, Record]], options: dict[str, Any], n: int | None, trace: Path | None = None
) -> Iterator[tuple[int, Record, Solution]]:
    """The same with their numbers, in any order; n of each one after another."""
    from ..api.solve import as_done

    if n is None:
        return _each(numbered, options, as_done, trace)
    return ((0, *found) for found in _in_order((record for _, record in numbered), options, n))


def _to_stdout(
    records: Iterator[Record],
    total: int | None,
    options: dict[str, Any],
    shape: str | None,
    n: int | None,
    trace: Path | None,
    *,
    statistics: bool,
) -> tuple[Tally, bool]:
    """Drawings for people, csv or json for everything else; and whether a single drawing was all."""
    from ..api.progress import counted
    from ..files.rows import CSV_HEADER, NAMES, Tally, csv_line, json_line, quoted, row_of
    from . import screen

    tally, name, terminal = Tally(), options["domain"], sys.stdout.isatty()
    others: list[str] = []  # columns of the input that go on, by the first row
    left: set[str] = set()
    few = list(islice(records, 2))
    shown = Shown(alone=len(few) == 1 and n is None, few=shape is None and len(few) > 1)
    results = _in_order(chain(few, records), options, n, trace)
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
            if statistics:
                screen.say(f"{record.where}{solution.statistics}", err=True)
    except KeyboardInterrupt:
        if tally.total:
            typer.echo(f"\n{tally}", err=True)
        raise
    if draws:
        shown.end()
    if left:
        typer.echo(f"not in the first file, so not printed: {', '.join(sorted(left))}; -o keeps them", err=True)
    return tally, draws and shown.alone

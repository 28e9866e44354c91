"""A batch job: everything into one file, by way of a journal that survives being killed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from .._version import __version__
from ..api.option import table_of
from ..api.options import BatchOptions, Options
from ..errors import InvalidInput

if TYPE_CHECKING:
    from ..domains import Domain
    from ..files.journal import Journal
    from ..files.prints import Prints
    from ..files.records import Record
    from ..files.rows import Tally
    from ..problem import Solution

__all__ = ["AGAIN", "to_file", "to_folder"]

AGAIN, ANEW = "--resume continues", "delete the journal to begin anew"
Numbered = Iterable[tuple[int, "Record"]]
Solved = Callable[[Numbered], Iterator[tuple[int, "Record", "Solution"]]]


def to_file(
    records: Iterator[Record], inputs: list[str], output: Path, given: Options, options: dict[str, Any],
    file: dict[str, Any], solved: Solved | None, *, resume: bool, n: int | None,
    total: int | None, statistics: bool = False,
) -> Tally:  # fmt: skip
    """Everything into one file, in the order of the input.

    Parameters
    ----------
    solved
        Numbered records with their solutions, in any order; or where `n` is given, n of each, one after another. None:
        columns do.
    total
        How many records there will be, for a bar; None: nobody knows.
    """
    from ..api.progress import bar
    from ..files.journal import Journal
    from ..files.prints import Prints
    from ..files.resumed import AT_ONCE, to_do
    from ..files.rows import kind_of
    from ..files.skipping import Chained

    kind_of(output)  # refuse what cannot be written before reading anything
    once = _once(inputs, output)
    if resume and once is not None:
        raise InvalidInput(f"{once} cannot be read a second time; --resume works with files")
    domain = options["domain"]
    prints = Prints(inputs)  # before anything is read: what changes then is noticed
    settings = {**_settings(prints, domain, given, n), **file, **({"statistics": True} if statistics else {})}
    go_on = AGAIN if n is None and once is None else ANEW
    first = next(records)  # an unreadable file is noticed here, before a journal is begun
    with Journal(output, settings, resume=resume, say=_say, go_on=go_on) as journal:
        if journal.done:
            typer.echo(f"resumed: {journal.done} problems were done before", err=True)
        at_once = 1 if n is not None or once is not None else AT_ONCE  # what a pipe brings waits for nothing
        left = to_do(Chained([iter([first]), records]), journal, domain, at_once)
        try:
            rows = (
                _by_columns(left, journal, options)
                if solved is None
                else _by_rows(left, journal, solved, domain, n, statistics=statistics)
            )
            with bar("problems", total, journal.done) as advance, closing(rows):  # then all that is known is written
                for done in rows:
                    advance(done)
        except KeyboardInterrupt:
            typer.echo(f"\n{journal.tally.total} problems are done; {go_on}", err=True)
            raise
        _unchanged(
            prints, f"{journal.path} holds answers of both; put it back and --resume, or delete that to begin anew"
        )
        if n is not None:
            journal.total = None  # as many rows as answers were found
        journal.finish()
        return journal.tally


def _by_columns(
    left: Iterator[tuple[Sequence[int], Sequence[Record]]], journal: Journal, options: dict[str, Any]
) -> Generator[int, None, None]:
    """Solve what is left, and write it beside that; yields how many rows were handed over."""
    from ..api.solve import columns_as_done
    from ..behind import Behind
    from ..files.told import Waiting, table_of, together

    waiting = Waiting(left, options["domain"])

    def put(known: Sequence[tuple[Sequence[int], Sequence[Record], Mapping[str, Sequence[Any]]]]) -> None:
        for numbers, records, found in known:
            journal.add_table(numbers, records, table_of(records, found, options["domain"]))

    with Behind[None]() as behind:
        for places, found in together(columns_as_done(waiting, invalid="report", **options)):
            behind.do(put, [*waiting.taken(places, found)])  # all in one call: a second would wait for the first
            yield len(places)


def _by_rows(
    left: Iterator[tuple[Sequence[int], Sequence[Record]]],
    journal: Journal,
    solved: Solved,
    domain: Domain | None,
    n: int | None,
    *,
    statistics: bool,
) -> Generator[int, None, None]:
    """The same, a solution at a time."""
    from ..files.rows import row_of

    for number, record, solution in solved(pair for some in left for pair in zip(*some, strict=True)):
        row = row_of(record, solution, domain or record.domain, statistics=statistics)
        if n is None:
            journal.add(row, number, [record])
        else:
            journal.add(row)
        yield 1


def to_folder(
    records: Iterator[Record], inputs: list[str], output: Path, given: Options, file: dict[str, Any],
    *, resume: bool, size: int | None, shard: str | None, total: int | None, engine: str = "local",
) -> Tally:  # fmt: skip
    """Everything into a folder of shards, or one job's share of it."""
    from ..api.columns import BatchSolver
    from ..api.options import SolvingOptions
    from ..api.progress import bar
    from ..files.prints import Prints
    from ..files.rows import Tally
    from ..files.skipping import Chained
    from ..scale.on_ray import run_on_ray
    from ..scale.place import Place
    from ..scale.shards import SIZE, Shards

    once = _once(inputs, output)
    if resume and once is not None:
        raise InvalidInput(f"{once} cannot be read a second time; --resume works with files")
    place = Place() if shard is None else Place.of(shard)
    if once is not None and place.n > 1:
        what = f"{once} cannot be split: nothing tells whether all {place.n} jobs are given the same"
        raise InvalidInput(f"{what}; --shard works with files")
    prints = Prints(inputs)
    settings = {**_settings(prints, given.domain, given, None), **file}
    options = {name: getattr(given, name) for name in table_of(SolvingOptions)}
    solver = BatchSolver(**options)  # which says what is wrong before anything is begun
    first = next(records)  # an unreadable file is noticed here
    of_before = f"what is done in {output} is of what it was; put it back and --resume, or name another folder"
    unchanged = partial(_unchanged, prints, of_before)
    with Shards(output, settings, size or SIZE, place, resume=resume, unchanged=unchanged) as shards:
        before = sum(one.rows for one in shards.manifest.done.values())
        if before:
            typer.echo(f"resumed: {before} problems were done before", err=True)
        share = None if total is None else total // place.n
        with bar("problems", share) as advance:
            try:
                source = Chained([iter([first]), records])
                for n in shards.run(source, solver) if engine == "local" else run_on_ray(shards, source, options):
                    advance(n)
            except KeyboardInterrupt:
                done = len(shards.manifest.done)
                typer.echo(f"\n{done} shards are whole{f'; {AGAIN}' if once is None else ''}", err=True)
                raise
        return Tally.of(shards.ends)


def _once(inputs: list[str], output: Path) -> str | None:
    """The first input that cannot be read a second time, if there is one; refuses OUT among the inputs."""
    from ..files.opening import is_file
    from ..files.records import STDIN, is_plain, same_file

    if any(same_file(argument, output) for argument in inputs):
        raise InvalidInput(f"{output} is also an input; write to another file")
    for argument in inputs:
        if argument == STDIN:
            return "standard input"
        if is_file(argument) and not is_plain(argument):
            return argument
    return None


def _unchanged(prints: Prints, and_so: str) -> None:
    """Refuse inputs that are not what they were when the job began."""
    if (argument := prints.changed()) is not None:
        raise InvalidInput(f"{argument} was changed while it was read, and {and_so}")


def _say(text: str) -> None:
    typer.echo(f"vmdsolve: {text}", err=True)


def _settings(prints: Prints, domain: Domain | None, given: Options, n: int | None) -> dict[str, Any]:
    """What must be the same for a job to go on: whatever answers depend on."""
    from ..files.prints import print_of

    settles = [name for name, option in table_of(BatchOptions).items() if option.settles and name != "invalid"]
    return {
        **{name: getattr(given, name) for name in settles},
        **({} if n is None else {"all": n}),
        "domain": domain and domain.name,
        "model": given.model and print_of(given.model),
        "inputs": prints.told,
        "version": __version__,
    }

"""The command line: `vmdsolve solve | check | hint | explain | generate | sample | train | eval | diagnose | ...`.

Nothing heavy is imported here: `vmdsolve --help` needs neither NumPy nor torch, so each command imports what
it uses. Results go to standard output, everything else to standard error. Exit codes: 0 all well; 1 something
is unsolved or broken; 2 bad usage or unreadable input; 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option
from typer.core import TyperGroup

from . import __version__, cli_diagnose, cli_hint, cli_model, cli_sample, cli_solve, cli_testing, cli_train
from .cli_solve import DomainName
from .errors import InvalidInput, VmdsolveError

if TYPE_CHECKING:
    from .files import Record

__all__ = ["app", "main"]


class _Commands(TyperGroup):
    """Expected failures become one line on standard error, whatever the command."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader (head, less) has had enough; let the last flush go nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(141) from None
        except KeyboardInterrupt:
            typer.echo("vmdsolve: interrupted", err=True)
            raise typer.Exit(130) from None
        except (VmdsolveError, OSError) as error:
            typer.echo(f"vmdsolve: {error}", err=True)
            raise typer.Exit(2) from None


app = typer.Typer(
    cls=_Commands,
    help="Solve, check and generate constraint puzzles with variational masked diffusion and exact search.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: rich is not imported for it
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("solve")(cli_solve.solve)
app.command("hint")(cli_hint.hint)
app.command("explain")(cli_hint.explain)
app.command("sample")(cli_sample.sample)
app.command("train")(cli_train.train)
app.command("eval")(cli_model.evaluate)
app.command("diagnose")(cli_diagnose.diagnose)
app.command("check-domain")(cli_testing.check_domain)
app.command("info")(cli_model.info)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"vmdsolve {__version__}")
        raise typer.Exit


def main() -> None:
    """The entry point of the script `vmdsolve`."""
    app(prog_name="vmdsolve")


# check, generate --------------------------------------------------------------------------------------


@app.command()
def check(
    puzzle: Annotated[str, Argument(help="A puzzle, or a file, best with a column `solution`.")],
    solution: Annotated[str | None, Argument(help="The proposed answer, or a file of them.")] = None,
    domain: DomainName = None,
) -> None:
    """Say which rules an answer breaks and which givens it changes; without an answer, if givens clash."""
    from . import domains
    from .files import open_input
    from .problem import OPEN
    from .reading import read, read_answer
    from .show import words
    from .solving import check as check_one

    if domain is not None:
        domains.get(domain)
    records = open_input(puzzle, domain)
    answers = None if solution is None else open_input(solution, domain, answers=True)
    counts: Counter[str] = Counter()
    for record, text in _with_answers(records, answers):
        try:
            if record.reason:
                raise InvalidInput(record.reason)
            given = read(record.puzzle, domain or record.domain)
            held = read_answer(text, given) if text else given
        except InvalidInput as error:
            counts["unreadable"] += 1
            typer.echo(f"{record.where}unreadable: {error}")
            continue
        wrong = check_one(given, held)
        for violation in wrong:
            typer.echo(record.where + words(domains.board_of(given), violation))
        counts["broken" if wrong else "unfinished" if (held.values == OPEN).any() else "right"] += 1
    kinds = ("right", "unfinished", "broken", "unreadable")
    summary = ", ".join(f"{counts[kind]} {kind}" for kind in kinds if counts[kind])
    typer.echo(f"{counts.total()} checked: {summary}", err=True)
    raise typer.Exit(2 if counts["unreadable"] else 1 if counts["broken"] else 0)


def _with_answers(records: Iterator[Record], answers: Iterator[Record] | None) -> Iterator[tuple[Record, str | None]]:
    """Each record with the answer to check: its own, or that of the same rank among `answers`."""
    if answers is None:
        yield from ((record, record.solution) for record in records)
        return
    for record, answer in zip_longest(records, answers):
        if record is None or answer is None:
            raise InvalidInput("there are not as many solutions as puzzles")
        yield record, answer.puzzle


@app.command()
def generate(
    domain: Annotated[str, Argument(help="The kind of puzzle, see `vmdsolve domains`.")],
    n: Annotated[int, Option("-n", min=1, help="How many.")] = 1,
    seed: Annotated[int, Option(help="The same seed gives the same puzzles.")] = 0,
    clues: Annotated[int | None, Option(help="Givens to leave; by default none can be spared.")] = None,
    size: Annotated[int | None, Option(help="Of the board, where puzzles have boards of their own.")] = None,
    density: Annotated[float | None, Option(help="Clues besides the givens, 0 to 1, where there are such.")] = None,
    harder: Annotated[int, Option(min=0, help="Rounds of breeding: 100 make a Sudoku much harder.")] = 0,
    output: Annotated[Path | None, Option("-o", "--output", help="Write here: .csv, .jsonl or .txt.")] = None,
) -> None:
    """Make puzzles with exactly one solution: csv `puzzle,solution`; into a .txt file puzzles alone.

    (To draw solutions, see `vmdsolve sample`.)
    """
    from .domains import board_of
    from .generating import generate_problems as made
    from .results import kind_of, quoted, written

    kind = ".csv" if output is None else kind_of(output)
    if kind == ".parquet":
        raise InvalidInput("puzzles are written as .csv, .jsonl or .txt")
    problems = made(domain, n, seed=seed, clues=clues, size=size, density=density, harder=harder)

    def lines() -> Iterator[str]:
        if kind == ".csv":
            yield "puzzle,solution\n"
        try:
            for problem, values in problems:
                board = board_of(problem)
                puzzle, answer = board.write(problem.values), board.format(values)
                if kind == ".jsonl":
                    yield json.dumps({"puzzle": puzzle, "solution": answer}) + "\n"
                else:
                    yield quoted((puzzle, answer)) if kind == ".csv" else f"{puzzle}\n"
        except RuntimeError as error:  # random search found no solution to start from
            raise VmdsolveError(str(error)) from error

    if output is None:
        for line in lines():
            typer.echo(line, nl=False)
    else:
        with written(output) as stream:
            stream.writelines(lines())


# domains ----------------------------------------------------------------------------------------------


@app.command("domains")
def list_domains() -> None:
    """List the kinds of puzzles that are installed: cells L, symbols V, constraints by relation, weights.

    Any regular expression makes one more: regex:LENGTH:PATTERN, or regex:FEWEST-MOST:PATTERN with padding.
    """
    from . import domains

    trained = {path.stem for path in cli_model.weights_files()}
    rows = [("name", "L", "V", "weights", "constraints")]
    for name in domains.names():
        domain = domains.get(name)
        has = "yes" if name in trained else "no"
        if isinstance(domain, domains.Family):
            rows.append((name, "-", "-", has, "each problem has a board and clues of its own"))
            continue
        relations = Counter(c.relation for c in domain.constraints)
        constraints = ", ".join(f"{count} {relation}" for relation, count in relations.items())
        rows.append((name, str(domain.rules.L), str(domain.rules.V), has, constraints))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

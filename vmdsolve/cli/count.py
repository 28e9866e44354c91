"""The command `count`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from ..api.options import CountingOptions, Options
from ..errors import InvalidInput
from .output import OutputFormat, format_named, line_of
from .problems import domain_first, each_problem, records_of
from .shared import count_of, options_from

if TYPE_CHECKING:
    from ..api.estimate import Estimate
    from ..api.exact import Count
    from ..problem import Problem

__all__ = ["count"]


@options_from(CountingOptions)
def count(
    inputs: Annotated[list[str], Argument(metavar="INPUT", help="Files, - for standard input, or puzzles.")],
    estimate: Annotated[bool, Option("--estimate", help="Estimate at random, for where no count ends.")] = False,
    output_format: OutputFormat = None,
    **options: Any,
) -> None:
    """Count the solutions of puzzles exactly, or estimate how many there are.

    A count stops at --limit, or when time runs out: then there are that many at least.
    With --cells different fillings of these cells are counted, not of the whole board.
    An estimate has no bias, but an error, which is told with it.
    """
    from ..api.progress import counted

    inputs, options["domain"] = domain_first(inputs, options["domain"])
    checked, shape = Options(CountingOptions, **options), format_named(output_format) or "text"
    if estimate and checked.cells is not None:
        raise InvalidInput("--estimate is for whole boards; leave out --cells, or count")
    total, cut = count_of(inputs, checked.domain), False
    with closing(
        counted(records_of(inputs, checked.domain), "problems", total)
    ) as records:  # the bar goes with an error
        for number, (record, given) in enumerate(each_problem(records, checked.domain)):
            found: Count | Estimate
            if estimate:
                found = _estimated(given, checked)
                told = f"about {found.n:.3g}, with a standard error of {found.error:.2g} ({found.samples} samples)"
            else:
                found = _counted(given, checked)
                limited = not found.complete and found.n != checked.limit
                told = f"{found.n}" + " or more" * (not found.complete) + ", time ran out" * limited
                cut |= limited
            if shape == "text":
                typer.echo(record.where + told)
            else:
                typer.echo(line_of({"problem": record.puzzle, **found._asdict()}, shape, head=not number), nl=False)
    raise typer.Exit(1 if cut else 0)


def _counted(given: Problem, checked: Options) -> Count:
    from ..api.exact import count_solutions

    return count_solutions(given, limit=checked.limit, cells=checked.cells, time_limit=checked.time_limit)


def _estimated(given: Problem, checked: Options) -> Estimate:
    from ..api.estimate import estimate_solutions

    more = {name: getattr(checked, name) for name in ("samples", "seed", "threads", "time_limit")}
    return estimate_solutions(given, **more)

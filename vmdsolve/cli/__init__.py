"""The command line: `vmdsolve solve | show | check | hint | explain | generate | sample | train | ...`.

Nothing heavy is imported here: `vmdsolve --help` needs neither NumPy nor torch, so each command imports what
it uses. Results go to standard output, everything else to standard error. Exit codes: 0 all well; 1 something
is unsolved or broken; 2 bad usage or unreadable input; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer import Option
from typer.core import TyperGroup

from .._version import __version__
from ..errors import VmdsolveError
from .check import check
from .check_domain import check_domain
from .diagnose import diagnose
from .domains import list_domains
from .eval import evaluate
from .generate import generate
from .hint import explain, hint
from .info import info
from .sample import sample
from .show import show
from .solve import solve
from .train import train

__all__ = ["app", "main"]


INTERRUPTED = 130


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
            raise typer.Exit(INTERRUPTED) from None
        except (VmdsolveError, OSError) as error:
            from ..drawing import clean

            typer.echo(f"vmdsolve: {clean(str(error))}", err=True)  # what a file holds is not for terminals to obey
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
app.command("solve")(solve)
app.command("show")(show)
app.command("check")(check)
app.command("hint")(hint)
app.command("explain")(explain)
app.command("generate")(generate)
app.command("sample")(sample)
app.command("train")(train)
app.command("eval")(evaluate)
app.command("diagnose")(diagnose)
app.command("domains")(list_domains)
app.command("check-domain")(check_domain)
app.command("info")(info)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"vmdsolve {__version__}")
        raise typer.Exit


def main() -> None:
    """The entry point of the script `vmdsolve`."""
    try:
        app(prog_name="vmdsolve")
    except SystemExit as end:
        if end.code != INTERRUPTED:
            raise
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(INTERRUPTED)  # at once: torch takes a second to say good-bye, and threads may still be at work

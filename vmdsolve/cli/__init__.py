"""The command line: `vmdsolve solve | check | hint | explain | generate | sample | train | eval | diagnose | ...`.

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
from . import check, diagnose, generate, hint, listing, model, sample, solve, testing, train

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
app.command("solve")(solve.solve)
app.command("check")(check.check)
app.command("hint")(hint.hint)
app.command("explain")(hint.explain)
app.command("generate")(generate.generate)
app.command("sample")(sample.sample)
app.command("train")(train.train)
app.command("eval")(model.evaluate)
app.command("diagnose")(diagnose.diagnose)
app.command("domains")(listing.list_domains)
app.command("check-domain")(testing.check_domain)
app.command("info")(model.info)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"vmdsolve {__version__}")
        raise typer.Exit


def main() -> None:
    """The entry point of the script `vmdsolve`."""
    app(prog_name="vmdsolve")

"""The command line: `vmdsolve solve | show | check | convert | count | hint | generate | sample | train | ...`.

Nothing heavy is imported here: `vmdsolve --help` needs neither NumPy nor torch, each command imports what it uses, and
no command waits for the others. Results go to standard output, everything else to standard error. Exit codes: 0 all
well; 1 something is unsolved or broken; 2 bad usage or unreadable input; 130 interrupted; 143 told to end by
SIGTERM.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer import Option

from ..errors import VmdsolveError
from ..plain import Plain, clean, cut, guard
from .ending import INTERRUPTED, TERMINATED, code_of
from .help import EXIT_CODES, Command, Commands, examples
from .streams import open_closed, to_nowhere

__all__ = ["COMMANDS", "OF_TWO", "app", "command_of", "main", "named"]

HELPS = {"help_option_names": ["-h", "--help"]}
_UsageError: Any = typer.BadParameter.__base__

# name: the module that has it, the function, examples
COMMANDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "solve": (
        "solve", "solve",
        ("solve 1......2..4..3..",
         "solve puzzles.csv -o answers.csv",
         "solve --all 5 ................",
         "solve cryptarithm SEND+MORE=MONEY",
         "solve 1......2..4..3.. --prove proof.lrat"),
    ),
    "join": ("join", "join", ("join answers.parquet", "join answers.csv -o all.csv")),
    "show": ("show", "show", ("show 1......2..4..3..", "show --candidates puzzles.txt")),
    "check": ("check", "check", ("check answers.csv", "check 1......2..4..3.. 14.....2..4..3..")),
    "convert": (
        "convert", "convert",
        ("convert 1......2..4..3.. -o puzzle.cnf",
         "convert 1......2..4..3.. --to f-puzzles",
         "convert 1......2..4..3.. --model solver.out"),
    ),
    "count": (
        "count", "count",
        ("count ................",
         "count --cells r1 ................",
         "count --estimate puzzles.txt"),
    ),
    "hint": ("hint", "hint", ("hint 1......2..4..3..", "hint --all puzzle.txt")),
    "explain": ("hint", "explain", ("explain 11.....2..4..3..",)),
    "generate": ("generate", "generate", ("generate sudoku-9x9", "generate killer -n 100 -o killer.csv")),
    "sample": ("sample", "sample", ("sample brackets-16 -n 10", "sample sudoku-4x4 --given 1......2..4..3..")),
    "train": (
        "train", "train",
        ("train latin-5 --seconds 600",
         "train --examples words.txt",
         "train latin-5 --resume",
         "train --config runs/latin-5/config.toml --run-dir runs/again"),
    ),
    "plot": ("plot", "plot", ("plot runs/latin-5", "plot runs/a runs/b -o both.svg")),
    "eval": ("eval", "evaluate", ("eval sudoku-4x4 -n 100", "eval puzzles.csv --domain sudoku-9x9 --json")),
    "diagnose": ("diagnose", "diagnose", ("diagnose sudoku-4x4",)),
    "watch": ("watch", "watch", ("watch 1......2..4..3..", "watch 1......2..4..3.. -o loops.html")),
    "web": ("web", "web", ("web", "web --port 0 --open")),
    "demo": ("demo", "demo", ("demo",)),
    "domains": ("domains", "list_domains", ("domains",)),
    "check-domain": ("check_domain", "check_domain", ("check-domain latin-4",)),
    "info": ("info", "info", ("info", "info --json")),
}  # fmt: skip
# Commands of two words: those of one that another kind of input calls for, with options of its own.
OF_TWO: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "train text": (
        "train_text", "train_text",
        ("train text novel.txt --length 128",
         "train text 'data/*.jsonl' --field body --block 8 --latent 8 --classes 16",
         "train text --resume --steps 20000"),
    ),
    "sample text": (
        "text", "sample_text",
        ("sample text -n 5 --steps 32", "sample text 'it was a dark and ' --weights runs/text"),
    ),
    "solve text": ("text", "solve_text", ("solve text 'the .... of the'", "solve text open.txt --lines --steps 8")),
    "eval text": ("text", "evaluate_text", ("eval text novel.txt", "eval text 'data/*.jsonl' --latents 8 --json")),
}  # fmt: skip


@cache
def command_of(name: str) -> Any:
    """The command of this name, one of COMMANDS or of two words, as it is run."""
    module, function, lines = {**COMMANDS, **OF_TWO}[name]
    one = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    run = getattr(import_module(f".{module}", __name__), function)
    one.command(name, cls=Command, epilog=examples(*lines), context_settings=HELPS)(run)
    return typer.main.get_command(one)


def named(words: Sequence[str]) -> tuple[str, list[str]]:
    """The command that these words begin with, of one word or two, and the words behind its name.

    Examples
    --------
    >>> named(["train", "text", "novel.txt"]), named(["train", "latin-4"])
    (('train text', ['novel.txt']), ('train', ['latin-4']))
    """
    length = 2 if " ".join(words[:2]) in OF_TWO else 1
    return " ".join(words[:length]), list(words[length:])


class _Commands(Commands):
    """Expected failures become one line on standard error, and all that is printed is plain, whatever the command."""

    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        del ctx
        return command_of(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, rest = named(args)
        return (name, command_of(name), rest) if name in OF_TWO else super().resolve_command(ctx, args)

    def main(self, *args: Any, **options: Any) -> Any:
        before = guard()
        try:
            return super().main(*args, **options)
        finally:
            if not isinstance(before[0], Plain):
                sys.stdout, sys.stderr = before

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except _UsageError as error:  # which repeats what was typed
            error.message = clean(cut(error.message))
            raise
        except BrokenPipeError:  # the reader (head, less) has had enough
            to_nowhere()
            raise typer.Exit(141) from None
        except KeyboardInterrupt as error:
            typer.echo("vmdsolve: interrupted", err=True)
            raise typer.Exit(code_of(error)) from None
        except (VmdsolveError, OSError, MemoryError) as error:
            _failed(error)
            raise typer.Exit(2) from None

    def make_context(self, *arguments: Any, **named: Any) -> Any:
        try:
            return super().make_context(*arguments, **named)
        except KeyboardInterrupt:  # while options are read, and modules with them
            typer.echo("vmdsolve: interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from None


def _failed(error: Exception) -> None:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF):
        to_nowhere()
        if error.filename is None:  # all others say which file it is
            error = OSError(f"standard output: {error.strerror}")
    if isinstance(error, MemoryError):  # whose text, if it has one, says how many bytes of what
        error = MemoryError("there is not enough memory for this; wanted a smaller problem, or more memory")
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        error = OSError(f"cannot use {error.filename}: {error.strerror}")
    with contextlib.suppress(OSError):  # standard error may be what failed
        typer.echo(f"vmdsolve: {clean(cut(str(error)))}", err=True)


app = typer.Typer(
    cls=_Commands,
    help="Solve, check and generate constraint puzzles with variational masked diffusion and exact search.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: rich is not imported for it
    pretty_exceptions_enable=False,
    context_settings=HELPS,
)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from .._version import __version__

        typer.echo(f"vmdsolve {__version__}")
        raise typer.Exit


def main() -> None:
    """The entry point of the script `vmdsolve`."""
    open_closed()
    guard()  # for good: a traceback is printed when no command is at work any more
    try:
        app(prog_name="vmdsolve")
    except KeyboardInterrupt:  # before any command begins
        os.write(2, b"vmdsolve: interrupted\n")
        os._exit(INTERRUPTED)
    except OSError as error:  # of help and version, which are printed before any command begins
        _failed(error)
        sys.exit(2)
    except SystemExit as end:
        if end.code not in (INTERRUPTED, TERMINATED):
            raise
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(end.code)  # at once: torch takes a second to say good-bye, and threads may still be at work

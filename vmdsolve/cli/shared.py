"""What several commands share."""

from __future__ import annotations

import inspect
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer import Option

from ..api.option import table_of
from ..api.options import METHODS, EvalOptions, Options
from ..errors import InvalidInput
from ..extras import default_device
from ..files import WRITTEN
from ..orders import ORDERS

if TYPE_CHECKING:
    from ..domains import Domain

__all__ = ["Column", "Device", "Format", "Output", "count_of", "device_of", "domain_names", "kept", "options_from"]

Format = Annotated[
    str | None, Option("--format", help="Format of the input where its name does not say: csv, json, ...")
]
Column = Annotated[str | None, Option("--column", help="The column of puzzles, by its title or its place from 1.")]
Device = Annotated[str | None, Option(help="cpu or cuda; by default a GPU if there is one.")]
Output = Annotated[Path | None, Option("-o", "--output", help=f"Write here: {', '.join(WRITTEN)}; - prints.")]
NUMBERS = (int, float, bool, int | None, float | None, bool | None)
Command = TypeVar("Command", bound=Callable[..., Any])
Item = TypeVar("Item")


def device_of(name: str | None) -> str:
    """The device of that name, or by default a GPU if there is one."""
    return Options(EvalOptions, device=name).device or default_device()


SHORT = {"domain": "-d", "method": "-m"}
MODEL = ("method", "latents", "steps", "loops", "z", "order", "temperature", "model", "device", "bf16", "trace")
MACHINE = ("time_limit", "seed", "threads", "batch_size")
PANELS = {**dict.fromkeys(MODEL, "Method and model"), **dict.fromkeys(MACHINE, "Time and machine")}
COUNTABLE = 64 << 20  # bytes of input that are read once more for a bar's sake


def count_of(
    inputs: Iterable[str], domain: str | Domain | None, form: str | None = None, column: str | None = None
) -> int | None:
    """How many records these inputs hold, for a progress bar; None where nobody looks, or where that cannot be told."""
    from ..files.records import open_input

    inputs = list(inputs)
    files = [Path(argument) for argument in inputs if len(argument) < 256 and Path(argument).exists()]
    if not sys.stderr.isatty() or any(argument == "-" for argument in inputs):
        return None
    if not all(file.is_file() for file in files) or sum(file.stat().st_size for file in files) > COUNTABLE:
        return None
    try:
        return sum(1 for argument in inputs for _ in open_input(argument, domain, format=form, column=column))
    except InvalidInput:  # it will be said when it is read for good
        return None


def domain_names() -> list[str]:
    """For the shell to complete."""
    from .. import domains

    return domains.names()


COMPLETIONS: dict[str, Callable[[], Sequence[str]]] = {
    "domain": domain_names,
    "method": lambda: METHODS,
    "order": lambda: ORDERS,
}


def options_from(
    kind: Any, *, without: Iterable[str] = (), says: Mapping[str, str] = MappingProxyType({})
) -> Callable[[Command], Command]:
    """For a command that takes `**options`: the options of one call, from their table, in place of these two stars.

    `says`: what the help adds to some of them, where the command does more.
    """

    def told(command: Command) -> Command:
        signature = inspect.signature(command, eval_str=True)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        shared = [_parameter(kind, name, says.get(name, "")) for name in table_of(kind) if name not in without]
        command.__signature__ = signature.replace(parameters=own + shared)  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in own + shared}
        return command

    return told


def _parameter(kind: Any, name: str, more: str) -> inspect.Parameter:
    option, hint = table_of(kind)[name], kind.__annotations__[name].__origin__
    flag = "--" + (option.flag or name).replace("_", "-")
    if hint == bool | None:
        flag += "/--no-" + flag.removeprefix("--")
    given = hint if hint in NUMBERS else str | None  # what text cannot say is named by text; the table checks names
    flags = [SHORT[name], flag] if name in SHORT else [flag]
    panel, completed = PANELS.get(name), COMPLETIONS.get(name)
    described = Option(*flags, help=option.help + more, rich_help_panel=panel, autocompletion=completed)
    annotation = Annotated[given, described]  # type: ignore[valid-type]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=option.default, annotation=annotation)


@contextmanager
def kept(items: Iterable[Item], what: str) -> Iterator[Iterator[Item]]:
    """Items for a file that Ctrl-C makes shorter, but does not lose: it is heard only while the next item is made."""
    heard = False

    def later(*_: object) -> None:
        nonlocal heard
        heard = True

    def until_heard() -> Iterator[Item]:
        nonlocal heard
        source, done = iter(items), 0
        while not heard:
            try:
                signal.signal(signal.SIGINT, before)
                item = next(source)
            except StopIteration:
                return
            except KeyboardInterrupt:
                if not done:
                    raise
                heard = True
                break
            finally:
                signal.signal(signal.SIGINT, later)
            yield item
            done += 1
        typer.echo(f"\n{done} {what} are done and kept", err=True)

    before = signal.signal(signal.SIGINT, later)
    try:
        yield until_heard()
    finally:
        signal.signal(signal.SIGINT, before)
    if heard:
        raise KeyboardInterrupt

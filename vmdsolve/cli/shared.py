"""What several commands share."""

from __future__ import annotations

import inspect
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

import typer
from typer import Option

from ..api.option import table_of

__all__ = ["Column", "Device", "Format", "device_of", "kept", "options_from"]

Format = Annotated[
    str | None, Option("--format", help="Format of the input where its name does not say: csv, json, ...")
]
Column = Annotated[str | None, Option("--column", help="The column of puzzles, by its title or its place from 1.")]
Device = Annotated[str | None, Option(help="cpu or cuda; by default a GPU if there is one.")]
NUMBERS = (int, float, bool, int | None, float | None, bool | None)
Command = TypeVar("Command", bound=Callable[..., Any])
Item = TypeVar("Item")


def device_of(name: str | None) -> str:
    """The device of that name, or by default a GPU if there is one."""
    import torch

    return name or ("cuda" if torch.cuda.is_available() else "cpu")


def options_from(kind: Any, *, without: Iterable[str] = ()) -> Callable[[Command], Command]:
    """For a command that takes `**options`: the options of one call, from their table, in place of these two stars."""

    def told(command: Command) -> Command:
        signature = inspect.signature(command, eval_str=True)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        shared = [_parameter(kind, name) for name in table_of(kind) if name not in without]
        command.__signature__ = signature.replace(parameters=own + shared)  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in own + shared}
        return command

    return told


def _parameter(kind: Any, name: str) -> inspect.Parameter:
    option, hint = table_of(kind)[name], kind.__annotations__[name].__origin__
    flag = "--" + (option.flag or name).replace("_", "-")
    if hint == bool | None:
        flag += "/--no-" + flag.removeprefix("--")
    given = hint if hint in NUMBERS else str | None  # what text cannot say is named by text; the table checks names
    annotation = Annotated[given, Option(flag, help=option.help)]  # type: ignore[valid-type]
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

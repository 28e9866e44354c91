"""What `--help` prints: whole first sentences, options in groups, examples as they are typed, exit codes.

As plain text: rich would cost a tenth of a second.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from typer.core import TyperCommand, TyperGroup

__all__ = ["EXIT_CODES", "Command", "Commands", "examples"]

EXIT_CODES = (
    "Exit codes: 0 all well; 1 something is unsolved, wrong or broken; 2 bad usage or unreadable input; "
    "130 interrupted; 141 nobody read on; 143 ended by SIGTERM."
)


def examples(*lines: str) -> str:
    """The end of a command's help.

    Examples
    --------
    >>> examples("solve easy.txt").splitlines()[:2]
    ['Examples:', '  vmdsolve solve easy.txt']
    """
    return "\n".join(["Examples:", *(f"  vmdsolve {line}" for line in lines), "", EXIT_CODES])


def first_sentence(text: str | None) -> str:
    """Of a command's help.

    Examples
    --------
    >>> first_sentence("Say why,\\nas in a.txt. And more.\\n\\nMuch more.")
    'Say why, as in a.txt.'
    """
    paragraph = " ".join((text or "").strip().partition("\n\n")[0].split())
    return re.split(r"(?<=\.) (?=[A-Z(])", paragraph, maxsplit=1)[0]


class _Plain:
    """Help in groups, which are the options' `rich_help_panel`; and no conversion of what needs none."""

    epilog: str | None

    def get_params(self, ctx: Any) -> list[Any]:
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            if "process_value" not in vars(param):
                param.process_value = partial(_processed, param, param.process_value)
        return params

    def format_options(self, ctx: Any, formatter: Any) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if record := param.get_help_record(ctx):
                is_argument = param.param_type_name == "argument"
                name = getattr(param, "rich_help_panel", None) or ("Arguments" if is_argument else "Options")
                term = re.sub(r" <.*>", "", record[0]) if is_argument else record[0]
                groups.setdefault(name, []).append((term, record[1]))
        for name in sorted(groups, key=lambda name: (name != "Arguments", name != "Options")):
            with formatter.section(name):
                formatter.write_dl(groups[name])
        if isinstance(self, TyperGroup):
            self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        del ctx
        for paragraph in (self.epilog or "").split("\n\n"):
            formatter.write_paragraph()
            if paragraph.startswith("Examples:"):
                formatter.write(paragraph + "\n")
            else:
                formatter.write_text(paragraph)


class Command(_Plain, TyperCommand):
    """One command."""


class Commands(_Plain, TyperGroup):
    """All of them."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, first_sentence(one.help)) for name, one in commands if one and not one.hidden])


def _processed(param: Any, convert: Any, ctx: Any, value: Any) -> Any:
    """What a parameter's value becomes: what was not given, and texts that are wanted as texts, stay as they are.

    For a conversion typer may load pydantic, which takes longer than a puzzle.
    """
    texts = getattr(getattr(param, "type_descriptor", None), "annotation", None) == list[str]
    if value is param.default and param.nargs == 1 and not param.required:
        return value if param.callback is None else param.callback(ctx, param, value)
    if texts and value and param.callback is None and all(type(one) is str for one in value):
        return list(value)
    return convert(ctx, value)

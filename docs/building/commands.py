"""The command reference: what `--help` prints, a page a command."""

from __future__ import annotations

from typing import Any

from vmdsolve import cli
from vmdsolve.cli.help import first_sentence

__all__ = ["help_of", "names", "pages"]

WIDE = 100


def names() -> list[str]:
    """All commands, those of two words behind their first."""
    two = list(cli.OF_TWO)
    return [name for one in cli.COMMANDS for name in (one, *(other for other in two if other.startswith(f"{one} ")))]


def help_of(name: str) -> str:
    """What `vmdsolve NAME --help` prints, on lines of one width."""
    command = cli.command_of(name)
    with command.make_context(
        f"vmdsolve {name}", [], resilient_parsing=True, terminal_width=WIDE, max_content_width=WIDE
    ) as context:
        return str(command.get_help(context))


def pages() -> dict[str, str]:
    """Names and texts of the pages."""
    made = {}
    rows = []
    for name in names():
        about = first_sentence(cli.command_of(name).help)
        file = name.replace(" ", "-")
        rows.append(f"| [`{name}`]({file}.md) | {_cell(about)} |")
        made[f"commands/{file}.md"] = f"# vmdsolve {name}\n\n```text\n{help_of(name).rstrip()}\n```\n"
    tree = "\n".join(f"{name} <{name.replace(' ', '-')}>" for name in names())
    made["commands/index.md"] = (
        "# Command reference\n\nWhat `vmdsolve NAME --help` prints. How commands work together is told in\n"
        "[the command line](../../command-line.md).\n\n| command | what it does |\n|---|---|\n"
        + "\n".join(rows)
        + f"\n\n```{{toctree}}\n:hidden:\n\n{tree}\n```\n"
    )
    return made


def _cell(text: Any) -> str:
    return str(text).replace("|", r"\|")

"""`demo`: it shows what there is, and every command that it names does what stands below it."""

from __future__ import annotations

import shlex

from helpers.commands import run

from vmdsolve.cli import COMMANDS


def test_every_command_that_it_names_works() -> None:
    said = run("demo")
    assert said.exit_code == 0
    named = [shlex.split(line)[2:] for line in said.stdout.splitlines() if line.startswith("$ ")]
    assert {command for command, *_ in named} <= COMMANDS.keys()
    assert len(named) > 8
    for command, *arguments in named:
        if command == "web":
            continue
        again = run(command, *arguments)
        assert again.exit_code in (0, 1), again.stderr
        assert again.stdout

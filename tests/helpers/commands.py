"""Shared by the tests of the commands: running one, here or in a process of its own, and reading its csv."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from vmdsolve.cli import app

P, S = "1......44......1", "1423231441323241"
PUZZLES = Path(__file__).parents[2] / "puzzles"
EASY = str(PUZZLES / "sudoku/easy.txt")
CLASH = "11......44......"


def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
    """The command in this process; anything but a clean exit is an error of the test."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=stdin, prog_name="vmdsolve")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def solve(*arguments: object, stdin: str | bytes | None = None) -> Result:
    return run("solve", "--method", "search", *arguments, stdin=stdin)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def shell(*arguments: object, **options: object) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "vmdsolve", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **{**pipes, **options})

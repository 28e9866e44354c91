"""What `--help` says, and what the shell completes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from helpers.commands import run

from vmdsolve import cli
from vmdsolve.cli.help import first_sentence

COMMANDS = {name: cli.command_of(name) for name in cli.COMMANDS}


def test_the_list_of_commands_has_whole_sentences() -> None:
    said = " ".join(run("--help").stdout.split())
    assert "..." not in said.partition("Commands:")[2]
    for name, command in COMMANDS.items():
        sentence = first_sentence(command.help)
        assert sentence.endswith((".", ":")), name
        assert f"{name} {sentence}" in said


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples_and_exit_codes(name: str) -> None:
    said = run(name, "--help").stdout
    assert f"Examples:\n  vmdsolve {name}" in said
    assert "Exit codes: 0 all well; 1 something is unsolved" in " ".join(said.split())
    assert "<list" not in said


def test_options_stand_in_groups_and_tell_their_defaults() -> None:
    said = run("solve", "--help").stdout
    groups = [line for line in said.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert groups == ["Arguments:", "Options:", "Method and model:", "Time and machine:", "Examples:"]
    assert said.index("Method and model:") < said.index("-m, --method") < said.index("Time and machine:")
    assert "[default: vmd]" in said
    assert "-d, --domain" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("vmdsolve so", ["solve"]),
        ("vmdsolve solve x --domain sudoku-1", ["sudoku-12x12", "sudoku-16x16"]),
        ("vmdsolve sample sudoku-6", ["sudoku-6x6"]),
        ("vmdsolve solve x -m vmd-", ["vmd-only"]),
        ("vmdsolve solve x --output-format j", ["json"]),
    ],
)
def test_the_shell_completes(words: str, wanted: list[str]) -> None:
    env = {
        **os.environ, "_VMDSOLVE_COMPLETE": "complete_bash", "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "vmdsolve"], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == wanted
    assert done.stderr == ""

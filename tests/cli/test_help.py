"""What `--help` says, and what the shell completes."""

from __future__ import annotations

import os
import re
import shlex
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


FILES = r"\.(csv|txt|parquet|out|lrat|cnf|svg|html|toml|jsonl)\b|runs/"
LONG = r"^(train|web|demo|info|eval|diagnose|check-domain|sample text|solve text)\b"  # with tests of their own
ALONE = [
    line for _, _, lines in {**cli.COMMANDS, **cli.OF_TWO}.values() for line in lines
    if not re.search(f"{FILES}|{LONG}", line)
]  # fmt: skip


@pytest.mark.parametrize("line", ALONE)
def test_an_example_that_needs_no_file_does_what_it_says(line: str) -> None:
    done = run(*shlex.split(line))
    wrong = line.startswith(("explain", "check 1......2..4..3.. 14"))  # what they are about is no answer
    assert done.exit_code == int(wrong), done.stderr

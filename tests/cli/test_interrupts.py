"""Ctrl-C: heard at once, said in one line, exit 130; what is done is kept."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers.commands import P, run

from vmdsolve.cli.shared import kept
from vmdsolve.domains import get
from vmdsolve.search import generate_values

pytestmark = pytest.mark.slow

SOON = 1.0  # seconds until an interrupted process is gone, on a busy machine; without ears it takes minutes


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    domain = get("sudoku-9x9")
    boards, _ = generate_values(domain.rules, 2000, seed=1, clues=24)
    path = tmp_path_factory.mktemp("many") / "many.txt"
    path.write_text("\n".join(domain.format_many(boards) * 500) + "\n")
    return path


COMMAND = """
import sys, vmdsolve
from vmdsolve.cli import main
vmdsolve.solve("." * 81, method=sys.argv[1])  # what the command needs is loaded when it begins
print("ready", flush=True)
sys.argv[:2] = ["vmdsolve"]
main()
"""


def interrupted(*arguments: object, method: str = "search") -> tuple[int, str, str, float]:
    """Exit code, output, errors, and seconds from Ctrl-C to the end, of a command that was at work for a while."""
    command = [sys.executable, "-c", COMMAND, method, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(2)
    assert process.poll() is None, "it was done before it was interrupted"
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    return process.returncode, out, errors, time.monotonic() - begun


def test_the_network_at_work_on_a_large_batch_is_interrupted(many: Path) -> None:
    code, _, errors, took = interrupted("solve", many, "--method", "vmd-only", "--batch-size", 4096, method="vmd")
    assert code == 130
    assert re.fullmatch(r"(\n[\d,]+ problems?: .+\n)?vmdsolve: interrupted\n", errors)
    assert took < SOON


@pytest.mark.parametrize(
    "arguments",
    [
        ["eval", "sudoku-9x9", "-n", 20_000, "--latents", 50],
        ["sample", "sudoku-9x9", "-n", 100_000],
        ["generate", "sudoku-9x9", "-n", 100_000, "--harder", 50],
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_long_commands_are_interrupted_without_a_traceback(arguments: list[object]) -> None:
    code, _, errors, took = interrupted(*arguments, method="search" if arguments[0] == "generate" else "vmd")
    assert code == 130
    assert errors == "vmdsolve: interrupted\n"
    assert took < SOON


def test_check_sums_up_what_it_has_checked(many: Path) -> None:
    code, out, errors, took = interrupted("check", many)
    assert (code, out) == (130, "")
    assert errors.endswith(" unfinished\nvmdsolve: interrupted\n")
    assert took < SOON


@pytest.mark.parametrize(("command", "kind"), [("sample", ".csv"), ("sample", ".jsonl"), ("generate", ".txt")])
def test_a_file_keeps_what_was_done(command: str, kind: str, tmp_path: Path) -> None:
    out = tmp_path / f"out{kind}"
    domain = "latin-4" if command == "sample" else "killer"
    code, _, errors, took = interrupted(command, domain, "-n", 10_000_000, "-o", out)
    assert code == 130
    assert took < SOON
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    lines = out.read_text().splitlines()
    n = len(lines) - (kind == ".csv")
    assert n > 1
    what = "samples" if command == "sample" else "puzzles"
    assert errors == f"\n{n} {what} are done and kept\nvmdsolve: interrupted\n"
    if kind == ".jsonl":
        assert all(json.loads(line) for line in lines)


# What is kept ------------------------------------------------------------------------------------------


def test_items_are_kept_and_the_interruption_goes_on_when_they_are_written() -> None:
    def items() -> object:
        yield from "ab"
        raise KeyboardInterrupt

    written: list[str] = []
    with pytest.raises(KeyboardInterrupt), kept(items(), "letters") as letters:
        written += letters
    assert written == ["a", "b"]


def test_ctrl_c_while_an_item_is_written_waits_for_it() -> None:
    written: list[str] = []

    def write(letter: str) -> None:
        if letter == "b":
            signal.raise_signal(signal.SIGINT)
        written.append(letter)

    with pytest.raises(KeyboardInterrupt), kept("abcdef", "letters") as letters:
        any(map(write, letters))
    assert written == ["a", "b"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_an_interruption_all_is_as_it_was() -> None:
    with kept("abc", "letters") as letters:
        assert list(letters) == ["a", "b", "c"]
    with pytest.raises(ZeroDivisionError), kept(map(lambda x: 1 // x, [1, 0]), "numbers") as numbers:  # noqa: C417
        list(numbers)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_file_of_nothing_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr("vmdsolve.search.solve_values", stopped)
    result = run("sample", "sudoku-4x4", "--given", P, "-o", tmp_path / "out.txt", "--method", "search")
    assert (result.exit_code, result.stderr) == (130, "vmdsolve: interrupted\n")
    assert list(tmp_path.iterdir()) == []

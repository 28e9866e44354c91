"""`vmdsolve solve` as a process: killed, interrupted, cut off by its reader, on a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.commands import CLASH, P, shell, solve, table

from vmdsolve.domains import get
from vmdsolve.search import generate_values


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough puzzles that a process can be caught at work."""
    domain = get("sudoku-9x9")
    path = tmp_path_factory.mktemp("many") / "many.txt"
    boards, _ = generate_values(domain.rules, 500, seed=1, clues=30)
    path.write_text("\n".join(domain.format_many(boards) * 200) + "\n")
    return path


@pytest.fixture
def busy(many: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that has written some rows of a long job, and its output file."""
    out = tmp_path / "out.csv"
    journal = tmp_path / "out.csv.partial.jsonl"
    process = shell("solve", "--method", "search", "--batch-size", 50, many, "-o", out)
    until = time.monotonic() + 60
    while time.monotonic() < until and not (journal.exists() and journal.stat().st_size > 20_000):
        time.sleep(0.01)
    yield process, out
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_a_killed_process_resumes(busy: tuple[subprocess.Popen[str], Path], many: Path) -> None:
    process, out = busy
    process.kill()
    process.wait()
    assert not out.exists()
    result = solve(many, "-o", out, "--resume")
    assert result.exit_code == 0, result.stderr
    assert "resumed: " in result.stderr
    assert [row["problem"] for row in table(out.read_text())] == many.read_text().splitlines()


@pytest.mark.slow
def test_an_interrupted_process_says_how_to_go_on(busy: tuple[subprocess.Popen[str], Path]) -> None:
    process, out = busy
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "problems are done; --resume continues\nvmdsolve: interrupted\n" in errors
    assert not out.exists()


def test_a_reader_that_leaves_early_is_no_error(many: Path) -> None:
    process = shell("solve", "--method", "search", many)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("problem,")
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [[P], [P] * 5, [CLASH]], ids=["one", "five", "clash"])
def test_a_terminal_shows_boards_the_first_of_many(arguments: list[str]) -> None:
    import pty

    above, below = pty.openpty()
    process = shell("solve", "--method", "search", *arguments, stdout=below, env={**os.environ, "TERM": "xterm"})
    os.close(below)
    _, errors = process.communicate(timeout=60)
    shown = os.read(above, 65_536).decode()
    os.close(above)
    if len(arguments) == 5:
        assert shown.startswith("solved by search; ")
        assert shown.count("solved by search; ") == shown.count("\x1b[1m1\x1b[0m \x1b[36m4\x1b[0m") == 3
        assert "2 more are not shown: -o FILE writes all, --output-format prints all" in shown
        assert errors.startswith("5 problems: 5 solved (5 by search) in ")
    elif arguments == [P]:
        assert "\x1b[1m1\x1b[0m \x1b[36m4\x1b[0m" in shown  # the first is given, the second filled in
        assert errors.startswith("solved by search; ")
    else:
        assert shown.startswith("row: both hold 1 (row 1, column 1 and row 1, column 2)")
        assert errors.startswith("UNSATISFIABLE: proved that there is no answer; ")

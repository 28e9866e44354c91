"""Standard streams that are closed or full: no traceback, and the job is done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.commands import P, run, table

SOLVE = f"solve --method search {P}"
pytestmark = pytest.mark.slow


def sh(line: str) -> subprocess.CompletedProcess[str]:
    """A line of shell in which `vmdsolve` is the command, as it is installed or as a script calls it."""
    script = f'vmdsolve() {{ "{sys.executable}" -m vmdsolve "$@"; }}\n{line}'
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&-", ">&- 2>&- <&-"])
def test_the_job_is_done_though_nobody_listens(closed: str, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    done = sh(f"vmdsolve {SOLVE} -o {out} {closed}")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert table(out.read_text())[0]["status"] == "SOLVED"


@pytest.mark.parametrize("command", [SOLVE, f"check {P}", "--help", "--version", f"count {P}", "info"])
@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_every_command_ends_quietly(command: str, closed: str) -> None:
    done = sh(f"vmdsolve {command} {closed}")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert bool(done.stdout) == (closed == "2>&-" and not command.startswith("check"))


def test_a_stream_that_is_only_for_reading_is_closed_too() -> None:
    """A shell may leave its script there."""
    done = sh(f"vmdsolve {SOLVE} 2<{Path(__file__)}")
    assert done.returncode == 0
    assert done.stdout.startswith("problem,")


def test_a_closed_input_holds_no_puzzle() -> None:
    done = sh("vmdsolve solve - <&-")
    assert (done.returncode, done.stderr) == (2, "vmdsolve: standard input holds no puzzle\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
@pytest.mark.parametrize("command", [SOLVE, "--help"])
def test_a_full_disk_is_one_line(command: str) -> None:
    done = sh(f"vmdsolve {command} >/dev/full")
    assert (done.returncode, done.stderr) == (2, "vmdsolve: standard output: No space left on device\n")


@pytest.mark.parametrize(
    ("command", "argument"), [("solve", "a.txt"), ("show", "a.txt"), ("check", "-"), ("hint", "-")]
)
def test_no_command_feeds_on_its_own_lines(tmp_path: Path, command: str, argument: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"{P}\n{P}\n")
    with path.open("rb") as stdin, path.open("ab") as stdout:
        script = [sys.executable, "-m", "vmdsolve", command, argument]
        done = subprocess.run(script, cwd=tmp_path, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, check=False)
    named = "standard input" if argument == "-" else argument
    assert (done.returncode, path.read_text()) == (2, f"{P}\n{P}\n")
    assert done.stderr.decode() == f"vmdsolve: {named} is also what is printed to; print to another file\n"


def test_too_little_memory_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("vmdsolve.domains.reading.read", full)
    result = run("show", P)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "vmdsolve: there is not enough memory for this; wanted a smaller problem, or more memory\n"

"""A journal is one job's: the second is refused, and whatever else is in the way is left as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import P, S, run

from vmdsolve.errors import InvalidInput
from vmdsolve.files.journal import Journal
from vmdsolve.files.rows import Row, alone

SOLVED = Row(P, S, "SOLVED", "vmd", True, 17, 0.25, "")

WORKER = """
import sys
from pathlib import Path
from vmdsolve.files.journal import Journal
journal = Journal(Path(sys.argv[1]), {}, resume=True)
print("ready", flush=True)
sys.stdin.readline()
"""


def test_a_second_job_on_an_output_is_refused_and_names_the_first(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    path = tmp_path / "out.csv.partial.jsonl"
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    before = path.read_bytes()
    for resume in (False, True):
        with pytest.raises(InvalidInput, match=rf"^another job \(process {worker.pid}\) is writing .*out\.csv; wait"):
            Journal(out, {}, resume=resume)
    assert path.read_bytes() == before
    worker.kill()  # whatever a job dies of, its lock dies with it
    worker.communicate()
    with Journal(out, {}) as journal:
        journal.add(SOLVED)
        with pytest.raises(InvalidInput, match=rf"another job \(process {os.getpid()}\)"):
            Journal(out, {}, resume=True)
        journal.finish()
    with Journal(out, {}) as journal:
        assert journal.done == 0


def test_a_journal_removed_while_a_job_waits_for_it_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, path = tmp_path / "out.txt", tmp_path / "out.txt.partial.jsonl"
    import fcntl

    lock, left = fcntl.flock, [1]

    def flock(stream: Any, how: int) -> None:
        lock(stream, how)
        if left:
            left.pop()
            path.unlink()  # as the first job does at its end

    monkeypatch.setattr(fcntl, "flock", flock)
    with Journal(out, {}) as journal:
        journal.add(SOLVED)
        assert path.read_bytes().count(b"\n") == 2
        journal.finish()
    assert out.read_text() == S + "\n"


def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "o.csv.partial.jsonl"
    path.write_text("my own notes\n")
    with pytest.raises(InvalidInput, match="is not the journal of a job, and would be overwritten; move it away"):
        Journal(tmp_path / "o.csv", {})
    assert path.read_text() == "my own notes\n"


def test_links_lead_to_no_harm(tmp_path: Path) -> None:
    victim, out = tmp_path / "victim", tmp_path / "o.csv"
    victim.write_text("untouched")
    journal = tmp_path / "o.csv.partial.jsonl"
    journal.symlink_to(victim)
    with pytest.raises(InvalidInput, match="is a link, which no journal is; remove it"):
        Journal(out, {})
    assert victim.read_text() == "untouched"
    journal.unlink()
    target = tmp_path / "elsewhere"
    target.mkdir()
    out.symlink_to(target / "real.csv")
    with Journal(out, {}) as job:
        job.add(SOLVED)
        job.finish()
    assert out.is_symlink()
    assert (target / "real.csv").read_text().startswith("problem,")
    assert [path.name for path in target.iterdir()] == ["real.csv"]


def test_an_output_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    victim, out = tmp_path / "victim", tmp_path / "o.csv"
    victim.write_text("untouched")
    with Journal(out, {}) as job:
        job.add(SOLVED)
        out.symlink_to(victim)
        with pytest.raises(InvalidInput, match=r"o\.csv has become a link; --resume makes it good"):
            job.finish()
    assert victim.read_text() == "untouched"
    out.unlink()
    with Journal(out, {}, resume=True) as job:
        assert job.done == 1


def test_a_link_to_a_device_is_refused_and_one_to_any_name_written_as_it_is_called(tmp_path: Path) -> None:
    device, out = tmp_path / "device", tmp_path / "o.csv"
    os.mkfifo(device)
    out.symlink_to(device)
    with pytest.raises(InvalidInput, match=r"cannot write .*o\.csv: it is no plain file"):
        Journal(out, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["device", "o.csv"]
    device.unlink()
    with Journal(out, {}) as job:
        job.add(SOLVED)
        job.finish()
    assert device.read_text().startswith("problem,")


def test_what_is_no_plain_file_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "o.csv.partial.jsonl"
    os.mkfifo(path)
    with pytest.raises(InvalidInput, match="is no plain file, as a journal is; remove it"):
        Journal(tmp_path / "o.csv", {})
    path.unlink()
    path.mkdir()
    with pytest.raises(InvalidInput, match="is a folder, which no journal is; move it away"):
        Journal(tmp_path / "o.csv", {})


def test_two_names_of_an_output_are_one_job(tmp_path: Path) -> None:
    out, link = tmp_path / "o.csv", tmp_path / "link.csv"
    link.symlink_to(out)
    with Journal(link, {}), pytest.raises(InvalidInput, match="another job"):
        Journal(out, {})


def test_a_job_whose_journal_was_removed_leaves_that_of_the_next_one_alone(tmp_path: Path) -> None:
    out, path = tmp_path / "out.csv", tmp_path / "out.csv.partial.jsonl"
    with Journal(out, {}) as first:
        first.add(SOLVED)
        path.unlink()  # as "delete the journal to begin anew" says, though its job lives
        with Journal(out, {}) as second:
            second.add(SOLVED)
            with pytest.raises(InvalidInput, match=r"another job has begun one: .*out\.csv is left to that job"):
                first.finish()
            assert not out.exists()
            second.finish()
    assert out.read_text().count("\n") == 2
    out.unlink()
    with Journal(out, {}) as alone:
        alone.add(SOLVED)
        path.unlink()
        alone.finish()
    assert out.exists()


def test_what_unfinished_jobs_have_done_is_no_output(tmp_path: Path) -> None:
    with Journal(tmp_path / "out.csv", {}) as left:
        left.add(SOLVED)
    with pytest.raises(InvalidInput, match="unfinished jobs"):
        Journal(tmp_path / "out.csv.partial.jsonl", {})


def test_a_file_that_is_written_in_one_go_is_held_as_well(tmp_path: Path) -> None:
    out = tmp_path / "o.csv"
    with alone(out):
        for other in (lambda: Journal(out, {}), lambda: alone(out).__enter__()):
            with pytest.raises(
                InvalidInput, match=rf"^another job \(process {os.getpid()}\) is writing .*o\.csv; wait"
            ):
                other()
    assert [*tmp_path.iterdir()] == []
    with Journal(out, {}), pytest.raises(InvalidInput, match="another job"):
        alone(out).__enter__()


@pytest.mark.parametrize("command", [("generate", "latin-3"), ("sample", "latin-3")])
def test_no_command_writes_over_what_a_job_left(tmp_path: Path, command: tuple[str, str]) -> None:
    out = tmp_path / "o.csv"
    with Journal(out, {}) as job:
        job.add(SOLVED)
    before = job.path.read_bytes()
    result = run(*command, "-o", out)
    assert (result.exit_code, job.path.read_bytes(), out.exists()) == (2, before, False)
    assert "is left of a job that did not finish: continue that one, or delete it" in result.stderr
    job.path.write_bytes(b'{"process": 123       , "sett')  # of a command that was killed before it said anything
    assert run(*command, "-o", out).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["o.csv"]
    job.path.write_text("mine")
    assert (run(*command, "-o", out).exit_code, job.path.read_text()) == (2, "mine")

"""The journal. Law 8: a killed job resumes without losing or repeating a line; and two jobs do not mix."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import P, S, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput
from vmdsolve.files.journal import Journal
from vmdsolve.files.rows import Row, write_rows
from vmdsolve.problem import Status

SOLVED = Row(P, S, "SOLVED", "vmd", True, 17, 0.25, "")
ROWS = [
    SOLVED,
    Row('12, or "so"', None, "INVALID", None, None, 0, 0.0, 'a.txt:3: holds "x", not a symbol'),
    Row(P, None, "TIMEOUT", None, False, 3, 1.0, ""),
    Row("", None, "INVALID", None, None, 0, 0.0, "?"),
]


def journal_of(out: Path, rows: list[Row], settings: dict[str, Any]) -> bytes:
    """The bytes of a journal that was killed just before the end."""
    with Journal(out, settings) as journal:
        for row in rows:
            journal.add(row)
    content = journal.path.read_bytes()
    journal.path.unlink()
    return content


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=9)
ANY_ROW = st.builds(
    Row, TEXT, st.none() | TEXT, st.sampled_from(list(map(str, Status))), st.none() | TEXT,
    st.none() | st.booleans(), st.integers(0, 99), st.floats(0, 9), TEXT,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ANY_ROW, max_size=6), kill=st.floats(0, 1), kind=st.sampled_from([".csv", ".jsonl", ".txt"]))
def test_a_job_killed_at_any_byte_resumes_to_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], kill: float, kind: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    whole, out = folder / f"whole{kind}", folder / f"out{kind}"
    write_rows(rows, whole)
    content = journal_of(out, rows, {"seed": 1})
    path = out.with_name(out.name + ".partial.jsonl")
    path.write_bytes(content[: round(kill * len(content))])
    with Journal(out, {"seed": 1}, resume=True) as journal:
        done = journal.done
        assert journal.tally.total == done <= len(rows)
        for row in rows[done:]:
            journal.add(row)
        journal.finish()
    assert out.read_bytes() == whole.read_bytes()
    assert not path.exists()
    assert journal.tally.total == len(rows)


def test_resuming_keeps_every_whole_line(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    content = journal_of(out, ROWS, {})
    path = tmp_path / "out.csv.partial.jsonl"
    for cut in range(len(content) + 1):
        path.write_bytes(content[:cut])
        with Journal(out, {}, resume=True) as journal:
            assert journal.done == max(0, content[:cut].count(b"\n") - 1)
        path.unlink()


def test_killed_while_the_file_was_made_a_job_resumes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.txt"
    with Journal(out, {}) as journal:
        journal.add(SOLVED)
        with monkeypatch.context() as patch:
            patch.setattr("vmdsolve.files.journal.write_rows", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                journal.finish()
    with Journal(out, {}, resume=True) as journal:
        assert journal.done == 1
        journal.finish()
    assert out.read_text() == S + "\n"


def test_a_journal_with_rows_is_never_thrown_away(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    content = journal_of(out, ROWS, {"seed": 1})
    path = tmp_path / "out.txt.partial.jsonl"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="left of a job that did not finish: continue it with --resume, or delete"):
        Journal(out, {"seed": 1})
    with pytest.raises(InvalidInput, match="it was begun with other settings: order None, now 'margin', seed 1, now 2"):
        Journal(out, {"seed": 2, "order": "margin"}, resume=True)
    assert path.read_bytes() == content


@pytest.mark.parametrize("first", [b"{}\n", b"[]\n", b"\xff\n", b'{"settings": 5}\n', b"puzzle\n"])
def test_a_foreign_file_is_no_journal(tmp_path: Path, first: bytes) -> None:
    (tmp_path / "out.txt.partial.jsonl").write_bytes(first + b"second\n")
    with pytest.raises(InvalidInput, match="is not the journal of a job"):
        Journal(tmp_path / "out.txt", {}, resume=True)


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    content = journal_of(tmp_path / "out.txt", ROWS, {})
    path = tmp_path / "out.txt.partial.jsonl"
    for damage in (b"rubbish\n", b"{}\n", b"\xff\xfe\n"):
        path.write_bytes(content + damage)
        with pytest.raises(InvalidInput, match=rf"partial\.jsonl:{len(ROWS) + 2} is damaged; delete it"):
            Journal(tmp_path / "out.txt", {}, resume=True)


@pytest.mark.parametrize("status", ['"SOLVEDISH"', "5", "null", "[]"])
def test_a_status_that_nobody_knows_is_damage(tmp_path: Path, status: str) -> None:
    content = journal_of(tmp_path / "out.txt", [SOLVED], {})
    (tmp_path / "out.txt.partial.jsonl").write_bytes(content.replace(b'"SOLVED"', status.encode()))
    with pytest.raises(InvalidInput, match=r"partial\.jsonl:2 is damaged; delete it to begin anew"):
        Journal(tmp_path / "out.txt", {}, resume=True)


def test_a_damaged_journal_is_one_sentence_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text(P)
    journal = tmp_path / "out.txt.partial.jsonl"
    journal.write_text('{"settings": {}}\n{"status": "SOLVEDISH"}\n')
    before = journal.read_bytes()
    result = run("solve", tmp_path / "in.txt", "-o", tmp_path / "out.txt", "--resume")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert journal.read_bytes() == before


# Two jobs ---------------------------------------------------------------------------------------------

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


def test_a_job_that_goes_on_says_its_own_number(tmp_path: Path) -> None:
    content = journal_of(tmp_path / "out.txt", ROWS, {"seed": 1})
    path = tmp_path / "out.txt.partial.jsonl"
    other = content.replace(b"%-10d" % os.getpid(), b"%-10d" % 4194304)
    assert other != content
    path.write_bytes(other + b'{"torn')
    with Journal(tmp_path / "out.txt", {"seed": 1}, resume=True) as journal:
        assert (journal.done, path.read_bytes()) == (len(ROWS), content)


def test_a_journal_without_a_number_is_gone_on_with(tmp_path: Path) -> None:
    content = journal_of(tmp_path / "out.txt", ROWS, {"seed": 1})
    path = tmp_path / "out.txt.partial.jsonl"
    path.write_bytes(b'{"settings": {"seed": 1}}\n' + content.partition(b"\n")[2])
    before = path.read_bytes()
    with Journal(tmp_path / "out.txt", {"seed": 1}, resume=True) as journal:
        assert (journal.done, path.read_bytes()) == (len(ROWS), before)


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


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_read_again(tmp_path: Path, status: Status) -> None:
    row = Row(P, None, str(status), None, None, 0, 0.0, "")
    (tmp_path / "out.txt.partial.jsonl").write_bytes(journal_of(tmp_path / "out.txt", [row], {}))
    with Journal(tmp_path / "out.txt", {}, resume=True) as journal:
        assert journal.done == 1


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


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    pipe, out = tmp_path / "pipe", tmp_path / "o.csv"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", f"printf '{P}\\n{P}\\n' > '{pipe}'"]):
        assert run("solve", pipe, "-o", out, "--method", "search").stderr.startswith("2 problems: 2 solved")
    refused = run("solve", pipe, "-o", out, "--resume")
    assert (refused.exit_code, refused.stderr) == (
        2,
        f"vmdsolve: {pipe} cannot be read a second time; --resume works with files\n",
    )

"""Shards from the command line: solved by several processes, gone on with, checked, joined, refused in words."""

from __future__ import annotations

import errno
import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from helpers.commands import EASY, P, run, shell, solve, table

from vmdsolve.files.formats.base import Table
from vmdsolve.files.formats.csv import Csv
from vmdsolve.files.journal import Journal
from vmdsolve.files.owned import grown
from vmdsolve.files.records import read


def test_two_processes_share_an_output_and_it_is_joined_in_order(tmp_path: Path) -> None:
    out, file = tmp_path / "out.csv", tmp_path / "all.csv"
    jobs = [
        shell("solve", EASY, "-o", out, "--shard-size", 9, "--shard", f"{k}/2", "--method", "search") for k in (1, 2)
    ]
    said = [job.communicate(timeout=120) for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0], said
    result = run("join", out, "-o", file)
    assert (result.exit_code, result.stderr) == (0, "12 shards, 100 problems: 100 solved (100 by search)\n")
    rows = table(file.read_text())
    assert [row["problem"] for row in rows] == [record.puzzle for record in read(EASY)]
    assert run("check", file).exit_code == 0
    again = solve(EASY, "-o", out, "--shard-size", 9, "--shard", "1/2", "--resume")
    assert (again.exit_code, again.stderr.splitlines()[0]) == (0, "resumed: 54 problems were done before")


def test_a_pattern_names_files_in_order_where_no_shell_did(tmp_path: Path) -> None:
    for name, puzzle in (("b 2.txt", P), ("a [1].txt", "." * 16), ("c.csv", "puzzle\n" + P)):
        (tmp_path / name).write_text(f"{puzzle}\n")
    (tmp_path / "d.txt").mkdir()
    out = tmp_path / "out.jsonl"
    result = solve(tmp_path / "*.txt", tmp_path / "a [1].txt", "-o", out, "--shard-size", 2, "--method", "search")
    assert (result.exit_code, result.stderr.split(" in ")[0]) == (0, "3 problems: 3 solved (3 by search)")
    [first, *_] = [json.loads(line)["problem"] for line in (out / "part-00000000.jsonl").read_text().splitlines()]
    assert first == "." * 16
    assert "no such file" in solve(tmp_path / "*.none.txt", "-o", out, "--resume").stderr


def test_auto_asks_the_scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in.txt").write_text(f"{P}\n" * 5)
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "2")
    monkeypatch.setenv("SLURM_ARRAY_TASK_COUNT", "2")
    monkeypatch.setenv("SLURM_ARRAY_TASK_MIN", "1")
    out = tmp_path / "out.jsonl"
    assert solve(tmp_path / "in.txt", "-o", out, "--shard-size", 2, "--shard", "auto").exit_code == 0
    assert sorted(path.name for path in out.glob("part*")) == ["part-00000001.jsonl"]
    result = run("join", out)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "of jobs 1/2 there is no manifest; run them with --shard" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--shard-size", 3], "name it with -o"),
        (["--shard-size", 3, "-o", "out.csv", "--all", 2], "name it with -o; no --all, no --trace"),
        (["--shard-size", 3, "-o", "out.csv", "--trace", "a.svg"], "no --all, no --trace"),
        (["--shard-size", 3, "-o", "out.txt"], "its ending is '.txt'; wanted one of .csv"),
        (["--shard", "3/2", "-o", "out.csv"], "shard is '3/2'; wanted K/N"),
        (["--engine", "spark", "-o", "out.csv"], "engine is 'spark'; wanted one of local, ray"),
    ],
    ids=str,
)
def test_what_cannot_be_sharded_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[object], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = solve(P, *arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert message in result.stderr
    assert not list(tmp_path.iterdir())


def test_an_input_that_is_read_once_is_not_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert solve("-", "-o", out, "--shard-size", 2, stdin=f"{P}\n" * 3).exit_code == 0
    assert "cannot be read a second time" in solve("-", "-o", out, "--shard-size", 2, "--resume", stdin=P).stderr
    assert run("join", out).exit_code == 0


def test_bad_input_is_named_in_one_sentence_and_no_line_is_half_written(tmp_path: Path) -> None:
    """An unreadable part, a column that is not there, kinds that are mixed."""
    good = f"{P}\n" * 5
    (tmp_path / "good.txt").write_text(good)
    (tmp_path / "bad.txt").write_bytes(good.encode() + b"\xff\xfe\x00broken\n")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "table.csv").write_text(f"id,puzzle\n1,{P}\n")
    for name, more, message in (
        ("bad.txt", [], "bytes near line 6 are not UTF-8 text; save it as UTF-8"),
        ("cut.parquet", [], "cannot be read"),
        ("table.csv", ["--column", "board"], "has no column 'board'; its columns are 'id', 'puzzle'"),
    ):
        if name == "cut.parquet":
            pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra parquet)")
        out = tmp_path / f"{name}.jsonl"
        result = solve(tmp_path / "good.txt", tmp_path / name, "-o", out, "--shard-size", 2, *more)
        said = [line for line in result.stderr.splitlines() if line.startswith("vmdsolve:")]
        assert (result.exit_code, len(said)) == (2, 1), result.stderr
        assert message in said[0]
        whole = [path.read_text() for path in sorted(out.glob("part-*"))]
        assert all(text.endswith("\n") and text.count("\n") == 2 for text in whole)
        assert run("join", out).exit_code == 2  # nobody takes it for all of them


def test_kinds_may_be_mixed_and_what_is_no_problem_is_a_row_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text(f"{'.' * 81}\n{P}\noops\n{'.' * 81}\n")
    out = tmp_path / "out.csv"
    result = solve(tmp_path / "in.txt", "-o", out, "--shard-size", 2)
    assert result.exit_code == 1
    rows = [row for path in sorted(out.glob("part-*")) for row in table(path.read_text())]
    assert [row["status"] for row in rows] == ["SOLVED", "SOLVED", "INVALID", "SOLVED"]
    assert [len(row["solution"]) for row in rows] == [81, 16, 0, 81]
    assert "in.txt:3: " in rows[2]["reason"]


def test_a_manifest_of_another_version_is_refused_by_join_and_by_a_job(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text(f"{P}\n" * 3)
    out = tmp_path / "out.csv"
    assert solve(tmp_path / "in.txt", "-o", out, "--shard-size", 2).exit_code == 0
    [manifest] = out.glob("_manifest-*")
    manifest.write_text(manifest.read_text().replace("vmdsolve-shards-2", "vmdsolve-shards-0"))
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    for result in (run("join", out), solve(tmp_path / "in.txt", "-o", out, "--shard-size", 2, "--resume")):
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert "is of version 'vmdsolve-shards-0'; this one writes 'vmdsolve-shards-2'" in result.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_full_disk_is_told_and_the_job_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.txt").write_text(f"{P}\n" * 6)
    out, calls, write = tmp_path / "out.csv", [0], Csv.write_columns

    def full(self: Csv, *args: object) -> None:
        calls[0] += 1
        if calls[0] == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Csv, "write_columns", full)
    result = solve(tmp_path / "in.txt", "-o", out, "--shard-size", 2)
    assert result.exit_code != 0
    told = "part-00000001.csv: No space left on device; the shards before are whole; --resume continues"
    assert told in result.stderr
    assert solve(tmp_path / "in.txt", "-o", out, "--shard-size", 2, "--resume").exit_code == 0
    assert run("join", out).exit_code == 0


@pytest.mark.parametrize("bad", [b"", b"# nothing\n", b"id,board\n1,2\n", b"\x1f\x8b\x08\x00cut"])
@pytest.mark.parametrize("size", [2, 3, 5, 6, 7])
def test_an_input_behind_a_whole_shard_that_cannot_be_read_ends_no_job_well(
    tmp_path: Path, bad: bytes, size: int
) -> None:
    (tmp_path / "a.txt").write_text(f"{P}\n" * 6)
    (tmp_path / "b.txt").write_bytes(bad)
    out = tmp_path / "out.csv"
    result = solve(tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "a.txt", "-o", out, "--shard-size", size)
    assert result.exit_code == 2
    assert "b.txt" in result.stderr
    assert run("join", out).exit_code == 2


def test_an_input_that_changes_meanwhile_ends_the_job_and_its_output_is_not_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out, calls, write = tmp_path / "in.txt", tmp_path / "out.csv", [0], Csv.write_columns
    path.write_text(f"{P}\n" * 40)

    def meanwhile(self: Csv, columns: Table, out: Path) -> None:
        calls[0] += 1
        if calls[0] == 2:
            path.write_text(f"{P}\n" * 9)
        write(self, columns, out)

    monkeypatch.setattr(Csv, "write_columns", meanwhile)
    result = solve(path, "-o", out, "--shard-size", 4)
    assert result.exit_code == 2
    assert "in.txt was changed while it was read, and what is done in" in result.stderr
    assert "has not ended" in run("join", out).stderr
    path.write_text(f"{P}\n" * 40)
    assert solve(path, "-o", out, "--shard-size", 4, "--resume").exit_code == 0
    assert "10 shards, 40 problems: 40 solved" in run("join", out).stderr


def test_what_is_read_once_is_not_split_among_jobs(tmp_path: Path) -> None:
    result = solve("-", "-o", tmp_path / "out.csv", "--shard", "1/2", stdin=f"{P}\n")
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert "standard input cannot be split: nothing tells whether all 2 jobs are given the same" in result.stderr


def test_one_file_and_shards_do_not_share_an_output(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text(f"{P}\n" * 3)
    out = tmp_path / "out.csv"
    with Journal(out, {}):
        result = solve(tmp_path / "in.txt", "-o", out, "--shard-size", 2)
        assert (result.exit_code, out.exists()) == (2, False)
        assert "out.csv.partial.jsonl is of a job that makes one file of" in result.stderr


def test_what_is_joined_goes_nowhere_among_the_shards(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text(f"{P}\n" * 3)
    out = tmp_path / "out.csv"
    assert solve(tmp_path / "in.txt", "-o", out, "--shard-size", 2).exit_code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    for to, message in (
        (out / "part-00000000.csv", "that folder holds the shards, and nothing else"),
        (out / "all.csv", "that folder holds the shards"),
        (tmp_path / "nowhere" / "all.csv", "there is no folder"),
    ):
        result = run("join", out, "-o", to)
        assert (result.exit_code, message in result.stderr) == (2, True), result.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    for name in ("part-00000099.csv", "notes.csv"):
        (out / name).write_text("mine")
        assert f"{name} is no shard of it, and whoever reads the folder takes it for one" in run("join", out).stderr
        (out / name).unlink()
    assert run("join", out).exit_code == 0


@pytest.mark.parametrize("more", [[], ["--shard-size", 2]])
@pytest.mark.parametrize(("ended_by", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_job_that_is_told_to_end_says_what_is_done(
    tmp_path: Path, more: list[object], ended_by: signal.Signals, code: int
) -> None:
    out = tmp_path / "out.csv"
    job = shell("solve", "-", "-o", out, *more, stdin=subprocess.PIPE)
    assert job.stdin is not None
    job.stdin.write(f"{P}\n" * 1000)
    job.stdin.flush()  # and then nothing more comes
    deadline = time.monotonic() + 60
    while not (list(out.glob("part-00000009*")) or grown(out).exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    job.send_signal(ended_by)
    _, said = job.communicate(timeout=60)
    assert job.returncode == code
    assert "shards are whole" in said if more else "problems are done; delete the journal to begin anew" in said
    assert said.endswith("vmdsolve: interrupted\n")

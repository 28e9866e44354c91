"""Shards from the command line: solved by several processes, gone on with, checked, joined, refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.commands import EASY, P, run, shell, solve, table

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
        (["--shard-size", 3, "-o", "out.csv", "--trace"], "no --all, no --trace"),
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

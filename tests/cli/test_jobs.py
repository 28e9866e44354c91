"""Batch jobs: inputs that change or cannot be read twice, journals that were edited, limits that nobody asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import EASY, P, S, run, solve, table

from vmdsolve.api import solve as solving
from vmdsolve.files.journal import Journal

HARD = "." * 625


@pytest.fixture
def puzzles(tmp_path: Path) -> Path:
    path = tmp_path / "in.txt"
    path.write_text("\n".join([*Path(EASY).read_text().splitlines()[1:40], P]) + "\n")
    return path


def killed(puzzles: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The journal of a job that was killed after its last row."""
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "finish", lambda _: None)
        solve(puzzles, "-o", out, "--batch-size", 1)
    return out.with_name(out.name + ".partial.jsonl")


def answers(out: Path) -> list[dict[str, str]]:
    return [{**row, "seconds": ""} for row in table(out.read_text())]


def test_an_edited_journal_gives_the_same_answers(puzzles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, out = puzzles.with_name("whole.csv"), puzzles.with_name("out.csv")
    solve(puzzles, "-o", whole)
    journal = killed(puzzles, out, monkeypatch)
    lines = journal.read_text().splitlines(keepends=True)
    lines[5] = lines[5].replace('"SOLVED"', '"SOLVEX"')
    del lines[20]
    number = json.loads(lines[30])["records"][0][0] + 1  # they come in any order
    journal.write_text("".join([*lines, lines[30]]))
    result = solve(puzzles, "-o", out, "--resume")
    assert result.exit_code == 0
    assert result.stderr.startswith(
        f"vmdsolve: {journal}:6 is damaged, or of another job; it is dropped\n"
        f"vmdsolve: {journal}:41 is of problem {number}, of which there is a line before; it is dropped\n"
        "resumed: 38 problems were done before\n40 problems: 40 solved"
    )
    assert answers(out) == answers(whole)
    assert not journal.exists()


@pytest.mark.parametrize("replaced", [False, True])
def test_an_input_that_is_rewritten_is_noticed(puzzles: Path, monkeypatch: pytest.MonkeyPatch, replaced: bool) -> None:
    out, before = puzzles.with_name("out.csv"), puzzles.read_text()

    def changed(problems: Any, **options: Any) -> Iterator[Any]:
        yield from whole(problems, **options)
        if replaced:
            puzzles.unlink()
        puzzles.write_text(before.replace("1", "2"))

    whole = solving.columns_as_done
    with monkeypatch.context() as patch:
        patch.setattr(solving, "columns_as_done", changed)
        result = solve(puzzles, "-o", out)
    assert result.exit_code == 2
    assert result.stderr == (
        f"vmdsolve: {puzzles} was changed while it was read, and {out}.partial.jsonl holds answers of both; "
        "put it back and --resume, or delete that to begin anew\n"
    )
    assert not out.exists()
    assert "begun with other settings: inputs [" in solve(puzzles, "-o", out, "--resume").stderr
    puzzles.write_text(before)
    assert solve(puzzles, "-o", out, "--resume").exit_code == 0
    assert [row["problem"] for row in answers(out)] == before.splitlines()


def test_answers_that_come_in_any_order_stand_in_that_of_the_input(
    puzzles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = puzzles.with_name("out.csv")
    whole = solving.columns_as_done
    monkeypatch.setattr(solving, "columns_as_done", lambda *grids, **named: reversed(list(whole(*grids, **named))))
    assert solve(puzzles, "-o", out).exit_code == 0
    assert [row["problem"] for row in answers(out)] == puzzles.read_text().splitlines()


def test_a_journal_has_a_line_for_all_rows_that_come_together(puzzles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, lines = puzzles.with_name("out.csv"), puzzles.read_text().splitlines()
    puzzles.write_text("\n".join([*lines, "oops", *lines, "11" + "." * 79]) + "\n")
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "finish", lambda _: None)
        solve(puzzles, "-o", out)
    _, *told = map(json.loads, out.with_name("out.csv.partial.jsonl").read_text().splitlines())
    assert sorted(i for one in told for first, n in one["records"] for i in range(first, first + n)) == list(range(82))
    assert len(told) < 20
    again = solve(puzzles, "-o", out, "--resume")
    assert again.stderr.startswith("resumed: 82 problems were done before\n82 problems: 80 solved")
    assert [row["problem"] for row in answers(out)] == [*lines, "oops", *lines, "11" + "." * 79]


def test_rows_are_on_disk_before_the_next_but_one_is_known(puzzles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, seen = puzzles.with_name("out.csv.partial.jsonl"), []

    def watched(problems: Any, **options: Any) -> Iterator[Any]:
        for found in whole(problems, **options):
            yield found
            seen.append(journal.read_bytes().count(b"\n"))

    whole = solving.columns_as_done
    monkeypatch.setattr(solving, "columns_as_done", watched)
    solve(puzzles, "-o", puzzles.with_name("out.csv"), "--batch-size", 1)
    assert len(seen) == 40
    assert all(known - 1 <= lines - 1 <= known for known, lines in enumerate(seen, 1))  # but for the settings


# Inputs that are no plain files -----------------------------------------------------------------------


def sh(line: str) -> subprocess.CompletedProcess[str]:
    script = f'vmdsolve() {{ "{sys.executable}" -m vmdsolve "$@"; }}\n{line}'
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["cat {a} | {solve} /dev/stdin", "{solve} <(cat {a})", "cat {a} | {solve} -"])
def test_pipes_are_read_once_and_right(puzzles: Path, how: str) -> None:
    out = puzzles.with_name("out.csv")
    done = sh(how.format(a=puzzles, solve=f"vmdsolve solve --method search -o {out}"))
    assert (done.returncode, done.stdout) == (0, "")
    assert [row["problem"] for row in answers(out)] == puzzles.read_text().splitlines()
    again = sh(how.format(a=puzzles, solve=f"vmdsolve solve --method search --resume -o {out}"))
    assert again.returncode == 2
    assert "cannot be read a second time; --resume works with files" in again.stderr


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


def test_of_a_pipe_nobody_is_told_to_resume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(problems: Any, **options: Any) -> Iterator[Any]:
        yield next(whole(problems, **options))
        raise KeyboardInterrupt

    whole = solving.columns_as_done
    monkeypatch.setattr(solving, "columns_as_done", stopped)
    (tmp_path / "in.txt").write_text(f"{P}\n{P}\n")
    for arguments, how in (("-", "delete the journal to begin anew"), (tmp_path / "in.txt", "--resume continues")):
        out = tmp_path / f"out-{how[:3]}.txt"
        result = solve(arguments, "-o", out, stdin=f"{P}\n{P}\n")
        assert (result.exit_code, result.stderr) == (130, f"\n2 problems are done; {how}\nvmdsolve: interrupted\n")


# The limit that nobody asked for ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "limit"),
    [
        (["in.txt"], 60.0),
        (["-"], 60.0),
        ([P, "in.txt"], 60.0),
        ([P], None),
        (["in.txt", "--time-limit", "inf"], float("inf")),
        (["in.txt", "--time-limit", "3"], 3.0),
        (["in.txt", "--time-limit", "0"], 0.0),
    ],
)
@pytest.mark.parametrize("output", [[], ["-o", "out.csv"]])
def test_a_problem_of_a_file_has_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], limit: float | None, output: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.txt").write_text(P)
    seen = []
    for name in ("solve_batch", "columns_as_done"):
        whole = getattr(solving, name)

        def watched(problems: Any, whole: Any = whole, **options: Any) -> Any:
            seen.append(options["time_limit"])
            return whole(problems, **options)

        monkeypatch.setattr(solving, name, watched)
    run("solve", *arguments, *output, stdin=P)
    assert seen[:1] == [limit]


def test_it_is_said_how_many_ended_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["vmdsolve.cli.solve"], "LIMIT", 0.0)
    (tmp_path / "in.txt").write_text(f"{HARD}\n{HARD}\n")
    result = solve(tmp_path / "in.txt")
    assert result.stderr.startswith("2 problems: 0 solved, 2 TIMEOUT in ")
    assert result.stderr.endswith(" s; 2 ended by the limit of 0 s a problem, --time-limit sets another, inf none\n")
    assert "ended by" not in solve(tmp_path / "in.txt", "--time-limit", 0).stderr
    assert "Of files 60 if nothing is asked for; inf is no limit." in " ".join(run("solve", "--help").stdout.split())


def test_answers_to_many_go_to_a_file_too(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert solve("--all", 3, "." * 16, P, "-o", out).exit_code == 0
    rows = table(out.read_text())
    assert [row["problem"] for row in rows] == ["." * 16] * 3 + [P] * 3
    assert len({row["solution"] for row in rows[:3]}) == 3


def test_a_file_called_like_standard_input_is_not_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").write_text(S)
    assert solve("-", "-o", "out.txt", stdin=P).exit_code == 0
    assert Path("out.txt").read_text() == S + "\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["-", "out.txt"]

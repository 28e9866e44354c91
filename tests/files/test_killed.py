"""A job that is killed, or refused, at any call of the system: what it had done is kept, and nothing else is left."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import P, S

from vmdsolve.errors import InvalidInput, VmdsolveError
from vmdsolve.files.journal import Journal
from vmdsolve.files.record import Record
from vmdsolve.files.resumed import to_do
from vmdsolve.files.rows import Row, format_of

RECORDS = [Record("a", i + 1, P, others={"n": i}) for i in range(3)]
CALLS = ("open", "pwrite", "pwritev", "ftruncate", "fsync", "fchmod", "link", "replace", "rename", "unlink")
ENDED, REFUSED, KILLED = 0, 2, 9


def job(out: Path, *, resume: bool = False) -> None:
    with Journal(out, {"seed": 0}, resume=resume) as journal:
        for numbers, records in to_do(iter(RECORDS), journal, None):
            for number, record in zip(numbers, records, strict=True):
                row = Row(P, S, "SOLVED", "search", None, 0, 0.1, "", record.others)
                if out.suffix == ".csv":
                    journal.add(row, number, [record])
                else:  # which is what is written straight
                    table = {name: [value] for name, value in row.columns.items()}
                    journal.add_table(range(number, number + 1), [record], table)
        journal.finish()


def disturbed(out: Path, at: int, how: str) -> int:
    """How a job ended, in a process of its own, at whose call number `at` something happens."""
    if (pid := os.fork()) == 0:
        calls = iter(range(1, 10_000))
        for name in CALLS:
            setattr(os, name, _wrapped(getattr(os, name), name, calls, at, how))
        try:
            job(out)
        except (VmdsolveError, OSError):
            os._exit(REFUSED)
        except BaseException:
            os._exit(70)
        os._exit(ENDED)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _wrapped(call: Any, name: str, calls: Iterator[int], at: int, how: str) -> Any:
    def wrapped(*args: Any, **named: Any) -> Any:
        if next(calls) != at:
            return call(*args, **named)
        if how == "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        if how == "torn" and name in ("pwrite", "pwritev"):
            content = b"".join(args[1]) if name == "pwritev" else args[1]
            os.pwrite(args[0], content[: len(content) // 2], *args[2:])
        if how == "after":
            call(*args, **named)
        os._exit(KILLED)

    return wrapped


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@pytest.mark.parametrize("how", ["before", "torn", "after", "full"])
def test_whatever_happens_at_a_call_of_the_system(tmp_path: Path, how: str, ending: str) -> None:
    if ending == ".parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra parquet)")
    wanted = tmp_path / f"wanted{ending}"
    job(wanted)
    codes = []
    while not codes or codes[-1] != ENDED or how == "full":
        folder = tmp_path / str(len(codes))
        folder.mkdir()
        out = folder / f"out{ending}"
        codes.append(disturbed(out, len(codes) + 1, how))
        names = {out.name, f"{out.name}.partial.jsonl", f".vmdsolve-{out.name}"}
        assert {path.name for path in folder.iterdir()} <= names
        if codes[-1] != ENDED:
            job(out, resume=True)
        assert [path.name for path in folder.iterdir()] == [out.name]
        assert out.read_bytes() == wanted.read_bytes()
        if len(codes) > 40:
            break
    assert {*codes} == {ENDED, REFUSED if how == "full" else KILLED}


def test_a_journal_that_another_job_began_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with Journal(out, {"seed": 0}) as journal:
        journal.add(Row(P, S, "SOLVED", "search", None, 0, 0.1, ""))
        journal.path.unlink()
        other = Journal(out, {"seed": 1})
        with pytest.raises(InvalidInput, match="another job has begun one"):
            journal.finish()
    assert other.path.exists()
    other.__exit__()
    other.path.unlink()
    with Journal(out, {"seed": 0}) as journal:
        journal.path.unlink()
        journal.finish()  # gone is gone
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_no_output_is_called_like_a_journal(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="unfinished jobs; name it otherwise"):
        format_of(tmp_path / "out.csv.partial.jsonl")

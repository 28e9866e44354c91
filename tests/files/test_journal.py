"""The journal. Law 8: a killed job resumes without losing or repeating a line; and two jobs do not mix."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import P, S, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve import _native
from vmdsolve.errors import InvalidInput, VmdsolveError
from vmdsolve.files.growing import Growing
from vmdsolve.files.journal import Journal
from vmdsolve.files.kept import MOST_ROWS, kept_line, key_of
from vmdsolve.files.owned import grown as grown_of
from vmdsolve.files.rows import Row, write_rows
from vmdsolve.problem import Status

SOLVED = Row(P, S, "SOLVED", "vmd", True, 17, 0.25, "")
TABLE = {name: [value] for name, value in SOLVED.columns.items()}
ROWS = [
    SOLVED,
    Row('12, or "so"', None, "INVALID", None, None, 0, 0.0, 'a.txt:3: holds "x", not a symbol'),
    Row(P, None, "TIMEOUT", None, False, 3, 1.0, ""),
    Row("", None, "INVALID", None, None, 0, 0.0, "?"),
]


def journal_of(out: Path, rows: list[Row], settings: dict[str, Any]) -> bytes:
    """The bytes of a journal that was killed just before the end; where its rows grew, they stay."""
    with Journal(out, settings) as journal:
        for row in rows:
            journal.add(row)
    content = journal.path.read_bytes()
    journal.path.unlink()
    return content


def believed(journal: Journal) -> int:
    """How many rows were left, all of which are taken to be right."""
    rows = 0
    for place in filter(None, dict.fromkeys(journal.left(0, journal.reach))):
        said = journal.said(place)
        assert said is not None
        journal.believe(place, said[0].numbers, said[1])
        rows += len(said[0].numbers)
    return rows


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
        assert believed(journal) == done <= len(rows)
        for row in rows[done:]:
            journal.add(row)
        journal.finish()
    assert out.read_bytes() == whole.read_bytes()
    assert not path.exists()
    assert journal.tally.total == len(rows)


def test_resuming_keeps_every_whole_line(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    content = journal_of(out, ROWS, {})
    path, grown = tmp_path / "out.csv.partial.jsonl", grown_of(out)
    rows = grown.read_bytes()
    for cut in range(len(content) + 1):
        path.write_bytes(content[:cut])
        grown.write_bytes(rows)
        with Journal(out, {}, resume=True) as journal:
            assert journal.done == max(0, content[:cut].count(b"\n") - 1)
        path.unlink()


def test_killed_while_the_file_was_made_a_job_resumes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.txt"
    with Journal(out, {}) as journal:
        journal.add(SOLVED)
        with monkeypatch.context() as patch:
            patch.setattr(Growing, "becomes_out", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                journal.finish()
    with Journal(out, {}, resume=True) as journal:
        assert believed(journal) == 1
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


@pytest.mark.parametrize("first", [b"{}\n", b"[]\n", b"\xff\n", b'{"process": 1, "settings": 5}\n', b"puzzle\n"])
def test_a_foreign_file_is_no_journal(tmp_path: Path, first: bytes) -> None:
    (tmp_path / "out.txt.partial.jsonl").write_bytes(first + b"second\n")
    with pytest.raises(InvalidInput, match="is not the journal of a job"):
        Journal(tmp_path / "out.txt", {}, resume=True)


def test_a_journal_of_an_earlier_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "out.txt.partial.jsonl"
    path.write_bytes(b'{"process": 1         , "settings": {}}\n{"record": 0, "puzzle": "", "problem": "1..."}\n')
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match="is the journal of another version of vmdsolve; delete it to begin anew"):
        Journal(tmp_path / "out.txt", {}, resume=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", [b"rubbish\n", b"{}\n", b"\xff\xfe\n", b"\n", b"[" * 100_000 + b"\n"])
def test_a_damaged_line_is_named_and_dropped(tmp_path: Path, damage: bytes) -> None:
    content = journal_of(tmp_path / "out.txt", ROWS, {})
    path, said = tmp_path / "out.txt.partial.jsonl", []
    path.write_bytes(content + damage + b"torn")
    with Journal(tmp_path / "out.txt", {}, resume=True, say=said.append) as journal:
        assert believed(journal) == len(ROWS)
        journal.finish()
    assert said == [f"{path}:{len(ROWS) + 2} is damaged, or of another job; it is dropped"]
    assert len((tmp_path / "out.txt").read_text().splitlines()) == len(ROWS)


def test_no_byte_of_a_row_is_changed_unseen(tmp_path: Path) -> None:
    content = journal_of(tmp_path / "out.txt", [SOLVED], {})
    path, begin = tmp_path / "out.txt.partial.jsonl", content.index(b"\n") + 1
    for place in range(begin, len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with Journal(tmp_path / "out.txt", {}, resume=True) as journal:
            assert journal.done == 0
        path.unlink()


def test_damaged_settings_do_not_cost_the_rows(tmp_path: Path) -> None:
    content = journal_of(tmp_path / "out.txt", [SOLVED], {"seed": 12})
    path = tmp_path / "out.txt.partial.jsonl"
    for place in range(len(b'{"process": '), content.index(b"\n")):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with Journal(tmp_path / "out.txt", {"seed": 12}, resume=True) as journal:
            assert (journal.done, path.read_bytes()) == (1, content)
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="seed 12, now 13"):
        Journal(tmp_path / "out.txt", {"seed": 13}, resume=True)


def test_many_damaged_lines_are_counted_not_listed(tmp_path: Path) -> None:
    content = journal_of(tmp_path / "out.txt", [SOLVED], {})
    path, said = tmp_path / "out.txt.partial.jsonl", []
    path.write_bytes(content * 50)
    with Journal(tmp_path / "out.txt", {}, resume=True, say=said.append) as journal:
        assert believed(journal) == 1
        journal.finish()
    assert len(said) == 11
    assert said[1] == f"{path}:4 is of problem 1, of which there is a line before; it is dropped"
    assert said[-1] == f"{path}: 88 more lines were dropped"


def test_a_row_of_another_job_is_no_row_of_this_one(tmp_path: Path) -> None:
    mine, other = (journal_of(tmp_path / "out.txt", [SOLVED], {"seed": seed}) for seed in (1, 2))
    (tmp_path / "out.txt.partial.jsonl").write_bytes(mine.splitlines(True)[0] + other.splitlines(True)[1])
    with Journal(tmp_path / "out.txt", {"seed": 1}, resume=True) as journal:
        assert journal.done == 0


def test_no_line_makes_memory_grow(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    content = journal_of(out, [SOLVED], {})
    for numbers in ([10**14], range(10**14, 10**14 + 2), range(5, MOST_ROWS + 6), [5, 10**14]):
        far = b"".join([content, *kept_line(key_of({}), numbers, "0" * 16, TABLE)])
        (tmp_path / "out.json.partial.jsonl").write_bytes(far)
        with Journal(out, {}, resume=True) as journal:
            assert (journal.done, journal.reach) == (1, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("status", "SOLVEDISH"), ("status", ["SOLVED"]), ("nfe", "x"), ("nfe", 1 << 70), ("loops", -1), ("problem", 5)],
)
def test_what_a_field_cannot_be_is_damage_whatever_the_hash_says(tmp_path: Path, name: str, value: object) -> None:
    line = json.loads(b"".join(kept_line(key_of({}), [0], "", TABLE)))
    line["rows"][name] = [value]
    body = json.dumps({key: line[key] for key in line if key != "check"})[:-1].encode()
    hash_ = _native.XXH64()
    hash_.update(key_of({}) + body)
    forged = body + f', "check": "{hash_.hexdigest()}"}}\n'.encode()
    (tmp_path / "out.json.partial.jsonl").write_bytes(journal_of(tmp_path / "out.json", [], {}) + forged)
    with Journal(tmp_path / "out.json", {}, resume=True) as journal:
        [place] = journal.left(0, 1)
        assert (journal.done, journal.said(place)) == (1, None)


def test_rows_are_counted_at_the_end(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    with Journal(out, {}) as journal:
        journal.add(SOLVED, 1)
        journal.total = 2
        with pytest.raises(InvalidInput, match="there are rows of 1 problems, and the input has 2; --resume makes"):
            journal.finish()
        assert not out.exists()
        journal.add(SOLVED, 0)
        content = journal.path.read_bytes()
        journal.path.write_bytes(content.replace(b"SOLVED", b"SOLVEX"))
        with pytest.raises(InvalidInput, match=r"was changed while the job ran: the row of problem 1 is damaged"):
            journal.finish()
        assert (out.exists(), journal.path.exists()) == (False, True)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(6)))
def test_rows_that_come_in_any_order_are_written_in_that_of_the_input(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    out = tmp_path_factory.mktemp("order") / "out.csv"
    rows = [Row(str(i), None, "TIMEOUT", None, None, i, 0.0, "", {f"c{i % 4}": i, "d": 1}) for i in range(6)]
    with Journal(out, {}) as journal:
        for number in order:
            journal.add(rows[number], number)
        journal.finish()
    lines = out.read_text().splitlines()
    assert lines[0].endswith(",reason,c0,d,c1,c2,c3")
    assert [line.partition(",")[0] for line in lines[1:]] == list("012345")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_a_full_disk_is_a_sentence_that_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.csv"
    with Journal(out, {}) as journal:
        journal.add(SOLVED)
        whole = journal.path.read_bytes()

        grown, write = grown_of(out), os.pwrite
        rows = grown.read_bytes()
        for name, room in ((r"/\.vmdsolve-out\.csv", 0), ("jsonl", 1)):  # room for so many writes that are whole
            calls = iter(range(9))

            def full(handle: int, told: Any, place: int, calls: Any = calls, room: int = room) -> int:
                content = told if isinstance(told, (bytes, memoryview)) else b"".join(told)
                if (call := next(calls)) > room:
                    raise OSError(28, "No space left on device")
                return write(handle, content if call < room else content[:9], place)

            with monkeypatch.context() as patch:
                patch.setattr(os, "pwrite", full)
                patch.setattr(os, "pwritev", full)
                with pytest.raises(VmdsolveError, match=rf"^cannot write .*{name}: No space .*; --resume continues$"):
                    journal.add(SOLVED)
    with Journal(out, {}, resume=True) as journal, monkeypatch.context() as patch:
        assert believed(journal) == 1
        patch.setattr("vmdsolve.files.growing.put", lambda *_: Path("/dev/full").write_text("x"))
        with pytest.raises(VmdsolveError, match=r"^cannot write .*out\.csv: No space .*; --resume continues$"):
            journal.finish()
    with Journal(out, {}, resume=True) as journal:
        assert (journal.done, journal.path.read_bytes(), grown.read_bytes()) == (1, whole, rows)


def test_a_damaged_journal_is_one_sentence_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text(P)
    journal = tmp_path / "out.txt.partial.jsonl"
    journal.write_text('{"process": 1, "settings": {}}\n{"status": "SOLVEDISH"}\n')
    before = journal.read_bytes()
    result = run("solve", tmp_path / "in.txt", "-o", tmp_path / "out.txt", "--resume")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert journal.read_bytes() == before


def test_a_job_that_goes_on_says_its_own_number(tmp_path: Path) -> None:
    content = journal_of(tmp_path / "out.txt", ROWS, {"seed": 1})
    path = tmp_path / "out.txt.partial.jsonl"
    other = content.replace(b"%-10d" % os.getpid(), b"%-10d" % 4194304)
    assert other != content
    path.write_bytes(other + b'{"torn')
    with Journal(tmp_path / "out.txt", {"seed": 1}, resume=True) as journal:
        assert (journal.done, path.read_bytes()) == (len(ROWS), content)


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_read_again(tmp_path: Path, status: Status) -> None:
    row = Row(P, None, str(status), None, None, 0, 0.0, "")
    (tmp_path / "out.txt.partial.jsonl").write_bytes(journal_of(tmp_path / "out.txt", [row], {}))
    with Journal(tmp_path / "out.txt", {}, resume=True) as journal:
        assert journal.done == 1

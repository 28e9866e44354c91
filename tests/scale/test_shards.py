"""Shards are the rows of the input in order, whatever their size, who made them, and how often they were disturbed."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve import BatchSolver
from vmdsolve.errors import InvalidInput, VmdsolveError
from vmdsolve.files.formats.json import loads
from vmdsolve.files.record import Record
from vmdsolve.scale.join import joined, shards_of
from vmdsolve.scale.manifest import Manifest, manifests
from vmdsolve.scale.place import Place
from vmdsolve.scale.rows import columns_of
from vmdsolve.scale.shards import Shards

SOME = [
    "1......2..4..3..",
    "11..............",
    "oops",
    "1......44......1",
    "1 . . .\n. . . 4\n. . . .\n. . 2 .",
    "1.1./..1./.1../....",
]
RECORDS = [Record("a.txt", i + 1, SOME[i % len(SOME)], others={"id": i}) for i in range(11)]
SOLVER = BatchSolver(method="search", threads=1)
WANTED = columns_of(RECORDS, SOLVER)
CALLS = ("fsync", "link", "replace", "open", "unlink")
ENDED, REFUSED, KILLED = 0, 2, 9


def job(out: Path, size: int, place: Place = Place(), *, resume: bool = False, seed: int = 0) -> int:  # noqa: B008
    """Solve RECORDS into shards; how many are told to be done."""
    with Shards(out, {"seed": seed}, size, place, resume=resume) as shards:
        return sum(shards.run(iter([Record(**one.__getstate__()[1]) for one in RECORDS]), SOLVER))  # type: ignore[index]


def rows(out: Path) -> list[dict[str, Any]]:
    """The rows of all shards, which are all there."""
    return [loads(line) for path in shards_of(out).paths for line in path.read_bytes().splitlines()]


def wanted() -> list[dict[str, Any]]:
    return [{name: column[i] for name, column in WANTED.items()} for i in range(len(RECORDS))]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 12), n=st.integers(1, 4), data=st.data())
def test_jobs_that_share_an_output_make_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, size: int, n: int, data: st.DataObject
) -> None:
    out = tmp_path_factory.mktemp("jobs") / "out.jsonl"
    for k in data.draw(st.permutations(range(1, n + 1))):
        mine = sum(len(RECORDS[at : at + size]) for at in range(0, 11, size) if Place(k, n).has(at // size))
        assert job(out, size, Place(k, n)) == mine
    assert rows(out) == wanted()
    assert shards_of(out).ends == {"SOLVED": 6, "by search": 6, "UNSATISFIABLE": 3, "INVALID": 2}


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"])
def test_shards_are_joined_to_the_file_that_one_shard_is(tmp_path: Path, ending: str) -> None:
    if ending == ".parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra parquet)")
    many, one, file = tmp_path / f"many{ending}", tmp_path / f"one{ending}", tmp_path / f"file{ending}"
    job(many, 3)
    job(one, 100)
    [whole] = shards_of(one).paths
    joined(shards_of(many), file)
    if ending == ".parquet":
        parquet = pytest.importorskip("pyarrow.parquet")
        assert parquet.read_table(file).equals(parquet.read_table(whole))
        assert parquet.read_table(many).num_rows == len(RECORDS)  # as data sets are read: by folder
    else:
        assert file.read_bytes() == whole.read_bytes()
    with pytest.raises(InvalidInput, match=r"cannot join .* its shards are \.\w+; name it so"):
        joined(shards_of(many), tmp_path / "file.txt")


def disturbed(out: Path, at: int, how: str) -> int:
    """How a job ended, in a process of its own, at whose call number `at` something happens."""
    if (pid := os.fork()) == 0:
        calls = iter(range(1, 10_000))
        for name in CALLS:
            setattr(os, name, _wrapped(getattr(os, name), calls, at, how))
        try:
            job(out, 4)
        except (VmdsolveError, OSError):
            os._exit(REFUSED)
        except BaseException:
            os._exit(70)
        os._exit(ENDED)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _wrapped(call: Any, calls: Iterator[int], at: int, how: str) -> Any:
    def wrapped(*args: Any, **named: Any) -> Any:
        if next(calls) != at:
            return call(*args, **named)
        if how == "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        if how == "after":
            call(*args, **named)
        os._exit(KILLED)

    return wrapped


@pytest.mark.slow
@pytest.mark.parametrize("how", ["before", "after", "full"])
def test_whatever_happens_at_a_call_of_the_system_nothing_is_lost(tmp_path: Path, how: str) -> None:
    for at in range(1, 40):
        out = tmp_path / f"{at}.jsonl"
        code = disturbed(out, at, how)
        assert code in (ENDED, REFUSED, KILLED)
        if code != ENDED:
            job(out, 4, resume=True)
        assert rows(out) == wanted()
        assert not [path.name for path in out.iterdir() if path.name[0] not in "_p"]


def test_a_manifest_that_is_cut_anywhere_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    job(out, 4)
    path = Manifest.at(out, Place())
    content = path.read_bytes()
    begin = content.index(b"\n") + 1
    for cut in range(begin, len(content) + 1, 7):
        path.write_bytes(content[:cut])
        with Shards(out, {"seed": 0}, 4, resume=True) as shards:
            assert len(shards.manifest.done) == content[begin:cut].count(b'"shard"' if cut == len(content) else b"}}\n")
    job(out, 4, resume=True)
    assert (rows(out), path.read_bytes()) == (wanted(), content)


def test_only_what_is_missing_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.jsonl"
    job(out, 4)
    (out / "part-00000001.jsonl").unlink()
    solved: list[int] = []
    monkeypatch.setattr(
        "vmdsolve.scale.shards.columns_of", lambda some, solver: solved.append(some[0].line) or columns_of(some, solver)
    )
    assert job(out, 4, resume=True) == len(RECORDS)
    assert (solved, rows(out)) == ([5], wanted())


def test_what_is_missing_or_changed_is_named(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    with pytest.raises(InvalidInput, match="is no folder of shards: there is no manifest in it"):
        shards_of(out)
    job(out, 3, Place(1, 2))
    with pytest.raises(InvalidInput, match=r"of jobs 2/2 there is no manifest; run them with --shard"):
        shards_of(out)
    job(out, 3, Place(2, 2))
    part = out / "part-00000002.jsonl"
    content = part.read_bytes()
    part.write_bytes(content.replace(b"SOLVED", b"SOLVEX", 1))
    with pytest.raises(InvalidInput, match=r"part-00000002\.jsonl is gone or was changed since it was written"):
        shards_of(out)
    part.write_bytes(content)
    path = Manifest.at(out, Place(2, 2))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(InvalidInput, match=r"job 2/2 has not ended; run it with --resume"):
        shards_of(out)
    path.write_bytes(b"".join([lines[0], *lines[2:]]))
    with pytest.raises(InvalidInput, match=r"there is no part-00000001\.jsonl; --resume makes it good"):
        shards_of(out)


@pytest.mark.parametrize("damage", [lambda raw: raw.replace(b"SOLVED", b"SOLVEX", 1), lambda raw: raw[:-1]])
def test_a_shard_that_was_changed_is_made_anew_by_a_resumed_job(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    out = tmp_path / "out.jsonl"
    job(out, 3)
    before = {path.name for path in out.glob("part-*")}
    part = out / "part-00000001.jsonl"
    part.write_bytes(damage(part.read_bytes()))
    with pytest.raises(InvalidInput, match="--resume makes it good"):
        shards_of(out)
    job(out, 3, resume=True)
    assert {path.name for path in out.glob("part-*")} == before
    assert rows(out) == wanted()
    shards_of(out)


def test_what_is_no_place_for_shards_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "file.jsonl").write_text("mine")
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "folder.jsonl" / "mine").write_text("mine")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "elsewhere")
    for name, message in (
        ("file.jsonl", "it is no folder, and shards are files of a folder"),
        ("link.jsonl", "it is no folder"),
        ("folder.jsonl", "holds files that are no shards; name a folder that is new or empty"),
        ("out.txt", r"its ending is '\.txt'; wanted one of \.csv, \.tsv, \.jsonl"),
        ("nowhere/out.csv", "there is no folder"),
    ):
        with pytest.raises(InvalidInput, match=message):
            job(tmp_path / name, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.jsonl", "folder.jsonl", "link.jsonl"]


def test_a_job_that_begins_while_another_looks_is_no_strange_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.jsonl"
    out.mkdir()
    (out / ".vmdsolve-0123456789abcdef").write_text("of a job that was killed before")

    def meanwhile(folder: Path) -> list[Manifest]:
        found = manifests(folder)
        Manifest.new(folder, {"seed": 0, "shard_size": 3}, Place(2, 2))
        return found

    monkeypatch.setattr("vmdsolve.scale.shards.manifests", meanwhile)
    job(out, 3, Place(1, 2))
    assert [one.place.k for one in manifests(out)] == [1, 2]


def test_a_second_job_other_settings_and_one_that_is_done_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    with Shards(out, {"seed": 0}, 3), pytest.raises(InvalidInput, match=r"process \d+ is at work on shards 1/1 of"):
        job(out, 3, resume=True)
    assert job(out, 3) == len(RECORDS)  # of the one before no shard is done: there is nothing to go on with
    with pytest.raises(InvalidInput, match="holds shards of a job 1/1: continue it with --resume, or name another"):
        job(out, 3)
    with pytest.raises(InvalidInput, match="was begun with other settings: shard_size 3, then 4; name another folder"):
        job(out, 4, resume=True)
    with pytest.raises(InvalidInput, match="other settings: seed 0, then 1"):
        job(out, 3, seed=1, resume=True)
    with pytest.raises(InvalidInput, match="other settings: one of 1, one of 2 jobs"):
        job(out, 3, Place(1, 2), resume=True)
    for content, message in (
        (b"", "is damaged: it is no manifest of shards; move it away"),
        (b"{}\n", "is damaged"),
        (b'{"manifest": "vmdsolve-shards-9"}\n', "is of version 'vmdsolve-shards-9'; this one writes"),
    ):
        Manifest.at(out, Place()).write_bytes(content)
        with pytest.raises(InvalidInput, match=message):
            job(out, 3, resume=True)


def test_the_reading_of_an_input_that_fails_is_told_and_what_is_whole_stays(tmp_path: Path) -> None:
    def failing() -> Iterator[Record]:
        yield from RECORDS[:7]
        raise InvalidInput("a.txt: bytes near line 8 are not UTF-8 text")

    out = tmp_path / "out.jsonl"
    with Shards(out, {"seed": 0}, 3) as shards, pytest.raises(InvalidInput, match="near line 8"):
        list(shards.run(failing(), SOLVER))
    assert job(out, 3, resume=True) == len(RECORDS)
    assert rows(out) == wanted()


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b'"shard_size": 3', b'"shard_size": 0'),
        (b'"shard_size": 3', b'"shard_size": "x"'),
        (b'"shard_size": 3', b'"size": 3'),
        (b'"shard": "1/1"', b'"shard": "auto"'),
        (b'"shard": "1/1"', b'"shard": "2/3"'),
        (b'"shard": 0', b'"shard": "0"'),
        (b'"shard": 0', b'"shard": 0.5'),
        (b'"rows": 3', b'"rows": "3"'),
        (b'"rows": 3', b'"rows": 7'),
        (b'"SOLVED": 1', b'"SOLVED": -5'),
        (b'"SOLVED": 1', b'"SOLVED": "x"'),
        (b'"records": 11', b'"records": -1'),
        (b'"check": ', b'"cheque": '),
    ],
)
def test_a_manifest_that_says_what_cannot_be_is_called_damaged(tmp_path: Path, was: bytes, becomes: bytes) -> None:
    out = tmp_path / "out.jsonl"
    job(out, 3)
    path = Manifest.at(out, Place())
    raw = path.read_bytes()
    assert was in raw
    path.write_bytes(raw.replace(was, becomes))
    with pytest.raises(InvalidInput, match="is damaged: it is no manifest of shards; move it away"):
        shards_of(out)
    with pytest.raises(InvalidInput, match="is damaged"):
        job(out, 3, resume=True)


@pytest.mark.parametrize("records", [0, 3, 9, 12, 13, 1000])
def test_manifests_that_contradict_themselves_are_not_joined(tmp_path: Path, records: int) -> None:
    out = tmp_path / "out.jsonl"
    job(out, 3)
    path = Manifest.at(out, Place())
    path.write_bytes(path.read_bytes().replace(b'"records": 11', b'"records": %d' % records))
    with pytest.raises(
        InvalidInput, match=r"the manifests contradict each other: part-0000000\d\.jsonl.* cannot be of"
    ):
        shards_of(out)


def test_a_shard_that_became_a_link_is_made_anew_and_what_it_led_to_is_left(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out.jsonl", tmp_path / "elsewhere"
    job(out, 3)
    part = out / "part-00000001.jsonl"
    part.rename(elsewhere)
    part.symlink_to(elsewhere)
    before = elsewhere.read_bytes() + b"more"
    elsewhere.write_bytes(before)
    with pytest.raises(InvalidInput, match="--resume makes it good"):
        shards_of(out)
    job(out, 3, resume=True)
    assert (rows(out), elsewhere.read_bytes()) == (wanted(), before)


def test_of_jobs_of_different_numbers_that_begin_at_once_one_is_refused(tmp_path: Path) -> None:
    for i in range(10):
        out, both = tmp_path / f"{i}.jsonl", Barrier(2)

        def begun(n: int, out: Path = out, both: Barrier = both) -> int:
            both.wait()
            return job(out, 3, Place(1, n))

        with ThreadPoolExecutor(2) as pool:
            ended = [pool.submit(begun, n) for n in (2, 3)]
        refused = [one for one in ended if one.exception() is not None]
        assert len(refused) == 1
        with pytest.raises(InvalidInput, match="was begun with other settings: one of"):
            refused[0].result()
        assert len(manifests(out)) == 1

"""Files appear whole or not at all, with the right permissions, whoever else writes; packed ones are bounded."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import stat
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from vmdsolve.atomic import replacing, written
from vmdsolve.errors import InvalidInput
from vmdsolve.files.records import read
from vmdsolve.model.checkpoint import write_atomically


@pytest.fixture
def umask() -> Iterator[int]:
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path, umask: int) -> None:
    write_atomically(tmp_path / "folder" / "a", b"1")
    with written(tmp_path / "b") as out:
        out.write("1\n")
    assert mode(tmp_path / "folder" / "a") == mode(tmp_path / "b") == 0o666 & ~umask
    (tmp_path / "b").chmod(0o600)
    with replacing(tmp_path / "b") as binary:
        binary.write(b"2")
    assert mode(tmp_path / "b") == 0o600


def test_the_umask_is_never_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "umask", lambda _: pytest.fail("other threads would see it"))
    write_atomically(tmp_path / "a", b"1")
    assert (tmp_path / "a").read_bytes() == b"1"


def test_many_writers_leave_one_whole_file(tmp_path: Path) -> None:
    path, texts = tmp_path / "a", [f"{i}\n" * 20_000 for i in range(8)]

    def write(text: str) -> None:
        for _ in range(5):
            with written(path) as out:
                out.write(text)

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in threads):
        if path.exists():
            seen.add(path.read_text())
    assert seen <= set(texts)
    assert path.read_text() in texts
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_of_a_write_that_ends_badly(tmp_path: Path) -> None:
    def broken() -> None:
        with replacing(tmp_path / "a") as out:
            out.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_with_the_name_of_the_file(tmp_path: Path) -> None:
    def full() -> None:
        with written(tmp_path / "a.csv") as out:
            out.write("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match=r"^\[Errno 28\] No space left on device: '.*/a\.csv'$"):
        full()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="no files without a name here")
def test_a_file_has_no_name_before_it_is_whole(tmp_path: Path) -> None:
    with written(tmp_path / "a.csv") as out:
        out.write("half")
        out.flush()
        assert list(tmp_path.iterdir()) == []  # a kill leaves nothing behind
    assert (tmp_path / "a.csv").read_text() == "half"


def test_what_is_no_plain_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        with pytest.raises(InvalidInput, match="it is no plain file"), written(tmp_path / name):
            pass
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("flag", ["O_TMPFILE", "O_PATH"])
def test_systems_that_have_less_write_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: str) -> None:
    monkeypatch.delattr(os, flag, raising=False)
    with written(tmp_path / "a.csv") as out:
        out.write("whole")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    with pytest.raises(ZeroDivisionError), written(tmp_path / "a.csv") as out:
        out.write(str(1 / 0))
    assert [path.read_text() for path in tmp_path.iterdir()] == ["whole"]


def test_a_link_laid_in_the_way_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda _: "guessed")
    (tmp_path / "other").write_text("mine")
    (tmp_path / ".vmdsolve-guessed").symlink_to(tmp_path / "other")
    (tmp_path / "a").write_text("old")
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / "a", b"1")
    assert ((tmp_path / "a").read_text(), (tmp_path / "other").read_text()) == ("old", "mine")
    assert (tmp_path / ".vmdsolve-guessed").is_symlink()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "pack"), [("a", bytes), ("a.gz", gzip.compress), ("a.xz", lzma.compress), ("a.bz2", bz2.compress)]
)
def test_no_more_is_unpacked_than_asked_for(tmp_path: Path, name: str, pack: object) -> None:
    path = tmp_path / name
    path.write_bytes(pack(b"0" * 50_000_000))
    tracemalloc.start()
    with pytest.raises(InvalidInput, match=r":1 is over 262,144 characters"):
        list(read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000

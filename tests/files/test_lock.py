"""A lock is held by one process at a time, and dies with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vmdsolve import InvalidInput
from vmdsolve.files.lock import Lock


def test_the_second_is_refused_and_told_of_the_first(tmp_path: Path) -> None:
    with Lock(tmp_path / "a", "writes a"), pytest.raises(InvalidInput, match=rf"^process {os.getpid()} writes a$"):
        Lock(tmp_path / "a", "writes a")
    Lock(tmp_path / "a", "writes a").release()


HOLDER = """
import sys
from pathlib import Path
from vmdsolve.files.lock import Lock
lock = Lock(Path(sys.argv[1]), "")
print("held", flush=True)
input()
"""


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    path, pipe = tmp_path / "a", subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(InvalidInput, match=f"^process {other.pid} "):
            Lock(path, "works")
        other.kill()
        other.wait()
        Lock(path, "works").release()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("untouched")
    (tmp_path / "a").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="link"):
        Lock(tmp_path / "a", "works")
    assert (tmp_path / "victim").read_text() == "untouched"


def test_a_lock_whose_file_was_removed_is_lost(tmp_path: Path) -> None:
    with Lock(tmp_path / "a", "works") as lock:
        assert not lock.lost
        (tmp_path / "a").unlink()
        assert lock.lost
        Lock(tmp_path / "a", "works").release()
        assert lock.lost

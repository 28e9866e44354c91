"""An input that changes while a job reads it is noticed, and one that does not is read through but once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers.commands import P, S

from vmdsolve.files import prints
from vmdsolve.files.prints import Prints


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of which arguments hashes were taken."""
    out: list[str] = []
    take = prints.fingerprint
    monkeypatch.setattr(prints, "fingerprint", lambda argument: (out.append(argument), take(argument))[1])
    return out


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour from now."""
    now = prints.time.time
    monkeypatch.setattr(prints.time, "time", lambda: now() + 3600)


@pytest.mark.usefixtures("later")
def test_a_file_that_nobody_writes_to_is_read_once(tmp_path: Path, hashed: list[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_text(P)
    held = Prints([str(path), P])
    assert (held.changed(), hashed) == (None, [str(path), P, P])  # a puzzle of the command line costs nothing


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("same_size", [False, True])
def test_a_change_is_noticed(tmp_path: Path, same_size: bool) -> None:
    path = tmp_path / "a.txt"
    path.write_text(P)
    held = Prints([str(path)])
    path.write_text(S[: len(P)] if same_size else S + S)
    assert held.changed() == str(path)
    path.write_text(P)
    assert held.changed() is None  # it holds what it held
    path.unlink()
    assert held.changed() == str(path)


def test_a_change_within_the_tick_of_a_clock_is_noticed_too(tmp_path: Path, hashed: list[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_text(P)
    was = path.stat()
    held = Prints([str(path)])
    path.write_text(S[: len(P)])
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert held.changed() == str(path)
    assert len(hashed) == 2

"""Places are a list on disk: what was put is there, whatever the order, and memory does not grow with it."""

from __future__ import annotations

import errno
import os
import tracemalloc
from pathlib import Path
from tempfile import gettempdir

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.files.places import BLOCK, Places

FAR = st.one_of(st.integers(0, 3), st.integers(BLOCK - 2, BLOCK + 2), st.integers(0, 5 * BLOCK))


@given(st.lists(st.tuples(FAR, st.integers(-(2**62), 2**62)), max_size=40))
def test_places_are_a_list_with_nothing_where_none_was_put(put: list[tuple[int, int]]) -> None:
    wanted: dict[int, int] = {}
    with Places(Path(gettempdir()), RuntimeError) as places:
        for i, place in put:
            assert places[i] == wanted.get(i, 0)
            places[i] = place
            wanted[i] = place
        n = max(wanted, default=-1) + 1
        assert len(places) == n
        assert list(places) == [wanted.get(i, 0) for i in range(n)]


def test_a_million_take_no_more_memory_than_a_thousand(tmp_path: Path) -> None:
    with Places(tmp_path, RuntimeError) as places:
        tracemalloc.start()
        try:
            for i in range(1_000_000):
                places[i] = i + 1
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < 200_000
        assert (len(places), places[0], places[654_321], places[10**12]) == (1_000_000, 1, 654_322, 0)
    assert not list(tmp_path.iterdir())  # it has no name, and leaves nothing


def test_a_full_disk_is_told_in_the_words_of_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with Places(tmp_path, lambda error: ValueError(f"cannot write out: {error.strerror}")) as places:
        places[0] = 1
        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(ValueError, match="cannot write out: No space left on device"):
            places[BLOCK] = 1
    with pytest.raises(ValueError, match="cannot write out: No such file or directory"):
        Places(tmp_path / "nowhere", lambda error: ValueError(f"cannot write out: {error.strerror}"))

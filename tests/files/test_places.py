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


@given(st.lists(st.tuples(FAR, st.integers(1, 2 * BLOCK), st.booleans(), st.integers(-(2**62), 2**62)), max_size=20))
def test_places_are_a_list_with_nothing_where_none_was_put(put: list[tuple[int, int, bool, int]]) -> None:
    wanted: dict[int, int] = {}
    with Places(Path(gettempdir()), RuntimeError) as places:
        for i, n, apart, place in put:
            indices = [i, i + n] if apart else range(i, i + n)
            assert places.of(i, i + n) == [wanted.get(k, 0) for k in range(i, i + n)]
            places.put(indices, place)
            wanted |= dict.fromkeys(indices, place)
        n = max(wanted, default=-1) + 1
        assert len(places) == n
        assert places.of(0, n + 3) == [wanted.get(i, 0) for i in range(n + 3)]


def test_a_million_take_no_more_memory_than_a_thousand(tmp_path: Path) -> None:
    with Places(tmp_path, RuntimeError) as places:
        tracemalloc.start()
        try:
            for i in range(0, 1_000_000, 100):
                places.put(range(i, i + 100), i + 1)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < 200_000
        assert len(places) == 1_000_000
        assert [places.of(i, i + 1) for i in (0, 654_321, 10**12)] == [[1], [654_301], [0]]
    assert not list(tmp_path.iterdir())  # it has no name, and leaves nothing


def test_a_full_disk_is_told_in_the_words_of_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with Places(tmp_path, lambda error: ValueError(f"cannot write out: {error.strerror}")) as places:
        places.put([0], 1)
        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(ValueError, match="cannot write out: No space left on device"):
            places.put([BLOCK], 1)
    with pytest.raises(ValueError, match="cannot write out: No such file or directory"):
        Places(tmp_path / "nowhere", lambda error: ValueError(f"cannot write out: {error.strerror}"))

"""Sets of symbols are counted alike by every NumPy that there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve import sets


@given(st.lists(st.integers(0, 2**64 - 1), max_size=9))
def test_sets_are_counted_alike_by_old_and_new_numpy(values: list[int]) -> None:
    array = np.array(values, np.uint64).reshape(1, -1)
    counts = [[value.bit_count() for value in values]]
    assert sets.count(array).tolist() == counts
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(np, "bitwise_count", raising=False)
        assert sets.count(array).tolist() == counts
    assert sets.count(array).dtype == np.int64

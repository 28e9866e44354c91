"""Element and Product list what a plain loop accepts, and refuse what is large."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput
from vmdsolve.tables import Element, Product

small = st.integers(-3, 6)


@given(array=st.lists(small, max_size=6), V=st.integers(1, 6), first=st.integers(-2, 2), origin=st.integers(-1, 2))
def test_element_lists_what_the_array_says(array: list[int], V: int, first: int, origin: int) -> None:
    rule = Element(array, 5, 2, V=V, first=first, origin=origin)
    wanted = {
        (a, b)
        for a, b in product(range(V), repeat=2)
        if dict(enumerate(array, origin)).get(a + first, "none") == b + first
    }
    assert rule.cells == (5, 2)
    assert set(rule.tuples) == wanted


@given(n=st.integers(1, 4), total=st.integers(-12, 40), V=st.integers(1, 5), first=st.integers(-2, 2))
def test_product_lists_what_multiplies_to_the_total(n: int, total: int, V: int, first: int) -> None:
    rule = Product(range(n), total, V=V, first=first)
    wanted = [row for row in product(range(V), repeat=n) if prod(value + first for value in row) == total]
    assert sorted(rule.tuples) == wanted


def test_what_is_large_or_no_number_is_refused() -> None:
    assert len(Product(range(3), 0, V=64, first=0).tuples) == 64**3 - 63**3
    with pytest.raises(InvalidInput, match=r"Product .cage. has 9..6 fillings to list; wanted at most 262,144"):
        Product(range(6), 7, "cage", V=9)
    with pytest.raises(InvalidInput, match="Product's total is"):
        Product([0], 1.5, V=9)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="Element's V is 65; wanted a whole number from 1 to 64"):
        Element([1], 0, 1, V=65)
    with pytest.raises(InvalidInput, match="names cell 3 twice"):
        Element([1], 3, 3, V=2)

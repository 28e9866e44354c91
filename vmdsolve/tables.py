"""Element and Product: constraints that are listed as a Table, where it is small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product as fillings

from .arguments import whole
from .constraints import Table
from .deadline import stop_point
from .errors import InvalidInput
from .problem import as_cells
from .sets import MAX_SYMBOLS

__all__ = ["MOST_FILLINGS", "Element", "Product"]

MOST_FILLINGS = 2**18  # that are tried one by one
LOOK = 4096  # of them between two looks at the clock


def Element(
    array: Iterable[int], index: int, result: int, relation: str = "element", *, V: int, first: int = 1, origin: int = 0
) -> Table:
    """The cell `result` holds what `array` has at the place that the cell `index` holds.

    Parameters
    ----------
    array
        Whole numbers.
    index, result
        Two cells; value v of either stands for the number v + first.
    V
        How many symbols there are.
    origin
        The number of the array's first place.

    Raises
    ------
    InvalidInput
        An argument is no whole number, or V is not 1 to 64.

    Examples
    --------
    >>> Element([3, 1, 2], 0, 1, V=3, origin=1).tuples
    ((0, 2), (1, 0), (2, 1))
    """
    numbers = [whole(number, "a number of Element's array") for number in array]
    first, origin = whole(first, "Element's first"), whole(origin, "Element's origin")
    places = range(whole(V, "Element's V", 1, MAX_SYMBOLS))
    rows = [
        (place, numbers[at] - first)
        for place in places
        if 0 <= (at := place + first - origin) < len(numbers) and numbers[at] - first in places
    ]
    return Table([index, result], rows, relation)


def Product(cells: Iterable[int], total: int, relation: str = "product", *, V: int, first: int = 1) -> Table:
    """The numbers in the cells, multiplied, are `total`; value v stands for the number v + first.

    Raises
    ------
    InvalidInput
        An argument is no whole number, V is not 1 to 64, or the cells have more than 262,144 fillings; a Regular takes
        less then.

    Examples
    --------
    >>> Product([0, 1], 6, V=6).tuples
    ((0, 5), (1, 2), (2, 1), (5, 0))
    """
    held, wanted = as_cells(cells, "Product"), whole(total, "Product's total")
    numbers = [value + whole(first, "Product's first") for value in range(whole(V, "Product's V", 1, MAX_SYMBOLS))]
    if len(numbers) ** len(held) > MOST_FILLINGS:
        raise InvalidInput(
            f"Product ({relation}) has {len(numbers)}**{len(held)} fillings to list; wanted at most {MOST_FILLINGS:,}: "
            "fewer cells, or a Regular whose states are the product so far"
        )
    return Table(held, _multiplied(numbers, len(held), wanted), relation)


def _multiplied(numbers: Sequence[int], n: int, total: int) -> Iterator[tuple[int, ...]]:
    for tried, row in enumerate(fillings(range(len(numbers)), repeat=n)):
        if tried % LOOK == 0:
            stop_point()
        reached = 1
        for value in row:
            reached *= numbers[value]
        if reached == total:
            yield row

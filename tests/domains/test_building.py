"""What is made of a text takes work by the length of the text, whatever it says."""

from __future__ import annotations

import pytest
from helpers.ticking import TICK, ticking

from vmdsolve.domains import get


def star(n: int) -> str:
    return f"colours 3/p edge {n} {n - 1}/" + "/".join(f"e 1 {v}" for v in range(2, n + 1))


def cages(n: int, size: int) -> str:
    """A kenken whose cages, of cells in a row, show ever other numbers."""
    cells = n - n % size
    labels = [str(1 + row * n + c) if c % size == 0 and c < cells else "-" for row in range(n) for c in range(n)]
    labels = [label if label != "-" or c % n < cells else "1" for c, label in enumerate(labels)]
    numbers = [str(row * n + c // size) if c < cells else f"x{row * n + c}" for row in range(n) for c in range(n)]
    rows = [" ".join(part[i : i + n]) for part in (labels, numbers) for i in range(0, n * n, n)]
    return "/".join([f"{n} {n}", *rows])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("domain", "text"), [("colouring", star(65_000)), ("kenken", cages(25, 3)), ("kenken", cages(10, 4))],
    ids=["star", "kenken of 25", "kenken of 10"],
)  # fmt: skip
def test_rules_are_built_in_work_that_the_text_bounds(domain: str, text: str) -> None:
    with ticking() as gone:
        assert get(domain).parse(text).rules.constraints
        assert gone() < 600_000 * TICK + 5 * len(text) * TICK

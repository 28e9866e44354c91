"""Exact statistics for tests of random draws."""

from __future__ import annotations

import math
from collections.abc import Sequence


def chi_square_z(counts: Sequence[int], probabilities: Sequence[float]) -> float:
    """Normal score of Pearson's statistic (Wilson-Hilferty); above 4: not drawn from `probabilities`."""
    n, df = sum(counts), len(probabilities) - 1
    assert min(probabilities) * n >= 5, "too few draws for the rarest outcome; draw more or merge outcomes"
    statistic = sum((c - n * p) ** 2 / (n * p) for c, p in zip(counts, probabilities, strict=True))
    return float(((statistic / df) ** (1 / 3) - (1 - 2 / (9 * df))) / math.sqrt(2 / (9 * df)))


def merged_z(counts: Sequence[int], probabilities: Sequence[float]) -> float:
    """`chi_square_z` with the rarest outcomes made one, just as many as it takes; `probabilities` sum to 1."""
    n, rest, rest_p = sum(counts), 0, 0.0
    kept: list[tuple[int, float]] = sorted(zip(counts, probabilities, strict=True), key=lambda pair: pair[1])
    while kept and (kept[0][1] * n < 5 or 0 < rest_p * n < 5):
        count, p = kept.pop(0)
        rest, rest_p = rest + count, rest_p + p
    pairs = [*kept, (rest, rest_p)] if rest_p else kept
    assert len(pairs) > 2, "hardly anything is left to compare"
    return chi_square_z([count for count, _ in pairs], [p for _, p in pairs])

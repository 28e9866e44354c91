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

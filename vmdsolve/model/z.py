"""z as people give it and get it, and as the network takes it:

    Gaussian    D numbers                              the same numbers
    classes     of each of G groups its class          [G * C], one-hot in each group
    states      2 numbers                              the same numbers, whose bits are the key of noise
    cells       a board [L], -1 where z says nothing   [L * V], one-hot in each of its cells

No torch here: native models go without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InvalidInput, ModelMismatch
from ..plain import many
from ..problem import OPEN, Rules
from .config import STATES_WIDTH, ModelConfig

__all__ = ["shown", "taken"]

Floats = npt.NDArray[np.float32]
FARTHEST = 1e4  # that a Gaussian z may be from 0: beyond, float32 says nothing


def taken(config: ModelConfig, rules: Rules, rows: Sequence[Sequence[float]]) -> Floats:
    """z [K, Z] as the network takes it, of K rows as people give it.

    Raises
    ------
    ModelMismatch
        The model has no latent.
    InvalidInput
        Rows of another length, or numbers out of range.

    Examples
    --------
    >>> taken(ModelConfig("pair", ("both",), latent=2, classes=3), Rules(2, 10), [[0, 2]]).tolist()
    [[1.0, 0.0, 0.0, 0.0, 0.0, 1.0]]
    """
    if not config.latent:
        raise ModelMismatch(f"z is given, and the weights for {config.domain} have no latent: leave z out")
    width, kinds, wanted = _wanted(config, rules)
    given = np.array(rows, np.float64)
    if given.shape[1] != width:
        raise InvalidInput(f"z has {many(given.shape[1], 'number')} a row; these weights want {wanted}")
    low, high = (0 if config.classes else OPEN, kinds - 1) if kinds else (-FARTHEST, FARTHEST)
    wrong = ~((low <= given) & (given <= high))
    if kinds:
        wrong |= given != np.round(given)
    if wrong.any():
        raise InvalidInput(f"z holds {given[wrong][0]:g}; these weights want {wanted}")
    if not kinds:
        return given.astype(np.float32)
    hot: npt.NDArray[np.bool_] = given[..., None] == np.arange(kinds)
    return hot.reshape(len(given), -1).astype(np.float32)


def _wanted(config: ModelConfig, rules: Rules) -> tuple[int, int, str]:
    """The length of a row, how many values each of its numbers may have (0: any), and both in words."""
    if config.prior == "states":
        return STATES_WIDTH, 0, f"{STATES_WIDTH} numbers from {-FARTHEST:,.0f} to {FARTHEST:,.0f}"
    if config.prior == "cells":
        return rules.L, rules.V, f"a board of {rules.L} symbols from 0 to {rules.V - 1}, -1 where z says nothing"
    if config.classes:
        return config.latent, config.classes, f"{config.latent} classes, whole numbers from 0 to {config.classes - 1}"
    return config.latent, 0, f"{config.latent} numbers from {-FARTHEST:,.0f} to {FARTHEST:,.0f}"


def shown(config: ModelConfig, V: int, z: Floats) -> npt.NDArray[Any]:
    """z [n, Z] as the network takes it, as people get it: float32 [n, D], or int32 [n, G] classes or [n, L] symbols.

    Examples
    --------
    >>> shown(ModelConfig("pair", ("both",), latent=1, prior="cells"), 2, np.float32([[0, 0, 0, 1]])).tolist()
    [[-1, 1]]
    """
    kinds = V if config.prior == "cells" else config.classes
    if not kinds:
        return z
    hot = z.reshape(len(z), z.shape[1] // kinds, kinds)  # there may be no z at all
    return np.where(hot.any(2), hot.argmax(2), OPEN).astype(np.int32)

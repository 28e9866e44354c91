"""What a step of training takes at the least, reckoned before it is taken."""

from __future__ import annotations

import os

from ..errors import InvalidInput
from ..model.config import ModelConfig
from ..problem import Rules
from .recipe import Recipe

__all__ = ["check_memory", "least_bytes"]


def least_bytes(rules: Rules, config: ModelConfig, recipe: Recipe) -> int:
    """Bytes that the way back needs of a step's states: one float32 a channel, state, board and supervised loop.

    Examples
    --------
    >>> least_bytes(Rules(81, 9), ModelConfig("latin-9", ("row",), width=32), Recipe(batch=64, loops=((0.0, 16),)))
    95551488
    """
    states = rules.L * (rules.V if config.mixer == "messages" else 1)
    most = max(recipe.tail_loops if recipe.tail else 0, *(loops for _, loops in recipe.loops))
    return 4 * recipe.batch * recipe.attempts * states * config.width * most


def check_memory(rules: Rules, config: ModelConfig, recipe: Recipe) -> None:
    """Raises InvalidInput where a step takes more memory than this machine has."""
    boards = recipe.batch * recipe.attempts
    there, wanted = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), least_bytes(rules, config, recipe)
    if wanted > there:
        raise InvalidInput(
            f"a step of {boards:,} boards takes {wanted >> 30:,} GiB and more, this machine has {there >> 30:,}; "
            "make batch smaller, or loops or width"
        )

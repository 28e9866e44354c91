"""What z may be: nothing, a learned code, the values of some cells, or noise on states.

Another kind is a file and a line here.
"""

from __future__ import annotations

from ..config import CODES, ModelConfig
from .base import Latent, Learning
from .cells import Cells
from .code import Code
from .none import NoLatent
from .states import States

__all__ = ["KINDS", "Latent", "Learning", "latent_of"]

KINDS: dict[str, type[Latent]] = {  # by the prior's name
    **dict.fromkeys(CODES, Code),
    "cells": Cells,
    "states": States,
}


def latent_of(config: ModelConfig) -> Latent:
    """The latent that the config names."""
    return KINDS[config.prior](config) if config.latent else NoLatent(config)

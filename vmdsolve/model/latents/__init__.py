"""What z may be: nothing, a learned code, or the values of some cells. Another kind is a file and a line here."""

from __future__ import annotations

from ..config import CODES, ModelConfig
from .base import Latent, Learning
from .cells import Cells
from .code import Code
from .none import NoLatent

__all__ = ["KINDS", "Latent", "Learning", "latent_of"]

KINDS: dict[str, type[Latent]] = {**dict.fromkeys(CODES, Code), "cells": Cells}  # by the prior's name


def latent_of(config: ModelConfig) -> Latent:
    """The latent that the config names."""
    return KINDS[config.prior](config) if config.latent else NoLatent(config)

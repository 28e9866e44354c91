"""The two mixers by name."""

from __future__ import annotations

from .config import ModelConfig
from .denoiser import Denoiser
from .looped import Looped
from .tokens import TokenDenoiser

__all__ = ["make_denoiser"]

MIXERS: dict[str, type[Denoiser | TokenDenoiser]] = {"messages": Denoiser, "attention": TokenDenoiser}


def make_denoiser(config: ModelConfig) -> Looped:
    """The denoiser that goes with the config's mixer."""
    return MIXERS[config.mixer](config)

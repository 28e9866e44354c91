"""Text and other token sequences: vocabularies, windows of files, transformers with a latent for every block of cells.

Names are loaded when first used: a TextConfig needs neither NumPy nor torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import TextConfig as TextConfig
    from .model import TextModel as TextModel

_WHERE = {"TextConfig": "config", "TextModel": "model"}
__all__ = ["TextConfig", "TextModel"]


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value

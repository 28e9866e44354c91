"""Text and other token sequences: vocabularies, windows of files, transformers with a latent for every block of cells.

Names are loaded when first used: a TextConfig needs neither NumPy nor torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import TextConfig as TextConfig
    from .data import read_data as read_data
    from .model import TextModel as TextModel
    from .recipe import TextRecipe as TextRecipe
    from .sources import Given as Given
    from .stored import load_text as load_text
    from .stored import save_text as save_text
    from .trainer import TextTrainer as TextTrainer

_WHERE = {
    "Given": "sources", "TextConfig": "config", "TextModel": "model", "TextRecipe": "recipe", "TextTrainer": "trainer",
    "load_text": "stored", "read_data": "data", "save_text": "stored",
}  # fmt: skip
__all__ = ["Given", "TextConfig", "TextModel", "TextRecipe", "TextTrainer", "load_text", "read_data", "save_text"]


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value

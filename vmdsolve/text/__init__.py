"""Text and other token sequences: vocabularies, windows of files, transformers with a latent for every block of cells.

Names are loaded when first used: a TextConfig needs neither NumPy nor torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import TextConfig as TextConfig
    from .data import read_data as read_data
    from .evaluation import evaluate as evaluate
    from .filling import fill_windows as fill_windows
    from .filling import plan_of as plan_of
    from .model import TextModel as TextModel
    from .quality import Reference as Reference
    from .quality import quality_of as quality_of
    from .recipe import TextRecipe as TextRecipe
    from .run import TextRun as TextRun
    from .sampling import complete as complete
    from .sampling import sample as sample
    from .sources import Given as Given
    from .stored import load_text as load_text
    from .stored import save_text as save_text
    from .trainer import TextTrainer as TextTrainer

_WHERE = {
    "Given": "sources",
    "Reference": "quality",
    "TextConfig": "config",
    "TextModel": "model",
    "TextRecipe": "recipe",
    "TextRun": "run",
    "TextTrainer": "trainer",
    "complete": "sampling",
    "evaluate": "evaluation",
    "fill_windows": "filling",
    "load_text": "stored",
    "plan_of": "filling",
    "quality_of": "quality",
    "read_data": "data",
    "sample": "sampling",
    "save_text": "stored",
}
__all__ = [
    "Given",
    "Reference",
    "TextConfig",
    "TextModel",
    "TextRecipe",
    "TextRun",
    "TextTrainer",
    "complete",
    "evaluate",
    "fill_windows",
    "load_text",
    "plan_of",
    "quality_of",
    "read_data",
    "sample",
    "save_text",
]


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value

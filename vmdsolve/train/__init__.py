"""Training: a recipe, the stream of boards that it makes, and the loop, which resumes exactly.

Names are loaded when first used: a Recipe needs neither NumPy nor torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .recipe import Recipe as Recipe
    from .trainer import Progress as Progress
    from .trainer import Trainer as Trainer

_WHERE = {"Progress": "trainer", "Recipe": "recipe", "Trainer": "trainer"}
__all__ = ["Progress", "Recipe", "Trainer"]


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value

"""Training: a run's config, its recipe, the stream of boards that it makes, and the loop, which resumes exactly.

Names are loaded when first used: a Recipe needs neither NumPy nor torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .checkpoints import Checkpoints as Checkpoints
    from .config import read_config as read_config
    from .loggers import CsvLog as CsvLog
    from .loggers import Logger as Logger
    from .loggers import TensorBoardLog as TensorBoardLog
    from .loggers import WandbLog as WandbLog
    from .progress import Progress as Progress
    from .recipe import Recipe as Recipe
    from .run import Run as Run
    from .trainer import Trainer as Trainer

_WHERE = {
    "Checkpoints": "checkpoints", "CsvLog": "loggers", "Logger": "loggers", "Progress": "progress", "Recipe": "recipe",
    "Run": "run", "TensorBoardLog": "loggers", "Trainer": "trainer", "WandbLog": "loggers", "read_config": "config",
}  # fmt: skip
__all__ = [
    "Checkpoints", "CsvLog", "Logger", "Progress", "Recipe", "Run", "TensorBoardLog", "Trainer", "WandbLog",
    "read_config",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = value
    return value

"""Training: a recipe, the stream of boards that it makes, and the loop, which resumes exactly."""

from __future__ import annotations

from .recipe import Recipe
from .trainer import Progress, Trainer

__all__ = ["Progress", "Recipe", "Trainer"]

"""The options of solve and solve_batch, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..domains import Domain
from ..errors import InvalidInput

__all__ = ["METHODS", "Options"]

METHODS = ("vmd", "vmd-only", "search")


@dataclass(frozen=True)
class Options:
    """The checked arguments of solve and solve_batch, but for the problems."""

    domain: str | Domain | None = None
    method: str = "vmd"
    latents: int = 8
    steps: int = 16
    order: str = "margin"
    seed: int = 0
    time_limit: float | None = None
    unique: bool = False
    model: Any = None
    device: str | None = None
    bf16: bool | None = None
    trace: bool = False
    threads: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InvalidInput(f"method is {self.method!r}; wanted one of {', '.join(METHODS)}")
        for name, most in (("latents", 65_536), ("steps", 65_536), ("seed", 2**64 - 1)):
            value, least = getattr(self, name), 0 if name == "seed" else 1
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= most:
                raise InvalidInput(f"{name} is {value!r}; wanted a whole number from {least} to {most}")
        if self.time_limit is not None and not self.time_limit >= 0:
            raise InvalidInput(f"time_limit is {self.time_limit!r}; wanted seconds, 0 or more, or None")

"""Random weights from a generator of their own: torch's global one is neither asked nor changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

__all__ = ["Seeded"]

DRAWING = (nn.init.normal_, nn.init.uniform_, nn.init.kaiming_uniform_, torch.randn)


class Seeded(TorchFunctionMode):
    """While it is entered, modules are born with numbers that hang on the seed alone.

    Examples
    --------
    >>> def born() -> torch.Tensor:
    ...     with Seeded(3):
    ...         return nn.Linear(2, 2).weight
    >>> torch.equal(born(), born())
    True
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Every function that draws numbers draws them from this generator."""
        del types
        own = {"generator": self.generator} if func in DRAWING else {}
        return func(*args, **{**(kwargs or {}), **own})

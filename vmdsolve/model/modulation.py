"""How z enters a block: scale, shift and gate of its hidden channels and of its step, worked out once per z."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelMismatch
from .config import ModelConfig

__all__ = ["Modulate"]


class Modulate(nn.Linear):
    """z [B, Z] -> what the block needs, so that scale * (a + shift) takes one operation: [B, 2N + H].

    Examples
    --------
    >>> config = ModelConfig("pair", ("both",), width=4, hidden=3, latent=2)
    >>> scale, shifted, gate = Modulate(config).split(torch.ones(5, 10))
    >>> scale.shape, shifted.shape, gate.shape
    (torch.Size([5, 3]), torch.Size([5, 3]), torch.Size([5, 4]))
    """

    def __init__(self, config: ModelConfig) -> None:
        self.sizes = [config.hidden, config.hidden, config.width]
        super().__init__(config.code_width, sum(self.sizes))
        nn.init.zeros_(self.bias)

    def factors(self, z: Tensor | None) -> Tensor:
        """Scale [N], shift [N] and gate [H] of every board, side by side; 1, 0 and 1 where z says nothing."""
        if z is None:
            raise ModelMismatch("this model has a latent: pass z [B, Z]")
        neutral = torch.cat([self.bias.new_full((n,), one) for n, one in zip(self.sizes, (1, 0, 1), strict=True)])
        return F.linear(z, self.weight, self.bias + neutral)

    def forward(self, z: Tensor | None) -> Tensor:
        """Scale, scale times shift, and gate, side by side."""
        scale, shift, gate = self.split(self.factors(z))
        return torch.cat([scale, scale * shift, gate], -1)

    def split(self, made: Tensor) -> tuple[Tensor, ...]:
        """The three parts of what `forward` made."""
        return torch.split(made, self.sizes, -1)

"""The latent as values of cells: z answers D questions, each asked of the open cell that is least certain so far.

    z = nothing
    D times:
        p = network(x_start and the cells of z)
        the open cell of greatest entropy joins z, with a value drawn from p

So z [B, L * V] is one-hot in the cells asked and zero elsewhere; bits are spent on what is open. An order-5 Latin
square with five cells given has some 140 completions, and three to five such values leave one. The denoiser sees the
cells of z as if they were given, and cells filled together agree since z leaves them no choice. Nothing is tied to
positions or symbols: with unit messages all of it commutes with every symmetry of the rules, and z still breaks the
symmetry of an empty board.

The posterior has nothing to learn: it reads values off the answer. While training, cells are asked in random order, as
in order-agnostic autoregressive models (Hoogeboom et al. 2021): one network evaluation learns all cells that could be
asked next, and the prior then knows the answer to any question, whatever came before it.
"""

from __future__ import annotations

from typing import NoReturn

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import InvalidInput, ModelMismatch
from ...problem import OPEN
from ..config import ModelConfig
from ..mixers import make_denoiser
from ..units import Units
from .base import Latent, Learning
from .distributions import Distribution, choose_class

__all__ = ["Asked", "Cells", "with_cells"]

CUT = 0.1  # a value this much less likely than the likeliest of its cell is not drawn: mostly the network's error


def with_cells(x: Tensor, z: Tensor) -> Tensor:
    """Tokens x [B, L] whose open cells hold what z [B, L * V] says of them.

    Examples
    --------
    >>> with_cells(torch.tensor([[-1, 2, -1]]), torch.tensor([[0.0, 1, 0, 1, 0, 0, 0, 0, 0]])).tolist()
    [[1, 2, -1]]
    """
    said = z.view(*x.shape, -1)
    return torch.where((x == OPEN) & (said.sum(-1) > 0), said.argmax(-1), x)


class Asked(nn.Module):
    """See the file's text. The network is a denoiser of its own."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.D = config.latent
        self.network = make_denoiser(config)

    def draw(self, x: Tensor, units: Units, noise: Tensor) -> Tensor:
        """z [B, L * V] for tokens x [B, L], made of standard normal noise [B, L * V]; D network evaluations."""
        noise, board = noise.view(*x.shape, units.V), torch.arange(len(x), device=x.device)
        z, seen = torch.zeros_like(noise), x
        for _ in range(self.D):
            log_p = self.network(seen, units)[-1].log_softmax(-1)
            entropy = -(log_p.exp() * log_p).sum(-1)
            cell = torch.where(seen == OPEN, entropy, -torch.inf).argmax(-1)
            choice = log_p[board, cell]
            choice = torch.where(choice.exp() < CUT * choice.exp().amax(-1, keepdim=True), -torch.inf, choice)
            z[board, cell] += choose_class(choice, noise[board, cell]) * (seen[board, cell] == OPEN)[:, None]
            seen = with_cells(x, z.flatten(1))
        return z.flatten(1)

    def ask(
        self, x: Tensor, x0: Tensor, units: Units, noise: Tensor, loops: int | None = None, supervise: int = 1
    ) -> tuple[Tensor, Tensor]:
        """z [B, L * V] as the answers x0 [B, L] have it, and KL(q || p) [B, D] in nats, for tokens x [B, L].

        Which cells are asked in which order hangs on noise [B, L * V]. The KL is an unbiased estimate for that order:
        of one question a board, times D; its next cell is averaged over all open ones, and over the supervised loops.
        """
        noise = noise.view(*x.shape, units.V)
        unknown = (x == OPEN) & (x0 != OPEN)
        rank = torch.where(unknown, noise[..., 0], torch.inf).argsort(-1).argsort(-1)
        truth = F.one_hot(x0.clamp(min=0), units.V).to(noise.dtype)
        z = truth * (unknown & (rank < self.D))[..., None]
        asked = (self.D * torch.special.ndtr(noise[:, 0, -1])).long().clamp(max=self.D - 1)  # [B] questions before
        before = unknown & (rank < asked[:, None])
        logits = self.network(torch.where(before, x0, x), units, None, loops, supervise)
        share = torch.arange(1, supervise + 1, device=x.device) / supervise  # later loops count more
        surprise = -torch.einsum("s,sblv,blv->bl", share / share.sum(), logits.log_softmax(-1), truth)
        left = unknown & ~before
        nats = (surprise * left).sum(-1) / left.sum(-1).clamp(min=1)
        return z.flatten(1), self.D * nats[:, None] * F.one_hot(asked, self.D)


class Cells(Latent):
    """The latent of this file: z [B, L * V]."""

    native = likely = False

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self.cells = Asked(config)
        self.parts = {"cells": self.cells}

    def width(self, units: Units) -> int:
        return units.L * units.V

    def draw(self, x: Tensor, units: Units, noise: Tensor) -> Tensor:
        return self.cells.draw(x, units, noise)

    def condition(self, x: Tensor, z: Tensor | None) -> tuple[Tensor, None]:
        """The cells of z are filled in."""
        if z is None:
            raise ModelMismatch("this model has a latent: pass z [B, Z]")
        return with_cells(x, z), None

    def terms(self, start: Tensor, x0: Tensor, units: Units, noise: Tensor, how: Learning) -> tuple[Tensor, Tensor]:
        """No posterior learns: nothing but loops of `how` is looked at."""
        return self.cells.ask(start, x0, units, noise, how.loops, how.supervise)

    def posterior_of(self, start: Tensor, x0: Tensor, units: Units, *, likeliest: bool = False) -> Distribution:
        raise ModelMismatch("z of this model is values of cells: there is no learned posterior to look at")

    def weighed(self, start: Tensor, x0: Tensor, units: Units, noise: Tensor) -> NoReturn:
        raise ModelMismatch("a latent of cells asked has no density to weigh")

    def check_training(self, *, settles: bool, blocks: int, many_boards: bool) -> None:
        if blocks > 1:
            raise ModelMismatch("a prior over cells asks on the whole board: train without blocks")
        if many_boards:
            raise InvalidInput("the prior 'cells' is for the board of one domain; a mixture has many")

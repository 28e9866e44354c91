"""What a latent is to a model: one class a kind, each in a file of its own, and a table of them in __init__.py."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from torch import Tensor, nn

from ...kernels.state_noise import StateNoise
from ..config import ModelConfig
from ..units import Units
from .distributions import Distribution

__all__ = ["Latent", "Learning"]


class Learning(NamedTuple):
    """How much, in one step of training, each part of the objective moves the posterior.

    Attributes
    ----------
    latent_kl
        lambda: the share of the KL's gradient that reaches the posterior, 0 to 1; a learned prior always fits at full
        rate
    free_bits
        nats; a dimension whose KL is below sends the posterior none of it (Kingma et al. 2016)
    code
        "drawn": z is drawn from the posterior. "likeliest": it is the posterior's likeliest classes, and lambda counts
        for nothing: answers that share a code, and only they, still pull it apart, while the prior learns which codes
        there are. "frozen": the same, but nothing moves the posterior
    loops
        applications of the block; None: what the model was made for
    supervise
        how many of them, the last ones, are read
    noise
        on the denoiser's states; None: none
    """

    latent_kl: float = 1.0
    free_bits: float = 0.0
    code: str = "drawn"
    loops: int | None = None
    supervise: int = 1
    noise: StateNoise | None = None


class Latent(ABC):
    """What z is: how wide, how it is drawn, what it does to the denoiser's input, and what it adds to the ELBO.

    Attributes
    ----------
    parts
        its networks, by the name that weights have for them
    native
        whether a kernel that takes tokens and a code computes all that the model does
    sees
        whether its prior looks at the tokens, or z is noise of one law whatever they are
    likely
        whether z has a density under posterior and prior, so that boards have a likelihood
    """

    native = likely = True
    sees = True

    def __init__(self, config: ModelConfig) -> None:
        self.config = config
        self.parts: dict[str, nn.Module] = {}

    @abstractmethod
    def width(self, units: Units) -> int:
        """Z, how many numbers z is."""

    @abstractmethod
    def draw(self, x: Tensor, units: Units, noise: Tensor) -> Tensor | None:
        """z [B, Z] from the prior given tokens x [B, L], made of standard normal noise [B, Z]."""

    @abstractmethod
    def condition(self, x: Tensor, z: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Tokens [B, L] and code [B, Z] as the denoiser takes them."""

    def noise(self, z: Tensor | None) -> StateNoise | None:
        """The noise on states that z [B, Z] is; None where it is none."""
        del z
        return None

    @abstractmethod
    def terms(
        self, start: Tensor, x0: Tensor, units: Units, noise: Tensor, how: Learning
    ) -> tuple[Tensor | None, Tensor]:
        """z [B, Z] for training, and KL(q || p) [B, D] in nats, for starts and answers [B, L]."""

    @abstractmethod
    def posterior_of(self, start: Tensor, x0: Tensor, units: Units, *, likeliest: bool = False) -> Distribution:
        """q(z | x0, start); `likeliest`: all of its probability on its likeliest classes.

        Raises
        ------
        ModelMismatch
            There is no such posterior.
        """

    @abstractmethod
    def weighed(self, start: Tensor, x0: Tensor, units: Units, noise: Tensor) -> tuple[Tensor | None, Tensor]:
        """z [B, Z] from the posterior, and log p(z | start) - log q(z | x0, start) [B]; only where it is `likely`."""

    def check_training(self, *, settles: bool, blocks: int, many_boards: bool) -> None:
        """Refuse a training that cannot be, before it begins.

        Parameters
        ----------
        settles
            whether z is the posterior's likeliest code in the end
        blocks
            into how many a board is cut
        many_boards
            whether each step may have a board of another size
        """
        del settles, blocks, many_boards  # nothing to refuse

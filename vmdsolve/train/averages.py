"""Averages of a training's terms over the steps since the last line of progress."""

from __future__ import annotations

import torch
from torch import Tensor

from ..model.elbo import Terms

__all__ = ["Averages"]

ACTIVE = 0.01  # nats from which on a latent dimension is in use


class Averages:
    """Of some steps, none at first; of D latent dimensions.

    Examples
    --------
    >>> averages = Averages(1)
    >>> terms = Terms(torch.tensor([[6.0, 2.0]]), torch.tensor([[0.5], [0.0]]), torch.tensor([3, 1]))
    >>> averages.add(terms, torch.ones(1))
    >>> averages.steps, averages.loss, averages.last, averages.kl, averages.active
    (1, 2.0, 2.0, 0.25, 1)
    """

    def __init__(self, D: int) -> None:
        self.steps, self._loss, self._last, self._kl = 0, 0.0, 0.0, torch.zeros(D)

    def add(self, terms: Terms, share: Tensor) -> None:
        """One step more, whose supervised loops count by `share` [S]."""
        count = float(terms.masked.sum().clamp(min=1))
        self.steps += 1
        self._loss += float(share @ terms.nll.sum(1)) / count
        self._last += float(terms.nll[-1].sum()) / count
        self._kl += terms.kl.mean(0).cpu()

    @property
    def loss(self) -> float:
        """Nats a masked cell, over all supervised loops."""
        return round(self._loss / self.steps, 5)

    @property
    def last(self) -> float:
        """Nats a masked cell after the last loop."""
        return round(self._last / self.steps, 5)

    @property
    def kl(self) -> float:
        """Nats a board."""
        return round(float(self._kl.sum()) / self.steps, 5)

    @property
    def active(self) -> int:
        """Latent dimensions in use."""
        return int((self._kl / self.steps > ACTIVE).sum())

"""Two families of distributions over a latent code z, and how far one is from another.

Gaussian     D independent dimensions; the paper's (arXiv 2510.23606, section 3). z is [B, D].
Categorical  G groups of C classes, one class a group; ours. z is [B, G * C], each group one-hot.
Both are drawn from standard normal noise [B, Z] where Z is the width of z.
"""

from __future__ import annotations

import math
from typing import NamedTuple, NoReturn

import torch
from torch import Tensor
from torch.nn import functional as F

from ...errors import ModelMismatch

__all__ = ["Categorical", "Distribution", "Gaussian", "choose_class", "gumbel", "kl", "log_density", "scale_gradient"]


class Gaussian(NamedTuple):
    """A diagonal Gaussian: mean and log standard deviation, both [B, D]."""

    mean: Tensor
    log_std: Tensor

    def draw(self, noise: Tensor) -> Tensor:
        """z [B, D] from standard normal noise [B, D]."""
        return self.mean + self.log_std.exp() * noise

    def mode(self) -> NoReturn:
        """Refused: a Gaussian with all of its probability in one place."""
        raise ModelMismatch("a Gaussian posterior cannot settle: at its mode its KL is infinite")

    def code(self) -> NoReturn:
        """Refused, as `mode`."""
        self.mode()


class Categorical(NamedTuple):
    """G independent groups of C classes: unnormalised log-probabilities [B, G, C]."""

    logits: Tensor

    def draw(self, noise: Tensor) -> Tensor:
        """z [B, G * C], one-hot by group, from standard normal noise [B, G * C].

        The gradient is that of the relaxed draw (straight-through Gumbel-softmax, Jang et al. 2017, temperature 1).
        """
        return choose_class(self.logits, noise.view(self.logits.shape)).flatten(1)

    def mode(self) -> Categorical:
        """All of the probability on the likeliest class of each group; no gradient passes."""
        return Categorical(1e3 * self.likeliest().to(self.logits.dtype))

    def code(self) -> Tensor:
        """z [B, G * C], the likeliest class of each group; the gradient is that of their probabilities."""
        soft = self.logits.softmax(-1)
        return (self.likeliest().to(soft.dtype) + soft - soft.detach()).flatten(1)

    def likeliest(self) -> Tensor:
        """[B, G, C] one-hot."""
        return F.one_hot(self.logits.detach().argmax(-1), self.logits.shape[-1])


Distribution = Gaussian | Categorical


def gumbel(noise: Tensor) -> Tensor:
    """Standard Gumbel noise from standard normal noise, within [-2.8, 15.9]."""
    u = torch.special.ndtr(noise.double()).clamp(1e-7, 1 - 1.2e-7)
    return (-torch.log(-torch.log(u))).to(noise.dtype)


def choose_class(logits: Tensor, noise: Tensor) -> Tensor:
    """One-hot draws [..., C] from logits [..., C] and standard normal noise of the same shape."""
    score = logits + gumbel(noise)
    hard = F.one_hot(score.argmax(-1), score.shape[-1]).to(score.dtype)
    if not torch.is_grad_enabled():
        return hard
    soft = score.softmax(-1)
    return hard + soft - soft.detach()


def kl(q: Distribution, p: Distribution | None) -> Tensor:
    """KL(q || p) in nats [B, D], one number a board and dimension or group; p = None: N(0, I), or uniform classes.

    Examples
    --------
    >>> kl(Gaussian(torch.ones(1, 2), torch.zeros(1, 2)), None)
    tensor([[0.5000, 0.5000]])
    >>> kl(Categorical(torch.tensor([[[100.0, 0.0]]])), None)
    tensor([[0.6931]])
    """
    if isinstance(q, Categorical):
        log_q = q.logits.log_softmax(-1)
        if isinstance(p, Gaussian):
            raise ModelMismatch("classes have no KL to a Gaussian")
        other = torch.zeros_like(q.logits) if p is None else p.logits
        return (log_q.exp() * (log_q - other.log_softmax(-1))).sum(-1)
    if isinstance(p, Categorical):
        raise ModelMismatch("a Gaussian has no KL to classes")
    mean, log_std = (torch.zeros_like(q.mean), torch.zeros_like(q.mean)) if p is None else p
    spread = torch.exp(2 * (q.log_std - log_std)) + ((q.mean - mean) * torch.exp(-log_std)) ** 2
    return log_std - q.log_std + 0.5 * (spread - 1)


def log_density(p: Distribution, z: Tensor) -> Tensor:
    """log p(z) in nats [B], of z [B, Z].

    Examples
    --------
    >>> log_density(Categorical(torch.zeros(1, 2, 4)), torch.eye(4)[:2].reshape(1, 8))
    tensor([-2.7726])
    """
    if isinstance(p, Categorical):
        log_p = p.logits.log_softmax(-1)
        return (log_p * z.view(log_p.shape)).sum((1, 2))
    scaled = (z - p.mean) * torch.exp(-p.log_std)
    return (-0.5 * scaled**2 - p.log_std - 0.5 * math.log(2 * math.pi)).sum(1)


def scale_gradient(q: Distribution, share: Tensor | float) -> Distribution:
    """q itself, but of a gradient that comes back to it only a share [D], 0 to 1, goes on."""
    weight = torch.as_tensor(share)
    if isinstance(q, Categorical):
        return Categorical(_scaled(q.logits, weight[..., None]))
    return Gaussian(_scaled(q.mean, weight), _scaled(q.log_std, weight))


def _scaled(value: Tensor, share: Tensor) -> Tensor:
    return value.detach() + share * (value - value.detach())
